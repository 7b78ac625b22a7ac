"""Whoever decides over a loan sees all that would be done: entry, amount, before and after."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse

from borrowers.tests import cast
from common.business_date import actions as business_date
from common.templatetags.dates import day
from lending.calc.contracts import Change, TransactionKind
from lending.loans import log
from lending.loans.models import LoanTransaction
from lending.servicing import actions as servicing
from lending.servicing.asking import effects
from lending.servicing.models import LoanChange
from lending.tests import builders, doors
from lending.tests.test_admin_changes import ask, decide, staff
from lending.tests.test_loan_requests import LATER
from lending.tests.test_loan_requests import ask as wish
from tests.machinery.unchanged import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
Kind = TransactionKind
TODAY = builders.TODAY


def colleague():
    return staff("13900000000", "approve_servicing_loan")


def looked_at(browser, loan):
    return doors.shown(browser.get(reverse("admin:lending_loan_change", args=[loan.pk])))


def changes_part(page):
    return page[page.index('<section id="changes"') :]


def figures(page):
    """What the table of the first wish says: name -> (as it is, afterwards)."""
    (table, *_) = re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    bare = [[re.sub(r"<[^>]+>", "", each).strip() for each in row] for row in cells]
    return {name: (before, after) for name, before, after in bare}


def yuan_of(text):
    return Decimal(text.replace("¥", "").replace(",", ""))


@pytest.fixture
def officer():
    return staff(cast.PHONES["Mei"], "propose_servicing_loan")


class TestWhatIsShownToTheSecondPair:
    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"kind": "HOLIDAY", "periods": "2"}, ["Payment holiday", "Periods", "2"]),
            (
                {"kind": "DUE_DATE_CHANGE", "due_on": "2026-12-28"},
                ["Other due date", "Next due date", "28"],
            ),
            ({"kind": "RATE_CHANGE", "annual_rate": "3.5"}, ["Annual rate", "3.50%"]),
            ({"kind": "EXTENSION", "periods": "3"}, ["Extension", "Instalments left"]),
            (
                {"kind": "RESTRUCTURE", "periods": "6", "annual_rate": "2"},
                ["Restructuring", "Periods", "2.00%"],
            ),
            ({"kind": "WRITE_OFF"}, ["Write-off", "Booked as a loss"]),
        ],
    )
    def test_is_all_of_it_with_before_and_after(self, loan, officer, given, words):
        ask(officer, loan, **given)
        other = colleague()
        with nothing_written():
            page = changes_part(looked_at(other, loan))

        for each in (*words, "As it is", "Afterwards", "Whole cost of the loan"):
            assert each in page, each
        assert "Approve" in page

    def test_a_reversal_names_the_entry_with_its_day_and_amount(self, loan, officer):
        builders.pay(loan, 100_00, on=TODAY, key="p")
        ask(officer, loan, kind="REVERSAL", reverses="2", reason="OUR_MISTAKE")

        page = changes_part(looked_at(colleague(), loan))

        assert re.search(r"2 · \w[\w ]* · [^·<]*2026[^·<]* · ¥100\.00", page)
        before, after = figures(page)["Still to be paid in all"]
        assert yuan_of(after) > yuan_of(before)

    def test_what_is_approved_is_what_was_shown(self, loan, officer):
        ask(officer, loan, kind="EXTENSION", periods="3")
        other = colleague()
        shown = figures(changes_part(looked_at(other, loan)))

        decide(other)

        loan.refresh_from_db()
        rows = list(loan.instalments.order_by("number"))
        asked_fen = sum(row.principal_fen + row.interest_due_fen + row.fee_fen for row in rows)
        cost_fen = asked_fen - sum(row.principal_fen for row in rows)
        assert yuan_of(shown["Still to be paid in all"][1]) * 100 == asked_fen
        assert yuan_of(shown["Whole cost of the loan"][1]) * 100 == cost_fen
        assert shown["Instalments left"] == (str(len(rows) - 3), str(len(rows)))

    def test_what_cannot_be_any_more_says_so_in_place_of_figures(self, loan, officer):
        builders.pay(loan, 100_00, on=TODAY, key="p")
        for key in ("one", "two"):
            ask(officer, loan, request_key=key, kind="REVERSAL", reverses="2")
        other = colleague()
        first = LoanChange.objects.order_by("pk")[0]
        other.post(reverse("admin:lending_loan_decide_change", args=[first.pk]), {"approve": "1"})

        page = changes_part(looked_at(other, loan))

        assert "cannot be undone" in page
        assert "Afterwards" not in page

    def test_what_is_decided_says_what_it_was_and_looks_no_further(self, loan, officer):
        ask(officer, loan, kind="HOLIDAY", periods="1")
        page = changes_part(doors.shown(decide(colleague())))

        assert "Approved" in page
        assert "Periods" in page
        assert "Afterwards" not in page

    def test_a_charge_of_a_late_loan_is_shown_too(self, loan, officer):
        with transaction.atomic():
            business_date.advance(to=TODAY + timedelta(days=45))
        ask(officer, loan, kind="EXTENSION", periods="2")

        assert "Afterwards" in changes_part(looked_at(colleague(), loan))


class TestTheBorrowersRequest:
    def test_is_shown_with_its_effect_and_nothing_contradicts_it(self, loan, officer):
        wish(loan)
        page = changes_part(looked_at(officer, loan))

        assert "Asked for by the borrower" in page
        assert day(LATER) in page
        assert "Take it up" in page
        assert figures(page)["Due on"] == (day(date(2026, 12, 20)), day(LATER))
        assert "Nobody has asked for a change." not in page

    def test_of_money_back_says_how_much(self, loan, officer):
        builders.pay_off(loan, on=TODAY)
        LoanTransaction.objects.create(
            loan=loan, sequence=3, kind="REPAYMENT", value_date=TODAY, booked_on=TODAY,
            amount_fen=7_00,
        )  # fmt: skip
        wish(loan, Kind.CREDIT_BALANCE_REFUND, amount_fen=5_00)

        page = changes_part(looked_at(officer, loan))

        assert "¥5.00" in page
        assert "Held for the borrower" in page

    def test_without_any_wish_nobody_has_asked(self, loan, officer):
        assert "Nobody has asked for a change." in looked_at(officer, loan)


class TestTheForm:
    def test_offers_the_entries_by_name_and_says_what_each_field_is_for(self, loan, officer):
        builders.pay(loan, 100_00, on=TODAY, key="p")
        page = changes_part(looked_at(officer, loan))

        assert re.search(r'<option value="2">2 · \w[\w ]* · [^<]*¥100\.00</option>', page)
        for words in ("For a reversal or a charge-back", "For a lower rate or a restructuring"):
            assert words in page

    def test_an_entry_of_nobodys_is_still_judged_by_the_verb(self, loan, officer):
        assert "cannot be undone" in doors.shown(ask(officer, loan, kind="REVERSAL", reverses="77"))
        assert LoanChange.objects.count() == 0


def test_the_cost_is_less_by_what_is_waived(loan):
    day_late = TODAY + timedelta(days=45)
    with transaction.atomic():
        servicing.catch_up(loan=loan, through=day_late - timedelta(days=1))
    row = LoanChange(loan=loan, kind=Kind.WAIVER, value_date=day_late, amount_fen=1_50)
    with nothing_written():
        effect = effects.effect_of_change(row, on=day_late)

    assert effect.after.cost_fen == effect.before.cost_fen - 1_50
    assert effect.after.total_fen == effect.before.total_fen - 1_50
    assert effect.after.annual_rate_ppm == effect.before.annual_rate_ppm


def test_what_changes_a_plan_is_looked_at_in_one_way(loan):
    change = Change(due_on=LATER)
    row = LoanChange(
        loan=loan, kind=Kind.DUE_DATE_CHANGE, value_date=TODAY, terms=log.kept_change(change)
    )

    assert effects.effect_of_change(row, on=TODAY) == effects.effect_of(
        loan, kind=Kind.DUE_DATE_CHANGE, change=change, on=TODAY
    )
