"""Invariant 8 under any sequence of events: nothing is read without a legal basis.

A plain model in Python goes beside the database: after every step both must agree on what may be
read, and what was imported must be accounted for.
"""

from dataclasses import dataclass, field
from itertools import count

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.behaviour import actions, queries
from borrowers.behaviour.contracts import Category, Source
from borrowers.people import actions as people
from borrowers.people.queries import borrower_of
from borrowers.tests import cast

pytestmark = pytest.mark.django_db

TELEPHONES = count(1)
NUMBERS = st.integers(min_value=0, max_value=11)
STEPS = st.lists(
    st.one_of(
        st.just(("ALLOW", ())),
        st.just(("WITHDRAW", ())),
        st.tuples(st.just("UPLOAD"), st.frozensets(NUMBERS, min_size=1)),
        st.tuples(st.just("REPAY"), st.frozensets(NUMBERS, min_size=1, max_size=2)),
    ),
    max_size=12,
)


@dataclass
class Model:
    """What ought to be readable."""

    consents: int = 0
    is_allowed: bool = False
    # Event number → the consent under which it was last given.
    given: dict[int, int] = field(default_factory=dict)
    repaid: set[int] = field(default_factory=set)

    def allow(self) -> None:
        if not self.is_allowed:
            self.consents += 1
            self.is_allowed = True

    def withdraw(self) -> None:
        self.is_allowed = False

    def upload(self, numbers: frozenset[int]) -> int | None:
        """How many rows are new, or nothing where it must be refused."""
        if not self.is_allowed:
            return None
        new = [each for each in numbers if self.given.get(each) != self.consents]
        self.given.update(dict.fromkeys(new, self.consents))
        return len(new)

    def readable(self) -> list[int]:
        if not self.is_allowed:
            return []
        return sorted(each for each, under in self.given.items() if under == self.consents)


class Person:
    """Somebody in the database, taking the same steps."""

    def __init__(self) -> None:
        account = people.open_account(phone=f"1370000{next(TELEPHONES):04d}", language="en")
        card = borrower_of(account.pk)
        assert card is not None
        self.card = card
        self.uploads = 0

    def upload(self, numbers: frozenset[int]) -> int | None:
        self.uploads += 1
        try:
            outcome = actions.upload_bill(
                borrower_id=self.card.id,
                reading=cast.reading([cast.event(each) for each in sorted(numbers)]),
                # Every bill is another file: the rows decide what is new, not the file.
                content=f"bill {self.uploads}".encode(),
                media_type="text/csv",
                by=cast.self_of(self.card),
            )
        except actions.ConsentNeeded:
            return None
        return outcome.imported

    def repay(self, numbers: frozenset[int]) -> None:
        for each in numbers:
            actions.record_own(
                borrower_id=self.card.id,
                contract_id=7,
                occurred_at=cast.event(each).occurred_at,
                amount_fen=50_000 + each,
                category=Category.CREDIT_REPAYMENT,
                ext_text=f"loan:7:{each}",
            )

    def readable(self) -> list[int]:
        columns = queries.columns_of(self.card.id)
        uploaded = columns.source != Source.OWN_LOANS
        return sorted(int(fen) - 1_000 for fen in columns.amount_fen[uploaded])

    def repaid(self) -> set[int]:
        columns = queries.columns_of(self.card.id)
        own = columns.source == Source.OWN_LOANS
        return {int(fen) - 50_000 for fen in columns.amount_fen[own]}


def walk(person: Person, model: Model, steps) -> None:
    for name, numbers in steps:
        match name:
            case "ALLOW":
                cast.allow(person.card)
                model.allow()
            case "WITHDRAW":
                cast.withdraw(person.card)
                model.withdraw()
            case "UPLOAD":
                assert person.upload(numbers) == model.upload(numbers)
            case "REPAY":
                person.repay(numbers)
                model.repaid |= numbers
        assert person.readable() == model.readable()
        assert person.repaid() == model.repaid


@settings(max_examples=40)
@given(steps=STEPS)
def test_nothing_is_read_without_a_consent_in_force_or_a_contract(steps):
    walk(Person(), Model(), steps)


@settings(max_examples=15)
@given(steps=STEPS)
def test_every_event_has_its_words_and_every_own_event_has_none(steps):
    person = Person()
    walk(person, Model(), steps)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM borrowers_event AS event"
            " LEFT JOIN borrowers_event_text AS text USING (borrower_id, occurred_at, ext)"
            " WHERE borrower_id = %s AND (event.source = 9) = (text.words IS NOT NULL)",
            [person.card.id],
        )
        assert cursor.fetchone() == (0,)


def test_a_consent_for_another_purpose_opens_nothing():
    lin = cast.borrower("Lin")
    cast.allow(lin, "AUTOMATED_DECISION")
    cast.allow(lin, "POST_LOAN_WATCH")

    with pytest.raises(actions.ConsentNeeded):
        actions.upload_bill(
            borrower_id=lin.id,
            reading=cast.reading([cast.event(1)]),
            content=b"a bill",
            media_type="text/csv",
            by=cast.self_of(lin),
        )


def test_one_persons_withdrawal_leaves_the_others_as_they_are():
    lin, wei = Person(), Person()
    for person in (lin, wei):
        cast.allow(person.card)
        person.upload(frozenset({1, 2, 3}))

    cast.withdraw(wei.card)

    assert (lin.readable(), wei.readable()) == ([1, 2, 3], [])
    assert len(queries.columns_of_many([lin.card.id, wei.card.id])) == 3
