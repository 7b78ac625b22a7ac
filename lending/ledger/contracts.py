"""What callers hand to the ledger."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One side of an entry: debit positive, credit negative, never zero."""

    account_code: str
    amount_fen: int
    loan_id: int | None = None


def both(
    *, debit: str, credit: str, amount_fen: int, loan_id: int | None
) -> tuple[Line, Line] | tuple[()]:
    """The two lines of a plain movement; a negative amount turns it round, zero is no line."""
    if amount_fen == 0:
        return ()
    return Line(debit, amount_fen, loan_id), Line(credit, -amount_fen, loan_id)
