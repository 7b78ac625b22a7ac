"""The statement, day by day: what fits is matched once, what does not is one row until resolved."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.actors import SYSTEM
from lending.calc.contracts import TransactionKind
from lending.channels.models import Transfer
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.reconciliation import queries
from lending.reconciliation.models import (
    BankLine,
    BankMatch,
    BreakStep,
    ReconciledDay,
    StatementBreak,
)
from lending.repayments import actions as repayments
from lending.servicing import changes
from lending.tests import builders, statements
from lending.tests.builders import TODAY

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def payout(loan):
    return Transfer.objects.get(loan_id=loan.pk)


def asked(loan, fen=10_000, *, key="pay"):
    return repayments.request(loan_id=loan.pk, amount_fen=fen, request_key=key, on=TODAY, by=SYSTEM)


class TestWhatFits:
    def test_is_matched_once_and_makes_no_break(self, statement, payout):
        row = statement.compared(TODAY)
        again = statement.compared(TODAY)

        assert (row.lines, row.matched, row.opened) == (1, 1, 0)
        assert (row.in_fen, row.out_fen) == (0, 300_000)
        assert (again.pk, again.matched) == (row.pk, 1)
        assert BankMatch.objects.get().transfer_id == payout.pk
        assert not StatementBreak.objects.exists()

    def test_may_be_told_twice_and_is_kept_once(self, statement):
        statement.compared(TODAY)
        statement.told = 0

        statement.compared(TODAY + DAY)

        assert BankLine.objects.count() == BankMatch.objects.count() == 1

    def test_of_another_day_is_matched_late(self, loan, statement):
        transfer = builders.pay(loan, 10_000, on=TODAY, key="pay")
        transfer.refresh_from_db()
        assert transfer.settled_at is not None
        statement.of(transfer, on=transfer.settled_at.date() - 2 * DAY)

        row = statement.compared(TODAY)

        assert row.late == 1
        assert not StatementBreak.objects.exists()


class TestOverMidnight:
    def test_money_that_the_bank_moved_first_is_watched_then_matched(self, loan, statement):
        transfer = asked(loan)
        statement.of(transfer)
        statement.compared(TODAY)
        assert statements.shown() == {"LATE": "WATCHED"}
        assert queries.open_count() == 0

        builders.collected(transfer, on=TODAY)
        row = statement.compared(TODAY + DAY)

        assert (row.matched, row.opened) == (1, 0)
        late = StatementBreak.objects.get()
        assert (late.state, late.resolution) == ("RESOLVED", "CAME_RIGHT")

    def test_money_that_we_booked_first_is_watched_then_matched(self, loan, statement):
        transfer = builders.pay(loan, 10_000, on=TODAY, key="pay")
        statement.compared(TODAY)
        assert statements.shown() == {"LATE": "WATCHED"}

        statement.of(transfer)
        statement.compared(TODAY + DAY)

        assert statements.shown() == {"LATE": "RESOLVED"}

    def test_watching_ends_with_the_next_day_not_with_the_next_comparison(self, loan, statement):
        statement.of(asked(loan))

        statement.compared(TODAY)
        statement.compared(TODAY)

        assert statements.shown() == {"LATE": "WATCHED"}

    def test_what_stays_open_here_becomes_a_break(self, loan, statement):
        statement.of(asked(loan))
        statement.compared(TODAY)

        row = statement.compared(TODAY + DAY)

        assert statements.shown() == {"LATE": "RESOLVED", "STATE_DIFFERS": "OPEN"}
        assert (row.opened, row.still_open) == (1, 1)

    def test_what_never_comes_on_the_statement_becomes_a_break(self, loan, statement):
        builders.pay(loan, 10_000, on=TODAY, key="pay")
        statement.compared(TODAY)

        statement.compared(TODAY + DAY)

        broken = StatementBreak.objects.get(kind="MISSING_THERE")
        assert (broken.state, broken.here_fen, broken.there_fen) == ("OPEN", 10_000, 0)
        assert queries.is_open_on(loan.pk)


class TestBreaks:
    def test_money_that_we_know_nothing_of(self, statement):
        statement.moved("R-nobody-1", 5_000)

        statement.compared(TODAY)

        broken = StatementBreak.objects.get()
        assert (broken.kind, broken.subject, broken.there_fen) == (
            "MISSING_HERE", "R-nobody-1", 5_000,
        )  # fmt: skip

    def test_another_amount(self, loan, statement):
        statement.of(asked(loan), more_fen=1)

        statement.compared(TODAY)

        broken = StatementBreak.objects.get()
        assert (broken.kind, broken.here_fen, broken.there_fen) == (
            "AMOUNT_DIFFERS", 10_000, 10_001,
        )  # fmt: skip

    def test_the_other_direction_is_another_amount(self, loan, statement):
        transfer = builders.pay(loan, 10_000, on=TODAY, key="pay")
        statement.moved(transfer.out_trade_no, -10_000, account=transfer.account)

        statement.compared(TODAY)

        assert statements.shown() == {"AMOUNT_DIFFERS": "OPEN"}

    def test_money_that_moved_and_failed_here_needs_no_second_look(self, loan, statement):
        transfer = asked(loan)
        builders.collected(transfer, on=TODAY, outcome="FAILED")
        statement.of(transfer)

        statement.compared(TODAY)

        assert statements.shown() == {"STATE_DIFFERS": "OPEN"}

    def test_money_that_moved_twice(self, loan, statement):
        transfer = builders.pay(loan, 10_000, on=TODAY, key="pay")
        statement.of(transfer)
        second = statement.of(transfer)

        statement.compared(TODAY)

        broken = StatementBreak.objects.get()
        assert (broken.kind, broken.line) == ("DUPLICATE", BankLine.objects.get(line_no=second.id))
        assert BankMatch.objects.count() == 2

    def test_is_kept_once_however_often_it_shows(self, statement):
        statement.moved("R-nobody-1", 5_000)

        for later in range(3):
            statement.compared(TODAY + later * DAY)

        broken = StatementBreak.objects.get()
        assert (broken.first_day, broken.last_day, broken.times_seen) == (
            TODAY, TODAY + 2 * DAY, 3,
        )  # fmt: skip
        assert list(BreakStep.objects.values_list("step", flat=True)) == ["FOUND"]
        assert [row.opened for row in ReconciledDay.objects.order_by("day")] == [1, 0, 0]

    def test_comes_right_by_itself_and_is_opened_when_it_shows_again(self, loan, statement):
        transfer = builders.pay(loan, 10_000, on=TODAY, key="pay")
        statement.compared(TODAY)
        statement.compared(TODAY + DAY)
        StatementBreak.objects.filter(kind="MISSING_THERE").update(
            state="RESOLVED", resolution="CAME_RIGHT", resolved_at="2026-11-21T00:00:00Z"
        )
        broken = StatementBreak.objects.get(kind="MISSING_THERE")
        BreakStep.objects.create(broken=broken, step="CAME_RIGHT")

        statement.compared(TODAY + 2 * DAY)

        broken.refresh_from_db()
        assert (broken.state, broken.times_seen) == ("OPEN", 2)
        assert broken.steps.order_by("pk").values_list("step", flat=True).last() == "REOPENED"
        statement.of(transfer)
        statement.compared(TODAY + 3 * DAY)
        broken.refresh_from_db()
        assert (broken.state, broken.resolution) == ("RESOLVED", "CAME_RIGHT")

    def test_age_by_kind(self, statement):
        statement.moved("R-nobody-1", 5_000)
        statement.compared(TODAY)
        statement.moved("R-nobody-2", 5_000)
        statement.compared(TODAY + 5 * DAY)

        (row,) = queries.aging(on=TODAY + 8 * DAY)

        assert (row.kind, row.counts, row.total) == ("MISSING_HERE", (0, 1, 0, 1), 2)


class TestAPaymentThatTheBankHasTakenBack:
    """Lin paid 100.00; the bank took it back under a number of its own."""

    @pytest.fixture
    def payment(self, loan, statement):
        found = builders.pay(loan, 10_000, on=TODAY, key="pay")
        statement.of(found)
        return found

    @staticmethod
    def taken_back(payment, statement, *, fen=-10_000):
        return statement.moved(f"CB-{payment.out_trade_no}", fen, account=payment.account)

    @staticmethod
    def booked(loan, *, kind=TransactionKind.CHARGEBACK):
        row = changes.propose(
            loan_id=loan.pk, kind=kind, reason="the bank took it back", request_key="taken-back",
            reverses=2, on=TODAY, by=statements.clerk(),
        )  # fmt: skip
        changes.approve(change_id=row.pk, on=TODAY, by=statements.clerk("chief"))

    def test_is_a_break_until_it_is_booked_and_then_comes_right(self, loan, payment, statement):
        self.taken_back(payment, statement)
        statement.compared(TODAY)
        assert statements.shown() == {"MISSING_HERE": "OPEN"}

        self.booked(loan)
        row = statement.compared(TODAY + DAY)

        broken = StatementBreak.objects.get()
        assert (broken.state, broken.resolution) == ("RESOLVED", "CAME_RIGHT")
        assert (row.opened, row.still_open) == (0, 0)
        assert BankMatch.objects.count() == 2, "the payout and the payment"

    def test_that_was_booked_before_the_statement_came_is_no_break(self, loan, payment, statement):
        self.booked(loan)
        self.taken_back(payment, statement)

        for later in range(2):
            statement.compared(TODAY + later * DAY)

        assert not StatementBreak.objects.exists()

    def test_twice_is_once_too_often(self, loan, payment, statement):
        self.booked(loan)
        self.taken_back(payment, statement)
        second = self.taken_back(payment, statement)

        statement.compared(TODAY)

        broken = StatementBreak.objects.get()
        assert (broken.kind, broken.line) == ("DUPLICATE", BankLine.objects.get(line_no=second.id))

    @pytest.mark.parametrize("fen", [-9_999, 10_000])
    def test_with_another_amount_stays_a_break(self, loan, payment, statement, fen):
        self.booked(loan)
        self.taken_back(payment, statement, fen=fen)

        statement.compared(TODAY)

        assert statements.shown() == {"MISSING_HERE": "OPEN", "LATE": "WATCHED"}

    def test_is_not_explained_by_a_reversal_of_ours(self, loan, payment, statement):
        self.booked(loan, kind=TransactionKind.REVERSAL)
        self.taken_back(payment, statement)

        statement.compared(TODAY)

        assert statements.shown() == {"MISSING_HERE": "OPEN"}

    def test_of_another_payment_stays_a_break(self, loan, payment, statement):
        other = builders.pay(loan, 10_000, on=TODAY, key="other")
        statement.of(other)
        self.booked(loan)
        self.taken_back(other, statement)

        statement.compared(TODAY)

        (broken,) = StatementBreak.objects.filter(state="OPEN")
        assert (broken.kind, broken.subject) == ("MISSING_HERE", f"CB-{other.out_trade_no}")
        (watched,) = StatementBreak.objects.filter(state="WATCHED")
        assert watched.subject == f"CB-{payment.out_trade_no}", "nobody has taken that one back"

    def test_that_only_we_know_of_is_watched_and_then_missing_there(self, loan, payment, statement):
        self.booked(loan)

        first = statement.compared(TODAY)
        second = statement.compared(TODAY + DAY)

        assert (first.still_open, second.still_open) == (0, 1)
        assert statements.shown() == {"LATE": "RESOLVED", "MISSING_THERE": "OPEN"}
        broken = StatementBreak.objects.get(state="OPEN")
        assert (broken.here_fen, broken.there_fen) == (-10_000, 0)

    def test_that_comes_a_day_after_we_wrote_it_down_comes_right(self, loan, payment, statement):
        self.booked(loan)
        statement.compared(TODAY)
        self.taken_back(payment, statement)

        statement.compared(TODAY + DAY)

        assert statements.shown() == {"LATE": "RESOLVED"}
        assert ledger.balance_fen(chart.BANK) == statement.balance_fen

    def test_that_was_given_up_and_comes_after_all_is_put_right_once_more(
        self, loan, payment, statement
    ):
        self.booked(loan)
        for later in range(2):
            statement.compared(TODAY + later * DAY)
        statements.resolved(StatementBreak.objects.get(state="OPEN"), "TO_SUSPENSE", on=TODAY + DAY)
        assert ledger.balance_fen(chart.BANK) == statement.balance_fen

        self.taken_back(payment, statement)
        statement.compared(TODAY + 2 * DAY)
        statements.resolved(
            StatementBreak.objects.get(state="OPEN"), "TO_SUSPENSE", on=TODAY + 2 * DAY
        )

        assert statement.compared(TODAY + 3 * DAY).still_open == 0
        assert ledger.balance_fen(chart.BANK) == statement.balance_fen
        assert ledger.balance_fen(chart.BANK_DIFFERENCES) == 0


class TestManyLines:
    def test_take_a_fixed_number_of_statements(self, statement, django_assert_max_num_queries):
        statement.compared(TODAY)
        few = self.counted(statement, 3, TODAY + DAY)

        many = self.counted(statement, 300, TODAY + 2 * DAY)

        assert many == few
        assert queries.open_count() == 303

    def counted(self, statement, lines, day):
        for _ in range(lines):
            statement.moved(f"R-nobody-{len(statement.lines)}", 5_000)
        with CaptureQueriesContext(connection) as context:
            statement.compared(day)
        return len(context)
