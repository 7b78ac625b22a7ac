"""A process row: promised once, worked on by one, written by nobody who lost the lease."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from common.processes import actions, queries
from common.processes.actions import LeaseLost
from common.processes.models import Process
from common.tests.brokers import MEMORY, broker
from common.tests.jobs import claimed, let_the_lease_run_out, seconds_until

pytestmark = pytest.mark.django_db
TASK = "lending.tasks.decide_application"


def started(**changes: Any) -> int:
    return actions.start(**{"kind": "DECIDE", "subject_id": 7, "task": TASK, **changes})


def row(process_id: int) -> Process:
    return Process.objects.get(pk=process_id)


class TestStart:
    def test_makes_a_row_that_is_owed_at_once(self):
        found = row(started())

        assert (found.state, found.attempts, found.queue) == ("PENDING", 0, "default")
        assert queries.is_owed(kind="DECIDE", subject_id=7)
        assert queries.find(kind="DECIDE", subject_id=7) == found
        assert seconds_until(found.pk, "next_attempt_at") <= 0

    def test_of_the_same_promise_is_one_row_with_the_first_words(self):
        first = started(queue="decisions")

        assert started(queue="money") == first
        assert Process.objects.get().queue == "decisions"

    @pytest.mark.parametrize(
        "changes",
        [{"kind": "DISBURSE"}, {"subject_id": 8}, {"process_key": "second bill"}],
    )
    def test_of_another_promise_is_another_row(self, changes):
        one, other = started(), started(**changes)

        assert one != other
        assert Process.objects.count() == 2

    def test_of_something_done_does_not_do_it_again(self):
        claim = claimed(started())
        actions.finish(claim=claim)

        assert row(started()).state == "DONE"

    def test_pokes_only_after_commit(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks() as pokes, transaction.atomic():
            process_id = started(queue="decisions")

        with broker(MEMORY) as messages:
            assert messages.sent("decisions") == []
            for poke in pokes:
                poke()
            assert messages.sent("decisions") == [(TASK, {"process_id": process_id})]

    def test_again_nudges_for_what_nobody_has_tried(self, django_capture_on_commit_callbacks):
        started()

        with django_capture_on_commit_callbacks() as pokes, transaction.atomic():
            started()

        assert len(pokes) == 1

    def test_again_does_not_cut_short_a_wait(self, django_capture_on_commit_callbacks):
        claim = claimed(started())
        actions.retry(claim=claim, error="BANK_SILENT", delay_seconds=60)

        with django_capture_on_commit_callbacks() as pokes, transaction.atomic():
            started()

        assert pokes == []
        assert seconds_until(claim.process_id, "next_attempt_at") > 50

    def test_rolled_back_leaves_neither_row_nor_poke(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks() as pokes, transaction.atomic():
            started()
            transaction.set_rollback(True)

        assert pokes == []
        assert not Process.objects.exists()


class TestClaim:
    def test_gives_one_worker_the_lease_and_counts_the_attempt(self):
        process_id = started(process_key="k")

        claim = claimed(process_id)

        assert (claim.kind, claim.subject_id, claim.process_key, claim.attempt) == (
            "DECIDE", 7, "k", 1,
        )  # fmt: skip
        assert (row(process_id).state, row(process_id).attempts) == ("RUNNING", 1)
        assert row(process_id).lease_token == claim.token
        assert 14 < seconds_until(process_id, "lease_until") <= 15

    def test_gives_a_second_worker_nothing_while_the_lease_holds(self):
        process_id = started()
        first = claimed(process_id)

        assert actions.claim(process_id=process_id) is None
        assert (row(process_id).attempts, row(process_id).lease_token) == (1, first.token)

    def test_gives_the_next_worker_what_a_dead_one_left(self):
        process_id = started()
        dead = claimed(process_id)
        let_the_lease_run_out(process_id)

        heir = claimed(process_id)

        assert heir.token != dead.token
        assert (heir.attempt, row(process_id).attempts) == (2, 2)

    def test_gives_nothing_of_what_is_done(self):
        process_id = started()
        actions.finish(claim=claimed(process_id))

        assert actions.claim(process_id=process_id) is None
        assert row(process_id).state == "DONE"

    def test_gives_nothing_for_a_number_that_is_no_process(self):
        assert actions.claim(process_id=404) is None


class TestQuarantine:
    def test_ends_a_crash_loop_after_the_last_attempt(self):
        process_id = started(attempts_allowed=3)
        for _ in range(3):
            assert actions.claim(process_id=process_id) is not None
            let_the_lease_run_out(process_id)

        assert actions.claim(process_id=process_id) is None
        assert (row(process_id).state, row(process_id).attempts) == ("QUARANTINED", 3)
        assert row(process_id).ended_at is not None
        assert not queries.is_owed(kind="DECIDE", subject_id=7)
        assert queries.given_up() == 1

    def test_leaves_the_last_attempt_its_lease(self):
        process_id = started(attempts_allowed=1)
        claim = claimed(process_id)

        assert actions.claim(process_id=process_id) is None
        assert row(process_id).state == "RUNNING"
        actions.finish(claim=claim)
        assert row(process_id).state == "DONE"

    def test_fences_the_worker_that_wakes_up_afterwards(self):
        process_id = started(attempts_allowed=1)
        zombie = claimed(process_id)
        let_the_lease_run_out(process_id)
        assert actions.claim(process_id=process_id) is None

        with pytest.raises(LeaseLost):
            actions.finish(claim=zombie)
        assert row(process_id).state == "QUARANTINED"


class TestZombie:
    @pytest.fixture
    def zombie(self):
        """A worker that slept through its lease while another one took over."""
        process_id = started()
        claim = claimed(process_id)
        let_the_lease_run_out(process_id)
        claimed(process_id)
        return claim

    @pytest.mark.parametrize(
        "word",
        [
            lambda claim: actions.finish(claim=claim),
            lambda claim: actions.hold(claim=claim),
            lambda claim: actions.renew(claim=claim, progress_percent=50),
            lambda claim: actions.retry(claim=claim, error="X", delay_seconds=1),
            lambda claim: actions.postpone(claim=claim, delay_seconds=1),
        ],
        ids=["finish", "hold", "renew", "retry", "postpone"],
    )
    def test_may_say_nothing_any_more(self, zombie, word):
        before = Process.objects.values().get()

        with pytest.raises(LeaseLost):
            word(zombie)

        assert Process.objects.values().get() == before

    def test_takes_its_result_with_it(self, zombie):
        """The fence stands in the transaction of the result: neither is written."""

        def write():
            started(subject_id=999)
            actions.finish(claim=zombie)

        with pytest.raises(LeaseLost), transaction.atomic():
            write()

        assert not Process.objects.filter(subject_id=999).exists()

    def test_that_nobody_replaced_may_still_end_its_work(self):
        """Late is not lost: while the token stands, no other worker has begun."""
        process_id = started()
        claim = claimed(process_id)
        let_the_lease_run_out(process_id)

        actions.finish(claim=claim)

        assert row(process_id).state == "DONE"


class TestRenew:
    def test_holds_the_lease_and_shows_progress(self):
        process_id = started()
        claim = claimed(process_id)
        let_the_lease_run_out(process_id)

        actions.renew(claim=claim, progress_percent=40)

        assert seconds_until(process_id, "lease_until") > 14
        assert row(process_id).progress_percent == 40

    def test_keeps_progress_that_it_is_not_told(self):
        process_id = started()
        claim = claimed(process_id)
        actions.renew(claim=claim, progress_percent=40)

        actions.renew(claim=claim)

        assert row(process_id).progress_percent == 40

    def test_refuses_more_than_all_of_it(self):
        claim = claimed(started())

        with pytest.raises(IntegrityError), transaction.atomic():
            actions.renew(claim=claim, progress_percent=101)

        assert Process.objects.get().progress_percent == 0


class TestFinish:
    def test_leaves_a_clean_row(self):
        process_id = started()
        claim = claimed(process_id)
        actions.retry(claim=claim, error="BANK_SILENT", delay_seconds=0)

        actions.finish(claim=claimed(process_id))

        found = row(process_id)
        assert (found.state, found.progress_percent, found.last_error) == ("DONE", 100, "")
        assert found.lease_token is None
        assert found.lease_until is None
        assert found.ended_at is not None

    def test_with_an_invented_token_changes_nothing(self):
        process_id = started()
        claim = claimed(process_id)
        forged = replace(claim, token=uuid4())

        with pytest.raises(LeaseLost):
            actions.finish(claim=forged)

        assert row(process_id).state == "RUNNING"
