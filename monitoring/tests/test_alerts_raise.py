"""An alert is raised once, for staff to look and the borrower to be offered help."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction

from borrowers.consent.purposes import POST_LOAN_WATCH
from borrowers.messages.models import Message
from common.audit.models import AuditEntry
from lending.loans.models import Loan
from lending.tests import builders as lending
from lending.tests.builders import TODAY
from monitoring.alerts import actions, queries
from monitoring.alerts.models import Alert
from monitoring.tests import builders
from monitoring.tests.builders import LATER
from monitoring.watch import queries as watch
from tests.machinery.races import together

DUE_ON = TODAY + timedelta(days=30)


def late(loan: Loan, *, days: int) -> None:
    builders.days_go_by(loan, through=DUE_ON + timedelta(days=days))


def reads_of_events() -> int:
    """How often this transaction has looked into the events, as PostgreSQL itself counts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_scan + coalesce(idx_scan, 0) FROM pg_stat_xact_user_tables"
            " WHERE relname = 'borrowers_event'"
        )
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
class TestPastDue:
    def test_wei_who_pays_late_is_found_on_the_first_day(self):
        wei = builders.running("Wei")
        late(wei, days=1)

        assert builders.look(wei, on=DUE_ON) == 0
        assert builders.look(wei, on=DUE_ON + timedelta(days=1)) == 1

        alert = Alert.objects.get()
        assert (alert.rule, alert.value, alert.loan_id) == ("DPD", 1, wei.pk)
        assert alert.evidence == {"past_due_days": 1, "oldest_unpaid_due_on": "2026-12-20"}
        assert alert.state == "OPEN"

    def test_wei_is_written_to_kindly_and_the_alert_is_audited(self):
        wei = builders.running("Wei")
        late(wei, days=2)

        builders.look(wei, on=DUE_ON + timedelta(days=2))

        note = Message.objects.get(template="LATE_NOTE")
        assert (note.borrower_id, note.facts) == (wei.borrower_id, {"loan": wei.public_id})
        entry = AuditEntry.objects.get(action="monitoring.alert.raised")
        assert entry.facts == {
            "rule": "DPD",
            "loan": wei.public_id,
            "window": "2026-12-20.M1",
        }

    def test_the_next_nights_raise_nothing_new_until_the_next_stage(self):
        wei = builders.running("Wei")
        late(wei, days=31)

        raised = [
            builders.look(wei, on=DUE_ON + timedelta(days=days)) for days in (1, 2, 3, 30, 31, 31)
        ]

        assert raised == [1, 0, 0, 0, 1, 0]
        assert Message.objects.filter(template="LATE_NOTE").count() == 2

    def test_lin_who_pays_on_time_is_left_alone(self):
        lin = builders.running("Lin")
        row = lin.instalments.get(number=1)
        lending.pay(lin, row.principal_fen + row.interest_fen, on=DUE_ON, key="on time")

        assert builders.look(lin, on=DUE_ON + timedelta(days=5)) == 0
        assert not Alert.objects.exists()
        assert not Message.objects.filter(template__in=["LATE_NOTE", "EARLY_WARNING_NOTE"]).exists()

    def test_a_loan_that_does_not_run_is_not_looked_at(self):
        wei = builders.running("Wei")
        late(wei, days=9)
        Loan.objects.filter(pk=wei.pk).update(state="CANCELLED")

        assert builders.look(wei, on=DUE_ON + timedelta(days=9)) == 0
        assert not Alert.objects.exists()


@pytest.mark.django_db
class TestRecords:
    def test_an_income_that_fell_is_found_where_the_watch_is_allowed(self):
        lin = builders.running()
        builders.watched(lin)
        builders.falling_income(lin)

        before = reads_of_events()

        assert builders.look(lin) == 1

        alert = Alert.objects.get()
        assert reads_of_events() > before
        assert (alert.rule, alert.value, alert.baseline) == ("INCOME_DROP", 200_000, 600_000)
        assert alert.count == 5
        assert alert.evidence["records_until_on"] == "2026-12-14"
        assert Message.objects.filter(template="EARLY_WARNING_NOTE").count() == 1

    def test_without_that_consent_only_repayments_are_looked_at_and_no_event_is_read(self):
        chen = builders.running("Chen")
        builders.falling_income(chen)
        late(chen, days=3)

        before = reads_of_events()
        raised = builders.look(chen, on=DUE_ON + timedelta(days=3))

        assert raised == 1
        assert builders.rules_found() == ["DPD"]
        assert reads_of_events() == before

    def test_chen_who_withdrew_it_is_not_looked_at_from_the_next_night_on(self):
        chen = builders.running("Chen")
        builders.watched(chen)
        builders.falling_income(chen)
        builders.stop_sharing(chen, POST_LOAN_WATCH)
        before = reads_of_events()

        assert builders.look(chen) == 0
        assert reads_of_events() == before
        assert not Alert.objects.exists()
        assert not Message.objects.filter(template="EARLY_WARNING_NOTE").exists()

    def test_chen_who_withdrew_his_records_has_none_to_look_at(self):
        chen = builders.running("Chen")
        builders.watched(chen)
        builders.falling_income(chen)
        builders.stop_sharing(chen)

        assert builders.look(chen) == 0
        assert not Alert.objects.exists()

    def test_a_loan_without_any_records_is_never_bad(self):
        lin = builders.running()
        builders.watched(lin)

        assert builders.look(lin) == 0

    def test_money_that_comes_back_from_the_school_is_found(self):
        lin = builders.running()
        builders.for_study(lin)
        builders.watched(lin)
        builders.came_back(lin, 250_000, merchant=lending.school().name_zh)

        assert builders.look(lin) == 1

        alert = Alert.objects.get()
        assert (alert.rule, alert.value, alert.baseline) == ("SCENE_MISMATCH", 250_000, 300_000)

    def test_money_from_anybody_else_is_no_mismatch(self):
        lin = builders.running()
        builders.for_study(lin)
        builders.watched(lin)
        builders.came_back(lin, 250_000, merchant="Paper Mill")

        assert builders.look(lin) == 0

    def test_several_loans_are_looked_at_with_a_handful_of_queries(
        self, django_assert_max_num_queries
    ):
        lin, wei = builders.running("Lin"), builders.running("Wei")
        for loan in (lin, wei):
            builders.watched(loan)
            builders.falling_income(loan)

        with django_assert_max_num_queries(4):
            found = watch.findings([lin.pk, wei.pk], on=LATER)

        assert [(loan.loan_id, each.rule) for loan, each in found] == [
            (lin.pk, "INCOME_DROP"),
            (wei.pk, "INCOME_DROP"),
        ]

    def test_two_findings_of_one_month_are_two_alerts_and_one_note(self):
        lin = builders.running()
        builders.for_study(lin)
        builders.watched(lin)
        builders.falling_income(lin)
        builders.came_back(lin, 300_000, merchant=lending.school().name_en)

        assert builders.look(lin) == 2
        assert builders.rules_found() == ["INCOME_DROP", "SCENE_MISMATCH"]
        assert Message.objects.filter(template="EARLY_WARNING_NOTE").count() == 1


@pytest.mark.django_db
class TestQueue:
    def test_the_gravest_and_oldest_comes_first_and_closed_ones_not_at_all(self):
        wei, lin = builders.running("Wei"), builders.running("Lin")
        late(wei, days=40)
        builders.watched(lin)
        builders.falling_income(lin)
        builders.look(lin)
        builders.look(wei, on=DUE_ON + timedelta(days=40))

        assert [each.loan_id for each in queries.queue()] == [wei.pk, lin.pk]
        assert queries.live_rules([wei.pk, lin.pk]) == {
            wei.pk: ["DPD"],
            lin.pk: ["INCOME_DROP"],
        }
        assert [each.rule for each in queries.of_loan(wei.pk)] == ["DPD"]


@pytest.mark.django_db
class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE monitoring_alert SET evidence = '{}'",
            "UPDATE monitoring_alert SET severity = 0",
            "UPDATE monitoring_alert SET state = 'ASSIGNED'",
            "UPDATE monitoring_alert SET state = 'CLOSED'",
            "DELETE FROM monitoring_alert",
        ],
    )
    def test_rewriting_what_was_found(self, attack):
        wei = builders.running("Wei")
        late(wei, days=1)
        builders.look(wei, on=DUE_ON + timedelta(days=1))

        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack)

        assert Alert.objects.get().state == "OPEN"


@pytest.mark.commits
class TestAcrossTransactions:
    def test_two_watchers_at_once_raise_one_alert_and_write_one_note(self):
        wei = builders.running("Wei")
        late(wei, days=4)
        ids, on = [wei.pk], DUE_ON + timedelta(days=4)

        watcher = partial(actions.look_at, loan_ids=ids, on=on, claim=None)

        assert sorted(together(watcher, watcher)) == [0, 1]
        assert Alert.objects.count() == 1
        assert Message.objects.filter(template="LATE_NOTE").count() == 1
        assert AuditEntry.objects.filter(action="monitoring.alert.raised").count() == 1

    def test_raising_joins_a_transaction_and_refuses_to_run_without_one(self):
        wei = builders.running("Wei")
        late(wei, days=4)
        ((loan, finding),) = watch.findings([wei.pk], on=DUE_ON + timedelta(days=4))

        with pytest.raises(transaction.TransactionManagementError):
            actions.raise_alert(loan=loan, finding=finding, on=LATER)

        assert not Alert.objects.exists()
