"""Closing over the calendar's corners: months that are short, a leap day, the turn of a year."""

from datetime import date, timedelta

import pytest

from borrowers.messages.models import Message
from common.business_date import queries as business_dates
from lending.calc.fold import fold, payoff_quote
from lending.channels.models import Transfer
from lending.closing import actions as closing
from lending.closing import ranges
from lending.disbursements import actions as disbursements
from lending.ledger import chart
from lending.ledger import invariants as books
from lending.ledger import queries as ledger
from lending.ledger.models import LedgerEntry
from lending.loans import queries as loans
from lending.loans.models import Loan
from lending.repayments.queries import Standing, standing
from lending.servicing import invariants, subledger
from lending.tests import builders
from tests.machinery.unchanged import nothing_written

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# The day of the payout, and the three due dates that follow from it.
CORNERS = {
    "a month that ends on the 30th": (
        date(2027, 8, 31),
        [date(2027, 9, 30), date(2027, 10, 31), date(2027, 11, 30)],
    ),
    "february": (
        date(2027, 1, 31),
        [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)],
    ),
    "february of a leap year": (
        date(2028, 1, 31),
        [date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30)],
    ),
    "a leap day": (
        date(2028, 2, 29),
        [date(2028, 3, 29), date(2028, 4, 29), date(2028, 5, 29)],
    ),
    "the turn of a year": (
        date(2027, 11, 30),
        [date(2027, 12, 30), date(2028, 1, 30), date(2028, 2, 29)],
    ),
}


def paid_out(on: date, *, name: str = "Lin", key: str = "first") -> Loan:
    """A loan of three months that the bank paid out on this day."""
    builders.open_books(on)
    loan = builders.signed(builders.person(name), key=key)
    transfer = Transfer.objects.get(loan_id=loan.pk)
    disbursements.book(transfer_id=transfer.pk, answer=builders.said(transfer), on=on, claim=None)
    return fresh(loan)


def fresh(loan: Loan) -> Loan:
    return Loan.objects.get(pk=loan.pk)


def stands(loan: Loan, on: date) -> Standing:
    found = standing(fresh(loan), on=on)
    assert found is not None
    return found


def is_sound() -> bool:
    return not [*invariants.breaches(), *books.breaches()]


@pytest.mark.parametrize(("paid_on", "due"), CORNERS.values(), ids=CORNERS)
class TestOverACorner:
    def test_instalments_fall_due_on_the_months_own_last_days(self, paid_on, due):
        loan = paid_out(paid_on)

        assert [row.due_on for row in loan.instalments.order_by("number")] == due
        assert [row.starts_on for row in loan.instalments.order_by("number")] == [
            paid_on,
            *due[:-1],
        ]

    def test_a_month_of_days_earns_exactly_the_months_interest(self, paid_on, due):
        """Neither 28 nor 31 days make it more or less, and every day of them earns something."""
        loan = paid_out(paid_on)
        interest_fen = loan.instalments.get(number=1).interest_fen

        assert closing.close_through(to=due[0]) == (due[0] - paid_on).days
        nearly_fen = fresh(loan).interest_accrued_fen
        closing.close_through(to=due[0] + DAY)

        assert 0 < nearly_fen < interest_fen
        assert fresh(loan).interest_accrued_fen == interest_fen
        assert ledger.balance_fen(chart.INTEREST_INCOME) == -interest_fen
        assert is_sound()

    def test_day_by_day_is_as_all_at_once(self, paid_on, due):
        """What closing has posted in a month of entries is what the fold says of the last day."""
        loan = paid_out(paid_on)
        through = due[0] + 6 * DAY
        closing.close_through(to=through + DAY)

        state = fold(loans.terms_of(loan), loans.log_of(loan), through)

        wanted = {code: fen for code, fen in subledger.balances_fen(state).items() if fen}
        assert ledger.loan_balances_fen(loan.pk) == wanted
        assert fresh(loan).penalty_accrued_fen == state.penalty_accrued_fen > 0

    def test_a_payment_on_the_due_date_is_in_time_and_a_day_later_is_late(self, paid_on, due):
        loan = paid_out(paid_on)
        closing.close_through(to=due[0])

        assert stands(loan, due[0]).days_past_due == 0
        assert stands(loan, due[0] + DAY).days_past_due == 1

    def test_closing_twice_is_closing_once(self, paid_on, due):
        paid_out(paid_on)
        closing.close_through(to=due[0] + DAY)

        with nothing_written():
            assert closing.close_through(to=due[0] + DAY) == 0
            assert closing.close_through(to=paid_on) == 0
            assert closing.close(day=due[0]) is False
            assert closing.carry_range(day=due[0]) == 0

    def test_a_pay_off_quoted_that_day_closes_the_loan_to_zero(self, paid_on, due):
        loan = paid_out(paid_on)
        closing.close_through(to=due[0])
        quoted = payoff_quote(loans.terms_of(loan), loans.log_of(loan), due[0])

        builders.pay_off(fresh(loan), on=due[0])

        assert quoted.interest_fen == loan.instalments.get(number=1).interest_fen
        assert (fresh(loan).state, fresh(loan).settled_on) == ("SETTLED", due[0])
        assert ledger.balance_fen(chart.LOAN_PRINCIPAL) == 0
        assert ledger.balance_fen(chart.INTEREST_RECEIVABLE) == 0
        assert is_sound()


class TestDays:
    def test_follow_one_another_and_leave_none_out(self):
        builders.open_books(date(2028, 2, 27))

        assert closing.close_through(to=date(2028, 3, 2)) == 4

        assert business_dates.today() == date(2028, 3, 2)

    @pytest.mark.parametrize("day", [date(2028, 2, 26), date(2028, 2, 28), date(2028, 3, 1)])
    def test_that_are_not_the_open_one_are_not_closed(self, day):
        builders.open_books(date(2028, 2, 27))

        with nothing_written():
            assert closing.close(day=day) is False

    def test_are_not_opened_over_a_loan_that_was_left_behind(self):
        """The date moves only when no loan is behind: a worker that is ahead opens nothing."""
        day = date(2028, 2, 28)
        paid_out(day)
        Loan.objects.update(carried_through=day - DAY)

        with nothing_written():
            assert closing._open_next(day=day) is False

        assert closing.close(day=day) is True
        assert business_dates.today() == day + DAY

    def test_of_a_closed_loan_bring_nothing_more(self):
        paid_on = date(2028, 2, 28)
        loan = paid_out(paid_on)
        builders.pay_off(loan, on=paid_on)
        entries = LedgerEntry.objects.count()

        closing.close_through(to=date(2028, 4, 3))

        assert LedgerEntry.objects.count() == entries
        assert fresh(loan).carried_through == paid_on

    def test_carry_all_loans_in_ranges(self, monkeypatch):
        """More loans than fit into one range are carried by as many ranges as it takes."""
        paid_on = date(2028, 2, 28)
        lins, weis = paid_out(paid_on), paid_out(paid_on, name="Wei")
        monkeypatch.setattr(ranges, "RANGE_LOANS", 1)

        closing.close_through(to=paid_on + 2 * DAY)

        accruals = LedgerEntry.objects.filter(kind="ACCRUAL", business_date=paid_on + DAY)
        assert accruals.count() == 2
        assert fresh(lins).carried_through == fresh(weis).carried_through == paid_on + DAY
        assert is_sound()


class TestReminders:
    @pytest.mark.parametrize(
        ("paid_on", "told_on"),
        [
            (date(2028, 1, 31), date(2028, 2, 26)),
            (date(2027, 1, 31), date(2027, 2, 25)),
            (date(2027, 12, 1), date(2027, 12, 29)),
        ],
    )
    def test_come_three_days_ahead_over_the_end_of_a_month_too(self, paid_on, told_on):
        paid_out(paid_on)
        told = Message.objects.filter(template="INSTALMENT_DUE_SOON")

        closing.close_through(to=told_on - DAY)
        assert not told.exists()
        closing.close_through(to=told_on)

        assert told.count() == 1

    def test_come_once_for_each_instalment(self):
        paid_on = date(2028, 1, 31)
        loan = paid_out(paid_on)
        closing.close_through(to=date(2028, 2, 29))
        leap_day = date(2028, 2, 29)
        builders.pay(loan, stands(loan, leap_day).due_fen, on=leap_day, key="first")

        closing.close_through(to=date(2028, 3, 31))

        due = Message.objects.filter(template="INSTALMENT_DUE_SOON").order_by("pk")
        assert [each.facts["due_on"] for each in due] == ["2028-02-29", "2028-03-31"]
