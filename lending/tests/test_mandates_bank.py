"""Automatic debit with the real sandbox bank in its own process, through the real task."""

import pytest
import time_machine

from borrowers.messages.models import Message
from common.processes.models import Process
from lending import tasks
from lending.channels.models import Transfer
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.ledger.invariants import breaches as books_breaches
from lending.mandates.models import Mandate
from lending.reconciliation.models import ReconciledDay, StatementBreak
from lending.servicing.invariants import breaches as loan_breaches
from lending.tests import builders, debiting
from lending.tests.debiting import DAY, DUE, noon
from simulation.bank.testing import running_bank

pytestmark = pytest.mark.django_db
DUE_FEN = 102_007


@pytest.fixture(scope="module")
def running():
    with running_bank() as opened:
        yield opened


@pytest.fixture
def bank(running, settings):
    """The bank behaves, and the tasks talk to it."""
    settings.BANK_URL, settings.BANK_API_KEY = running.base_url, running.api_key
    settings.SITE_URL = "http://127.0.0.1:9"
    running.faults("none")
    tasks.bank.cache_clear()
    yield running
    tasks.bank().close()
    tasks.bank.cache_clear()


@pytest.fixture
def loan(lin, bank):
    """Paid out by the real bank."""
    loan = builders.signed(lin)
    moved(Transfer.objects.get(), bank)
    loan.refresh_from_db()
    return loan


def moved(transfer, bank, *, times=12):
    """The task as often as a worker would be nudged, until the transfer is final."""
    process = Process.objects.get(kind="TRANSFER", subject_id=transfer.pk)
    for _ in range(times):
        tasks.move_money(process_id=process.pk)
        transfer.refresh_from_db()
        if transfer.state in {"SUCCEEDED", "FAILED"}:
            return transfer
        if transfer.out_trade_no in [each["out_trade_no"] for each in bank.statement()]:
            bank.settled(transfer.out_trade_no)
    return transfer


def emptied(bank, account):
    """Nothing is left on the account."""
    bank.call(
        "POST",
        "/transfers",
        {
            "out_trade_no": f"else-{account.removeprefix('person:')}",
            "kind": "COLLECT",
            "account": account,
            "amount_fen": bank.balance_fen(account),
            "notify_url": "",
        },
    )
    bank.settled(f"else-{account.removeprefix('person:')}")


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(noon(DUE), tick=True):
        yield


def test_collects_what_is_due_and_bank_books_and_statement_agree(debit, loan, bank):
    before_fen = bank.balance_fen(loan.payer_account)

    tasks.collect_debits()
    transfer = moved(Transfer.objects.get(purpose="DEBIT"), bank)

    debit.refresh_from_db()
    assert (transfer.state, debit.state) == ("SUCCEEDED", "COLLECTED")
    assert bank.balance_fen(loan.payer_account) == before_fen - DUE_FEN
    tasks.reconcile_yesterday()
    assert ReconciledDay.objects.get().matched == 2
    assert not StatementBreak.objects.filter(transfer__isnull=False).exists()
    assert ledger.balance_fen(chart.BANK) == DUE_FEN - 300_000


def test_an_empty_account_is_tried_again_and_paid_when_the_money_is_there(debit, loan, bank):
    emptied(bank, loan.payer_account)
    tasks.collect_debits()
    assert moved(Transfer.objects.get(purpose="DEBIT"), bank).failure_code == "INSUFFICIENT_FUNDS"
    debit.refresh_from_db()
    assert (debit.state, debit.next_on) == ("WAITING", DUE + DAY)

    bank.deposit(loan.payer_account, amount_fen=DUE_FEN * 2)
    debiting.opened(DUE + DAY)
    with time_machine.travel(noon(DUE + DAY), tick=True):
        tasks.collect_debits()
        moved(Transfer.objects.filter(purpose="DEBIT").latest("pk"), bank)

    debit.refresh_from_db()
    assert (debit.state, debit.tries) == ("COLLECTED", 2)
    assert Message.objects.filter(template="DEBIT_TRIED_AGAIN").count() == 1


def test_a_closed_account_ends_it(debit, loan, bank):
    bank.faults("account_closed", account=loan.payer_account, times=1)

    tasks.collect_debits()
    moved(Transfer.objects.get(purpose="DEBIT"), bank)

    debit.refresh_from_db()
    assert (debit.state, debit.stop_code) == ("STOPPED", "ACCOUNT_CLOSED")
    assert Mandate.objects.get().end_code == "ACCOUNT_CLOSED"


def test_a_lost_answer_is_asked_for_and_never_debited_again(debit, loan, bank):
    before_fen = bank.balance_fen(loan.payer_account)
    bank.faults("lose_answer", account=loan.payer_account, times=1)

    tasks.collect_debits()
    transfer = moved(Transfer.objects.get(purpose="DEBIT"), bank)
    tasks.collect_debits()

    assert transfer.state == "SUCCEEDED"
    assert bank.balance_fen(loan.payer_account) == before_fen - DUE_FEN
    assert Transfer.objects.filter(purpose="DEBIT").count() == 1


def test_books_and_loans_agree_afterwards(debit, loan, bank):
    tasks.collect_debits()
    moved(Transfer.objects.get(purpose="DEBIT"), bank)

    assert [*books_breaches(), *loan_breaches()] == []
