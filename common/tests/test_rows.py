"""Rows in plain SQL: the table's defaults, JSON as JSON, and never outside of a transaction."""

import pytest
from django.db import IntegrityError, transaction
from django.db.transaction import TransactionManagementError

from common import rows
from common.audit.models import AuditEntry
from common.processes.models import Process

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


def test_both_refuse_to_write_outside_of_a_transaction():
    with pytest.raises(TransactionManagementError):
        rows.insert(AuditEntry, ENTRY)

    with pytest.raises(TransactionManagementError):
        rows.change(AuditEntry(pk=1), action="z")
