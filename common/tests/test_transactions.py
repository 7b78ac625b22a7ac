"""What the words durable, required, joined and after commit promise, in real transactions."""

import logging
from functools import partial

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from common.processes.models import Process
from common.transactions import after_commit, durable, joined, required

pytestmark = pytest.mark.commits


class Halfway(Exception):
    """The verb fails after its first write."""


def write(number: int = 1) -> Process:
    return Process.objects.create(kind="WRITTEN", subject_id=number, task="none")


def is_written(number: int = 1) -> bool:
    return Process.objects.filter(subject_id=number).exists()


def write_and_fail() -> None:
    write()
    raise Halfway


class TestDurable:
    def test_is_on_paper_when_it_returns(self):
        assert durable(write)().subject_id == 1
        assert is_written()

    def test_writes_nothing_when_it_fails(self):
        with pytest.raises(Halfway):
            durable(write_and_fail)()

        assert not is_written()

    def test_refuses_to_stand_inside_another_transaction(self):
        with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
            durable(write)()

        assert not is_written()

    def test_keeps_the_verbs_name_and_words(self):
        assert durable(write_and_fail).__name__ == "write_and_fail"


class TestRequired:
    def test_refuses_to_run_alone(self):
        with pytest.raises(TransactionManagementError, match="write needs a transaction"):
            required(write)()

        assert not is_written()

    def test_goes_down_with_its_caller(self):
        with transaction.atomic():
            required(write)()
            transaction.set_rollback(True)

        assert not is_written()

    def test_stays_with_its_caller(self):
        with transaction.atomic():
            required(write)(2)

        assert is_written(2)


class TestJoined:
    def test_makes_its_own_transaction_where_there_is_none(self):
        with pytest.raises(Halfway):
            joined(write_and_fail)()

        assert not is_written()

    def test_goes_down_with_its_caller(self):
        with transaction.atomic():
            joined(write)()
            transaction.set_rollback(True)

        assert not is_written()

    def test_fails_alone_where_its_caller_goes_on(self):
        with transaction.atomic():
            write(2)
            with pytest.raises(Halfway):
                joined(write_and_fail)()

        assert is_written(2)
        assert not is_written(1)


class TestAfterCommit:
    def test_tells_only_what_is_on_paper(self):
        told = []
        with transaction.atomic():
            write()
            after_commit(lambda: told.append(is_written()))
            assert told == []

        assert told == [True]

    def test_tells_nothing_of_what_was_rolled_back(self):
        told = []
        with transaction.atomic():
            after_commit(lambda: told.append("told"))
            transaction.set_rollback(True)

        assert told == []

    def test_never_undoes_the_work_because_telling_failed(self, caplog):
        told = []
        with caplog.at_level(logging.CRITICAL), transaction.atomic():
            write()
            after_commit(lambda: 1 / 0)
            after_commit(lambda: told.append("the next"))

        assert is_written()
        assert told == ["the next"]

    @pytest.mark.parametrize("tell", [partial(int, "no number"), "{0}".format, Halfway])
    def test_may_be_told_by_whatever_can_be_called(self, caplog, tell):
        told: list[str] = []
        with caplog.at_level(logging.CRITICAL), transaction.atomic():
            write()
            after_commit(tell)
            after_commit(partial(told.append, "the next"))

        assert is_written()
        assert told == ["the next"]
