"""The bank's statement, our transfers and our books say the same, or it is named."""

from dataclasses import replace

import pytest

from borrowers.people import actions as people
from common.actors import Actor
from lending.calc.contracts import TransactionKind
from lending.channels import reconciliation
from lending.channels.contracts import StatementLine
from lending.channels.models import Transfer
from lending.channels.reconciliation import OwnTransfer, Standing
from lending.servicing import changes
from lending.tests import builders
from lending.tests.builders import TODAY

PAID_OUT = OwnTransfer("PAY_OUT", 300_000, "SUCCEEDED", is_booked=True)
COLLECTED = OwnTransfer("COLLECT", 27_000, "SUCCEEDED", is_booked=True)
SOUND = Standing({"D-1": PAID_OUT, "R-1": COLLECTED}, ledger_fen=-273_000)


def line(number, kind, amount_fen, *, line_id=1):
    return StatementLine(line_id, number, "SBK", kind, "person:lin", amount_fen)


LINES = (line("D-1", "PAY_OUT", 300_000), line("R-1", "COLLECT", 27_000, line_id=2))


def differences(*, before=SOUND, lines=LINES, after=SOUND):
    return list(reconciliation.differences(before, lines, after))


def with_transfer(number, own, standing=SOUND):
    return replace(standing, transfers={**standing.transfers, number: own})


class TestDifferences:
    def test_of_what_agrees_there_are_none(self):
        assert differences() == []

    def test_money_that_never_left_the_bank_is_named(self):
        assert differences(lines=LINES[:1]) == [
            "transfer R-1 arrived here, and the bank's statement has no such line"
        ]

    def test_money_that_the_bank_moved_for_nobody_is_named(self):
        lines = (*LINES, line("X-9", "PAY_OUT", 1, line_id=3))

        assert differences(lines=lines) == ["the bank moved money for X-9, which is not ours"]

    def test_one_fen_is_named(self):
        lines = (LINES[0], line("R-1", "COLLECT", 27_001, line_id=2))

        (said,) = differences(lines=lines)
        assert "COLLECT of 27000 here, COLLECT of 27001 at the bank" in said

    def test_money_that_moved_twice_is_named(self):
        lines = (*LINES, line("D-1", "PAY_OUT", 300_000, line_id=3))

        assert differences(lines=lines) == ["the bank moved transfer D-1 twice"]

    def test_what_failed_here_and_moved_there_is_named(self):
        failed = with_transfer("R-2", OwnTransfer("COLLECT", 5, "FAILED", is_booked=False))
        lines = (*LINES, line("R-2", "COLLECT", 5, line_id=3))

        assert differences(before=failed, lines=lines, after=failed) == [
            "transfer R-2 failed here, and the bank moved it"
        ]

    def test_a_ledger_that_is_off_by_a_fen_is_named(self):
        (said,) = differences(after=replace(SOUND, ledger_fen=-272_999))

        assert said == "the ledger's bank account says -272999, booked transfers -273000"

    @pytest.mark.parametrize("state", ["SENT", "SUCCEEDED"])
    def test_money_on_its_way_while_we_ask_is_none(self, state):
        sent = with_transfer("R-2", OwnTransfer("COLLECT", 5, "SENT", is_booked=False))
        later = with_transfer("R-2", OwnTransfer("COLLECT", 5, state, is_booked=False))
        moved = (*LINES, line("R-2", "COLLECT", 5, line_id=3))

        assert differences(before=sent, lines=moved, after=later) == []
        assert differences(before=sent, lines=LINES, after=later) == []


@pytest.mark.django_db
class TestStanding:
    def test_is_our_transfers_and_the_ledgers_bank_account(self):
        builders.open_books()
        loan = builders.paid_out(builders.person("Lin"))
        builders.pay(loan, 30_000, on=TODAY, key="early")
        lines = [
            line(
                each.out_trade_no,
                "PAY_OUT" if each.purpose == "DISBURSEMENT" else "COLLECT",
                each.amount_fen,
                line_id=each.pk,
            )
            for each in Transfer.objects.all()
        ]

        found = reconciliation.standing()

        assert found.ledger_fen == 30_000 - loan.principal_fen
        assert differences(before=found, lines=lines, after=found) == []

    def test_of_an_empty_house_is_nothing(self):
        assert reconciliation.standing() == Standing({}, 0)


@pytest.mark.commits
class TestAPaymentThatTheBankHasTakenBack:
    """It leaves the books and the bank's statement alike, or one of them is named."""

    @pytest.fixture
    def payment(self) -> Transfer:
        builders.open_books()
        lin = builders.person("Lin")
        loan = builders.paid_out(lin)
        payment = builders.pay(loan, 50_000, on=TODAY, key="first")
        two = [Actor("STAFF", each.pk) for each in self.colleagues()]
        asked = changes.propose(
            loan_id=loan.pk,
            kind=TransactionKind.CHARGEBACK,
            reason="the bank took it back",
            request_key="taken-back",
            reverses=2,
            on=TODAY,
            by=two[0],
        )
        changes.approve(change_id=asked.pk, on=TODAY, by=two[1])
        return payment

    @staticmethod
    def colleagues():
        for phone in ("13900000991", "13900000992"):
            yield people.open_staff(phone=phone, password="of-a-test", is_administrator=False)

    @staticmethod
    def statement(payment, *, is_taken_back):
        payout = Transfer.objects.get(purpose="DISBURSEMENT")
        lines = [
            line(payout.out_trade_no, "PAY_OUT", 300_000, line_id=1),
            line(payment.out_trade_no, "COLLECT", 50_000, line_id=2),
            line(f"CB-{payment.out_trade_no}", "PAY_OUT", 50_000, line_id=3),
        ]
        return lines if is_taken_back else lines[:2]

    def test_agrees_with_the_line_of_the_bank(self, payment):
        stands = reconciliation.standing()
        lines = self.statement(payment, is_taken_back=True)

        assert stands.ledger_fen == -300_000
        assert list(reconciliation.differences(stands, lines, stands)) == []

    def test_is_named_where_the_bank_never_took_it(self, payment):
        stands = reconciliation.standing()
        lines = self.statement(payment, is_taken_back=False)

        (said,) = reconciliation.differences(stands, lines, stands)
        assert said.startswith(f"transfer CB-{payment.out_trade_no} arrived here, and the bank")

    def test_is_named_where_only_the_bank_knows_of_it(self, payment):
        stands = reconciliation.standing()
        number = f"CB-{payment.out_trade_no}"
        unaware = replace(
            stands,
            transfers={k: v for k, v in stands.transfers.items() if k != number},
            ledger_fen=-250_000,
        )
        lines = self.statement(payment, is_taken_back=True)

        assert list(reconciliation.differences(unaware, lines, unaware)) == [
            f"the bank moved money for {number}, which is not ours"
        ]
