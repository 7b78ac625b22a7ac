"""Staff take an alert, take it over, and close it with a reason; one at a time, never their own."""

from datetime import date
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from borrowers.documents import actions as documents
from borrowers.people import actions as people
from borrowers.tests import cast
from common.actors import SYSTEM, Actor
from common.audit.models import AuditEntry
from common.errors import NotFound
from lending.loans.models import Loan
from lending.tests import builders as lending
from monitoring.alerts import actions, queries, words
from monitoring.alerts.models import Alert
from monitoring.tests import builders
from monitoring.watch import rules
from tests.machinery.races import together


def an_alert() -> Alert:
    """Wei's, without the loan behind it: staff verbs do not need one."""
    wei = cast.borrower("Wei")
    return Alert.objects.create(
        loan_id=1,
        borrower_id=wei.id,
        rule="DPD",
        rule_version=1,
        window_key="2026-12-20.M1",
        severity=2,
        value=3,
        baseline=0,
        count=1,
        evidence={"past_due_days": 3, "oldest_unpaid_due_on": "2026-12-20"},
        found_on=builders.LATER,
    )


def officers() -> list[Actor]:
    mei = cast.officer()
    ann = people.open_staff(
        phone="+8613900000006", password="a long enough password", is_administrator=False
    )
    return [builders.staff(mei.pk), builders.staff(ann.pk)]


@pytest.fixture
def alert():
    return an_alert()


@pytest.fixture
def staff():
    return officers()


def close(alert, by, *, reason="PAID_SINCE", note=None, on=builders.LATER):
    actions.close(alert_id=alert.pk, reason=reason, note_document_id=note, on=on, by=by)


def trail():
    rows = AuditEntry.objects.filter(action__startswith="monitoring.").order_by("pk")
    return list(rows.values_list("action", flat=True))


@pytest.mark.django_db
class TestAssign:
    def test_mei_takes_it_and_taking_it_again_is_once(self, alert, staff):
        mei, _ = staff

        actions.assign(alert_id=alert.pk, by=mei)
        actions.assign(alert_id=alert.pk, by=mei)

        alert.refresh_from_db()
        assert (alert.state, alert.assignee_id) == ("ASSIGNED", mei.account_id)
        assert alert.assigned_at is not None
        assert trail() == ["monitoring.alert.taken"]

    def test_a_colleague_is_told_that_it_is_taken(self, alert, staff):
        mei, ann = staff
        actions.assign(alert_id=alert.pk, by=mei)

        with pytest.raises(actions.AlertNotYours):
            actions.assign(alert_id=alert.pk, by=ann)

        alert.refresh_from_db()
        assert alert.assignee_id == mei.account_id

    def test_a_colleague_may_take_it_over_and_that_is_written_down(self, alert, staff):
        mei, ann = staff
        actions.assign(alert_id=alert.pk, by=mei)

        actions.assign(alert_id=alert.pk, take_over=True, by=ann)

        alert.refresh_from_db()
        assert alert.assignee_id == ann.account_id
        taken = AuditEntry.objects.filter(action="monitoring.alert.taken").latest("pk")
        assert taken.facts["from"] == mei.account_id

    @pytest.mark.parametrize("by", [SYSTEM, Actor(kind="BORROWER", account_id=7)], ids=str)
    def test_only_staff_may_take_it(self, alert, by):
        with pytest.raises(actions.AlertNotYours):
            actions.assign(alert_id=alert.pk, by=by)

        alert.refresh_from_db()
        assert alert.state == "OPEN"

    def test_nobody_works_on_their_own_loan(self, alert):
        own = builders.staff(alert.borrower.account_id)

        with pytest.raises(actions.AlertNotYours):
            actions.assign(alert_id=alert.pk, by=own)

        assert not trail()

    def test_an_unknown_alert_is_not_found(self, staff):
        with pytest.raises(NotFound):
            actions.assign(alert_id=1_000_000, by=staff[0])


@pytest.mark.django_db
class TestClose:
    def test_is_closed_by_who_took_it_with_reason_and_sealed_note(self, alert, staff):
        mei, _ = staff
        note = documents.store(
            borrower_id=alert.borrower_id,
            kind="REVIEW_NOTE",
            content=b"Wei will pay on Friday.",
            media_type="text/plain",
            consented=False,
            by=mei,
        )
        actions.assign(alert_id=alert.pk, by=mei)

        close(alert, mei, note=note.id)

        alert.refresh_from_db()
        assert (alert.state, alert.close_reason, alert.note_id) == (
            "CLOSED",
            "PAID_SINCE",
            note.id,
        )
        assert alert.closed_at is not None
        assert not queries.queue().exists()
        assert trail() == ["monitoring.alert.taken", "monitoring.alert.closed"]

    def test_closing_it_the_same_way_again_is_once(self, alert, staff):
        mei, _ = staff
        actions.assign(alert_id=alert.pk, by=mei)

        close(alert, mei)
        close(alert, mei)

        assert trail().count("monitoring.alert.closed") == 1

    def test_a_closed_alert_takes_no_other_answer(self, alert, staff):
        mei, ann = staff
        actions.assign(alert_id=alert.pk, by=mei)
        close(alert, mei)

        for verb in (
            partial(close, alert, mei, reason="EXPLAINED"),
            partial(close, alert, ann),
            partial(actions.assign, alert_id=alert.pk, take_over=True, by=ann),
            partial(actions.assign, alert_id=alert.pk, by=mei),
        ):
            with pytest.raises(actions.AlertClosed):
                verb()

        alert.refresh_from_db()
        assert (alert.close_reason, alert.assignee_id) == ("PAID_SINCE", mei.account_id)

    def test_refuses_who_has_not_taken_it_and_changes_nothing(self, alert, staff):
        mei, ann = staff

        with pytest.raises(actions.AlertNotYours):
            close(alert, mei)
        actions.assign(alert_id=alert.pk, by=mei)
        with pytest.raises(actions.AlertNotYours):
            close(alert, ann)

        alert.refresh_from_db()
        assert (alert.state, alert.close_reason) == ("ASSIGNED", "")

    @pytest.mark.parametrize("reason", ["", "BORED", "OPEN"])
    def test_refuses_a_reason_that_is_not_in_the_list(self, alert, staff, reason):
        mei, _ = staff
        actions.assign(alert_id=alert.pk, by=mei)

        with pytest.raises(actions.CloseReasonUnknown):
            close(alert, mei, reason=reason)

        alert.refresh_from_db()
        assert alert.state == "ASSIGNED"

    def test_the_database_refuses_a_closed_alert_without_a_reason_or_an_assignee(
        self, alert, staff
    ):
        for columns in ({"state": "CLOSED"}, {"state": "ASSIGNED"}, {"state": "GONE"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Alert.objects.filter(pk=alert.pk).update(**columns)

    def test_the_database_refuses_to_open_a_closed_alert_again(self, alert, staff):
        mei, _ = staff
        actions.assign(alert_id=alert.pk, by=mei)
        close(alert, mei)

        with pytest.raises(DatabaseError), transaction.atomic():
            Alert.objects.filter(pk=alert.pk).update(state="ASSIGNED")

        alert.refresh_from_db()
        assert alert.state == "CLOSED"


@pytest.mark.commits
class TestTwoAtOnce:
    def test_of_two_who_take_it_one_has_it_and_the_other_is_told(self):
        alert, (mei, ann) = an_alert(), officers()

        answers = together(
            *(partial(actions.assign, alert_id=alert.pk, by=each) for each in (mei, ann))
        )

        alert.refresh_from_db()
        assert sorted(type(each).__name__ for each in answers) == ["AlertNotYours", "NoneType"]
        winner = [mei, ann][answers.index(None)]
        assert alert.assignee_id == winner.account_id
        assert trail() == ["monitoring.alert.taken"]

    def test_a_double_click_on_close_is_one_closing(self):
        alert, (mei, _) = an_alert(), officers()
        actions.assign(alert_id=alert.pk, by=mei)

        answers = together(partial(close, alert, mei), partial(close, alert, mei))

        assert answers == [None, None]
        assert trail().count("monitoring.alert.closed") == 1


class TestWords:
    def test_every_rule_and_every_figure_has_a_name(self):
        assert set(words.RULES) == {rules.DPD, rules.INCOME_DROP, rules.SCENE_MISMATCH}
        evidence = {"recent_fen": 200_000, "typical_fen": 600_000, "windows": 5}

        assert list(words.figures(evidence)) == [
            ("Income in the latest 30 days", "¥2,000.00"),
            ("Usual income in 30 days", "¥6,000.00"),
            ("Earlier months compared", "5"),
        ]

    def test_every_closing_reason_fits_its_column(self):
        longest = Alert._meta.get_field("close_reason").max_length

        assert longest is not None
        assert all(len(code) <= longest for code in words.CLOSE_REASONS)


@pytest.mark.django_db
class TestPaidSince:
    """ "Paid" is what the books say, not what the person at the desk hopes."""

    LATE_BY_TWO = date(2026, 12, 22)

    @pytest.fixture
    def late(self, staff):
        loan = builders.running("Wei")
        builders.days_go_by(loan, through=self.LATE_BY_TWO)
        builders.look(loan, on=self.LATE_BY_TWO)
        alert = Alert.objects.get(rule="DPD")
        actions.assign(alert_id=alert.pk, by=staff[0])
        return alert

    def test_is_refused_while_an_instalment_is_late_and_nothing_is_written(self, late, staff):
        with pytest.raises(actions.AlertStillLate):
            close(late, staff[0], on=self.LATE_BY_TWO)

        late.refresh_from_db()
        assert (late.state, late.close_reason, late.closed_at) == ("ASSIGNED", "", None)
        assert "monitoring.alert.closed" not in trail()

    def test_is_only_told_once_it_is_in_the_books(self, late):
        assert queries.paid_since([late], on=self.LATE_BY_TWO) == set()

        loan = Loan.objects.get(pk=late.loan_id)
        lending.pay(loan, loan.principal_outstanding_fen // 2, on=self.LATE_BY_TWO, key="paid")

        assert queries.paid_since([late], on=self.LATE_BY_TWO) == {late.pk}

    @pytest.mark.parametrize("state", ["WRITTEN_OFF", "CANCELLED"])
    def test_is_never_told_of_a_loan_that_ended_otherwise(self, late, state):
        Loan.objects.filter(pk=late.loan_id).update(state=state)

        assert queries.paid_since([late], on=self.LATE_BY_TWO) == set()

    def test_of_another_finding_nothing_is_told(self, late):
        loan = Loan.objects.get(pk=late.loan_id)
        lending.pay(loan, loan.principal_outstanding_fen // 2, on=self.LATE_BY_TWO, key="paid")
        late.rule = "INCOME_DROP"

        assert queries.paid_since([late], on=self.LATE_BY_TWO) == set()

    def test_another_reason_is_taken_while_it_is_late(self, late, staff):
        close(late, staff[0], reason="HELP_AGREED", on=self.LATE_BY_TWO)

        late.refresh_from_db()
        assert late.close_reason == "HELP_AGREED"

    def test_is_taken_once_the_instalment_is_in_the_books(self, late, staff):
        loan = Loan.objects.get(pk=late.loan_id)
        lending.pay(loan, loan.principal_outstanding_fen // 2, on=self.LATE_BY_TWO, key="at last")

        close(late, staff[0], on=self.LATE_BY_TWO)

        late.refresh_from_db()
        assert late.close_reason == "PAID_SINCE"
