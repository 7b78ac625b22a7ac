"""Columns that staff lists share: amounts, rates, and people with their names covered."""

from collections.abc import Collection, Iterable
from typing import Any, Protocol

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from borrowers.people import queries as people
from borrowers.people.contracts import MaskedPerson
from common.admin.links import linked
from common.rates import percent
from common.templatetags.money import yuan


class OfSomebody(Protocol):
    """A row about a borrower."""

    borrower_id: int


def amount(fen: int | None) -> str:
    """Fen as people read them."""
    return "–" if fen is None else yuan(fen)


def rate(ppm: int | None) -> str:
    """A yearly rate in percent."""
    return "–" if ppm is None else f"{percent(ppm):.2f}%"


def person_link(row: OfSomebody) -> SafeString:
    """The covered person, leading to their page."""
    covered = getattr(row, "covered", None) or people.masked(row.borrower_id)
    return linked("borrowers_borrower", row.borrower_id, f"{covered.name} {covered.phone}")


def colleagues(account_ids: Collection[int]) -> dict[int, str]:
    """Members of the staff as their colleagues know them: what they are, and the covered phone."""
    titles, phones = people.staff_titles(account_ids), people.covered_phones(account_ids)
    return {
        each: f"{gettext(titles.get(each, people.STAFF))} {phones.get(each, '')}".strip()
        for each in account_ids
    }


def cover(rows: Iterable[Any]) -> None:
    """Put `covered` on each row of a page: one read of their keys for all of them."""
    page = list(rows)
    masks: dict[int, MaskedPerson] = people.masked_many([row.borrower_id for row in page])
    for row in page:
        row.covered = masks[row.borrower_id]
