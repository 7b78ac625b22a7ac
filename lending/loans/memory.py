"""How far this process has folded the loans that it saw last, so that it need not begin again.

What is kept is never believed by itself: a fold goes on from it only where the terms and the whole
log up to there are those that it was made of. Nothing of it is anybody else's truth.
"""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import date
from threading import Lock

from lending.calc.contracts import LoanState, Terms, Transaction
from lending.calc.fold import Folded, folded, forward

MOST_LOANS = 128
_kept: OrderedDict[int, Folded] = OrderedDict()
_lock = Lock()


def fold(loan_id: int, terms: Terms, log: Iterable[Transaction], through: date) -> LoanState:
    """The loan at the end of a day, as `calc.fold` says it. Raises UnsoundLog."""
    with _lock:
        kept = _kept.get(loan_id)
    found = folded(terms, log, through, kept=kept)
    with _lock:
        _kept[loan_id] = found
        _kept.move_to_end(loan_id)
        if len(_kept) > MOST_LOANS:
            _kept.popitem(last=False)
    return forward(found.state, through)
