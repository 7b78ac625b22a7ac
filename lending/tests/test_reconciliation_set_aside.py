"""A payment that we reverse stays in our account until two people say where it goes."""

from datetime import timedelta

import pytest

from borrowers.messages.models import Message
from lending.calc.contracts import TransactionKind
from lending.channels import reconciliation
from lending.channels.models import Transfer
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.ledger.models import LedgerEntry
from lending.loans.models import LoanTransaction
from lending.reconciliation import actions, queries, resolving
from lending.reconciliation.models import BreakAction, BreakProposal, StatementBreak
from lending.servicing import changes, invariants
from lending.tests import builders, statements
from lending.tests.builders import TODAY
from lending.tests.statements import clerk

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PAID_FEN = 10_000


@pytest.fixture
def payment(loan, statement):
    found = builders.pay(loan, PAID_FEN, on=TODAY, key="pay")
    statement.of(found)
    return found


def undone(loan, *, kind=TransactionKind.REVERSAL, reverses=2, key="undo", on=TODAY):
    row = changes.propose(
        loan_id=loan.pk, kind=kind, reason="OUR_MISTAKE", request_key=key, reverses=reverses,
        on=on, by=clerk(),
    )  # fmt: skip
    changes.approve(change_id=row.pk, on=on, by=clerk("chief"))
    loan.refresh_from_db()


def aside_fen():
    return -ledger.balance_fen(chart.SET_ASIDE)


def agree(statement):
    """Books, transfers, loans and the statement say the same, to the fen."""
    assert ledger.balance_fen(chart.BANK) == statement.balance_fen
    assert sum(ledger.trial_balance_fen().values()) == 0
    assert [*invariants.breaches(), *queries.breaches()] == []
    stands = reconciliation.standing()
    assert list(reconciliation.differences(stands, statement.lines, stands)) == []


@pytest.fixture
def broken(loan, statement, payment):
    """The payment is reversed, and the day's statement compared."""
    undone(loan)
    statement.compared(TODAY)
    return StatementBreak.objects.get()


class TestAReversal:
    def test_moves_no_money_at_the_bank(self, loan, payment, statement):
        undone(loan)

        assert loan.principal_outstanding_fen == loan.principal_fen
        assert aside_fen() == PAID_FEN
        agree(statement)

    def test_of_what_moved_no_money_sets_nothing_aside(self, loan, payment, statement):
        row = changes.propose(
            loan_id=loan.pk, kind=TransactionKind.CHARGE, reason="AGREED", request_key="fee",
            amount_fen=100, on=TODAY + 10 * DAY, by=clerk(),
        )  # fmt: skip
        changes.approve(change_id=row.pk, on=TODAY + 10 * DAY, by=clerk("chief"))

        undone(loan, reverses=3, on=TODAY + 10 * DAY)

        assert aside_fen() == 0
        agree(statement)

    def test_by_the_bank_itself_sets_nothing_aside(self, loan, payment, statement):
        undone(loan, kind=TransactionKind.CHARGEBACK)
        statement.moved(f"CB-{payment.out_trade_no}", -PAID_FEN, account=payment.account)

        assert aside_fen() == 0
        agree(statement)

    def test_of_a_pay_off_opens_the_loan_and_keeps_all_of_it_aside(self, loan, statement):
        transfer = builders.pay_off(loan, on=TODAY + DAY)
        statement.of(transfer)

        undone(loan, on=TODAY + 2 * DAY)

        assert (loan.state, aside_fen()) == ("ACTIVE", transfer.amount_fen)
        agree(statement)

    def test_is_one_entry_that_says_all_of_it(self, loan, payment):
        undone(loan)

        entry = LedgerEntry.objects.get(kind="REVERSAL")
        bank = [row.amount_fen for row in entry.postings.filter(account_id=chart.BANK)]
        assert sorted(bank) == [-PAID_FEN, PAID_FEN]


class TestWhatIsSetAside:
    def test_is_work_for_people_once(self, broken, statement, loan):
        again = statement.compared(TODAY + DAY)

        assert (broken.kind, broken.state, broken.loan_id) == ("SET_ASIDE", "OPEN", loan.pk)
        assert (broken.here_fen, broken.there_fen) == (PAID_FEN, PAID_FEN)
        assert (again.opened, again.still_open) == (0, 1)
        assert queries.is_open_on(loan.pk), "nothing is debited while it is not decided"

    def test_is_not_written_off_to_the_differences(self, broken):
        assert [each.value for each in resolving.fitting(broken)] == ["POST_REPAYMENT", "SEND_BACK"]
        with pytest.raises(resolving.BreakActionDoesNotFit):
            statements.resolved(broken, "TO_SUSPENSE", on=TODAY)

        assert not BreakProposal.objects.exists()
        assert aside_fen() == PAID_FEN

    def test_goes_back_to_whom_it_came_from(self, broken, statement, loan, payment):
        statements.resolved(broken, "SEND_BACK", on=TODAY)
        back = Transfer.objects.get(purpose="SEND_BACK")
        assert (back.account, back.amount_fen) == (payment.account, PAID_FEN)
        assert aside_fen() == PAID_FEN, "not before the bank has moved it"

        for _ in range(2):
            resolving.book_sent_back(
                transfer_id=back.pk, answer=builders.said(back), on=TODAY, claim=None
            )
        statement.of(back)

        assert aside_fen() == ledger.balance_fen(chart.BANK_DIFFERENCES) == 0
        assert statement.compared(TODAY + DAY).still_open == 0
        broken.refresh_from_db()
        assert (broken.state, broken.resolution) == ("RESOLVED", "SEND_BACK")
        agree(statement)

    def test_is_still_set_aside_where_the_bank_could_not_send_it(self, broken, statement):
        statements.resolved(broken, "SEND_BACK", on=TODAY)
        back = Transfer.objects.get(purpose="SEND_BACK")

        resolving.book_sent_back(
            transfer_id=back.pk, answer=builders.said(back, "FAILED"), on=TODAY, claim=None
        )

        assert aside_fen() == PAID_FEN
        assert statement.compared(TODAY + DAY).still_open == 1
        agree(statement)

    def test_becomes_a_payment_for_the_day_on_which_it_was_paid(self, broken, statement, loan):
        statements.resolved(broken, "POST_REPAYMENT", on=TODAY + 3 * DAY)

        paid = LoanTransaction.objects.get(sequence=4)
        assert (paid.kind, paid.amount_fen) == ("REPAYMENT", PAID_FEN)
        assert (paid.value_date, paid.booked_on) == (TODAY, TODAY + 3 * DAY)
        assert paid.transfer_id is None
        assert aside_fen() == 0
        assert Message.objects.filter(template="REPAYMENT_RECEIVED").count() == 2
        assert statement.compared(TODAY + 4 * DAY).still_open == 0
        agree(statement)

    def test_on_somebody_elses_loan_is_refused(self, broken):
        wei = builders.paid_out(builders.person("Wei"), key="wei")

        with pytest.raises(resolving.BreakLoanDiffers):
            statements.resolved(broken, "POST_REPAYMENT", on=TODAY, loan=wei)

        assert aside_fen() == PAID_FEN
        assert not BreakProposal.objects.exists()

    def test_reversed_once_more_is_set_aside_once_more(self, broken, statement, loan):
        statements.resolved(broken, "POST_REPAYMENT", on=TODAY)
        undone(loan, reverses=4, key="again")

        assert aside_fen() == PAID_FEN
        statement.compared(TODAY + DAY)
        second = StatementBreak.objects.get(state="OPEN")
        statements.resolved(second, "SEND_BACK", on=TODAY + DAY)
        back = Transfer.objects.get(purpose="SEND_BACK")
        assert back.account == loan.payer_account
        resolving.book_sent_back(
            transfer_id=back.pk, answer=builders.said(back), on=TODAY, claim=None
        )
        statement.of(back)
        assert aside_fen() == 0
        assert statement.compared(TODAY + 2 * DAY).still_open == 0
        agree(statement)

    def test_is_nobodys_work_any_more_once_the_bank_took_it_back(self, broken, statement, payment):
        statement.moved(f"CB-{payment.out_trade_no}", -PAID_FEN, account=payment.account)
        statement.compared(TODAY + DAY)

        broken.refresh_from_db()
        taken = StatementBreak.objects.get(state="OPEN")
        assert (broken.state, broken.resolution) == ("RESOLVED", "CAME_RIGHT")
        assert (taken.kind, taken.there_fen) == ("MISSING_HERE", -PAID_FEN)

        statements.resolved(taken, "TO_SUSPENSE", on=TODAY + DAY)

        assert aside_fen() == ledger.balance_fen(chart.BANK_DIFFERENCES) == 0
        assert ledger.balance_fen(chart.BANK) == statement.balance_fen
        assert statement.compared(TODAY + 2 * DAY).still_open == 0

    def test_waits_for_two_people(self, broken):
        proposal = resolving.propose(
            break_id=broken.pk, action=BreakAction.SEND_BACK, loan_public_id="", by=clerk()
        )

        with pytest.raises(resolving.BreakFourEyesNeeded):
            resolving.approve(proposal_id=proposal.pk, on=TODAY, at=builders.NOW, by=clerk())

        assert not Transfer.objects.filter(purpose="SEND_BACK").exists()
        assert aside_fen() == PAID_FEN


class TestMoneyOfAStranger:
    """Somebody without a loan paid us, or somebody whom we do not know."""

    @pytest.fixture
    def stray(self, loan, statement):
        statement.moved("X-stranger-1", 7_777, account="person:nobody-here")
        statement.compared(TODAY)
        return StatementBreak.objects.get()

    def test_goes_back_to_where_it_came_from(self, stray, statement):
        statements.resolved(stray, "SEND_BACK", on=TODAY)

        back = Transfer.objects.get(purpose="SEND_BACK")
        assert (back.account, back.amount_fen, back.loan_id) == ("person:nobody-here", 7_777, None)
        resolving.book_sent_back(
            transfer_id=back.pk, answer=builders.said(back), on=TODAY, claim=None
        )
        statement.of(back)
        assert statement.compared(TODAY + DAY).still_open == 0
        assert ledger.balance_fen(chart.BANK_DIFFERENCES) == 0
        assert ledger.balance_fen(chart.BANK) == statement.balance_fen

    def test_named_with_a_loan_still_goes_where_it_came_from(self, stray, loan):
        statements.resolved(stray, "SEND_BACK", on=TODAY, loan=loan)

        back = Transfer.objects.get(purpose="SEND_BACK")
        assert back.account == "person:nobody-here" != loan.payer_account

    def test_waits_for_two_people(self, stray):
        proposal = resolving.propose(
            break_id=stray.pk, action=BreakAction.SEND_BACK, loan_public_id="", by=clerk()
        )

        with pytest.raises(resolving.BreakFourEyesNeeded):
            resolving.approve(proposal_id=proposal.pk, on=TODAY, at=builders.NOW, by=clerk())

        assert not Transfer.objects.filter(purpose="SEND_BACK").exists()

    @pytest.mark.parametrize("account", ["", "person:" + "x" * 70])
    def test_that_names_nobody_cannot_be_sent(self, loan, statement, account):
        statement.moved("X-stranger-2", 7_777, account=account)
        statement.compared(TODAY)
        broken = StatementBreak.objects.get()

        with pytest.raises(resolving.BreakActionDoesNotFit):
            statements.resolved(broken, "SEND_BACK", on=TODAY)

        assert not Transfer.objects.filter(purpose="SEND_BACK").exists()
        assert not BreakProposal.objects.exists()


def test_what_the_bank_takes_back_after_it_went_on_stands_as_a_difference(
    loan, broken, statement, payment
):
    statements.resolved(broken, "POST_REPAYMENT", on=TODAY, loan=loan)
    statement.moved(f"CB-{payment.out_trade_no}", -PAID_FEN, account=payment.account)
    statement.compared(TODAY + DAY)

    statements.resolved(StatementBreak.objects.get(state="OPEN"), "TO_SUSPENSE", on=TODAY + DAY)

    assert aside_fen() == 0, "nobody else's money pays for it"
    assert ledger.balance_fen(chart.BANK_DIFFERENCES) == PAID_FEN
    assert ledger.balance_fen(chart.BANK) == statement.balance_fen
    assert [*invariants.breaches(), *queries.breaches()] == []


class TestWhatCameThroughAGateway:
    """It is a break of its own channel, also where it was booked once more and undone again."""

    @pytest.fixture
    def paid(self, loan):
        """Ten yuan by Alipay, reversed, and booked on the loan once more by two people."""
        found = builders.pay(loan, PAID_FEN, on=TODAY, key="far")
        Transfer.objects.filter(pk=found.pk).update(channel="ALIPAY", order_no="a" * 32)
        found.refresh_from_db()
        undone(loan)
        actions.reconcile(day=TODAY, lines=[], bank="ALIPAY")
        first = StatementBreak.objects.get(kind="SET_ASIDE")
        statements.resolved(first, "POST_REPAYMENT", on=TODAY, loan=loan)
        undone(loan, reverses=4, key="again")
        return found

    def compared(self):
        for bank in ("SANDBOX", "ALIPAY", "WECHAT_PAY"):
            actions.reconcile(day=TODAY, lines=[], bank=bank)
        return StatementBreak.objects.get(kind="SET_ASIDE", state="OPEN")

    def test_shows_under_that_channel_and_no_other(self, paid):
        second = self.compared()

        assert (second.bank, second.transfer, second.there_fen) == ("ALIPAY", paid, PAID_FEN)
        assert StatementBreak.objects.filter(kind="SET_ASIDE").exclude(bank="ALIPAY").count() == 0

    def test_goes_back_by_the_order_with_which_it_came(self, paid):
        statements.resolved(self.compared(), "SEND_BACK", on=TODAY)

        back = Transfer.objects.get(purpose="SEND_BACK")
        assert back.terms["through"] == "ALIPAY"
        assert back.terms["returns"] == paid.out_trade_no
        assert (back.account, back.amount_fen) == (paid.account, PAID_FEN)

    def test_stays_so_however_often_it_is_booked_and_undone(self, paid, loan):
        statements.resolved(self.compared(), "POST_REPAYMENT", on=TODAY, loan=loan)
        undone(loan, reverses=6, key="thrice")

        third = self.compared()

        assert (third.bank, third.transfer, aside_fen()) == ("ALIPAY", paid, PAID_FEN)
        assert [*invariants.breaches(), *queries.breaches()] == []
