"""Sealing behind the writers, and finding what somebody with the owner's rights changed."""

import threading
from contextlib import closing, contextmanager

import psycopg2
import pytest
from django.db import connections, transaction

from common.actors import SYSTEM
from common.audit import actions, queries
from common.audit.models import AuditEntry, AuditLink
from common.transactions import durable
from tests.machinery.installations import eventually
from tests.machinery.races import together

pytestmark = pytest.mark.commits


@durable
def wrote(number: int = 0) -> int:
    actions.append(action="test.thing.done", subject=f"thing:{number}", by=SYSTEM, facts={})
    found = AuditEntry.objects.order_by("pk").last()
    assert found is not None
    return found.pk


def chained() -> list[int]:
    return list(AuditLink.objects.order_by("position").values_list("entry_id", flat=True))


def sealed(count: int) -> int:
    """Seal until so many more links stand.

    A transaction of any database on the server holds the sealer up for as long as it runs, and
    other tests run beside this one.
    """
    before = AuditLink.objects.count()
    eventually(lambda: actions.seal() >= 0 and AuditLink.objects.count() - before >= count)
    return AuditLink.objects.count() - before


@contextmanager
def unfinished_writer():
    """Somebody whose transaction has written an entry and has not committed it yet."""
    has_written, may_commit = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            actions.append(action="test.slow.done", subject="slow", by=SYSTEM, facts={})
            has_written.set()
            may_commit.wait(10)
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    assert has_written.wait(10)
    try:
        yield
    finally:
        may_commit.set()
        writer.join(10)


class TestSeal:
    def test_chains_what_was_committed(self):
        ids = [wrote(number) for number in range(3)]

        assert sealed(3) == 3
        assert chained() == ids
        assert queries.first_broken_position() is None

    def test_goes_on_where_it_stopped(self):
        first = wrote()
        sealed(1)
        second = wrote()

        assert sealed(1) == 1
        assert actions.seal() == 0
        assert chained() == [first, second]
        assert queries.first_broken_position() is None

    def test_does_not_pass_a_writer_who_may_still_slip_in_front(self):
        """The writer took its number before ours: whoever comes later must wait to be chained."""
        before = wrote()
        with unfinished_writer():
            after = wrote()
            assert sealed(1) == 1
            assert actions.seal() == 0
            assert chained() == [before]

        assert sealed(2) == 2
        assert chained() == [before, after - 1, after]
        assert queries.first_broken_position() is None

    def test_leaves_no_gap_for_a_writer_who_gave_up(self):
        with transaction.atomic():
            actions.append(action="test.never.done", subject="never", by=SYSTEM, facts={})
            transaction.set_rollback(True)
        kept = wrote()

        assert sealed(1) == 1

        assert chained() == [kept]
        assert AuditLink.objects.get().position == 1
        assert queries.first_broken_position() is None

    def test_takes_long_trails_in_batches(self, monkeypatch):
        monkeypatch.setattr(actions, "BATCH_ROWS", 4)
        ids = [wrote(number) for number in range(10)]

        counts: list[int] = []

        def seal_all() -> bool:
            counts.append(actions.seal())
            return sum(counts) == 10

        assert eventually(seal_all)
        assert max(counts) <= 4
        assert chained() == ids
        assert queries.first_broken_position() is None

    def test_of_many_sealers_makes_one_chain(self):
        ids = [wrote(number) for number in range(20)]

        together(*[actions.seal] * 6)
        together(*[lambda: sealed(20 - AuditLink.objects.count())] * 6)
        assert chained() == ids
        assert queries.first_broken_position() is None

    def test_while_others_write_loses_and_doubles_nothing(self):
        def write_some():
            for number in range(10):
                wrote(number)

        def seal_some():
            for _ in range(10):
                actions.seal()

        together(write_some, write_some, write_some, seal_some, seal_some)
        sealed(30 - AuditLink.objects.count())

        assert sorted(chained()) == list(
            AuditEntry.objects.order_by("pk").values_list("pk", flat=True)
        )
        assert len(chained()) == 30
        assert queries.first_broken_position() is None


class TestTheOwner:
    """The owner may do everything in the end; the triggers keep it from doing so by mistake."""

    @pytest.mark.parametrize("table", ["common_auditentry", "common_auditlink"])
    @pytest.mark.parametrize("deed", ["UPDATE", "DELETE", "TRUNCATE"])
    def test_is_refused_by_the_table_itself(self, committed, table, deed):
        wrote()
        sealed(1)
        column = "id" if table.endswith("entry") else "position"
        statement = {
            "UPDATE": f"UPDATE {table} SET {column} = {column}",
            "DELETE": f"DELETE FROM {table}",
            "TRUNCATE": f"TRUNCATE {table} CASCADE",
        }[deed]

        with pytest.raises(psycopg2.errors.RestrictViolation, match="only grows"):
            as_owner(committed, statement)

        assert (AuditEntry.objects.count(), AuditLink.objects.count()) == (1, 1)

    def test_is_refused_in_a_replication_session_too(self, committed):
        """ENABLE ALWAYS: the usual way round triggers is closed. Only a superuser may try it."""
        wrote()
        with closing(psycopg2.connect(committed.owner_url)) as owner, owner.cursor() as cursor:
            cursor.execute(
                "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"
                " AND tgrelid IN ('common_auditentry'::regclass, 'common_auditlink'::regclass)"
            )
            assert dict(cursor.fetchall()) == {
                "auditentry_only_grows": "A",
                "auditlink_only_grows": "A",
            }


class TestTampering:
    """Somebody took the triggers away, changed a row, and put them back."""

    @pytest.fixture(autouse=True)
    def _five_sealed(self):
        for number in range(5):
            wrote(number)
        assert sealed(5) == 5
        assert queries.first_broken_position() is None

    @pytest.mark.parametrize(
        "change",
        [
            "subject = 'thing:999'",
            "action = 'test.thing.undone'",
            "facts = '{\"a\": 1}'",
            "actor_kind = 'STAFF'",
            "actor_account_id = 1",
            "occurred_at = occurred_at - interval '1 microsecond'",
        ],
    )
    def test_with_an_entry_is_found_where_it_happened(self, committed, change):
        tamper(committed, f"UPDATE common_auditentry SET {change} WHERE subject = 'thing:2'")

        assert queries.first_broken_position() == 3

    def test_by_taking_an_entry_out_is_found(self, committed):
        middle = "(SELECT id FROM common_auditentry WHERE subject = 'thing:2')"
        tamper(
            committed,
            f"DELETE FROM common_auditlink WHERE entry_id = {middle}",
            "DELETE FROM common_auditentry WHERE subject = 'thing:2'",
        )

        assert queries.first_broken_position() == 3

    def test_by_closing_the_gap_is_found(self, committed):
        middle = "(SELECT id FROM common_auditentry WHERE subject = 'thing:2')"
        tamper(
            committed,
            f"DELETE FROM common_auditlink WHERE entry_id = {middle}",
            "UPDATE common_auditlink SET position = position - 1 WHERE position > 3",
        )

        assert queries.first_broken_position() == 3

    def test_by_swapping_two_entries_is_found(self, committed):
        tamper(
            committed,
            "UPDATE common_auditentry AS one SET subject = other.subject FROM common_auditentry"
            " AS other WHERE (one.subject, other.subject) IN"
            " (('thing:1', 'thing:3'), ('thing:3', 'thing:1'))",
        )

        assert queries.first_broken_position() == 2

    def test_with_a_hash_is_found(self, committed):
        tamper(
            committed,
            "UPDATE common_auditlink SET chain_hash = decode(repeat('00', 32), 'hex')"
            " WHERE position = 4",
        )

        assert queries.first_broken_position() == 4


def as_owner(database, *statements: str) -> None:
    with closing(psycopg2.connect(database.owner_url)) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def tamper(database, *statements: str) -> None:
    tables = ("common_auditentry", "common_auditlink")
    off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
    on = [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table[7:]}_only_grows" for table in tables]
    as_owner(database, *off, *statements, *on)
