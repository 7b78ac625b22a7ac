"""People who send each other money, each with a bill of their own that names the other."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from borrowers.behaviour.contracts import Category, Direction, RawEvent
from borrowers.consent.purposes import SHARED_LINKS
from borrowers.people import actions as people
from borrowers.people import queries
from borrowers.people.contracts import BorrowerCard
from borrowers.tests import cast
from common.actors import Actor
from scoring.graph import actions
from scoring.tests.builders import NOW, share

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAMES = ("Lin", "Wei", "Chen", "Zhao", "Han")


def staff(number: int) -> Actor:
    account = people.open_staff(
        phone=f"+861390000008{number}", password="a long enough password", is_administrator=True
    )
    return Actor(kind="STAFF", account_id=account.pk)


@dataclass
class Circle:
    """The cast as a circle of acquaintances; `share_bills` uploads what they told each other."""

    cards: dict[str, BorrowerCard] = field(default_factory=dict)
    bills: dict[str, list[RawEvent]] = field(default_factory=dict)

    def add(self, name: str, *, agrees: bool = True) -> BorrowerCard:
        number = NAMES.index(name) + 1
        account = people.open_account(phone=f"+861390000001{number}", language="en")
        card = queries.borrower_of(account.pk)
        assert card is not None
        born_on = date(1990, 1, number)
        cast.identify(card, name=name, id_number=cast.id_number_of(born_on, number))
        cast.allow(card)
        if agrees:
            cast.allow(card, SHARED_LINKS)
        self.cards[name] = card
        self.bills[name] = []
        return card

    def sends(self, giver: str, taker: str, yuan: int, at: datetime) -> None:
        """Both bills tell of it, a minute apart."""
        for own, other, direction, when in (
            (giver, taker, Direction.OUT, at),
            (taker, giver, Direction.IN, at + timedelta(minutes=1)),
        ):
            number = 100 * (NAMES.index(own) + 1) + len(self.bills[own])
            self.bills[own].append(
                cast.event(
                    number,
                    occurred_at=when,
                    amount_fen=yuan * 100,
                    direction=direction,
                    category=Category.TRANSFER_SOCIAL,
                    merchant=other,
                    counterparty=other,
                )
            )

    def share_bills(self) -> None:
        for name, bill in self.bills.items():
            if bill:
                share(self.cards[name], bill, content=f"the bill of {name}".encode())

    def applies(self, name: str, *, at: datetime = NOW) -> bool:
        """What lending does under the application's lock."""
        with transaction.atomic():
            return actions.examine(
                application_id=900_001 + NAMES.index(name), borrower_id=self.cards[name].id, at=at
            )

    def renew(self, *names: str, until: datetime = NOW) -> int:
        with transaction.atomic():
            return sum(
                actions.refresh(borrower_id=self.cards[each].id, until=until) for each in names
            )


def ring(*, without: str = "") -> Circle:
    """Wei, Chen and Zhao send Lin thousands two days before all apply."""
    circle = Circle()
    for name in NAMES[:4]:
        circle.add(name, agrees=name != without)
    for place, name in enumerate(NAMES[1:4]):
        circle.sends(name, "Lin", 2_000 + place, NOW - 2 * DAY + place * HOUR)
    circle.share_bills()
    return circle


def applied(circle: Circle, *names: str) -> list[bool]:
    """They apply an hour after each other, the last one now."""
    return [
        circle.applies(name, at=NOW - (len(names) - 1 - place) * HOUR)
        for place, name in enumerate(names)
    ]
