"""The way out of quarantine: a person says that it may be tried again, and that is kept."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from common.actors import Actor
from common.audit.models import AuditEntry
from common.processes import actions, queries
from common.processes.models import Process
from common.tests.brokers import MEMORY, broker
from common.tests.jobs import claimed, let_the_lease_run_out
from common.transactions import durable

MEI = Actor(kind="STAFF", account_id=4)
TASK = "common.tasks.reap_processes"


def started() -> int:
    return durable(actions.start)(
        kind="DISBURSE", subject_id=7, task=TASK, queue="money", attempts_allowed=1
    )


def given_up() -> int:
    """A process whose only attempt has died."""
    process_id = started()
    claimed(process_id)
    let_the_lease_run_out(process_id)
    assert actions.claim(process_id=process_id) is None
    return process_id


def command(*words: object) -> str:
    out = StringIO()
    call_command("try_again", *map(str, words), stdout=out)
    return out.getvalue()


@pytest.mark.django_db
class TestTryAgain:
    def test_gives_all_attempts_back_and_says_who_did_it(self):
        process_id = given_up()

        assert actions.try_again(process_id=process_id, by=MEI) is True

        row = Process.objects.get()
        assert (row.state, row.attempts, row.ended_at) == ("PENDING", 0, None)
        assert claimed(process_id).attempt == 1
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.subject) == (
            "common.process.tried_again",
            f"process:{process_id}",
        )
        assert (entry.actor_kind, entry.actor_account_id) == ("STAFF", 4)

    def test_leaves_alone_what_is_not_in_quarantine(self):
        process_id = started()
        claim = claimed(process_id)

        assert actions.try_again(process_id=process_id, by=MEI) is False
        actions.finish(claim=claim)
        assert actions.try_again(process_id=process_id, by=MEI) is False

        assert Process.objects.get().state == "DONE"
        assert not AuditEntry.objects.exists()

    def test_does_not_bring_a_dead_workers_token_back_to_life(self):
        process_id = started()
        zombie = claimed(process_id)
        let_the_lease_run_out(process_id)
        actions.claim(process_id=process_id)

        actions.try_again(process_id=process_id, by=MEI)

        with pytest.raises(actions.LeaseLost):
            actions.finish(claim=zombie)
        assert Process.objects.get().state == "PENDING"


@pytest.mark.commits
def test_pokes_the_worker_after_commit():
    process_id = given_up()

    with broker(MEMORY) as messages:
        actions.try_again(process_id=process_id, by=MEI)

        assert messages.sent("money") == [(TASK, {"process_id": process_id})]


@pytest.mark.django_db
class TestTheCommand:
    def test_lists_what_waits(self):
        process_id = given_up()

        assert command() == (f"{process_id}  DISBURSE 7   1 attempts  \n1 in quarantine\n")

    def test_lets_it_be_tried_again(self):
        process_id = given_up()

        assert command(process_id) == f"Process {process_id} will be tried again.\n"
        assert queries.given_up() == 0
        assert command() == "0 in quarantine\n"

    def test_says_that_there_is_nothing_to_try(self):
        process_id = started()

        with pytest.raises(CommandError, match="not in quarantine"):
            command(process_id)
        assert Process.objects.get().state == "PENDING"
