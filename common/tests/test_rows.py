"""Rows in plain SQL: the table's defaults, JSON as JSON, and never outside of a transaction."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.transaction import TransactionManagementError

from common import rows
from common.audit.models import AuditEntry
from common.processes.models import Process
from common.rows import Statement

ENTRY = {"action": "x.y", "actor_kind": "SYSTEM", "subject": "loan:1", "facts": {"fen": [1, 2]}}


@pytest.mark.django_db
class TestInsert:
    def test_writes_the_columns_and_leaves_the_rest_to_the_table(self):
        number = rows.insert(AuditEntry, ENTRY)

        entry = AuditEntry.objects.get()
        assert (entry.pk, entry.action, entry.facts) == (number, "x.y", {"fen": [1, 2]})
        assert entry.occurred_at is not None
        assert entry.actor_account_id is None

    def test_is_held_to_the_rules_of_the_table(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.insert(AuditEntry, ENTRY | {"facts": None})

        assert not AuditEntry.objects.exists()


@pytest.mark.django_db
class TestGet:
    def test_is_the_row_as_django_reads_it(self):
        number = rows.insert(AuditEntry, ENTRY)

        found, theirs = rows.get(AuditEntry, number), AuditEntry.objects.get()

        assert found is not None
        assert {field.attname: getattr(found, field.attname) for field in found._meta.fields} == {
            field.attname: getattr(theirs, field.attname) for field in theirs._meta.fields
        }
        assert not found._state.adding

    def test_is_nothing_where_there_is_none(self):
        assert rows.get(AuditEntry, 1) is None


@pytest.mark.django_db
class TestMany:
    def test_are_written_in_one_statement_each_with_its_own_values(self, django_assert_num_queries):
        given = [ENTRY | {"subject": f"loan:{number}"} for number in (3, 1, 2)]

        with django_assert_num_queries(1):
            rows.insert_many(AuditEntry, given)

        assert [each.subject for each in AuditEntry.objects.order_by("pk")] == [
            each["subject"] for each in given
        ]

    def test_of_none_ask_nothing(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            rows.insert_many(AuditEntry, [])

    def test_stand_together_or_not_at_all(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.insert_many(AuditEntry, [ENTRY, ENTRY | {"subject": None}])

        assert not AuditEntry.objects.exists()

    def test_of_one_value_come_in_the_order_that_is_asked_for(self):
        for subject_id, task in ((7, "b"), (7, "a"), (8, "c")):
            Process.objects.create(kind=task, subject_id=subject_id, task=task)

        found = rows.every(Process, column="subject_id", value=7, order="task")

        assert [each.task for each in found] == ["a", "b"]
        assert rows.every(Process, column="subject_id", value=9) == []


@pytest.mark.django_db
class TestChange:
    def test_writes_the_row_and_the_instance_and_no_other(self):
        lin, wei = (
            Process.objects.create(kind="A", subject_id=subject, task="t") for subject in (1, 2)
        )

        rows.change(lin, state="DONE", progress_percent=100)

        assert (lin.state, lin.progress_percent) == ("DONE", 100)
        lin.refresh_from_db()
        wei.refresh_from_db()
        assert (lin.state, lin.progress_percent) == ("DONE", 100)
        assert (wei.state, wei.progress_percent) == ("PENDING", 0)


@pytest.mark.django_db
class TestChangeMany:
    @pytest.fixture
    def three(self):
        return [
            Process.objects.create(kind="A", subject_id=subject, task="t") for subject in (1, 2, 3)
        ]

    def test_writes_the_named_columns_of_these_rows_and_nothing_else(self, three):
        lin, wei, _ = three
        for number, row in enumerate((lin, wei)):
            row.progress_percent, row.last_error, row.task = 10 + number, f"'{number}", "not named"

        rows.change_many(Process, [lin, wei], ["progress_percent", "last_error"])

        kept = Process.objects.order_by("subject_id")
        assert [each.progress_percent for each in kept] == [10, 11, 0]
        assert [each.last_error for each in kept] == ["'0", "'1", ""]
        assert {each.task for each in kept} == {"t"}

    def test_knows_days_moments_and_nothing(self, three):
        lin, wei, _ = three
        lin.ended_at, wei.ended_at = datetime(2027, 1, 15, 12, tzinfo=UTC), None

        rows.change_many(Process, [lin, wei], ["ended_at"])

        assert Process.objects.get(pk=lin.pk).ended_at == lin.ended_at
        assert Process.objects.get(pk=wei.pk).ended_at is None

    def test_of_no_rows_asks_nothing(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            rows.change_many(Process, [], ["state"])

    def test_is_held_to_the_rules_of_the_table(self, three):
        for row in three:
            row.state = None

        with pytest.raises(IntegrityError), transaction.atomic():
            rows.change_many(Process, three, ["state"])

        assert {each.state for each in Process.objects.all()} == {"PENDING"}


SAID = "INSERT INTO common_auditentry (action, actor_kind, subject, facts) VALUES (%s, %s, %s, %s)"
COUNTED = Statement("SELECT count(*), %s FROM common_auditentry", ["per cent: %"])


def said(subject: str | None) -> Statement:
    return Statement(SAID, ["x.y", "SYSTEM", subject, "{}"])


@pytest.mark.django_db
class TestSend:
    def test_runs_all_in_their_order_in_one_journey(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            found = rows.send(said("loan:1"), said("100 % of 'loan'; --"), COUNTED)

        assert found == [(2, "per cent: %")]
        subjects = AuditEntry.objects.order_by("pk").values_list("subject", flat=True)
        assert list(subjects) == ["loan:1", "100 % of 'loan'; --"]

    def test_answers_what_the_last_one_answers_or_nothing(self):
        assert rows.send(COUNTED, said("loan:1")) == []
        assert rows.send(said("loan:2"), COUNTED)[0][0] == 2

    @pytest.mark.parametrize("fails", [0, 1, 2])
    def test_leaves_nothing_where_one_fails(self, fails):
        statements = [said(None if number == fails else "loan:1") for number in range(3)]

        with pytest.raises(IntegrityError), transaction.atomic():
            rows.send(*statements)

        assert not AuditEntry.objects.exists()


@pytest.mark.commits
def test_what_is_sent_outside_of_a_transaction_stands_together_or_not_at_all():
    with pytest.raises(IntegrityError):
        rows.send(said("loan:1"), said(None))

    assert not AuditEntry.objects.exists()


def test_both_refuse_to_write_outside_of_a_transaction():
    with pytest.raises(TransactionManagementError):
        rows.insert(AuditEntry, ENTRY)

    with pytest.raises(TransactionManagementError):
        rows.change(AuditEntry(pk=1), action="z")


PROCESS = {
    "kind": "DECIDE",
    "subject_id": 7,
    "process_key": "",
    "task": "x.y",
    "queue": "default",
    "state": "PENDING",
    "attempts": 0,
    "attempts_allowed": 8,
    "progress_percent": 0,
    "last_error": "",
}
ONCE = ("kind", "subject_id", "process_key")


@pytest.mark.django_db
class TestInsertOnce:
    def test_answers_the_row_with_what_the_table_filled_in(self):
        found = rows.insert_once(Process, PROCESS, once=ONCE)

        theirs = Process.objects.get()
        assert found is not None
        assert (found.pk, found.next_attempt_at) == (theirs.pk, theirs.next_attempt_at)

    def test_leaves_the_first_as_it_is(self):
        rows.insert_once(Process, PROCESS, once=ONCE)

        assert rows.insert_once(Process, PROCESS | {"task": "z"}, once=ONCE) is None
        assert Process.objects.get().task == "x.y"

    def test_is_held_to_every_other_rule_of_the_table(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.insert_once(Process, PROCESS | {"progress_percent": 101}, once=ONCE)

        assert not Process.objects.exists()


@pytest.mark.django_db
class TestFirst:
    def test_is_a_row_that_meets_the_condition(self):
        number = rows.insert(AuditEntry, ENTRY)
        rows.insert(AuditEntry, ENTRY | {"subject": "loan:2"})

        found = rows.first(AuditEntry, "subject = %s AND action = %s", ["loan:1", "x.y"])

        assert found == AuditEntry.objects.get(pk=number)
        assert found.facts == ENTRY["facts"]

    def test_is_nothing_where_none_does(self):
        rows.insert(AuditEntry, ENTRY)

        assert rows.first(AuditEntry, "subject = %s", ["loan:1' OR true --"]) is None
