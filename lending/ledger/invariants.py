"""Checks that the product itself runs over the books (DESIGN §5 invariant 2)."""

from collections.abc import Iterator

from django.db.models import Count, Sum

from lending.ledger.models import LedgerEntry


def breaches() -> Iterator[str]:
    """Entries that do not sum to zero or have fewer than two postings, one sentence each."""
    sums = LedgerEntry.objects.annotate(
        total=Sum("postings__amount_fen"), sides=Count("postings")
    ).order_by("pk")
    for entry in sums.exclude(total=0, sides__gte=2).iterator():
        yield f"ledger entry {entry.pk} sums to {entry.total} over {entry.sides} postings"
