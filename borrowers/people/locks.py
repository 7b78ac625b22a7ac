"""The borrower's lock, first in the house's order."""

from borrowers.people.models import Borrower
from common.locking import Rank, lock_one


def lock(borrower_id: int) -> Borrower:
    """Lock the borrower for the rest of the transaction. Raises NotFound."""
    return lock_one(Borrower.objects.all(), rank=Rank.BORROWER, pk=borrower_id)
