"""Staff and figures for tests of credit lines."""

from borrowers.people import actions as people
from borrowers.people.contracts import BorrowerCard
from borrowers.tests import cast
from common.actors import Actor
from lending.lines import queries
from lending.lines.contracts import Standing


def staff(name: str) -> Actor:
    """One of the cast at work."""
    account = people.open_staff(
        phone=cast.PHONES[name], password="a long enough password", is_administrator=False
    )
    return Actor(kind="STAFF", account_id=account.pk)


def line_of(card: BorrowerCard) -> Standing:
    found = queries.standing_of(card.id)
    assert found is not None
    return found


def totals(card: BorrowerCard) -> tuple[int, int, int, int]:
    """Limit, drawn, reserved, held."""
    found = line_of(card)
    return found.limit_fen, found.drawn_fen, found.reserved_fen, found.held_fen
