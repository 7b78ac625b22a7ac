"""One order of locks: whoever breaks it is refused before it can wait for anybody."""

import time

import pytest
from django.db import OperationalError, transaction

from common.errors import NotFound
from common.idempotency.models import IdempotencyKey
from common.locking import LockOrderBroken, Rank, lock_first, lock_one, lock_row
from common.processes.models import Process
from common.transactions import durable
from tests.machinery.races import together


def rows(count: int = 3) -> list[int]:
    """Rows that stand for applications, loans and transfers: a lock asks only for a rank."""
    return [
        Process.objects.create(kind="LOCKED", subject_id=number, task="none").pk
        for number in range(count)
    ]


def lock(rank: Rank, pk: int) -> Process:
    return lock_one(Process.objects.all(), rank=rank, pk=pk)


@pytest.mark.django_db
class TestLockOne:
    @pytest.fixture(autouse=True)
    def _business_transaction(self):
        with transaction.atomic():
            yield

    def test_returns_the_row_fresh(self):
        (pk,) = rows(1)
        Process.objects.filter(pk=pk).update(progress_percent=30)

        assert lock(Rank.LOAN, pk).progress_percent == 30

    def test_goes_down_the_whole_house_in_order(self):
        pks = rows(len(Rank))

        for rank, pk in zip(Rank, reversed(pks), strict=True):
            assert lock(rank, pk).pk == pk

    def test_takes_equals_by_ascending_key(self):
        first, second, _ = rows()
        lock(Rank.LOAN, first)
        lock(Rank.LOAN, second)

        with pytest.raises(LockOrderBroken):
            lock(Rank.LOAN, first - 1)

    @pytest.mark.parametrize(
        ("held", "wanted"),
        [(held, wanted) for held in Rank for wanted in Rank if wanted < held],
        ids=lambda rank: rank.name,
    )
    def test_refuses_every_step_back(self, held, wanted):
        first, second, _ = rows()
        lock(held, first)

        with pytest.raises(LockOrderBroken, match=wanted.name):
            lock(wanted, second)

    def test_gives_a_row_that_is_held_already_once_more(self):
        first, second, _ = rows()
        lock(Rank.LOAN, first)
        lock(Rank.TRANSFER, second)

        assert lock(Rank.LOAN, first).pk == first

    def test_keeps_the_order_across_savepoints(self):
        first, second, _ = rows()
        with transaction.atomic():
            lock(Rank.TRANSFER, first)

        with pytest.raises(LockOrderBroken):
            lock(Rank.LOAN, second)

    def test_finds_by_other_columns_and_keeps_the_order_there_too(self):
        first, second, _ = rows()
        found = lock_one(Process.objects.all(), rank=Rank.LOAN, kind="LOCKED", subject_id=1)
        assert found.pk == second

        with pytest.raises(LockOrderBroken):
            lock_one(Process.objects.all(), rank=Rank.LOAN, kind="LOCKED", subject_id=0)
        assert first < second

    @pytest.mark.parametrize("lookup", [{"pk": 0}, {"kind": "NEVER"}], ids=str)
    def test_says_not_found_and_holds_nothing(self, lookup):
        with pytest.raises(NotFound):
            lock_one(Process.objects.all(), rank=Rank.PROCESS, **lookup)

        (pk,) = rows(1)
        assert lock(Rank.BORROWER, pk).pk == pk

    def test_sees_only_the_rows_it_was_given(self):
        (pk,) = rows(1)

        with pytest.raises(NotFound):
            lock_one(Process.objects.filter(state="DONE"), rank=Rank.LOAN, pk=pk)


@pytest.mark.django_db
class TestLockRow:
    @pytest.fixture(autouse=True)
    def _business_transaction(self):
        with transaction.atomic():
            yield

    def test_returns_the_row_fresh(self):
        (pk,) = rows(1)
        Process.objects.filter(pk=pk).update(progress_percent=30)

        assert lock_row(Process, rank=Rank.LOAN, pk=pk).progress_percent == 30

    def test_keeps_one_order_with_every_other_lock(self):
        first, second, _ = rows()
        lock(Rank.LOAN, first)
        lock_row(Process, rank=Rank.TRANSFER, pk=second)

        with pytest.raises(LockOrderBroken):
            lock_row(Process, rank=Rank.LOAN, pk=second)
        with pytest.raises(LockOrderBroken):
            lock(Rank.APPLICATION, first)

    def test_says_not_found_and_holds_nothing(self):
        with pytest.raises(NotFound):
            lock_row(Process, rank=Rank.PROCESS, pk=0)

        (pk,) = rows(1)
        assert lock_row(Process, rank=Rank.BORROWER, pk=pk).pk == pk


@pytest.mark.commits
class TestInRealTransactions:
    def test_a_lock_needs_one(self):
        (pk,) = rows(1)

        with pytest.raises(transaction.TransactionManagementError):
            lock(Rank.LOAN, pk)

    def test_each_transaction_begins_with_nothing_held(self):
        first, second, _ = rows()
        for pk in (second, first):
            with transaction.atomic():
                lock(Rank.TRANSFER, pk)

    def test_the_second_waits_and_sees_what_the_first_wrote(self):
        (pk,) = rows(1)

        @durable
        def add():
            found = lock(Rank.LOAN, pk)
            time.sleep(0.02)  # long enough for every other thread to have read the old value
            Process.objects.filter(pk=pk).update(progress_percent=found.progress_percent + 1)

        together(*[add] * 8)

        assert Process.objects.get().progress_percent == 8

    def test_a_row_by_its_number_waits_just_so(self):
        (pk,) = rows(1)

        @durable
        def add():
            found = lock_row(Process, rank=Rank.LOAN, pk=pk)
            time.sleep(0.02)
            Process.objects.filter(pk=pk).update(progress_percent=found.progress_percent + 1)

        together(*[add] * 8)

        assert Process.objects.get().progress_percent == 8

    def test_a_ring_cannot_be_closed(self):
        """Two verbs in opposite order: PostgreSQL would have to shoot one after a second."""
        first, second, _ = rows()

        def walk(*pks: int):
            @durable
            def verb():
                for pk in pks:
                    lock(Rank.LOAN, pk)
                    time.sleep(0.1)  # each holds its first lock when it asks for the second

            return verb

        begun = time.monotonic()
        right, wrong = together(walk(first, second), walk(second, first))

        assert right is None
        assert isinstance(wrong, LockOrderBroken)
        assert time.monotonic() - begun < 1  # nobody waited for the deadlock detector

    def test_a_ring_over_two_tables_cannot_be_closed(self):
        (pk,) = rows(1)
        key = IdempotencyKey.objects.create(account_id=1, key="a key of mine", fingerprint="x").pk

        def loan() -> None:
            lock(Rank.LOAN, pk)
            time.sleep(0.1)

        def transfer() -> None:
            lock_one(IdempotencyKey.objects.all(), rank=Rank.TRANSFER, key="a key of mine")
            time.sleep(0.1)

        @durable
        def downwards():
            loan()
            transfer()

        @durable
        def upwards():
            transfer()
            loan()

        answers = together(downwards, upwards)

        assert key
        assert answers[0] is None
        assert isinstance(answers[1], LockOrderBroken)
        assert not any(isinstance(answer, OperationalError) for answer in answers)

    def test_readers_of_other_rows_that_point_here_are_not_held_up(self):
        """FOR NO KEY UPDATE: a foreign key check beside it passes."""
        (pk,) = rows(1)

        @durable
        def keep():
            lock(Rank.LOAN, pk)
            time.sleep(0.3)

        def point_to_it():
            time.sleep(0.1)
            begun = time.monotonic()
            with transaction.atomic(), transaction.get_connection().cursor() as cursor:
                cursor.execute("SELECT 1 FROM common_process WHERE id = %s FOR KEY SHARE", [pk])
            return time.monotonic() - begun

        _, waited_seconds = together(keep, point_to_it)

        assert waited_seconds < 0.15


def first(subject_id: int, rank: Rank = Rank.LOAN) -> Process | None:
    return lock_first(Process, rank=rank, condition="subject_id = %s", values=[subject_id])


@pytest.mark.django_db
class TestLockFirst:
    @pytest.fixture(autouse=True)
    def _business_transaction(self):
        with transaction.atomic():
            yield

    def test_looks_up_and_locks_in_one_journey(self, django_assert_num_queries):
        _, wanted, _ = rows()

        with django_assert_num_queries(1) as asked:
            found = first(1)

        assert found is not None
        assert found.pk == wanted
        assert asked.captured_queries[0]["sql"].endswith("FOR NO KEY UPDATE")

    def test_of_nothing_is_nothing_and_holds_nothing(self):
        (pk,) = rows(1)

        assert first(77, Rank.PROCESS) is None
        assert lock(Rank.BORROWER, pk).pk == pk

    @pytest.mark.parametrize("held", Rank, ids=lambda rank: rank.name)
    def test_is_refused_where_any_lock_is_held_before_anybody_is_asked(
        self, held, django_assert_num_queries
    ):
        (pk,) = rows(1)
        lock(held, pk)

        with django_assert_num_queries(0), pytest.raises(LockOrderBroken):
            first(0, Rank.PROCESS)

    def test_counts_for_the_order_of_those_that_follow(self):
        before, wanted, after = rows()
        assert first(1) is not None

        assert lock(Rank.LOAN, wanted).pk == wanted
        assert lock(Rank.LOAN, after).pk == after
        with pytest.raises(LockOrderBroken):
            lock(Rank.LOAN, before)


@pytest.mark.commits
def test_a_row_that_was_looked_up_is_locked_for_everybody_else():
    (pk,) = rows(1)

    @durable
    def count_on() -> None:
        found = first(0)
        assert found is not None
        time.sleep(0.02)
        Process.objects.filter(pk=pk).update(attempts=found.attempts + 1)

    assert together(*[count_on] * 5) == [None] * 5

    assert Process.objects.get(pk=pk).attempts == 5


def test_looking_up_needs_a_transaction():
    with pytest.raises(transaction.TransactionManagementError):
        first(0)
