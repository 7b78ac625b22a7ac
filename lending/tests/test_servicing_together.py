"""Many loans brought through a day in a few statements are what each of them is alone."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from lending.ledger import queries as ledger
from lending.loans import queries as loans
from lending.loans.models import Loan
from lending.servicing import actions as servicing
from lending.servicing.models import LoanCourse
from lending.tests import builders, closing_loans
from lending.tests.calc_loans import opening, terms_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# Paid out so many days ago: runs, falls due, turns late, is late for long.
AGES = (1, 31, 34, 70)


@pytest.fixture
def four():
    """One loan of each age, all carried to the same day."""
    today = builders.TODAY
    builders.open_books(today)
    found = []
    for name, days in zip(("Lin", "Wei", "Chen", "Mei"), AGES, strict=True):
        loan = builders.signed(builders.person(name), key=name)
        terms = terms_of(disbursed_on=today - days * DAY, months=3)
        found.append(closing_loans.become(loan, terms, [opening(terms)], today))
    return found


def fresh(found):
    return list(Loan.objects.filter(pk__in=[loan.pk for loan in found]).order_by("pk"))


def everything(found):
    """Rows, instalments and courses of the loans."""
    numbers = [loan.pk for loan in found]
    return (
        list(Loan.objects.filter(pk__in=numbers).order_by("pk").values()),
        [list(loan.instalments.order_by("number").values()) for loan in fresh(found)],
        list(LoanCourse.objects.filter(loan_id__in=numbers).order_by("loan_id").values()),
    )


def done_alone(found, day):
    return {loan.pk: servicing.bring_forward(loan=loan, through=day).lines for loan in fresh(found)}


def done_together(found, day):
    carried = servicing.bring_forward_together(picked=fresh(found), through=day)
    return {number: each.lines for number, each in carried.items()}


def undone(act, found, day):
    """What an act answers and leaves behind, taken back."""
    with transaction.atomic():
        answer = act(found, day), everything(found)
        transaction.set_rollback(True)
    return answer


class TestTogether:
    @pytest.mark.parametrize("days", [1, 2, 3, 30])
    def test_is_what_each_loan_is_alone(self, four, days):
        day = four[0].carried_through + days * DAY

        together = undone(done_together, four, day)

        assert together == undone(done_alone, four, day)
        assert any(together[0].values())

    def test_takes_no_more_questions_for_more_loans(self, four):
        day = four[0].carried_through + DAY
        counts = []
        for picked in (four[:2], four):
            with CaptureQueriesContext(connection) as asked:
                undone(lambda found, on: servicing.bring_forward_together(
                    picked=fresh(found), through=on), picked, day)  # fmt: skip
            counts.append(len(asked) - 3 * len(picked))

        assert counts[1] <= counts[0] + 2

    def test_of_nobody_is_nothing(self, four):
        before = everything(four)

        assert servicing.bring_forward_together(picked=[], through=four[0].carried_through) == {}
        assert everything(four) == before


class TestReadTogether:
    def test_is_the_terms_and_the_log_of_each(self, four):
        known = loans.read_together(four)

        assert known == {
            loan.pk: (loans.terms_of(loan), loans.log_of(loan)) for loan in fresh(four)
        }

    def test_balances_are_those_of_each(self, four):
        numbers = [loan.pk for loan in four]

        found = ledger.balances_of_loans_fen([*numbers, 0])

        assert found == {number: ledger.loan_balances_fen(number) for number in [*numbers, 0]}
        assert found[0] == {}
