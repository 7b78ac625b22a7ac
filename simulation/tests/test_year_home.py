"""What compares a loan with its borrower's notebook: silent where they agree, loud where not.

One real loan of a person who has signed up by phone and code; only the notebook is tampered with.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.cache import cache

from borrowers.consent.purposes import AUTOMATED_DECISION
from borrowers.people import queries as people
from borrowers.people.contracts import BorrowerCard
from borrowers.tests import cast
from lending.tests import builders
from lending.tests.builders import TODAY
from simulation.year import home
from simulation.year.clock import WorldClock, telling
from simulation.year.people.notebook import Contract, Notebook, Paid
from simulation.year.people.phone import Phone, Unexpected, new_key

pytestmark = pytest.mark.django_db
LENT_FEN = 300_000


@pytest.fixture
def phone() -> Iterator[Phone]:
    """Lin's, signed in and known by name."""
    clock = WorldClock(TODAY)
    cache.clear()  # one address signs up a few times a minute, and no more
    with telling(clock):
        builders.open_books()
        phone = Phone(number="13900000078", clock=clock, address="10.0.0.1")
        card = people.card(phone.sign_up())
        number = cast.id_number_of(date(1995, 5, 5), 1)
        cast.identify(card, name="林一（虚构）", id_number=number)
        cast.allow(card)
        cast.allow(card, AUTOMATED_DECISION)
        yield phone


@pytest.fixture
def loan(phone: Phone) -> str:
    return builders.paid_out(card_of(phone)).public_id


@pytest.fixture
def notebook(phone: Phone, loan: str) -> Notebook:
    return home.opened(phone, loan)


def card_of(phone: Phone) -> BorrowerCard:
    account = people.account_by_phone(phone.number)
    assert account is not None
    card = people.borrower_of(account.pk)
    assert card is not None
    return card


def said(phone: Phone, loan: str, notebook: Notebook, on: date = TODAY) -> list[str]:
    return list(home.differences(phone, loan, notebook, on))


class TestANotebook:
    def test_begins_with_the_plan_that_was_signed(self, phone, loan, notebook):
        rows = notebook.contract.rows

        assert sum(row.principal_fen for row in rows) == LENT_FEN
        assert rows[0].starts_on == TODAY
        assert [row.starts_on for row in rows[1:]] == [row.due_on for row in rows[:-1]]
        assert notebook.contract.penalty_rate_ppm == phone.get(f"loans/{loan}")["penalty_rate_ppm"]

    def test_that_is_kept_well_agrees_with_the_home(self, phone, loan, notebook):
        assert said(phone, loan, notebook) == []

    def test_with_a_payment_that_nobody_booked_is_named(self, phone, loan, notebook):
        notebook.pays(Paid("R-1", TODAY, 5_000))

        found = said(phone, loan, notebook)

        assert any("payments is told as 0, noted as 5000" in each for each in found)
        assert any("the most is told as" in each for each in found)
        assert all(loan in each and str(TODAY) in each for each in found)

    def test_of_a_fen_more_principal_is_named_by_phone_and_page(self, phone, loan, notebook):
        first, *others = notebook.contract.rows
        dearer = replace(first, principal_fen=first.principal_fen + 1)
        other = Notebook(replace(notebook.contract, rows=(dearer, *others)))

        found = said(phone, loan, other)

        assert any(f"principal is told as {LENT_FEN}, noted as {LENT_FEN + 1}" in e for e in found)
        assert any("the page does not say '3,000.01'" in each for each in found)

    def test_of_a_due_date_a_day_later_is_named_by_phone_and_page(self, phone, loan, notebook):
        first, *others = notebook.contract.rows
        later = replace(first, due_on=first.due_on + timedelta(days=1))
        other = Notebook(replace(notebook.contract, rows=(later, *others)))

        found = said(phone, loan, other)

        assert any("next is told as" in each for each in found)
        assert any("the page does not say" in each for each in found)

    def test_of_a_loan_that_is_over_is_named(self, phone, loan, notebook):
        notebook.pays(Paid("P-1", TODAY, LENT_FEN, closes=True))
        assert notebook.page(TODAY).is_settled

        found = said(phone, loan, notebook)

        assert any("is settled is told as False, noted as True" in each for each in found)
        assert any("You owe nothing more on this loan." in each for each in found)

    def test_of_lateness_that_the_platform_does_not_know_is_named(self, phone, loan, notebook):
        """The notebook is a day ahead of the books, on the day after the due date."""
        due_on = notebook.contract.rows[0].due_on

        found = said(phone, loan, notebook, due_on + timedelta(days=1))

        assert any("days past due is told as 0, noted as 1" in each for each in found)
        assert any("the page does not say '1 day'" in each for each in found)


class TestPoints:
    def test_of_somebody_without_any_add_up(self, phone, loan):
        assert list(home.of_points(phone)) == []

    def test_that_were_earned_add_up(self, phone, loan):
        card = card_of(phone)
        builders.rewarded(card.id, points=120)
        builders.rewarded(card.id, points=30, source=900_002, days=7)

        assert phone.get("rewards")["balance"] == 150
        assert list(home.of_points(phone)) == []


class TestAPhone:
    def test_says_what_it_was_answered_where_that_was_not_counted_on(self, phone):
        with pytest.raises(Unexpected) as refused:
            phone.get("loans/of-somebody-else")

        assert refused.value.status == 404
        assert "GET loans/of-somebody-else: 404" in str(refused.value)

    def test_shows_a_page_as_it_is_read(self, phone, loan):
        assert "3,000.00" in phone.page(f"/loans/{loan}/")
        with pytest.raises(Unexpected):
            phone.page("/loans/of-somebody-else/")

    def test_makes_a_key_of_its_own_each_time(self):
        keys = {new_key() for _ in range(50)}

        assert len(keys) == 50
        assert all(len(each) == 32 for each in keys)

    def test_of_a_stranger_is_not_let_in(self, phone, loan):
        stranger = Phone(number="13900000079", clock=phone.clock, address="10.0.0.2")

        with pytest.raises(Unexpected) as refused:
            stranger.get(f"loans/{loan}")

        assert refused.value.status == 401


def test_an_empty_contract_is_no_contract():
    with pytest.raises(IndexError):
        Notebook(Contract((), 0, 0)).page(TODAY)
