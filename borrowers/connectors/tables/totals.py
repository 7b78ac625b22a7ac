"""What a bill says about its own rows, and whether its rows agree."""

import re
from collections.abc import Sequence

from borrowers.connectors.contracts import Direction, EventStatus
from borrowers.connectors.header import RowUnreadable, amount_fen
from borrowers.connectors.tables.drafts import Declared, Draft

DECLARED_ROWS = re.compile(r"共[:：]?\s*(\d+)\s*笔")
DECLARED_SUM = r"{}[:：]\s*\d+\s*笔[\s,，]*([\d,]+(?:\.\d+)?)\s*元"
DECLARED_IN = re.compile(DECLARED_SUM.format("(?<!待)收入"))
DECLARED_OUT = re.compile(DECLARED_SUM.format("(?<!待)支出"))


def declared_totals(notes: str) -> Declared:
    rows = DECLARED_ROWS.search(notes)
    return Declared(
        rows=int(rows.group(1)[:9]) if rows else None,
        in_fen=declared_fen(DECLARED_IN, notes),
        out_fen=declared_fen(DECLARED_OUT, notes),
    )


def declared_fen(pattern: re.Pattern[str], notes: str) -> int | None:
    found = pattern.search(notes)
    try:
        return amount_fen(found.group(1)) if found else None
    except RowUnreadable:
        return None


def totals_agree(declared: Declared, drafts: Sequence[Draft], rows_read: int) -> bool | None:
    """Do the declared count and sums fit the rows? None where the bill declares nothing.

    The platforms count closed and refunded payments in more than one way (Alipay's note 6 says
    so itself), so a sum agrees when it fits any of them.
    """
    checks = []
    if declared.rows is not None:
        checks.append(declared.rows == rows_read)
    if declared.in_fen is not None:
        checks.append(declared.in_fen in possible_sums(drafts, Direction.IN))
    if declared.out_fen is not None:
        checks.append(declared.out_fen in possible_sums(drafts, Direction.OUT))
    return all(checks) if checks else None


def possible_sums(drafts: Sequence[Draft], stated: Direction) -> set[int]:
    """Gross; without what never moved; net of refunds; without what came back whole."""
    rows = [draft for draft in drafts if draft.stated is stated]
    moved = [draft for draft in rows if draft.direction is stated]
    kept = [draft for draft in moved if draft.status is not EventStatus.REFUNDED]
    return {
        sum(draft.amount_fen for draft in rows),
        sum(draft.amount_fen for draft in moved),
        sum(draft.amount_fen - draft.refunded_fen for draft in moved),
        sum(draft.amount_fen for draft in kept),
    }
