"""A debit is tried on its day, a few times again, for no more than is due, and then it ends."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from borrowers.contact import actions as contact
from borrowers.messages.models import Message
from borrowers.tests import cast
from common.actors import SYSTEM
from lending import tasks
from lending.channels.models import Transfer
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.loans.models import LoanTransaction
from lending.mandates import actions as mandates
from lending.mandates import collecting
from lending.mandates.models import DebitTry, DirectDebit, Mandate
from lending.reconciliation.models import StatementBreak
from lending.repayments import actions as repayments
from lending.tests import builders, debiting
from lending.tests.builders import TODAY
from lending.tests.debiting import DAY, DUE, noon

pytestmark = pytest.mark.django_db
FIRST_DUE_FEN = 102_007  # of 3,000.00 over three months at 12 %


def debits_of_loan():
    return Transfer.objects.filter(purpose="DEBIT").order_by("pk")


class TestAnnouncing:
    def test_tells_three_days_before_and_instead_of_the_reminder(self, loan, lin):
        debiting.given(loan, lin)

        debiting.opened(DUE - 3 * DAY)

        debit = DirectDebit.objects.get()
        assert (debit.due_on, debit.next_on, debit.announced_on) == (DUE, DUE, DUE - 3 * DAY)
        facts = Message.objects.get(template="DEBIT_ANNOUNCED").facts
        assert facts["amount_fen"] == debit.announced_fen == FIRST_DUE_FEN
        assert facts["next_on"] == DUE.isoformat()
        assert not Message.objects.filter(template="INSTALMENT_DUE_SOON").exists()

    def test_says_nothing_and_plans_nothing_twice(self, loan, lin):
        debiting.given(loan, lin)

        debiting.opened(DUE)

        assert DirectDebit.objects.count() == 1
        assert Message.objects.filter(template="DEBIT_ANNOUNCED").count() == 1

    def test_waits_out_the_notice_where_leave_came_late(self, loan, lin):
        debiting.opened(DUE - DAY)
        debiting.given(loan, lin, on=DUE - DAY)

        debiting.opened(DUE)

        assert DirectDebit.objects.get().next_on == DUE + 3 * DAY

    def test_announces_no_more_than_was_allowed(self, loan, lin):
        debiting.given(loan, lin, most_fen=50_000)

        debiting.opened(DUE - 3 * DAY)

        assert DirectDebit.objects.get().announced_fen == 50_000

    def test_leaves_what_falls_due_after_the_last_day(self, loan, lin):
        debiting.given(loan, lin, ends_on=DUE - DAY)

        debiting.opened(DUE)

        assert not DirectDebit.objects.exists()
        assert Mandate.objects.get().end_code == "RAN_OUT"

    def test_leaves_what_is_paid_already(self, loan, lin):
        debiting.given(loan, lin)
        builders.pay(loan, FIRST_DUE_FEN, on=TODAY, key="early")

        debiting.opened(DUE)

        assert not DirectDebit.objects.exists()

    def test_ends_with_the_loan(self, loan, lin):
        debiting.given(loan, lin)
        builders.pay_off(loan)

        debiting.opened(TODAY + 5 * DAY)

        assert Mandate.objects.get().end_code == "LOAN_OVER"


class TestTrying:
    def test_collects_what_is_due_and_books_it_as_a_repayment(self, debit, loan):
        transfer = debiting.tried(debit)
        assert (transfer.amount_fen, transfer.account) == (FIRST_DUE_FEN, loan.payer_account)

        debiting.answered(transfer)

        debit.refresh_from_db()
        loan.refresh_from_db()
        assert debit.state == "COLLECTED"
        assert loan.oldest_unpaid_due_on != DUE
        assert LoanTransaction.objects.get(kind="REPAYMENT").transfer_id == transfer.pk
        assert ledger.balance_fen(chart.BANK) == FIRST_DUE_FEN - 300_000
        assert Message.objects.filter(template="REPAYMENT_RECEIVED").count() == 1

    def test_asks_for_no_more_than_the_maximum(self, loan, lin):
        debiting.given(loan, lin, most_fen=60_000)
        debit = debiting.announced(loan)

        assert debiting.tried(debit).amount_fen == 60_000

    def test_asks_for_the_rest_only_when_a_part_was_paid(self, debit, loan):
        builders.pay(loan, 40_000, on=DUE, key="part")

        assert debiting.tried(debit).amount_fen == FIRST_DUE_FEN - 40_000

    def test_asks_for_nothing_when_all_was_paid(self, debit, loan):
        builders.pay(loan, FIRST_DUE_FEN, on=DUE, key="all")

        assert debiting.tried(debit) is None

        assert debit.state == "NOT_NEEDED"
        assert not debits_of_loan().exists()

    def test_waits_while_a_payment_is_on_its_way(self, debit, loan):
        repayments.request(
            loan_id=loan.pk, amount_fen=FIRST_DUE_FEN, request_key="mine", on=DUE, by=SYSTEM
        )

        assert debiting.tried(debit) is None

        assert debit.state == "WAITING"
        assert not debits_of_loan().exists()

    def test_never_asks_at_night(self, debit):
        night = datetime(2026, 12, 20, 14, 0, tzinfo=UTC)  # ten in the evening in Shanghai

        assert not collecting.attempt(debit_id=debit.pk, on=DUE, at=night)

        assert not debits_of_loan().exists()

    def test_never_asks_before_its_day(self, loan, lin):
        debiting.given(loan, lin)
        debiting.opened(DUE - DAY)
        debit = DirectDebit.objects.get()

        assert debiting.tried(debit) is None
        assert debit.state == "WAITING"

    @pytest.mark.parametrize("code", ["COMPLAINT", "DISPUTE", "HARDSHIP"])
    def test_leaves_people_alone_who_dispute(self, debit, lin, code):
        contact.stop(borrower_id=lin.id, code=code, at=noon(DUE), by=SYSTEM)

        assert debiting.tried(debit) is None

        contact.resume(borrower_id=lin.id, at=noon(DUE), by=SYSTEM)
        assert debiting.tried(debit) is not None

    def test_a_wish_for_silence_stops_no_money(self, debit, lin):
        contact.stop(borrower_id=lin.id, code="WISH", at=noon(DUE), by=SYSTEM)

        assert debiting.tried(debit) is not None

    def test_waits_while_the_bank_tells_otherwise_of_the_loan(self, debit, loan):
        StatementBreak.objects.create(
            bank="SANDBOX", kind="MISSING_HERE", subject="x", loan_id=loan.pk, there_fen=1,
            state="OPEN", first_day=DUE, last_day=DUE,
        )  # fmt: skip

        assert debiting.tried(debit) is None
        assert debit.state == "WAITING"

    def test_a_pause_without_end_ends_the_debit(self, debit, lin):
        contact.stop(borrower_id=lin.id, code="DISPUTE", at=noon(DUE), by=SYSTEM)

        assert debiting.tried(debit, on=DUE + 11 * DAY) is None

        assert (debit.state, debit.stop_code) == ("STOPPED", "PAUSED")


class TestTryingAgain:
    def test_follows_the_rhythm_and_stops_after_the_fourth(self, debit):
        days = []
        while debit.state == "WAITING":
            assert debit.next_on is not None
            days.append((debit.next_on - DUE).days)
            transfer = debiting.tried(debit, on=debit.next_on)
            debiting.answered(transfer, "FAILED")
            debit.refresh_from_db()

        assert days == [0, 1, 3, 7]
        assert (debit.state, debit.stop_code) == ("STOPPED", "TRIED_ENOUGH")
        assert Message.objects.filter(template="DEBIT_TRIED_AGAIN").count() == 3
        assert Message.objects.filter(template="DEBIT_GIVEN_UP").count() == 1
        assert not Message.objects.filter(template="REPAYMENT_FAILED").exists()
        assert len({each.out_trade_no for each in debits_of_loan()}) == 4

    def test_waits_for_the_pay_day(self, loan, lin):
        debiting.given(loan, lin, pay_day=25)
        debit = debiting.announced(loan)
        debiting.answered(debiting.tried(debit), "FAILED")
        debit.refresh_from_db()

        debiting.answered(debiting.tried(debit, on=debit.next_on), "FAILED")

        debit.refresh_from_db()
        assert debit.next_on == DUE + 5 * DAY

    def test_is_never_twice_on_one_day(self, debit):
        debiting.answered(debiting.tried(debit), "FAILED")
        DirectDebit.objects.update(next_on=DUE)

        assert debiting.tried(debit) is None

        assert debit.next_on == DUE + DAY
        assert DebitTry.objects.count() == 1

    @pytest.mark.parametrize(
        ("reason", "end_code"),
        [("ACCOUNT_CLOSED", "ACCOUNT_CLOSED"), ("MANDATE_REVOKED", "REVOKED_AT_BANK")],
    )
    def test_stops_for_good_when_there_is_no_account_or_no_leave(self, debit, reason, end_code):
        debiting.answered(debiting.tried(debit), "FAILED", reason=reason)

        debit.refresh_from_db()
        assert (debit.state, debit.stop_code) == ("STOPPED", reason)
        assert Mandate.objects.get().end_code == end_code
        assert Message.objects.filter(template="MANDATE_ENDED").count() == 1

    def test_stops_for_a_reason_that_nobody_knows(self, debit):
        debiting.answered(debiting.tried(debit), "FAILED", reason="RISK_CONTROL")

        debit.refresh_from_db()
        assert (debit.state, debit.stop_code) == ("STOPPED", "RISK_CONTROL")
        assert Mandate.objects.get().ended_at is None

    def test_nothing_is_tried_while_the_outcome_is_unknown(self, debit):
        transfer = debiting.tried(debit)
        Transfer.objects.filter(pk=transfer.pk).update(state="SENT")

        assert debiting.tried(debit, on=DUE + DAY) == transfer

        assert debits_of_loan().count() == 1

    def test_the_word_told_twice_is_booked_once(self, debit):
        transfer = debiting.tried(debit)

        debiting.answered(transfer)
        debiting.answered(transfer)

        assert LoanTransaction.objects.filter(kind="REPAYMENT").count() == 1

    def test_a_later_due_date_takes_over(self, debit, loan):
        DirectDebit.objects.create(
            mandate=debit.mandate, loan=loan, due_on=DUE + 7 * DAY, announced_on=DUE,
            announced_fen=1, next_on=DUE + 7 * DAY,
        )  # fmt: skip
        DirectDebit.objects.filter(pk=debit.pk).update(next_on=DUE + 7 * DAY)

        assert debiting.tried(debit, on=DUE + 7 * DAY) is None

        assert (debit.state, debit.stop_code) == ("NOT_NEEDED", "SUPERSEDED")


class TestLookingOnceMore:
    """Between the intent and the bank some time may pass: a night, a complaint, a withdrawal."""

    def test_waits_for_the_morning(self, debit):
        transfer = debiting.tried(debit)
        night = noon(DUE) + timedelta(hours=12)

        assert collecting.hold_back(transfer_id=transfer.pk, at=night) == 8 * 3600
        assert collecting.hold_back(transfer_id=transfer.pk, at=noon(DUE)) == 0
        transfer.refresh_from_db()
        assert transfer.state == "INTENT"

    def test_calls_off_what_is_disputed_by_now(self, debit, lin):
        transfer = debiting.tried(debit)
        contact.stop(borrower_id=lin.id, code="DISPUTE", at=noon(DUE), by=SYSTEM)

        assert collecting.hold_back(transfer_id=transfer.pk, at=noon(DUE)) == 0

        transfer.refresh_from_db()
        assert (transfer.state, transfer.failure_code) == ("FAILED", "PAUSED")

    def test_calls_off_what_is_not_due_any_more_and_looks_again_tomorrow(self, debit, loan):
        transfer = debiting.tried(debit)
        LoanTransaction.objects.create(
            loan=loan, sequence=2, kind="WAIVER", value_date=DUE, booked_on=DUE, amount_fen=500
        )

        collecting.hold_back(transfer_id=transfer.pk, at=noon(DUE))
        transfer.refresh_from_db()
        assert (transfer.state, transfer.failure_code) == ("FAILED", "NOT_DUE")
        debiting.answered(transfer, "FAILED", reason="NOT_DUE")

        debit.refresh_from_db()
        assert (debit.state, debit.next_on) == ("WAITING", DUE + DAY)
        assert not Message.objects.filter(template="DEBIT_GIVEN_UP").exists()

    def test_what_was_called_off_ends_without_a_word_of_the_bank(self, debit, loan, lin):
        transfer = debiting.tried(debit)
        mandates.withdraw(loan_id=loan.pk, by=cast.self_of(lin))
        transfer.refresh_from_db()

        debiting.answered(transfer, "FAILED", reason="WITHDRAWN")

        debit.refresh_from_db()
        assert (debit.state, debit.stop_code) == ("STOPPED", "WITHDRAWN")
        assert not Message.objects.filter(template="DEBIT_TRIED_AGAIN").exists()


class TestTheTask:
    def test_tries_everything_whose_day_has_come_once(self, debit):
        with time_machine.travel(noon(DUE), tick=False):
            tasks.collect_debits()
            tasks.collect_debits()

        assert debits_of_loan().count() == 1

    def test_goes_on_where_one_loan_cannot_be_read(self, debit, loan):
        wei = builders.person("Wei")
        other = builders.paid_out(wei)
        debiting.given(other, wei)
        DirectDebit.objects.create(
            mandate=other.mandates.get(), loan=other, due_on=DUE, announced_on=DUE - 3 * DAY,
            announced_fen=1, next_on=DUE,
        )  # fmt: skip
        LoanTransaction.objects.create(
            loan=loan, sequence=9, kind="REVERSAL", value_date=DUE, booked_on=DUE, amount_fen=0,
            reverses_sequence=8,
        )  # fmt: skip

        with time_machine.travel(noon(DUE), tick=False):
            tasks.collect_debits()

        assert list(debits_of_loan().values_list("loan_id", flat=True)) == [other.pk]

    def test_does_nothing_at_night(self, debit):
        with time_machine.travel(noon(DUE) + timedelta(hours=12), tick=False):
            tasks.collect_debits()

        assert not debits_of_loan().exists()

    def test_waits_quietly_until_the_books_are_open(self):
        tasks.collect_debits()

        assert not Transfer.objects.exists()
