"""What a wish would mean is shown before it is asked for; it is what then happens."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from common.business_date import actions as business_date
from lending.calc.contracts import Change, TransactionKind
from lending.servicing import changes
from lending.servicing.asking import effects, requests
from lending.servicing.models import LoanRequest
from lending.servicing.refusals import TermsNotPossible
from lending.tests import builders, doors
from lending.tests.test_loan_requests import LATER, ask
from tests.machinery.unchanged import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
Kind = TransactionKind
TODAY = builders.TODAY
WISHES = [
    (Kind.DUE_DATE_CHANGE, {"due_on": LATER}),
    (Kind.HOLIDAY, {"periods": 1}),
    (Kind.EXTENSION, {"periods": 2}),
    (Kind.RESTRUCTURE, {"periods": 6}),
]


def seen(loan, kind, change, *, on=TODAY):
    loan.refresh_from_db()
    return effects.effect_of(loan, kind=kind, change=Change(**change), on=on)


class TestAnEffect:
    @pytest.mark.parametrize(("kind", "change"), WISHES)
    def test_is_what_happens_when_two_agree_on_that_day(self, loan, mei, colleague, kind, change):
        with nothing_written():
            shown = seen(loan, kind, change)

        row = ask(loan, kind, **change)
        taken_up = requests.take_up(request_id=row.pk, on=TODAY, by=mei)
        changes.approve(change_id=taken_up.pk, on=TODAY, by=colleague)

        lines = loan.instalments.order_by("number")
        left = [
            each.principal_fen + each.interest_due_fen for each in lines if each.paid_on is None
        ]
        assert shown.after.instalments_left == len([fen for fen in left if fen])
        assert shown.after.total_fen == sum(left)
        assert shown.after.last_due_on == max(each.due_on for each in lines)

    def test_of_more_time_costs_more_and_makes_instalments_smaller(self, loan):
        shown = seen(loan, Kind.EXTENSION, {"periods": 3})

        assert shown.more_fen == shown.size_fen > 0
        assert shown.after.next_fen < shown.before.next_fen
        assert shown.after.instalments_left == shown.before.instalments_left + 3

    def test_of_a_pause_puts_the_next_payment_off_and_costs_more(self, loan):
        shown = seen(loan, Kind.HOLIDAY, {"periods": 1})

        assert shown.before.next_due_on == date(2026, 12, 20)
        assert shown.after.next_due_on == date(2027, 1, 20)
        assert shown.more_fen > 0

    def test_of_fewer_periods_costs_less(self, loan):
        shown = seen(loan, Kind.RESTRUCTURE, {"periods": 1})

        assert shown.more_fen < 0
        assert shown.size_fen == -shown.more_fen

    def test_of_what_cannot_be_is_refused_as_asking_is(self, loan):
        with nothing_written(), pytest.raises(TermsNotPossible):
            seen(loan, Kind.DUE_DATE_CHANGE, {"due_on": TODAY - timedelta(days=400)})


class TestThePage:
    def look(self, lin, loan, **wish):
        return doors.web_of(lin).post(
            reverse("lending:requests", args=[loan.public_id]),
            {"request_key": "k" * 22, "look": "1", **wish},
        )

    @pytest.mark.parametrize(
        "wish",
        [
            {"kind": "HOLIDAY", "periods": "1"},
            {"kind": "EXTENSION", "periods": "3"},
            {"kind": "RESTRUCTURE", "periods": "6"},
            {"kind": "DUE_DATE_CHANGE", "due_on": LATER.isoformat()},
        ],
    )
    def test_shows_what_it_costs_and_asks_for_nothing(self, lin, loan, wish):
        answer = self.look(lin, loan, **wish)

        page = doors.shown(answer)
        assert answer.status_code == 200
        for words in ("as it is now", "You pay in all from now on", "by", "Ask for it"):
            assert words in page
        assert LoanRequest.objects.count() == 0

    def test_says_of_money_that_it_changes_no_plan(self, lin, loan):
        page = doors.shown(self.look(lin, loan, kind="CREDIT_BALANCE_REFUND", amount="1"))

        assert "changes nothing of your plan" in page
        assert LoanRequest.objects.count() == 0

    @pytest.mark.parametrize("wish", [{"kind": "HOLIDAY"}, {"kind": "DUE_DATE_CHANGE"}, {}])
    def test_says_what_is_missing(self, lin, loan, wish):
        answer = self.look(lin, loan, **wish)

        assert answer.status_code == 422
        assert "as it is now" not in doors.shown(answer)

    def test_shows_it_of_an_overdue_loan_too(self, lin, loan):
        with transaction.atomic():
            business_date.advance(to=TODAY + timedelta(days=45))

        page = doors.shown(self.look(lin, loan, kind="EXTENSION", periods="2"))

        assert "You pay in all from now on" in page

    def test_says_at_the_wish_that_another_one_waits(self, lin, loan):
        ask(loan)
        answer = doors.web_of(lin).post(
            reverse("lending:requests", args=[loan.public_id]),
            {"request_key": "k" * 22, "kind": "HOLIDAY", "periods": "1"},
        )

        assert answer.status_code == 422
        assert "kind" in answer.context["form"].errors
        assert LoanRequest.objects.count() == 1

    def test_is_nobody_elses(self, loan):
        answer = self.look(builders.person("Wei"), loan, kind="HOLIDAY", periods="1")

        assert answer.status_code == 404
