"""Who did what: written with the deed, never changed, and every change found."""

import pytest
from django.db import ProgrammingError, connection, transaction

from common.actors import SYSTEM, Actor
from common.audit import actions, queries
from common.audit.chain import GENESIS, link_hash
from common.audit.models import AuditEntry, AuditLink

pytestmark = pytest.mark.django_db
LIN = Actor(kind="BORROWER", account_id=7)
LOAN = "loan:Q1c4mTq7TzWq0f7n0aYb2w"


def wrote(action: str = "lending.loan.signed", **facts: object) -> AuditEntry:
    actions.append(action=action, subject=LOAN, by=LIN, facts=facts)
    found = AuditEntry.objects.order_by("pk").last()
    assert found is not None
    return found


class TestAppend:
    def test_keeps_who_what_which_and_the_facts(self):
        found = wrote(amount_fen=300_000, on="2026-11-20")

        assert (found.action, found.subject) == ("lending.loan.signed", LOAN)
        assert (found.actor_kind, found.actor_account_id) == ("BORROWER", 7)
        assert found.facts == {"amount_fen": 300_000, "on": "2026-11-20"}
        assert found.occurred_at is not None

    def test_knows_the_platform_itself(self):
        actions.append(action="lending.day.closed", subject="day", by=SYSTEM, facts={})

        assert AuditEntry.objects.get().actor_account_id is None
        assert str(SYSTEM) == "SYSTEM"
        assert str(LIN) == "BORROWER:7"

    def test_goes_down_with_the_deed(self):
        with transaction.atomic():
            wrote()
            transaction.set_rollback(True)

        assert not AuditEntry.objects.exists()

    def test_tells_the_story_of_one_thing_in_order(self):
        first, second = wrote("lending.loan.signed"), wrote("lending.loan.paid_out")
        actions.append(action="borrowers.consent.given", subject="borrower:x", by=LIN, facts={})

        assert list(queries.trail_of(LOAN)) == [first, second]


class TestChain:
    def test_hangs_on_every_column_and_on_the_link_before(self):
        entry = wrote(amount_fen=1)
        honest = link_hash(previous=GENESIS, entry=entry)
        for name, value in {
            "pk": entry.pk + 1,
            "action": "lending.loan.forgiven",
            "actor_kind": "STAFF",
            "actor_account_id": 8,
            "subject": "loan:other",
            "facts": {"amount_fen": 2},
            "occurred_at": entry.occurred_at.replace(year=2020),
        }.items():
            forged = AuditEntry.objects.get(pk=entry.pk)
            setattr(forged, name, value)
            assert link_hash(previous=GENESIS, entry=forged) != honest, name

        assert link_hash(previous=b"\1" * 32, entry=entry) != honest

    def test_does_not_hang_on_the_order_of_facts(self):
        entry = wrote(amount_fen=1, on="2026-11-20")
        turned = AuditEntry.objects.get(pk=entry.pk)
        turned.facts = dict(reversed(entry.facts.items()))

        assert link_hash(previous=GENESIS, entry=turned) == link_hash(previous=GENESIS, entry=entry)

    def test_reads_text_of_every_language_alike(self):
        entry = wrote(words="明账 🏦 café")

        assert link_hash(previous=GENESIS, entry=entry) == link_hash(
            previous=GENESIS, entry=AuditEntry.objects.get(pk=entry.pk)
        )


class TestTheApplicationsRole:
    @pytest.mark.parametrize("model", [AuditEntry, AuditLink])
    @pytest.mark.parametrize(
        "statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
    )
    def test_may_change_nothing(self, model, statement):
        wrote()
        table, column = model._meta.db_table, model._meta.pk.column

        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            run(statement.format(table, column, column))

        assert AuditEntry.objects.count() == 1

    @pytest.mark.parametrize(
        "statement",
        [
            "ALTER TABLE common_auditentry DISABLE TRIGGER ALL",
            "ALTER TABLE common_auditentry DROP COLUMN facts",
            "DROP TABLE common_auditlink",
            "SET session_replication_role = replica",
        ],
    )
    def test_may_not_take_the_guards_away(self, statement):
        with pytest.raises(ProgrammingError), transaction.atomic():
            run(statement)


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
