"""A shop returns money at the real sandbox bank: one notice, one question, and books that agree."""

import pytest
import requests as http

from common import clock
from common.processes.models import Process
from lending import tasks
from lending.channels.models import ParkedNotice, Transfer
from lending.ledger.invariants import breaches as books_breaches
from lending.loans.models import Loan
from lending.reconciliation.models import StatementBreak
from lending.returns import actions as returns
from lending.servicing.invariants import breaches as loan_breaches
from lending.tests import builders
from lending.tests.returning import SHOP, lent, number_for, told
from lending.tests.test_channels_hostile import send
from simulation.bank.testing import running_bank

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running():
    with running_bank() as opened:
        yield opened


@pytest.fixture
def bank(running, settings):
    """The tasks talk to it."""
    settings.BANK_URL, settings.BANK_API_KEY = running.base_url, running.api_key
    running.faults("none")
    tasks.bank.cache_clear()
    yield running
    tasks.bank().close()
    tasks.bank.cache_clear()


@pytest.fixture
def loan(bank) -> Loan:
    builders.open_books()
    loan = lent()
    payout = Transfer.objects.get(loan_id=loan.pk)
    wanted = {
        "out_trade_no": payout.out_trade_no,
        "kind": "PAY_OUT",
        "account": SHOP,
        "amount_fen": 300_000,
        "notify_url": "",
    }
    post(bank, "/transfers", wanted)
    assert bank.settled(payout.out_trade_no)["state"] == "SUCCEEDED"
    return loan


def post(bank, path: str, content: dict[str, object]) -> None:
    answer = http.post(
        f"{bank.base_url}{path}",
        json=content,
        headers={"Authorization": f"Bearer {bank.api_key}"},
        timeout=10,
    )
    assert answer.status_code == 202, answer.text


def returned(bank, loan: Loan, amount_fen: int) -> str:
    """The shop gives it back; what the bank calls it."""
    number = number_for(loan)
    path = f"/transfers/{number.removeprefix('MR-1-')}/return"
    post(bank, path, {"amount_fen": amount_fen})
    bank.settled(number)
    return number


def asked() -> None:
    """What a worker does."""
    for process in Process.objects.filter(kind=returns.PROCESS_KIND, state="PENDING"):
        tasks.book_return(process_id=process.pk)


def test_is_asked_about_and_booked_and_on_the_statement(bank, loan):
    number = returned(bank, loan, 300_000)
    send(told(number))
    asked()

    loan.refresh_from_db()
    assert (loan.state, loan.principal_outstanding_fen) == ("SETTLED", 0)
    assert Process.objects.get(kind=returns.PROCESS_KIND).state == "DONE"
    tasks.reconcile(day=clock.shanghai_today())
    assert not StatementBreak.objects.filter(subject=number).exists()
    assert not list(books_breaches())
    assert not list(loan_breaches())


def test_that_a_notice_made_up_is_parked_because_the_bank_knows_nothing_of_it(bank, loan):
    send(told(number_for(loan, 7)))
    asked()

    loan.refresh_from_db()
    assert loan.principal_outstanding_fen == 300_000
    assert ParkedNotice.objects.get().reason == "NOT_AT_THE_BANK"
    assert not Transfer.objects.filter(purpose="RETURN").exists()


def test_waits_while_the_bank_cannot_be_heard(bank, loan, settings):
    number = number_for(loan)
    send(told(number))
    settings.BANK_URL = "http://127.0.0.1:9"
    tasks.bank.cache_clear()
    asked()

    process = Process.objects.get(kind=returns.PROCESS_KIND)
    assert process.state == "PENDING"
    assert not ParkedNotice.objects.exists()
    assert not Transfer.objects.filter(purpose="RETURN").exists()
