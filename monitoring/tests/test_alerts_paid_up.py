"""A late alert whose loan was paid up is closed by the system, once, with its reason on record."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from common.audit.models import AuditEntry
from common.business_date import actions as business_date
from common.processes.models import Process
from lending.calc.contracts import TransactionKind
from lending.loans.models import Loan
from lending.servicing import changes
from lending.tests import builders as lending
from lending.tests.statements import clerk
from monitoring import tasks
from monitoring.alerts import actions, queries, words
from monitoring.alerts.models import Alert
from monitoring.tests import builders
from monitoring.tests.test_alerts_staff import close, officers, trail
from tests.machinery.races import together

LATE_BY_TWO = date(2026, 12, 22)
NEXT = LATE_BY_TWO + timedelta(days=1)


def late_loan() -> Loan:
    """Wei's, two days late, with the alert of that."""
    loan = builders.running("Wei")
    builders.days_go_by(loan, through=LATE_BY_TWO)
    builders.look(loan, on=LATE_BY_TWO)
    return loan


def pay(loan: Loan, *, on: date = LATE_BY_TWO, key: str = "at last") -> None:
    loan.refresh_from_db()
    lending.pay(loan, loan.principal_outstanding_fen // 2, on=on, key=key)


def close_range(loan: Loan, *, on: date = NEXT) -> int:
    return actions.close_paid_up(number=loan.pk // queries.RANGE_LOANS, on=on)


def taken_back(loan: Loan, *, on: date) -> None:
    """The bank takes the payment back."""
    row = changes.propose(
        loan_id=loan.pk, kind=TransactionKind.CHARGEBACK, reason="BANK_TOOK_BACK",
        request_key="cb", reverses=2, on=on, by=clerk(),
    )  # fmt: skip
    changes.approve(change_id=row.pk, on=on, by=clerk("chief"))


@pytest.fixture
def loan(db):
    return late_loan()


class TestTheSystem:
    def test_closes_what_nobody_took_once_it_is_paid(self, loan):
        pay(loan)

        assert [close_range(loan), close_range(loan)] == [1, 0]

        alert = Alert.objects.get()
        assert (alert.state, alert.close_reason, alert.assignee) == ("CLOSED", "PAID_UP", None)
        assert alert.closed_at is not None
        said = AuditEntry.objects.get(action="monitoring.alert.closed")
        assert said.facts == {"rule": "DPD", "reason": "PAID_UP", "on": NEXT.isoformat()}
        assert words.closed_because(alert.close_reason)

    def test_closes_what_somebody_has_taken_and_keeps_their_name(self, loan):
        mei, _ = officers()
        alert = Alert.objects.get()
        actions.assign(alert_id=alert.pk, by=mei)
        pay(loan)

        assert close_range(loan) == 1

        alert.refresh_from_db()
        assert (alert.close_reason, alert.assignee_id) == ("PAID_UP", mei.account_id)
        with pytest.raises(actions.AlertClosed):
            close(alert, mei)

    def test_leaves_what_is_still_late(self, loan):
        assert close_range(loan) == 0

        alert = Alert.objects.get()
        assert (alert.state, alert.close_reason) == ("OPEN", "")
        assert trail() == ["monitoring.alert.raised"]

    def test_leaves_other_findings_alone(self, loan):
        Alert.objects.create(
            loan_id=loan.pk, borrower_id=loan.borrower_id, rule="INCOME_DROP", rule_version=1,
            window_key="2026-12", severity=2, value=1, baseline=2, count=3, evidence={},
            found_on=LATE_BY_TWO,
        )  # fmt: skip
        pay(loan)

        assert close_range(loan) == 1
        assert Alert.objects.get(rule="INCOME_DROP").state == "OPEN"

    def test_leaves_other_ranges_alone(self, loan):
        pay(loan)

        number = loan.pk // queries.RANGE_LOANS + 1
        assert actions.close_paid_up(number=number, on=NEXT) == 0
        assert Alert.objects.get().state == "OPEN"

    def test_leaves_a_loan_that_was_given_up(self, loan):
        Loan.objects.filter(pk=loan.pk).update(state="WRITTEN_OFF")

        assert close_range(loan) == 0
        assert Alert.objects.get().state == "OPEN"

    def test_closes_in_the_nightly_round_also_when_the_loan_has_ended(self, loan):
        loan.refresh_from_db()
        lending.pay_off(loan, on=LATE_BY_TWO)
        loan.refresh_from_db()
        assert loan.state == "SETTLED"
        with transaction.atomic():
            business_date.advance(to=NEXT)

        tasks.watch_loans()
        tasks.watch_range(process_id=Process.objects.get(kind="WATCH_LOANS").pk)

        assert Alert.objects.get().close_reason == "PAID_UP"
        assert actions.start_round(on=NEXT + timedelta(days=1)) == 0


class TestATakenBackPayment:
    def test_raises_a_new_alert_for_the_same_instalment(self, loan):
        pay(loan)
        close_range(loan)
        taken_back(loan, on=NEXT)

        for _ in range(2):
            builders.look(loan, on=NEXT)

        old, new = Alert.objects.order_by("pk")
        assert (old.state, new.state) == ("CLOSED", "OPEN")
        assert new.window_key == f"{old.window_key}.2"
        assert trail().count("monitoring.alert.raised") == 2

    def test_raises_none_where_a_person_had_closed_it(self, loan):
        mei, _ = officers()
        alert = Alert.objects.get()
        actions.assign(alert_id=alert.pk, by=mei)
        close(alert, mei, reason="HELP_AGREED", on=LATE_BY_TWO)

        assert builders.look(loan, on=NEXT) == 0
        assert Alert.objects.count() == 1


@pytest.mark.django_db
def test_only_the_system_closes_what_nobody_took():
    loan = late_loan()

    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.filter(loan_id=loan.pk).update(
            state="CLOSED", close_reason="PAID_SINCE", closed_at=builders.NOW
        )

    assert Alert.objects.get().state == "OPEN"


@pytest.mark.django_db
def test_nobody_chooses_the_reason_of_the_system():
    loan = late_loan()
    mei, _ = officers()
    alert = Alert.objects.get(loan_id=loan.pk)
    actions.assign(alert_id=alert.pk, by=mei)

    with pytest.raises(actions.CloseReasonUnknown):
        close(alert, mei, reason=words.PAID_UP)

    alert.refresh_from_db()
    assert alert.state == "ASSIGNED"


@pytest.mark.commits
@pytest.mark.parametrize("_", range(3))
def test_the_system_and_an_officer_close_it_at_once_and_one_of_them_does(_):
    loan = late_loan()
    mei, _ann = officers()
    alert = Alert.objects.get()
    actions.assign(alert_id=alert.pk, by=mei)
    pay(loan)

    closed, said = together(partial(close_range, loan), partial(close, alert, mei, on=NEXT))

    alert.refresh_from_db()
    assert trail().count("monitoring.alert.closed") == 1
    if closed:
        assert (type(said), alert.close_reason) == (actions.AlertClosed, "PAID_UP")
    else:
        assert (said, alert.close_reason) == (None, "PAID_SINCE")


@pytest.mark.commits
def test_two_rounds_at_once_close_it_once():
    loan = late_loan()
    pay(loan)

    counts = together(partial(close_range, loan), partial(close_range, loan))

    assert sorted(counts) == [0, 1]
    assert trail().count("monitoring.alert.closed") == 1
