"""A day is closed only after its debits were tried: by command and by night, with the real bank."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, transaction

from borrowers.messages.models import Message
from common.actors import SYSTEM
from common.business_date import queries as business_dates
from common.periods import SHANGHAI
from common.processes.models import Process
from lending import tasks
from lending.channels.models import Transfer
from lending.closing import actions as closing
from lending.ledger.invariants import breaches as books_breaches
from lending.loans import queries as loans
from lending.loans.models import LoanTransaction
from lending.mandates import collecting, rounds
from lending.mandates.models import DebitRound, DirectDebit
from lending.repayments import actions as repayments
from lending.servicing.invariants import breaches as loan_breaches
from lending.tests import builders, debiting
from lending.tests.builders import NOW, TODAY
from lending.tests.debiting import DAY, DUE, noon
from lending.tests.test_mandates_bank import emptied, moved
from simulation.bank.testing import running_bank

pytestmark = pytest.mark.django_db
DUE_FEN = 102_007
NIGHT = timedelta(hours=12, minutes=10)


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
def lin():
    builders.open_books()
    return builders.person("Lin")


@pytest.fixture
def loan(lin, bank):
    """Paid out by the real bank, with leave to debit."""
    loan = builders.signed(lin)
    moved(Transfer.objects.get(), bank)
    loan.refresh_from_db()
    debiting.given(loan, lin)
    return loan


@pytest.fixture
def debit(loan):
    """Announced, and its day has come."""
    return debiting.announced(loan)


def nothing_is_wrong():
    assert [*loan_breaches(), *books_breaches()] == []


class TestByHand:
    """A demonstration goes ahead of the calendar, at whatever hour."""

    @pytest.mark.parametrize("hour", [0, 5, 12, 18])
    def test_a_due_day_is_collected_on_that_day(self, loan, hour):
        with time_machine.travel(NOW.replace(hour=hour), tick=True):
            call_command("close_day", "--through", DUE.isoformat())

        debit = DirectDebit.objects.get(due_on=DUE)
        assert (debit.state, debit.tries) == ("COLLECTED", 1)
        paid = LoanTransaction.objects.get(transfer__purpose="DEBIT")
        assert (paid.value_date, paid.amount_fen) == (DUE, DUE_FEN)
        assert loans.behind(on=DUE + DAY) == {}
        nothing_is_wrong()

    def test_was_announced_before_and_reminds_nobody_of_what_was_paid(self, loan):
        with time_machine.travel(NOW, tick=True):
            call_command("close_day", "--through", (DUE + 3 * DAY).isoformat())

        debit = DirectDebit.objects.get(due_on=DUE)
        assert debit.announced_on == DUE - 3 * DAY
        assert Message.objects.filter(template="DEBIT_ANNOUNCED").count() == 1
        assert not Message.objects.filter(template__contains="OVERDUE").exists()

    def test_what_the_account_lacks_is_tried_again_on_the_next_day(self, loan, bank):
        emptied(bank, loan.payer_account)
        with time_machine.travel(NOW, tick=True):
            call_command("close_day", "--through", DUE.isoformat())
            bank.deposit(loan.payer_account, amount_fen=DUE_FEN * 2)
            call_command("close_day", "--through", (DUE + DAY).isoformat())

        debit = DirectDebit.objects.get(due_on=DUE)
        assert (debit.state, debit.tries) == ("COLLECTED", 2)
        days = debit.history.order_by("number").values_list("on", flat=True)
        assert list(days) == [DUE, DUE + DAY]
        nothing_is_wrong()

    def test_twice_is_once(self, loan, bank):
        with time_machine.travel(NOW, tick=True):
            for _ in range(2):
                call_command("close_day", "--through", DUE.isoformat())

        assert Transfer.objects.filter(purpose="DEBIT").count() == 1
        assert DebitRound.objects.filter(day=DUE).count() == 1

    def test_does_not_wait_for_a_bank_that_does_not_answer(self, loan, settings, monkeypatch):
        monkeypatch.setattr(tasks, "DEBITS_SECONDS", 0.5)
        with time_machine.travel(NOW, tick=True):
            call_command("close_day", "--through", (DUE - DAY).isoformat())
            tasks.bank().close()
            tasks.bank.cache_clear()
            settings.BANK_URL = "http://127.0.0.1:9"
            call_command("close_day", "--through", DUE.isoformat())

        assert business_dates.today() == DUE + DAY
        transfer = Transfer.objects.get(purpose="DEBIT")
        assert (transfer.state, transfer.intended_on) == ("SENT", DUE)
        assert Process.objects.get(subject_id=transfer.pk).attempts < 4, "not worn out by asking"

    def test_an_answer_that_comes_late_counts_for_the_day(self, loan, bank, monkeypatch):
        monkeypatch.setattr(tasks, "DEBITS_SECONDS", 0.0)
        with time_machine.travel(NOW, tick=True):
            call_command("close_day", "--through", (DUE + 2 * DAY).isoformat())
            assert loans.behind(on=DUE + 3 * DAY) == {loan.borrower_id: DUE}
            moved(Transfer.objects.get(purpose="DEBIT"), bank)

        assert loans.behind(on=DUE + 3 * DAY) == {}
        assert LoanTransaction.objects.get(transfer__purpose="DEBIT").value_date == DUE
        nothing_is_wrong()


class TestAtNight:
    """The night's task keeps to the clock: no bank is asked about a borrower in the night."""

    @pytest.fixture(autouse=True)
    def _real(self, settings):
        settings.DEMONSTRATION = False

    def test_a_day_whose_debits_nobody_tried_waits_for_the_morning(self, debit):
        with time_machine.travel(noon(DUE) + NIGHT, tick=True):
            tasks.close_day()
        assert business_dates.today() == DUE
        assert not Transfer.objects.filter(purpose="DEBIT").exists()

        with time_machine.travel(noon(DUE) + timedelta(hours=20, minutes=40), tick=True):
            tasks.close_day()

        debit.refresh_from_db()
        assert (business_dates.today(), debit.state) == (DUE + DAY, "COLLECTED")
        assert LoanTransaction.objects.get(transfer__purpose="DEBIT").value_date == DUE

    def test_a_day_whose_debits_were_tried_in_the_morning_is_closed(self, debit, bank):
        emptied(bank, debit.loan.payer_account)
        with time_machine.travel(noon(DUE), tick=True):
            tasks.collect_debits()
            moved(Transfer.objects.get(purpose="DEBIT"), bank)

        with time_machine.travel(noon(DUE) + NIGHT, tick=True):
            tasks.close_day()

        assert business_dates.today() == DUE + DAY
        assert DebitRound.objects.get().looked_at == 1

    def test_a_payment_that_fails_in_the_evening_holds_nobody_up(self, debit, bank):
        """The borrower was paying by hand when the day's debits were looked at."""
        loan = debit.loan
        by_hand = repayments.request(
            loan_id=loan.pk, amount_fen=1_000, request_key="hand", on=DUE, by=SYSTEM
        )
        with time_machine.travel(noon(DUE), tick=True):
            tasks.collect_debits()
        builders.collected(by_hand, on=DUE, outcome="FAILED")

        with time_machine.travel(noon(DUE) + NIGHT, tick=True):
            tasks.close_day()

        assert business_dates.today() == DUE + DAY
        assert not Transfer.objects.filter(purpose="DEBIT").exists()

    def test_missed_days_are_caught_up_without_a_second_try_on_one_day(self, debit):
        """The day of the calendar is the database's, in which the first try was begun."""
        debiting.answered(debiting.tried(debit), "FAILED", reason="INSUFFICIENT_FUNDS")
        begun = Transfer.objects.get(purpose="DEBIT").intended_at.astimezone(SHANGHAI)
        same_day, next_day = (noon(begun.date() + days * DAY) for days in (0, 1))

        assert not collecting.attempt(debit_id=debit.pk, on=DUE + DAY, at=same_day)
        debit.refresh_from_db()
        assert (debit.tries, debit.next_on) == (1, DUE + 2 * DAY)
        assert collecting.attempt(debit_id=debit.pk, on=DUE + 2 * DAY, at=next_day)

    def test_without_debits_no_day_waits(self, loan):
        with time_machine.travel(noon(TODAY + DAY) + NIGHT, tick=True):
            tasks.close_day()

        assert business_dates.today() == TODAY + 2 * DAY
        assert not DebitRound.objects.exists()

    def test_by_hand_says_what_it_waits_for(self, debit, capsys):
        with time_machine.travel(noon(DUE) + NIGHT, tick=True):
            call_command("close_day")

        said = capsys.readouterr()
        assert f"the books are open for {DUE.isoformat()}" in said.out
        assert "must be tried before that day is closed" in said.err


class TestARound:
    def test_is_kept_once_and_never_changed(self, debit):
        for _ in range(2):
            with time_machine.travel(noon(DUE), tick=True):
                tasks.collect_debits()

        assert DebitRound.objects.get().looked_at == 1
        for change in (
            lambda: DebitRound.objects.update(looked_at=2),
            lambda: DebitRound.objects.all().delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()

    def test_goes_on_past_a_loan_that_fails(self, debit, lin, monkeypatch):
        told = []

        def failing(**_):
            raise LookupError

        monkeypatch.setattr(collecting, "attempt", failing)
        done = rounds.go_through(
            on=DUE, at=noon(DUE), faults=(LookupError,), untried=lambda *each: told.append(each)
        )

        assert done
        assert [each[0] for each in told] == [debit.pk]
        assert rounds.is_done(on=DUE)


def test_a_closing_that_is_told_no_closes_nothing(loan):
    asked = []

    def no(day):
        asked.append(day)
        return False

    assert closing.close_through(to=TODAY + 3 * DAY, before=no) == 0
    assert (asked, business_dates.today()) == ([TODAY], TODAY)
