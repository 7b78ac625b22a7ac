"""Posting and reversing. An entry is written once and never touched again.

PostgreSQL refuses what is unbalanced at commit, and any later change (migration 0002_guards).
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from common.errors import Refused
from common.texts import gettext_noop
from common.transactions import required
from lending.ledger.contracts import Line
from lending.ledger.models import LedgerEntry, LedgerPosting


class LedgerKeyReused(Refused):
    """The same key was posted with other figures: a programming error that must not pass."""

    code = "LEDGER_KEY_REUSED"
    message = gettext_noop("This event is already in the books with other figures.")
    advice = gettext_noop("Tell the finance team; nothing was posted.")


@required
def post(*, entry_key: str, business_date: date, kind: str, lines: Sequence[Line]) -> int:
    """Write one balanced entry and return its id; the same key and figures again is the same entry.

    Lines of one account and loan are added up; what cancels out is left away, and an entry of
    nothing is not written (the answer is then 0). Raises LedgerKeyReused for other figures under
    a known key.
    """
    figures = _added_up(lines)
    if not figures:
        return 0
    assert sum(figures.values()) == 0, f"{entry_key} is not balanced"
    entry, is_new = LedgerEntry.objects.get_or_create(
        entry_key=entry_key, defaults={"business_date": business_date, "kind": kind}
    )
    if not is_new:
        if _figures_of(entry.pk) != figures:
            raise LedgerKeyReused
        return entry.pk
    _write(entry.pk, figures)
    return entry.pk


@required
def reverse(*, entry_id: int, loan_id: int | None, business_date: date) -> int:
    """Post the mirror image of one loan's part of an entry, once; the same again is the same entry.

    `loan_id` None reverses a whole entry.
    """
    entry, is_new = LedgerEntry.objects.get_or_create(
        entry_key=f"reverse:{entry_id}:{loan_id or 'all'}",
        defaults={
            "business_date": business_date,
            "kind": "REVERSAL",
            "reverses_id": entry_id,
            "reversed_loan_id": loan_id,
        },
    )
    if is_new:
        original = _figures_of(entry_id, loan_id=loan_id)
        _write(entry.pk, {place: -amount for place, amount in original.items()})
    return entry.pk


def _added_up(lines: Sequence[Line]) -> dict[tuple[str, int | None], int]:
    figures: dict[tuple[str, int | None], int] = defaultdict(int)
    for line in lines:
        figures[line.account_code, line.loan_id] += line.amount_fen
    return {place: amount for place, amount in figures.items() if amount}


def _figures_of(entry_id: int, *, loan_id: int | None = None) -> dict[tuple[str, int | None], int]:
    postings = LedgerPosting.objects.filter(entry_id=entry_id)
    if loan_id is not None:
        postings = postings.filter(loan_id=loan_id)
    return {(row.account_id, row.loan_id): row.amount_fen for row in postings}


def _write(entry_id: int, figures: dict[tuple[str, int | None], int]) -> None:
    LedgerPosting.objects.bulk_create(
        LedgerPosting(entry_id=entry_id, account_id=code, loan_id=loan_id, amount_fen=amount)
        for (code, loan_id), amount in sorted(figures.items(), key=str)
    )
