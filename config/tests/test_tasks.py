"""Every night the house checks itself and asks the bank, and keeps what it found."""

import pytest
from django.db import DatabaseError, connection, transaction

from common.actors import SYSTEM
from common.audit import actions as audit
from common.audit.models import AuditEntry, AuditLink
from config import assembly, tasks
from lending.channels.contracts import TransferRequest
from lending.channels.sandbox import SandboxBank
from lending.tasks import bank
from lending.tests.bad_network import silent_port
from monitoring.supervision.models import CheckRun
from simulation.bank.testing import running_bank

pytestmark = pytest.mark.commits


@pytest.fixture
def other_bank(settings):
    """Of this test alone: its statement is empty at first."""
    with running_bank() as opened:
        settings.BANK_URL, settings.BANK_API_KEY = opened.base_url, opened.api_key
        bank.cache_clear()
        yield opened
    bank.cache_clear()


def test_a_sound_house_is_written_down_as_such(other_bank):
    tasks.check_invariants()

    run = CheckRun.objects.get()
    assert (run.breaches, run.sentences, run.is_bank_heard) == (0, [], True)
    assert run.checks == len(assembly.INVARIANTS) + 1
    assert run.began_at <= run.ended_at


def test_what_does_not_hold_is_kept_in_its_words(other_bank):
    with transaction.atomic():
        audit.append(action="test.thing.done", subject="thing:1", by=SYSTEM, facts={})
    AuditLink.objects.create(position=1, entry=AuditEntry.objects.get(), chain_hash=bytes(32))

    tasks.check_invariants()

    run = CheckRun.objects.get()
    assert run.breaches == 1
    assert run.sentences == [
        ["common.audit.invariants.breaches", "the audit trail does not fit from link 1"]
    ]


def test_money_that_moved_at_the_bank_alone_is_found(other_bank):
    with SandboxBank(base_url=other_bank.base_url, api_key=other_bank.api_key) as channel:
        channel.submit(TransferRequest("D-nobody-1", "PAY_OUT", "person:nobody", 500, ""))
        other_bank.settled("D-nobody-1")

    tasks.check_invariants()

    assert CheckRun.objects.get().sentences == [
        [assembly.BANK_CHECK, "the bank moved money for D-nobody-1, which is not ours"]
    ]


def test_a_bank_that_is_not_heard_is_no_breach_and_is_said(settings):
    with silent_port() as port:
        settings.BANK_URL = f"http://127.0.0.1:{port}"
    bank.cache_clear()

    tasks.check_invariants()

    bank.cache_clear()
    run = CheckRun.objects.get()
    assert (run.breaches, run.is_bank_heard, run.checks) == (0, False, len(assembly.INVARIANTS))


def test_a_run_is_not_rewritten(other_bank):
    tasks.check_invariants()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE monitoring_checkrun SET breaches = 0")

    assert CheckRun.objects.count() == 1
