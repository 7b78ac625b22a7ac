"""Rows in plain SQL: names stand in the code and are real columns; all else is only a value."""

import ast
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import ProgrammingError, models, transaction

from common import rows
from common.audit.models import AuditEntry
from common.business_date.models import BusinessDate
from common.idempotency.models import IdempotencyKey
from common.locking import LockOrderBroken, Rank, lock_one, lock_row
from common.processes.models import Process
from tests.architecture.sources import code_files, name, tree
from tests.machinery.unchanged import nothing_written

HOSTILE = [
    "'; DROP TABLE common_process; --",
    "%s",
    "%(name)s",
    "{table}",
    'a "quoted" word',
    "back\\slash",
    "林",
    "",
]


def uses() -> Iterator[tuple[str, ast.Call]]:
    """Every place in the house that writes a row in plain SQL."""
    for path in code_files():
        if name(path) == "common/rows.py":
            continue
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "rows"
                and node.func.attr in {"insert", "insert_many", "change", "get", "every", "columns"}
            ):
                yield f"{name(path)}:{node.lineno}", node


USES = dict(uses())
CHANGES = {place: node for place, node in USES.items() if node.func.attr == "change"}  # type: ignore[attr-defined]  # chosen by it
EVERY = {place: node for place, node in USES.items() if node.func.attr == "every"}  # type: ignore[attr-defined]  # chosen by it


def every_column() -> set[str | None]:
    return {
        field.column
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if model._meta.managed
    }


class TestNames:
    def test_there_are_some_to_look_at(self):
        assert len(USES) > 5
        assert CHANGES
        assert EVERY

    @pytest.mark.parametrize("place", CHANGES)
    def test_of_columns_to_change_are_written_out_and_real(self, place):
        """A mapping unpacked there could come from a request."""
        named = [keyword.arg for keyword in CHANGES[place].keywords]

        assert named
        assert None not in named
        assert set(named) <= every_column()

    @pytest.mark.parametrize("place", EVERY)
    def test_of_columns_to_look_by_are_written_out_and_real(self, place):
        named = {word.arg: word.value for word in EVERY[place].keywords}
        asked = [named[each] for each in ("column", "order") if each in named]

        assert asked
        assert all(
            isinstance(each, ast.Constant) and each.value in every_column() for each in asked
        )

    def test_are_those_of_the_table_and_each_once(self):
        listed = rows.columns(Process, AuditEntry).split(", ")

        assert len(listed) == len(set(listed))
        assert {each.partition(".")[0] for each in listed} == {
            "common_process",
            "common_auditentry",
        }
        for each in listed:
            model = Process if each.startswith("common_process.") else AuditEntry
            assert column_of(model, each.partition(".")[2])


def column_of(model: type[models.Model], column: str) -> bool:
    return any(field.column == column for field in model._meta.concrete_fields)


@pytest.mark.django_db
class TestValues:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_are_kept_as_they_are(self, text):
        number = rows.insert(
            AuditEntry,
            {"action": "x.y", "actor_kind": "SYSTEM", "subject": text, "facts": {"word": text}},
        )

        entry = AuditEntry.objects.get()
        assert (entry.pk, entry.subject, entry.facts) == (number, text, {"word": text})

    @pytest.mark.parametrize("text", [each for each in HOSTILE if len(each) < 30])
    def test_of_a_change_are_kept_as_they_are(self, text):
        row = Process.objects.create(kind="A", subject_id=1, task="t")

        rows.change(row, last_error=text)

        assert Process.objects.get().last_error == text

    def test_may_be_nothing(self):
        key = IdempotencyKey.objects.create(account_id=1, key="a key of mine", fingerprint="x")

        rows.change(key, status_code=201, locked_until=None)

        key.refresh_from_db()
        assert (key.status_code, key.locked_until) == (201, None)

    def test_for_a_column_that_is_not_there_change_neither_row_nor_instance(self):
        row = Process.objects.create(kind="A", subject_id=1, task="t")

        with nothing_written(), pytest.raises(ProgrammingError), transaction.atomic():
            rows.change(row, no_such_column=1)

        assert not hasattr(row, "no_such_column")

    def test_of_a_row_that_is_gone_are_written_nowhere(self):
        row = Process.objects.create(kind="A", subject_id=1, task="t")
        Process.objects.all().delete()

        with nothing_written():
            rows.change(row, progress_percent=5)

        assert rows.get(Process, row.pk) is None


@pytest.mark.django_db
class TestReading:
    def test_of_two_tables_side_by_side_takes_each_its_own_columns(self):
        entry = AuditEntry.objects.get(
            pk=rows.insert(
                AuditEntry,
                {"action": "x.y", "actor_kind": "SYSTEM", "subject": "s", "facts": [1]},
            )
        )
        process = Process.objects.create(kind="A", subject_id=1, task="t")
        with transaction.get_connection().cursor() as cursor:
            cursor.execute(
                f"SELECT {rows.columns(AuditEntry, Process)}"
                " FROM common_auditentry CROSS JOIN common_process"
            )
            values = iter(cursor.fetchone())

        assert rows.read(AuditEntry, values) == entry
        assert rows.read(Process, values).task == process.task
        assert next(values, "nothing left") == "nothing left"

    def test_of_an_outer_join_that_found_none_is_none(self):
        with transaction.get_connection().cursor() as cursor:
            cursor.execute(
                f"SELECT {rows.columns(BusinessDate)} FROM (SELECT 1) AS one"
                " LEFT JOIN common_businessdate ON true"
            )
            values = iter(cursor.fetchone())

        assert rows.read_joined(BusinessDate, values) is None


@pytest.mark.django_db
class TestBothKindsOfLock:
    @pytest.fixture(autouse=True)
    def _business_transaction(self):
        with transaction.atomic():
            yield

    @pytest.mark.parametrize(
        ("held", "wanted"),
        [(held, wanted) for held in Rank for wanted in Rank if wanted != held],
        ids=lambda rank: rank.name,
    )
    def test_prove_one_order_whichever_was_taken_first(self, held, wanted):
        one, two = (
            Process.objects.create(kind="LOCKED", subject_id=number, task="none").pk
            for number in range(2)
        )
        lock_row(Process, rank=held, pk=one)

        if wanted > held:
            assert lock_one(Process.objects.all(), rank=wanted, pk=two).pk == two
            return
        with pytest.raises(LockOrderBroken):
            lock_one(Process.objects.all(), rank=wanted, pk=two)

    def test_give_a_row_that_is_held_already_once_more(self):
        pk = Process.objects.create(kind="LOCKED", subject_id=1, task="none").pk

        for _ in range(2):
            assert lock_row(Process, rank=Rank.LOAN, pk=pk).pk == pk
            assert lock_one(Process.objects.all(), rank=Rank.LOAN, pk=pk).pk == pk

    def test_refuse_before_they_ask_the_database(self, django_assert_num_queries):
        first = Process.objects.create(kind="LOCKED", subject_id=1, task="none").pk
        lock_row(Process, rank=Rank.TRANSFER, pk=first)

        with django_assert_num_queries(0), pytest.raises(LockOrderBroken):
            lock_row(Process, rank=Rank.LOAN, pk=first)
