"""`manage.py reconcile` and its task, with the real sandbox bank in its own process."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from common.processes.models import Process
from lending import tasks
from lending.channels.models import Transfer
from lending.reconciliation.models import BankLine, ReconciledDay, StatementBreak
from lending.tests import builders, debiting
from lending.tests.builders import TODAY
from simulation.bank.testing import running_bank

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def bank(settings):
    with running_bank() as opened:
        settings.BANK_URL, settings.BANK_API_KEY = opened.base_url, opened.api_key
        tasks.bank.cache_clear()
        yield opened
        tasks.bank().close()
        tasks.bank.cache_clear()


@pytest.fixture
def loan(bank):
    """Paid out by the bank, the day after."""
    builders.open_books()
    loan = builders.signed(builders.person("Lin"))
    transfer = Transfer.objects.get()
    process = Process.objects.get(kind="TRANSFER", subject_id=transfer.pk)
    tasks.move_money(process_id=process.pk)
    bank.settled(transfer.out_trade_no)
    tasks.move_money(process_id=process.pk)
    debiting.opened(TODAY + 5 * DAY)
    return loan


def said(*words: str) -> str:
    out = StringIO()
    call_command("reconcile", *words, stdout=out)
    return out.getvalue().strip()


def test_says_what_matched_and_compares_nothing_twice(loan):
    assert said() == (
        "2026-11-24: 1 lines, in 0.00, out 3,000.00;"
        " 1 matched (0 over midnight), 0 new breaks, 0 open."
    )
    assert said("--date", "2026-11-24").startswith("2026-11-24: 1 lines")

    assert BankLine.objects.count() == 1
    assert ReconciledDay.objects.get().matched == 1


def test_keeps_the_moment_that_the_bank_names(loan):
    said()

    assert BankLine.objects.get().moved_at is not None


def test_finds_money_that_nobody_here_knows_of(loan, bank):
    bank.call(
        "POST",
        "/transfers",
        {
            "out_trade_no": "R-nobody-1",
            "kind": "COLLECT",
            "account": loan.payer_account,
            "amount_fen": 1_234,
            "notify_url": "",
        },
    )
    bank.settled("R-nobody-1")

    assert said().endswith("1 new breaks, 1 open.")
    broken = StatementBreak.objects.get()
    assert (broken.kind, broken.there_fen) == ("MISSING_HERE", 1_234)


def test_says_so_when_the_bank_cannot_be_heard(loan, bank):
    bank.kill()

    with pytest.raises(CommandError, match="cannot be heard"):
        said()
    tasks.reconcile_yesterday()

    assert not ReconciledDay.objects.exists()


def test_refuses_a_day_that_is_still_to_come(loan):
    with pytest.raises(CommandError, match="still to come"):
        said("--date", (TODAY + 9 * DAY).isoformat())

    assert not ReconciledDay.objects.exists()


def test_waits_until_the_books_are_open(bank):
    with pytest.raises(CommandError, match="not open"):
        said()
    tasks.reconcile_yesterday()

    assert not ReconciledDay.objects.exists()
