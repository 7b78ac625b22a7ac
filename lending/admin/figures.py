"""Columns that staff lists share: amounts, rates, and people with their names covered."""

from collections.abc import Iterable
from typing import Any, Protocol

from borrowers.people import queries as people
from borrowers.people.contracts import MaskedPerson
from common.money import yuan
from common.rates import percent


class OfSomebody(Protocol):
    """A row about a borrower."""

    borrower_id: int


def amount(fen: int | None) -> str:
    """Fen as people read them."""
    return "–" if fen is None else f"¥{yuan(fen)}"


def rate(ppm: int | None) -> str:
    """A yearly rate in percent."""
    return "–" if ppm is None else f"{percent(ppm):.2f}%"


def cover(rows: Iterable[Any]) -> None:
    """Put `covered` on each row of a page: one read of their keys for all of them."""
    page = list(rows)
    masks: dict[int, MaskedPerson] = people.masked_many([row.borrower_id for row in page])
    for row in page:
        row.covered = masks[row.borrower_id]
