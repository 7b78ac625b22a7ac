"""A borrower hears what became of a request: what was asked, and what changes with it."""

from datetime import date

import pytest
from django.utils.formats import date_format

from borrowers.messages.models import Message
from common.actors import SYSTEM
from common.money import yuan
from lending.calc.contracts import Change, TransactionKind
from lending.loans.models import Loan, LoanTransaction
from lending.repayments.queries import standing
from lending.servicing import changes
from lending.servicing.asking import answers, requests
from lending.tests import builders, doors
from lending.tests.test_loan_requests import ask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
Kind = TransactionKind
TODAY = builders.TODAY
LATER = date(2026, 12, 28)


def told(lin):
    """What stands in the inbox about requests, oldest first."""
    own = {*answers.AGREED.values(), *answers.DECLINED.values()}
    rows = Message.objects.filter(borrower_id=lin.id, template__in=own).order_by("pk")
    return [(row.template, row.facts) for row in rows]


class TestBeingTold:
    @pytest.mark.parametrize(
        ("kind", "change", "template"),
        [
            (Kind.DUE_DATE_CHANGE, {"due_on": LATER}, "DUE_DATE_CHANGED"),
            (Kind.HOLIDAY, {"periods": 1}, "PAUSE_AGREED"),
            (Kind.EXTENSION, {"periods": 3}, "EXTENSION_AGREED"),
            (Kind.RESTRUCTURE, {"periods": 6}, "NEW_PLAN_AGREED"),
        ],
    )
    def test_that_it_was_done_names_the_wish_and_the_next_instalment(
        self, lin, loan, mei, colleague, kind, change, template
    ):
        wish = requests.take_up(request_id=ask(loan, kind, **change).pk, on=TODAY, by=mei)
        assert told(lin) == []

        for _ in range(2):
            changes.approve(change_id=wish.pk, on=TODAY, by=colleague)

        [(found, facts)] = told(lin)
        stands = standing(Loan.objects.get(pk=loan.pk), on=TODAY)
        assert stands is not None
        following = stands.next_due
        assert following is not None
        assert found == template
        assert facts["amount_fen"] == following.outstanding_fen > 0
        assert facts["due_on"] == following.due_on.isoformat()
        assert facts.get("periods") == change.get("periods")
        page = doors.shown(doors.web_of(lin).get("/messages/"))
        assert yuan(following.outstanding_fen) in page
        assert date_format(following.due_on, "DATE_FORMAT") in page

    @pytest.mark.parametrize("is_taken_up", [False, True])
    @pytest.mark.parametrize(
        ("kind", "change", "template", "asked"),
        [
            (Kind.DUE_DATE_CHANGE, {"due_on": LATER}, "DUE_DATE_KEPT", {"wanted_on": "2026-12-28"}),
            (Kind.HOLIDAY, {"periods": 1}, "PAUSE_DECLINED", {"periods": 1}),
            (Kind.EXTENSION, {"periods": 3}, "EXTENSION_DECLINED", {"periods": 3}),
            (Kind.RESTRUCTURE, {"periods": 6}, "NEW_PLAN_DECLINED", {"periods": 6}),
        ],
    )
    def test_that_it_was_declined_names_the_wish_and_changes_nothing(
        self, lin, loan, mei, colleague, is_taken_up, kind, change, template, asked
    ):
        before = LoanTransaction.objects.count()
        row = ask(loan, kind, **change)

        for _ in range(2):
            if is_taken_up:
                wish = requests.take_up(request_id=row.pk, on=TODAY, by=mei)
                changes.turn_down(change_id=wish.pk, by=colleague)
            else:
                requests.decline(request_id=row.pk, by=mei)

        assert told(lin) == [(template, {"loan": loan.public_id, **asked})]
        assert LoanTransaction.objects.count() == before

    def test_of_what_only_staff_wished_nobody_is_told(self, lin, loan, mei, colleague):
        for key, decide in (
            ("one", lambda row: changes.turn_down(change_id=row.pk, by=colleague)),
            ("two", lambda row: changes.approve(change_id=row.pk, on=TODAY, by=colleague)),
        ):
            decide(
                changes.propose(
                    loan_id=loan.pk, kind=Kind.HOLIDAY, reason="AGREED", request_key=key,
                    on=TODAY, by=mei, change=Change(periods=1),
                )
            )  # fmt: skip

        assert told(lin) == []

    def test_of_a_wish_that_was_taken_back_nobody_is_told(self, lin, loan):
        requests.take_back(request_id=ask(loan).pk, by=SYSTEM)

        assert told(lin) == []

    @pytest.mark.parametrize(
        ("change", "kind", "words"),
        [
            ({"due_on": LATER}, Kind.DUE_DATE_CHANGE, "Next due date: Dec. 28, 2026"),
            ({"periods": 2}, Kind.EXTENSION, "Periods: 2"),
        ],
    )
    def test_the_list_says_what_was_asked(self, lin, loan, change, kind, words):
        ask(loan, kind, **change)

        assert words in doors.shown(doors.web_of(lin).get(f"/loans/{loan.public_id}/requests/"))
