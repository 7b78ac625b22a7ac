"""Processes under real commits: two workers, two reapers, two doors at the same moment."""

import threading

import pytest
from django.db import connections, transaction
from django.db.transaction import TransactionManagementError

from common.processes import actions
from common.processes.models import Process
from common.tests.brokers import DEAD, MEMORY, broker
from common.tests.jobs import claimed, let_the_lease_run_out
from common.transactions import durable
from tests.machinery.races import together

pytestmark = pytest.mark.commits
TASK = "common.tasks.reap_processes"


@durable
def promise(subject_id: int = 7) -> int:
    return actions.start(kind="DECIDE", subject_id=subject_id, task=TASK)


def test_the_same_promise_from_two_doors_is_one_row():
    answers = together(promise, promise, promise)

    assert len(set(answers)) == 1
    assert Process.objects.count() == 1


def test_of_many_workers_exactly_one_gets_the_lease():
    process_id = promise()

    claims = together(*[lambda: actions.claim(process_id=process_id)] * 6)

    assert sum(claim is not None for claim in claims) == 1
    assert Process.objects.get().attempts == 1


@pytest.mark.parametrize("subject_id", range(4))
def test_of_an_heir_and_a_zombie_exactly_one_writes(subject_id):
    process_id = promise(subject_id)
    zombie = claimed(process_id)
    let_the_lease_run_out(process_id)

    @durable
    def end_late():
        actions.finish(claim=zombie)

    late, heir = together(end_late, lambda: actions.claim(process_id=process_id))

    assert isinstance(late, actions.LeaseLost) == (heir is not None)
    assert Process.objects.get().state == ("RUNNING" if heir else "DONE")


def test_two_reapers_poke_each_process_once():
    ids = {promise(number) for number in range(30)}

    with broker(MEMORY) as messages:
        counts = together(actions.reap, actions.reap)

        sent = [keywords["process_id"] for _, keywords in messages.sent()]

    assert sum(counts) == len(ids)
    assert sorted(sent) == sorted(ids)


def test_a_held_row_stops_an_heir_until_the_result_is_on_paper():
    """`hold` locks the row: a worker whose lease runs out while it writes is not overtaken."""
    process_id = promise()
    claim = claimed(process_id)
    let_the_lease_run_out(process_id)
    is_held, may_end = threading.Event(), threading.Event()

    def write():
        try:
            with transaction.atomic():
                actions.hold(claim=claim)
                is_held.set()
                may_end.wait(10)
                actions.finish(claim=claim)
        finally:
            connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    is_held.wait(10)
    heirs: list[object] = []

    def inherit():
        heirs.append(actions.claim(process_id=process_id))
        connections.close_all()

    heir = threading.Thread(target=inherit)
    heir.start()
    heir.join(0.3)
    assert heir.is_alive()
    may_end.set()
    writer.join(10)
    heir.join(10)

    assert heirs == [None]
    assert Process.objects.get().state == "DONE"


@pytest.mark.parametrize(
    "verb",
    [
        lambda: actions.start(kind="DECIDE", subject_id=1, task=TASK),
        lambda: actions.hasten(kind="DECIDE", subject_id=1),
    ],
)
def test_a_promise_needs_the_transaction_of_what_it_promises(verb):
    with pytest.raises(TransactionManagementError):
        verb()

    assert not Process.objects.exists()


@pytest.mark.parametrize("word", [actions.finish, actions.hold])
def test_a_result_needs_a_transaction(word):
    claim = claimed(promise())

    with pytest.raises(TransactionManagementError):
        word(claim=claim)

    assert Process.objects.get().state == "RUNNING"


def test_a_promise_is_kept_although_the_broker_is_dead():
    with broker(DEAD):
        process_id = promise()

    assert actions.claim(process_id=process_id) is not None
