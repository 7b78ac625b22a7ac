"""A loan's pages say each thing once: what is due, what came early, what a statement adds up."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from common.business_date import actions as business_dates
from common.charts.bars import Bar
from common.money import yuan
from common.templatetags.charts import schedule_rows
from lending.calc.contracts import Instalment
from lending.channels.models import Transfer
from lending.loans.models import Loan, LoanTransaction
from lending.papers.statements import queries as statements
from lending.papers.statements import words
from lending.repayments.queries import standing
from lending.tests import builders, doors
from lending.tests.test_servicing_points import DUE, undo

TODAY = builders.TODAY
on_the_platform = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


def paid_early(loan, lin, amount="1200", policy="REDUCE_INSTALMENT"):
    form = {"amount": amount, "request_key": "k" * 22, "policy": policy}
    answer = doors.web_of(lin).post(f"/loans/{loan.public_id}/early/", form)
    assert answer.status_code == 302
    builders.collected(Transfer.objects.get(purpose="PREPAYMENT"), on=TODAY)
    return Loan.objects.get(pk=loan.pk)


def page_of(loan, lin):
    return doors.web_of(lin).get(f"/loans/{loan.public_id}/")


class TestTheDueDay:
    pytestmark = on_the_platform

    def test_tells_the_instalment_of_today_once(self, lin, loan):
        with transaction.atomic():
            business_dates.advance(to=DUE)

        page = page_of(loan, lin)

        stands = page.context["standing"]
        assert stands.due_fen == stands.instalments[0].outstanding_fen
        assert stands.next_due == stands.instalments[0]
        assert stands.following == stands.instalments[1]
        facts = doors.shown(page).split('<section class="card">')[1].split("<form")[0]
        assert facts.count(f"¥{yuan(stands.due_fen)}") == 1 + (
            stands.following.outstanding_fen == stands.due_fen
        )

    def test_before_it_nothing_is_different(self, loan):
        stands = standing(loan, on=TODAY)

        assert stands is not None
        assert stands.following == stands.next_due

    def test_after_the_last_one_nothing_follows(self, loan):
        stands = standing(loan, on=TODAY + timedelta(days=400))

        assert stands is not None
        assert stands.following is None


class TestThePlan:
    pytestmark = on_the_platform

    @pytest.mark.parametrize("policy", ["REDUCE_INSTALMENT", "REDUCE_TERM"])
    def test_tells_what_came_early_apart(self, lin, loan, policy):
        loan = paid_early(loan, lin, policy=policy)
        page = page_of(loan, lin)

        stands = page.context["standing"]
        early_fen = sum(stands.early_fen.values())
        assert 0 < early_fen <= 120_000
        marks = page.context["marks"]
        assert max(own for _line, own, _early in marks) < early_fen
        assert sum(own + early for _line, own, early in marks) == sum(
            line.scheduled.total_fen for line in stands.instalments
        )
        assert "was paid early. It is not in the bars" in doors.shown(page)
        assert f"and ¥{yuan(early_fen)} paid early" in doors.shown(page)

    def test_of_money_along_the_plan_nothing_is_apart(self, lin, loan):
        loan = paid_early(loan, lin, policy="NEXT_DUE")

        page = page_of(loan, lin)

        assert page.context["standing"].early_fen == {}
        assert "paid early." not in doors.shown(page)

    def test_what_a_merchant_returned_is_apart_too_and_stays_so_after_the_end(self, lin, loan):
        LoanTransaction.objects.create(
            loan=loan, sequence=2, kind="MERCHANT_REFUND", value_date=TODAY, booked_on=TODAY,
            amount_fen=100_000,
        )  # fmt: skip
        loan.refresh_from_db()
        before = standing(loan, on=TODAY)
        builders.pay_off(loan, on=TODAY)
        after = standing(Loan.objects.get(pk=loan.pk), on=TODAY)

        assert before is not None
        assert after is not None
        assert sum(before.early_fen.values()) == sum(after.early_fen.values()) == 100_000

    def test_an_early_payment_that_was_taken_back_is_none(self, lin, loan, mei, colleague):
        loan = paid_early(loan, lin)
        undo(loan, mei, colleague, on=TODAY, reverses=2)

        stands = standing(loan, on=TODAY)
        assert stands is not None
        assert stands.early_fen == {}


@given(
    st.lists(
        st.tuples(st.integers(0, 10**9), st.integers(0, 10**6), st.integers(0, 10**9)),
        min_size=1,
        max_size=24,
    )
)
def test_rows_with_and_without_what_came_early_leave_the_same_owed(figures):
    plan = [
        Instalment(number, TODAY, TODAY + timedelta(days=30 * number), own + early, interest)
        for number, (own, interest, early) in enumerate(figures, start=1)
    ]
    early = {number: each[2] for number, each in enumerate(figures, start=1)}
    told, plain = schedule_rows(plan, early), schedule_rows(plan)

    assert [row.left_fen for row in told] == [row.left_fen for row in plain]
    assert [row.amount_fen + row.early_fen for row in told] == [row.amount_fen for row in plain]
    assert all(sum(Bar("", (row.principal_fen, row.interest_fen)).parts) >= 0 for row in told)


class TestTheStatement:
    pytestmark = on_the_platform

    def test_every_card_adds_up(self, lin, loan):
        builders.paid_out(lin, amount_fen=200_000, key="second")
        builders.pay(loan, 50_000, on=TODAY, key="p")
        LoanTransaction.objects.create(
            loan=loan, sequence=3, kind="MERCHANT_REFUND", value_date=TODAY, booked_on=TODAY,
            amount_fen=10_000,
        )  # fmt: skip

        page = doors.web_of(lin).get("/statements/")

        assert len(page.context["cards"]) == 2
        for each, moved in page.context["cards"]:
            account = each.account
            assert account.opening.total_fen + sum(fen for _, fen in moved) == (
                account.closing.total_fen
            )
        told = doors.shown(page)
        assert told.count("Paid out to you or for you") == 3
        assert told.count("The merchant returned") == 2

    def test_says_of_interest_paid_ahead_that_it_comes_off(self, lin, loan):
        builders.pay(loan, 10_000, on=TODAY, key="p")
        account = statements.of_loan(
            Loan.objects.get(pk=loan.pk), since=None, until=None, on=TODAY, language="en"
        ).account
        stands = standing(Loan.objects.get(pk=loan.pk), on=TODAY)

        assert stands is not None
        assert account.ahead_fen == stands.quote.ahead_fen > 0
        assert account.so_far.interest_fen == account.ahead_fen
        page = doors.shown(doors.web_of(lin).get(f"/loans/{loan.public_id}/statement/"))
        assert f"¥{yuan(account.ahead_fen)} is paid ahead" in page
        home = doors.shown(page_of(loan, lin))
        assert "Would close the loan today" in home
        assert f"¥{yuan(stands.quote.total_fen)}" in home

    def test_says_nothing_of_it_where_none_is_ahead_or_all_is_over(self, loan):
        def told():
            found = Loan.objects.get(pk=loan.pk)
            return statements.of_loan(found, since=None, until=None, on=TODAY, language="en")

        assert words.paid_ahead(told().account) == ""
        builders.pay(loan, 10_000, on=TODAY, key="p")
        builders.pay_off(Loan.objects.get(pk=loan.pk), on=TODAY)
        assert words.paid_ahead(told().account) == ""


class TestOneSlip:
    pytestmark = on_the_platform

    def test_is_one_error_that_says_where_to_go(self, lin, loan):
        page = doors.web_of(lin).post(
            f"/loans/{loan.public_id}/pay/", {"amount": "9999999", "request_key": "k" * 22}
        )

        assert page.status_code == 422
        (told,) = page.context["form"].errors["amount"]
        assert "To pay more than" in told
        assert not Transfer.objects.filter(purpose="REPAYMENT").exists()
