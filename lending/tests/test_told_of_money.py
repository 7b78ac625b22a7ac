"""A borrower hears of every amount that went another way: reversed, cut short, or left overdue."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from borrowers.messages.models import Message
from common.business_date import actions as business_date
from lending.calc.contracts import TransactionKind
from lending.channels.models import Transfer
from lending.mandates.models import DirectDebit
from lending.reconciliation import resolving
from lending.reconciliation.models import StatementBreak
from lending.servicing import changes
from lending.servicing.asking import requests
from lending.servicing.models import LoanRequest
from lending.tests import builders, debiting, doors, returning, statements
from lending.tests.builders import TODAY
from lending.tests.debiting import DUE, NOTICE
from lending.tests.test_channels_hostile import send
from lending.tests.test_loan_requests import LATER, ask
from lending.tests.test_reconciliation_set_aside import undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
FIRST_DUE_FEN = 102_007  # of 3,000.00 over three months at 12 %
CAP_FEN = 100_000
PAID_FEN = 10_000
NAMED = {"kind": "DUE_DATE_CHANGE", "due_on": LATER.isoformat()}


def facts(template: str) -> list[dict[str, object]]:
    return list(Message.objects.filter(template=template).values_list("facts", flat=True))


def agreed(loan, mei, colleague, kind=TransactionKind.DUE_DATE_CHANGE, *, on=TODAY, **wish):
    """The borrower asks, one takes it up, and another agrees."""
    asked = ask(loan, kind, on=on, **wish)
    change = requests.take_up(request_id=asked.pk, on=on, by=mei)
    changes.approve(change_id=change.pk, on=on, by=colleague)


def is_the_day(on):
    with transaction.atomic():
        business_date.advance(to=on)


def of(loan, name):
    return reverse(f"lending:{name}", args=[loan.public_id])


def looked_at(lin, loan, **wish):
    """What the page says of a wish before it is asked for."""
    given = {"request_key": "k" * 22, "look": "1", **wish}
    return doors.shown(doors.web_of(lin).post(of(loan, "requests"), given))


class TestAReversal:
    def test_is_told_once_and_its_amount_and_reason_stand_on_the_page(
        self, lin, loan, mei, colleague
    ):
        builders.pay(loan, 10_000, on=TODAY, key="paid")
        row = changes.propose(
            loan_id=loan.pk, kind=TransactionKind.REVERSAL, reason="OUR_MISTAKE",
            request_key="undo", on=TODAY, by=mei, reverses=2,
        )  # fmt: skip
        assert facts("PAYMENT_REVERSED") == []

        for _ in range(2):
            changes.approve(change_id=row.pk, on=TODAY, by=colleague)

        [told] = facts("PAYMENT_REVERSED")
        assert (told["amount_fen"], told["paid_on"]) == (10_000, TODAY.isoformat())
        page = doors.shown(doors.web_of(lin).get(f"/loans/{loan.public_id}/"))
        assert "Our mistake" in page
        assert "−¥100.00" in page

    def test_of_what_the_bank_took_back_is_told_once_in_its_own_words(
        self, lin, loan, mei, colleague
    ):
        builders.pay(loan, PAID_FEN, on=TODAY, key="paid")
        row = changes.propose(
            loan_id=loan.pk, kind=TransactionKind.CHARGEBACK, reason="BANK_TOOK_BACK",
            request_key="back", on=TODAY, by=mei, reverses=2,
        )  # fmt: skip

        for _ in range(2):
            changes.approve(change_id=row.pk, on=TODAY, by=colleague)

        [told] = facts("PAYMENT_CHARGED_BACK")
        assert (told["amount_fen"], told["paid_on"]) == (PAID_FEN, TODAY.isoformat())
        assert facts("PAYMENT_REVERSED") == []
        page = doors.shown(doors.web_of(lin).get(of(loan, "loan")))
        assert "The bank took the money back" in page

    def test_that_is_turned_down_is_not_told(self, loan, mei, colleague):
        builders.pay(loan, PAID_FEN, on=TODAY, key="paid")
        row = changes.propose(
            loan_id=loan.pk, kind=TransactionKind.REVERSAL, reason="OUR_MISTAKE",
            request_key="undo", on=TODAY, by=mei, reverses=2,
        )  # fmt: skip

        changes.turn_down(change_id=row.pk, by=colleague)

        assert facts("PAYMENT_REVERSED") == facts("PAYMENT_CHARGED_BACK") == []


class TestMoneySentBack:
    def sent(self, broken, outcome="SUCCEEDED", *, loan=None):
        """Two people send it back, and the bank says twice what became of it."""
        statements.resolved(broken, "SEND_BACK", on=TODAY, loan=loan)
        back = Transfer.objects.get(purpose="SEND_BACK")
        for _ in range(2):
            resolving.book_sent_back(
                transfer_id=back.pk, answer=builders.said(back, outcome), on=TODAY, claim=None
            )

    @pytest.fixture
    def reversed_payment(self, loan, statement):
        statement.of(builders.pay(loan, PAID_FEN, on=TODAY, key="pay"))
        undone(loan)
        statement.compared(TODAY)
        return StatementBreak.objects.get()

    def test_is_told_to_whom_it_goes_once_it_went(self, reversed_payment, loan):
        self.sent(reversed_payment)

        [told] = facts("MONEY_SENT_BACK")
        assert (told["loan"], told["amount_fen"]) == (loan.public_id, PAID_FEN)

    def test_that_the_bank_could_not_move_is_not_told(self, reversed_payment):
        self.sent(reversed_payment, "FAILED")

        assert facts("MONEY_SENT_BACK") == []

    @pytest.mark.parametrize("is_named", [False, True])
    def test_that_was_somebody_elses_is_told_to_no_borrower(self, loan, statement, is_named):
        statement.moved("X-stranger-1", 7_777, account="person:nobody-here")
        statement.compared(TODAY)

        self.sent(StatementBreak.objects.get(), loan=loan if is_named else None)

        assert Transfer.objects.get(purpose="SEND_BACK").state == "SUCCEEDED"
        assert facts("MONEY_SENT_BACK") == []


class TestWhatAMerchantSendsBack:
    def test_is_told_once_however_often_the_bank_says_it(self):
        builders.open_books()
        loan = returning.lent()
        number = returning.number_for(loan)
        for event in ("evt-1", "evt-2"):
            send(returning.told(number, amount_fen=100_000, event_id=event))
        assert facts("MERCHANT_REFUNDED") == []

        for _ in range(2):
            returning.booked(number, amount_fen=100_000)

        [told] = facts("MERCHANT_REFUNDED")
        assert (told["loan"], told["amount_fen"]) == (loan.public_id, 100_000)
        assert facts("REPAYMENT_RECEIVED") == []

    def test_is_told_again_where_more_of_it_comes(self):
        builders.open_books()
        loan = returning.lent()
        for count, amount_fen in ((1, 100_000), (2, 50_000)):
            number = returning.number_for(loan, count)
            send(returning.told(number, amount_fen=amount_fen, event_id=f"evt-{count}"))
            returning.booked(number, amount_fen=amount_fen)

        assert sorted(int(str(each["amount_fen"])) for each in facts("MERCHANT_REFUNDED")) == [
            50_000, 100_000,
        ]  # fmt: skip


class TestADebitBelowWhatIsDue:
    def test_says_before_what_it_leaves(self, lin, loan):
        debiting.given(loan, lin, most_fen=CAP_FEN)

        debiting.opened(DUE - NOTICE)

        [told] = facts("DEBIT_ANNOUNCED_IN_PART")
        assert (told["amount_fen"], told["rest_fen"]) == (CAP_FEN, FIRST_DUE_FEN - CAP_FEN)
        assert facts("DEBIT_ANNOUNCED") == []

    def test_is_shown_as_a_part_once_collected(self, lin, loan):
        debiting.given(loan, lin, most_fen=CAP_FEN)
        debiting.opened(DUE)
        debit = DirectDebit.objects.get()
        debiting.answered(debiting.tried(debit, on=DUE))

        assert [each["amount_fen"] for each in facts("DEBIT_LEFT_REST")] == [
            FIRST_DUE_FEN - CAP_FEN
        ]
        page = doors.shown(doors.web_of(lin).get(of(loan, "automatic")))
        assert "Collected in part" in page
        assert "¥20.07 is still due" in page

    def test_is_shown_as_collected_once_the_rest_was_paid(self, lin, loan):
        debiting.given(loan, lin, most_fen=CAP_FEN)
        debiting.opened(DUE)
        debiting.answered(debiting.tried(DirectDebit.objects.get(), on=DUE))

        builders.pay(loan, FIRST_DUE_FEN - CAP_FEN, on=DUE, key="rest")

        page = doors.shown(doors.web_of(lin).get(of(loan, "automatic")))
        assert "Collected" in page
        assert "Collected in part" not in page
        assert "is still due" not in page

    def test_that_collected_all_leaves_nothing_to_say(self, lin, loan):
        debiting.given(loan, lin)
        debiting.opened(DUE)
        debiting.answered(debiting.tried(DirectDebit.objects.get(), on=DUE))

        assert facts("DEBIT_LEFT_REST") == []
        assert "Collected in part" not in doors.shown(doors.web_of(lin).get(of(loan, "automatic")))

    def test_of_all_that_is_due_leaves_nothing_to_say(self, lin, loan):
        debiting.given(loan, lin)

        debiting.opened(DUE - NOTICE)

        assert len(facts("DEBIT_ANNOUNCED")) == 1
        assert facts("DEBIT_ANNOUNCED_IN_PART") == facts("MANDATE_TOO_LOW") == []


class TestAChangeBeyondWhatWasAllowed:
    def test_is_told_once_however_many_days_close(self, lin, loan, mei, colleague):
        debiting.given(loan, lin, most_fen=FIRST_DUE_FEN)
        agreed(loan, mei, colleague)
        assert facts("MANDATE_TOO_LOW") == []

        debiting.opened(DUE - NOTICE)

        dearest_fen = max(
            each.principal_fen + each.interest_due_fen for each in loan.instalments.all()
        )
        [told] = facts("MANDATE_TOO_LOW")
        assert (told["most_fen"], told["amount_fen"]) == (FIRST_DUE_FEN, dearest_fen)
        assert int(str(told["amount_fen"])) > FIRST_DUE_FEN

    def test_is_told_anew_after_another_change(self, lin, loan, mei, colleague):
        debiting.given(loan, lin, most_fen=FIRST_DUE_FEN)
        agreed(loan, mei, colleague)
        debiting.opened(TODAY + NOTICE + timedelta(days=2))
        agreed(
            loan, mei, colleague, TransactionKind.RESTRUCTURE,
            on=TODAY + NOTICE + timedelta(days=2), key="two", periods=2,
        )  # fmt: skip

        debiting.opened(TODAY + timedelta(days=15))

        assert len(facts("MANDATE_TOO_LOW")) == 2

    @pytest.mark.parametrize("most_fen", [FIRST_DUE_FEN * 2, None])
    def test_is_no_matter_where_all_is_allowed_or_nothing(
        self, lin, loan, mei, colleague, most_fen
    ):
        if most_fen:
            debiting.given(loan, lin, most_fen=most_fen)
        agreed(loan, mei, colleague)

        debiting.opened(DUE - NOTICE)

        assert facts("MANDATE_TOO_LOW") == []
        assert "automatic debit may collect" not in looked_at(
            lin, loan, kind="HOLIDAY", periods="1"
        )

    def test_is_said_before_it_is_asked_for(self, lin, loan):
        debiting.given(loan, lin, most_fen=FIRST_DUE_FEN)

        page = looked_at(lin, loan, **NAMED)

        assert "An instalment would be" in page
        assert "automatic debit may collect ¥1,020.07 at a time" in page
        assert of(loan, "automatic") in page
        assert LoanRequest.objects.count() == 0


class TestAPause:
    def test_is_looked_at_with_what_it_does_not_move(self, lin, loan):
        is_the_day(DUE + timedelta(days=5))

        page = looked_at(lin, loan, kind="HOLIDAY", periods="1")

        assert "is overdue. It stays due during a pause" in page
        assert "Overdue, and still due today" in page

    @pytest.mark.parametrize("on", [TODAY, DUE])
    def test_of_what_is_not_overdue_says_nothing_of_it(self, lin, loan, on):
        if on > TODAY:
            is_the_day(on)

        page = looked_at(lin, loan, kind="HOLIDAY", periods="1")

        assert "is overdue" not in page
        assert "Overdue, and still due today" not in page

    def test_tells_what_stays_overdue(self, lin, loan, mei, colleague):
        on = DUE + timedelta(days=5)
        wish = requests.take_up(
            request_id=ask(loan, TransactionKind.HOLIDAY, on=on, periods=1).pk, on=on, by=mei
        )

        changes.approve(change_id=wish.pk, on=on, by=colleague)

        [told] = facts("OVERDUE_STAYS")
        assert int(str(told["amount_fen"])) >= FIRST_DUE_FEN

    def test_with_nothing_overdue_tells_nothing_of_it(self, lin, loan, mei, colleague):
        wish = requests.take_up(
            request_id=ask(loan, TransactionKind.HOLIDAY, periods=1).pk, on=TODAY, by=mei
        )

        changes.approve(change_id=wish.pk, on=TODAY, by=colleague)

        assert facts("OVERDUE_STAYS") == []
