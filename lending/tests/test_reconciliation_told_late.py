"""A statement tells late, twice, or differently than before: the books follow its last word."""

from datetime import timedelta

import pytest

from lending.channels.models import Transfer
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.reconciliation import actions, queries, resolving
from lending.reconciliation.models import BankLine, StatementBreak
from lending.servicing import invariants
from lending.tests import builders, statements
from lending.tests.builders import TODAY
from lending.tests.statements import Statement

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PAID_FEN = 10_000


@pytest.fixture
def loan():
    builders.open_books()
    return builders.paid_out(builders.person("Lin"))


@pytest.fixture
def statement(loan):
    found = Statement()
    found.of(Transfer.objects.get(loan_id=loan.pk))
    return found


@pytest.fixture
def payment(loan, statement):
    found = builders.pay(loan, PAID_FEN, on=TODAY, key="pay")
    statement.of(found)
    return found


def books_agree(statement):
    """The books say what the statement says, readable or not."""
    assert ledger.balance_fen(chart.BANK) == statement.balance_fen
    assert [*invariants.breaches(), *queries.breaches()] == []


class TestALineThatWasGivenUp:
    """Written off as missing on the statement, and told after all: the books follow both words."""

    @pytest.fixture
    def given_up(self, payment, statement):
        late = statement.lines.pop()
        statement.compared(TODAY)
        statement.compared(TODAY + DAY)
        statements.resolved(StatementBreak.objects.get(state="OPEN"), "TO_SUSPENSE", on=TODAY + DAY)
        books_agree(statement)
        statement.lines.append(late)
        return statement

    def test_is_work_once_more(self, given_up):
        day = given_up.compared(TODAY + 2 * DAY)

        broken = StatementBreak.objects.get(state="OPEN")
        assert (day.matched, day.opened) == (1, 1)
        assert (broken.kind, broken.here_fen, broken.there_fen) == (
            "MISSING_THERE", PAID_FEN, PAID_FEN,
        )  # fmt: skip
        assert given_up.compared(TODAY + 3 * DAY).still_open == 1, "it does not come right alone"

    def test_is_written_back_once(self, given_up):
        given_up.compared(TODAY + 2 * DAY)
        broken = StatementBreak.objects.get(state="OPEN")
        assert resolving.correction_fen(broken) == PAID_FEN

        statements.resolved(broken, "TO_SUSPENSE", on=TODAY + 2 * DAY)

        books_agree(given_up)
        assert ledger.balance_fen(chart.BANK_DIFFERENCES) == 0
        assert given_up.compared(TODAY + 3 * DAY).still_open == 0

    def test_with_another_amount_is_written_to_what_the_bank_says(self, given_up):
        line = given_up.lines.pop()
        given_up.moved(line.out_trade_no, PAID_FEN + 5, account=line.account)
        given_up.compared(TODAY + 2 * DAY)
        broken = StatementBreak.objects.get(state="OPEN")
        assert broken.kind == "AMOUNT_DIFFERS"

        statements.resolved(broken, "TO_SUSPENSE", on=TODAY + 2 * DAY)

        books_agree(given_up)
        assert given_up.compared(TODAY + 3 * DAY).still_open == 0


class TestALineThatIsToldDifferently:
    """A statement that is given out once more must not change what it said before unseen."""

    def retold(self, statement, **changes):
        kept = statement.lines[1]
        new = {name: getattr(kept, name) for name in kept.__slots__} | changes
        statement.lines[1] = type(kept)(**new)
        return actions.reconcile(day=TODAY, lines=statement.lines, asked="^")

    def test_with_another_amount_is_a_break_until_the_books_follow(self, payment, statement):
        statement.compared(TODAY)

        day = self.retold(statement, amount_fen=PAID_FEN - 1)

        broken = StatementBreak.objects.get()
        assert (day.opened, broken.kind, broken.state) == (1, "RETOLD", "OPEN")
        assert (broken.here_fen, broken.there_fen) == (PAID_FEN, PAID_FEN - 1)
        statements.resolved(broken, "TO_SUSPENSE", on=TODAY)
        books_agree(statement)
        assert self.retold(statement).still_open == 0

    def test_with_another_fee_is_one_too(self, payment, statement):
        statement.compared(TODAY)

        self.retold(statement, fee_fen=60)

        broken = StatementBreak.objects.get()
        assert (broken.here_fen, broken.there_fen) == (PAID_FEN, PAID_FEN - 60)
        statements.resolved(broken, "TO_SUSPENSE", on=TODAY)
        assert ledger.balance_fen(chart.BANK) == statement.balance_fen - 60

    def test_under_another_number_is_looked_at_by_two(self, payment, statement):
        statement.compared(TODAY)

        self.retold(statement, out_trade_no="X-1")

        broken = StatementBreak.objects.get()
        assert [each.value for each in resolving.fitting(broken)] == ["NOTHING_MOVED"]
        statements.resolved(broken, "NOTHING_MOVED", on=TODAY)
        assert self.retold(statement).still_open == 0

    def test_comes_right_when_the_bank_takes_it_back(self, payment, statement):
        statement.compared(TODAY)
        self.retold(statement, amount_fen=1)

        day = self.retold(statement, amount_fen=PAID_FEN)

        assert day.still_open == 0
        books_agree(statement)

    def test_in_the_same_words_is_nothing_new(self, payment, statement):
        statement.compared(TODAY)

        day = self.retold(statement)

        assert (day.opened, day.still_open, day.lines) == (0, 0, 2)


class TestTwoLinesOfOneNumber:
    """The one that fits is the transfer's, whichever could be read first."""

    def test_of_which_the_first_is_read_last_leave_one_too_many(self, payment, statement):
        second = statement.moved(payment.out_trade_no, PAID_FEN, account=payment.account)
        statement.torn = {2}
        statement.compared(TODAY)
        assert BankLine.objects.get(line_no=second.id).match.transfer == payment

        statement.torn.clear()
        statement.compared(TODAY)

        double = StatementBreak.objects.get(state="OPEN")
        assert (double.kind, double.here_fen, double.there_fen) == ("DUPLICATE", 0, PAID_FEN)
        statements.resolved(double, "TO_SUSPENSE", on=TODAY)
        books_agree(statement)

    @pytest.mark.parametrize("is_resolved_between", [False, True])
    def test_of_which_the_first_has_another_amount(self, payment, statement, is_resolved_between):
        statement.lines.pop()
        statement.moved(payment.out_trade_no, PAID_FEN + 3, account=payment.account)
        statement.compared(TODAY)
        if is_resolved_between:
            statements.resolved(StatementBreak.objects.get(state="OPEN"), "TO_SUSPENSE", on=TODAY)
        statement.moved(payment.out_trade_no, PAID_FEN, account=payment.account)
        statement.compared(TODAY)

        statements.resolved(StatementBreak.objects.get(state="OPEN"), "TO_SUSPENSE", on=TODAY)

        books_agree(statement)
        assert statement.compared(TODAY + DAY).still_open == 0
