"""The frame of every task: what is said of work that ended well, waits, failed or died."""

import pytest
from django.db import OperationalError

from common.errors import Refused
from common.processes import actions, runs
from common.processes.models import Process
from common.processes.runs import Failed, NotYet
from common.tests.jobs import claimed, let_the_lease_run_out, seconds_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def process_id():
    return actions.start(kind="DISBURSE", subject_id=7, task="lending.tasks.disburse")


def row() -> Process:
    return Process.objects.get()


def raising(error: Exception):
    """Work that ends in this error."""

    def work(claim):
        raise error

    return work


def taken_over(then: Exception | None = None):
    """Work that goes on for so long that another worker takes over, and then ends as told."""

    def work(claim):
        let_the_lease_run_out(claim.process_id)
        claimed(claim.process_id)
        if then is not None:
            raise then
        actions.finish(claim=claim)

    return work


class TestRun:
    def test_does_the_work_once(self, process_id):
        done = []

        def work(claim):
            done.append(claim.subject_id)
            actions.finish(claim=claim)

        assert runs.run(process_id=process_id, work=work) is True
        assert runs.run(process_id=process_id, work=work) is False
        assert done == [7]
        assert row().state == "DONE"

    def test_gives_back_what_failed_with_its_code_and_waits(self, process_id):
        assert runs.run(process_id=process_id, work=raising(Failed("BANK_SILENT"))) is False

        found = row()
        assert (found.state, found.attempts, found.last_error) == ("PENDING", 1, "BANK_SILENT")
        assert found.lease_token is None
        assert 1 < seconds_until(process_id, "next_attempt_at") <= 2

    def test_tries_again_after_trouble_with_the_database(self, process_id):
        trouble = OperationalError("deadlock detected: Key (phone)=(+8613900000001)")

        assert runs.run(process_id=process_id, work=raising(trouble)) is False
        assert (row().state, row().last_error) == ("PENDING", "OperationalError")

    def test_counts_no_attempt_while_somebody_else_is_at_work(self, process_id):
        for _ in range(20):
            assert runs.run(process_id=process_id, work=raising(NotYet(3))) is False

        assert (row().state, row().attempts, row().last_error) == ("PENDING", 0, "")
        assert 2 < seconds_until(process_id, "next_attempt_at") <= 3

    def test_lets_the_unforeseen_rise_and_keeps_the_attempt(self, process_id):
        with pytest.raises(ZeroDivisionError):
            runs.run(process_id=process_id, work=raising(ZeroDivisionError()))

        assert (row().state, row().attempts) == ("RUNNING", 1)
        assert actions.claim(process_id=process_id) is None

    def test_ends_a_crash_loop_in_quarantine(self, process_id):
        for _ in range(8):
            with pytest.raises(ZeroDivisionError):
                runs.run(process_id=process_id, work=raising(ZeroDivisionError()))
            let_the_lease_run_out(process_id)

        assert runs.run(process_id=process_id, work=raising(ZeroDivisionError())) is False
        assert (row().state, row().attempts) == ("QUARANTINED", 8)

    @pytest.mark.parametrize(
        "ending", [None, NotYet(1), Failed("LATE"), OperationalError()], ids=repr
    )
    def test_of_a_zombie_ends_quietly_and_changes_nothing(self, process_id, ending):
        assert runs.run(process_id=process_id, work=taken_over(then=ending)) is False

        assert (row().state, row().attempts, row().last_error) == ("RUNNING", 2, "")


class TestBackOff:
    def test_doubles_up_to_five_minutes(self):
        waits = [runs.delay_seconds(attempt) for attempt in range(1, 10)]

        assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300]


class NotNow(Refused):
    """A verb says no, for now."""

    code = "NOT_NOW"


def test_a_refusal_gives_the_work_back_with_its_code(process_id):
    assert runs.run(process_id=process_id, work=raising(NotNow())) is False

    assert (row().state, row().last_error, row().attempts) == ("PENDING", "NOT_NOW", 1)
