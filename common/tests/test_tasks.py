"""The two tasks that beat pokes: they call one verb each, and twice is once."""

import pytest

from common import tasks
from common.actors import SYSTEM
from common.audit import actions as audit
from common.audit.models import AuditEntry, AuditLink
from common.processes import actions as processes
from common.tests.brokers import MEMORY, broker
from common.transactions import durable
from tests.machinery.installations import eventually

pytestmark = pytest.mark.commits
TASK = "common.tasks.reap_processes"


def test_the_reaper_pokes_what_is_owed():
    process_id = durable(processes.start)(kind="DECIDE", subject_id=1, task=TASK)

    with broker(MEMORY) as messages:
        tasks.reap_processes()
        tasks.reap_processes()

        assert messages.sent() == [(TASK, {"process_id": process_id})]


def test_the_sealer_chains_what_was_committed():
    durable(audit.append)(action="test.thing.done", subject="thing:1", by=SYSTEM, facts={})

    def is_sealed() -> bool:
        tasks.seal_audit()
        return AuditLink.objects.filter(entry=AuditEntry.objects.get()).exists()

    assert eventually(is_sealed)
    tasks.seal_audit()
    assert AuditLink.objects.count() == 1


@pytest.mark.parametrize("task", [tasks.reap_processes, tasks.seal_audit])
def test_tasks_bear_words_that_a_later_sender_may_add(task):
    """A worker of yesterday must not fall over a message of tomorrow."""
    task(sent_by="a newer beat")

    assert not AuditLink.objects.exists()
