"""Nothing that was promised is forgotten: the reaper pokes what is owed, and only that."""

import time

import pytest
from django.db import connection, transaction

from common.processes import actions
from common.processes.models import Process
from common.processes.poke import poke
from common.tests.brokers import DEAD, MEMORY, broker
from common.tests.jobs import claimed, set_back

pytestmark = pytest.mark.django_db
TASK = "common.tasks.reap_processes"


@pytest.fixture
def messages():
    with broker(MEMORY) as found:
        yield found


def owed(subject_id: int = 7) -> int:
    return actions.start(kind="DECIDE", subject_id=subject_id, task=TASK)


class TestReap:
    def test_pokes_what_nobody_has_taken(self, messages):
        process_id = owed()

        assert actions.reap() == 1
        assert messages.sent() == [(TASK, {"process_id": process_id})]

    def test_does_not_poke_the_same_process_again_for_ten_seconds(self, messages):
        process_id = owed()
        actions.reap()

        assert actions.reap() == 0
        set_back(process_id, "next_attempt_at")
        assert actions.reap() == 1
        assert len(messages.sent()) == 2

    def test_leaves_alone_what_is_being_worked_on(self, messages):
        claimed(owed())

        assert actions.reap() == 0
        assert messages.sent() == []

    def test_pokes_what_a_dead_worker_left(self, messages):
        process_id = owed()
        claimed(process_id)
        set_back(process_id, "lease_until")

        assert actions.reap() == 1

    def test_waits_for_the_time_of_the_next_attempt(self, messages):
        process_id = owed()
        claim = claimed(process_id)
        actions.retry(claim=claim, error="BANK_SILENT", delay_seconds=60)

        assert actions.reap() == 0
        set_back(process_id, "next_attempt_at")
        assert actions.reap() == 1

    def test_leaves_alone_what_has_ended(self, messages):
        actions.finish(claim=claimed(owed(1)))
        Process.objects.filter(pk=owed(2)).update(state="QUARANTINED")

        assert actions.reap() == 0

    def test_takes_a_bounded_number_the_oldest_first(self, messages):
        late, *others = [owed(number) for number in range(actions.REAPED_AT_ONCE + 1)]
        for process_id in others:
            set_back(process_id, "next_attempt_at", seconds=60)

        assert actions.reap() == actions.REAPED_AT_ONCE
        assert (TASK, {"process_id": late}) not in messages.sent()
        assert actions.reap() == 1

    def test_takes_no_more_where_the_planner_asks_again_for_every_row(self, messages):
        for number in range(actions.REAPED_AT_ONCE + 1):
            owed(number)

        with connection.cursor() as cursor:
            for step in ("hashjoin", "hashagg", "material", "sort"):
                cursor.execute(f"SET LOCAL enable_{step} = off")
        assert actions.reap() == actions.REAPED_AT_ONCE

    def test_sends_each_to_its_queue(self, messages):
        process_id = actions.start(kind="DISBURSE", subject_id=1, task=TASK, queue="money")

        actions.reap()

        assert messages.sent("money") == [(TASK, {"process_id": process_id})]
        assert messages.sent("default") == []

    def test_survives_a_dead_broker_and_loses_nothing(self):
        process_id = owed()
        with broker(DEAD):
            assert actions.reap() == 1

        set_back(process_id, "next_attempt_at")
        with broker(MEMORY) as messages:
            actions.reap()
            assert messages.sent() == [(TASK, {"process_id": process_id})]


class TestPoke:
    def test_sends_one_id_and_nothing_else(self, messages):
        poke(task=TASK, queue="default", process_id=11)

        assert messages.sent() == [(TASK, {"process_id": 11})]

    @pytest.mark.parametrize("address", [DEAD, "redis://127.0.0.1:1/0"])
    def test_of_a_dead_broker_costs_a_web_request_next_to_nothing(self, address):
        with broker(address):
            begun = time.monotonic()
            poke(task=TASK, queue="default", process_id=11)

        assert time.monotonic() - begun < 1


class TestHasten:
    def test_lets_a_waiting_process_be_tried_now(
        self, messages, django_capture_on_commit_callbacks
    ):
        process_id = owed()
        claim = claimed(process_id)
        actions.retry(claim=claim, error="BANK_SILENT", delay_seconds=300)

        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            actions.hasten(kind="DECIDE", subject_id=7)

        assert messages.sent() == [(TASK, {"process_id": process_id})]
        assert actions.reap() == 1

    def test_does_not_wake_what_has_ended(self, django_capture_on_commit_callbacks):
        actions.finish(claim=claimed(owed()))

        with django_capture_on_commit_callbacks() as pokes, transaction.atomic():
            actions.hasten(kind="DECIDE", subject_id=7)

        assert pokes == []

    def test_concerns_one_subject_and_kind(self, django_capture_on_commit_callbacks):
        owed(7)
        other = owed(8)
        Process.objects.update(next_attempt_at="2999-01-01T00:00:00Z")

        with django_capture_on_commit_callbacks() as pokes, transaction.atomic():
            actions.hasten(kind="DECIDE", subject_id=8)

        with broker(MEMORY) as messages:
            for poke in pokes:
                poke()
            assert messages.sent() == [(TASK, {"process_id": other})]


class TestNewsForWhoeverIsAtWork:
    """A poke would find the lease taken; the one who holds it must not miss the news."""

    @staticmethod
    def hasten() -> None:
        with transaction.atomic():
            actions.hasten(kind="DECIDE", subject_id=7)

    def test_is_not_poked_while_they_work(self, messages, django_capture_on_commit_callbacks):
        claimed(owed())

        with django_capture_on_commit_callbacks(execute=True) as pokes:
            self.hasten()

        assert (pokes, messages.sent()) == ([], [])
        assert actions.reap() == 0

    @pytest.mark.parametrize(
        "give_back",
        [
            lambda claim: actions.postpone(claim=claim, delay_seconds=300),
            lambda claim: actions.retry(claim=claim, error="BANK_SILENT", delay_seconds=300),
        ],
        ids=["postpone", "retry"],
    )
    def test_is_tried_again_at_once_when_they_give_it_back(
        self, give_back, messages, django_capture_on_commit_callbacks
    ):
        process_id = owed()
        claim = claimed(process_id)
        self.hasten()

        with django_capture_on_commit_callbacks(execute=True):
            give_back(claim)

        assert messages.sent() == [(TASK, {"process_id": process_id})]
        assert actions.reap() == 1

    def test_is_used_up_by_that(self, messages, django_capture_on_commit_callbacks):
        claim = claimed(process_id := owed())
        self.hasten()
        actions.postpone(claim=claim, delay_seconds=300)

        with django_capture_on_commit_callbacks() as pokes:
            actions.postpone(claim=claimed(process_id), delay_seconds=300)

        assert pokes == []
        assert actions.reap() == 0

    def test_without_it_they_wait(self, messages, django_capture_on_commit_callbacks):
        claim = claimed(owed())

        with django_capture_on_commit_callbacks() as pokes:
            actions.postpone(claim=claim, delay_seconds=300)

        assert pokes == []
        assert actions.reap() == 0

    def test_is_left_to_the_reaper_when_they_die(self, messages):
        process_id = owed()
        claimed(process_id)
        self.hasten()
        set_back(process_id, "lease_until")

        assert actions.reap() == 1
        assert messages.sent() == [(TASK, {"process_id": process_id})]

    def test_changes_nothing_of_what_they_have_finished(self, messages):
        claim = claimed(owed())
        self.hasten()
        actions.finish(claim=claim)
        before = Process.objects.values().get()

        self.hasten()

        assert Process.objects.values().get() == before
        assert actions.reap() == 0
