"""What of a statement cannot be read is a break of its own, and hides nothing that can be read."""

from datetime import timedelta

import pytest

from lending import tasks
from lending.channels import reconciliation
from lending.channels.contracts import Unread
from lending.channels.models import Transfer
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.reconciliation import actions, queries, resolving
from lending.reconciliation.models import (
    BankLine,
    BreakAction,
    BreakProposal,
    ReconciledDay,
    StatementBreak,
)
from lending.servicing import invariants
from lending.tests import builders, statements
from lending.tests.builders import TODAY
from lending.tests.debiting import noon
from lending.tests.statements import Statement, clerk
from tests.machinery.unchanged import nothing_written

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


class Bank:
    """A bank whose statement has holes where `torn` says so."""

    def __init__(self, statement):
        self.statement_of, self.torn, self.asked = statement, set(), []

    def statement(self, *, since_id=0):
        self.asked.append(since_id)
        new = [each for each in self.statement_of.lines if each.id > since_id]
        return tuple(Unread(f"{x.id}:ab12", id=x.id) if x.id in self.torn else x for x in new)


@pytest.fixture
def bank(statement, monkeypatch):
    """The bank, and the two people who look after its breaks."""
    clerk(), clerk("chief")
    found = Bank(statement)
    monkeypatch.setattr(tasks, "bank", lambda: found)
    return found


def compared(day) -> ReconciledDay:
    """The day as the task of the night compares it."""
    found = tasks.reconcile(day=day)
    assert found is not None
    return found


def night_says(bank):
    """What the night's walk over the bank has to say, as config/assembly.py puts it together."""
    stands, told = reconciliation.standing(), bank.statement()
    told = [*told, *queries.entered(beside=told)]
    return list(reconciliation.differences(stands, told, stands, excused=queries.excused()))


def holes():
    return {each.subject: each.state for each in StatementBreak.objects.filter(kind="UNREADABLE")}


def hole():
    return StatementBreak.objects.get(kind="UNREADABLE")


def read_as(broken, *, number, fen, account="person:unknown", on=TODAY):
    proposal = resolving.propose(
        break_id=broken.pk, action=BreakAction.READ_AS, loan_public_id="", by=clerk(),
        reading=resolving.reading_of(number=number, effect_fen=fen, account=account),
    )  # fmt: skip
    resolving.approve(proposal_id=proposal.pk, on=on, at=noon(on), by=clerk("chief"))


def books_agree(statement):
    """The books say what the statement says, readable or not."""
    assert ledger.balance_fen(chart.BANK) == statement.balance_fen
    assert [*invariants.breaches(), *queries.breaches()] == []


class TestALine:
    def test_that_cannot_be_read_is_work_and_the_others_are_compared(self, payment, bank):
        bank.torn = {1}

        day = compared(TODAY)

        assert (day.lines, day.matched, day.opened) == (1, 1, 1)
        assert holes() == {"1:ab12": "OPEN"}

    def test_is_once_however_often_it_shows(self, payment, bank):
        bank.torn = {2}
        for later in range(3):
            compared(TODAY + later * DAY)

        broken = StatementBreak.objects.get(kind="UNREADABLE")
        assert (broken.times_seen, broken.first_day, broken.last_day) == (3, TODAY, TODAY + 2 * DAY)

    def test_comes_right_by_itself_once_it_can_be_read(self, payment, statement, bank):
        bank.torn = {1}
        compared(TODAY)
        bank.torn = set()

        day = compared(TODAY)

        assert bank.asked == [0, 0], "from before the hole, not from the last line"
        assert (day.lines, day.matched, day.still_open) == (2, 2, 0)
        assert holes() == {"1:ab12": "RESOLVED"}
        books_agree(statement)

    def test_is_not_closed_by_a_comparison_that_did_not_ask_for_it(self, payment, bank):
        bank.torn = {1}
        compared(TODAY)

        actions.reconcile(day=TODAY, lines=[])

        assert holes() == {"1:ab12": "OPEN"}

    def test_that_two_people_have_read_is_a_line_like_any_other(self, payment, statement, bank):
        bank.torn = {2}
        compared(TODAY)
        broken = StatementBreak.objects.get(kind="UNREADABLE")

        read_as(broken, number=payment.out_trade_no, fen=PAID_FEN)

        assert BankLine.objects.get(line_no=2).match.transfer == payment
        day = compared(TODAY + DAY)
        assert (day.lines, day.still_open) == (0, 0)
        assert night_says(bank) == []
        books_agree(statement)

    def test_that_two_people_have_read_and_is_not_ours_is_a_break_at_once(self, statement, bank):
        statement.moved("X-stranger-1", 7_777, account="person:nobody-here")
        bank.torn = {2}
        compared(TODAY)

        read_as(
            hole(), number="X-stranger-1", fen=7_777,
            account="person:nobody-here",
        )  # fmt: skip

        stray = StatementBreak.objects.get(state="OPEN")
        assert (stray.kind, stray.there_fen) == ("MISSING_HERE", 7_777)
        statements.resolved(stray, "TO_SUSPENSE", on=TODAY)
        assert compared(TODAY + DAY).still_open == 0
        assert night_says(bank) == []
        books_agree(statement)

    def test_that_was_read_wrongly_shows_once_the_bank_says_it(self, payment, statement, bank):
        bank.torn = {2}
        compared(TODAY)
        read_as(hole(), number=payment.out_trade_no, fen=PAID_FEN + 1)
        assert StatementBreak.objects.get(state="OPEN").kind == "AMOUNT_DIFFERS"
        assert night_says(bank), "and the night says so"

    def test_is_not_read_by_one_person(self, payment, bank):
        bank.torn = {2}
        compared(TODAY)
        proposal = resolving.propose(
            break_id=hole().pk, action=BreakAction.READ_AS, loan_public_id="",
            by=clerk(), reading=resolving.reading_of(number="R-1", effect_fen=1, account=""),
        )  # fmt: skip

        with pytest.raises(resolving.BreakFourEyesNeeded):
            resolving.approve(proposal_id=proposal.pk, on=TODAY, at=noon(TODAY), by=clerk())

        assert BankLine.objects.count() == 1

    def test_that_says_of_no_money_is_closed_by_two_and_stays_so(self, payment, statement, bank):
        bank.torn = {3}
        statement.lines.append(statement.lines[0].__class__(3, "-", "-", "COLLECT", "", 1))
        compared(TODAY)

        statements.resolved(hole(), "NOTHING_MOVED", on=TODAY)

        assert compared(TODAY).still_open == 0
        assert night_says(bank) == []

    def test_that_says_something_else_later_is_opened_anew(self, payment, bank):
        bank.torn = {2}
        compared(TODAY)
        statements.resolved(hole(), "NOTHING_MOVED", on=TODAY)

        actions.reconcile(day=TODAY, lines=[Unread("2:cd34", id=2)], asked="^")

        assert holes() == {"2:ab12": "RESOLVED", "2:cd34": "OPEN"}

    def test_that_came_right_meanwhile_is_not_entered_twice(self, payment, statement, bank):
        bank.torn = {2}
        compared(TODAY)
        proposal = resolving.propose(
            break_id=hole().pk, action=BreakAction.READ_AS, loan_public_id="",
            by=clerk(), reading=resolving.reading_of(number="R-1", effect_fen=1, account=""),
        )  # fmt: skip
        bank.torn = set()
        compared(TODAY)

        with nothing_written(), pytest.raises(resolving.BreakNotOpen):
            resolving.approve(proposal_id=proposal.pk, on=TODAY, at=noon(TODAY), by=clerk("chief"))

        books_agree(statement)

    @pytest.mark.parametrize(
        ("number", "fen", "account"),
        [("", 1, ""), ("R 1", 1, ""), ("R-1", 0, ""), ("R-1", 10**13 + 1, ""), ("R-1", 1, "a" * 81),
         ("R-1", -(2**63), ""), ("R-1", 1, "person:\x00"), ("R" * 65, 1, "")],
    )  # fmt: skip
    def test_is_not_read_as_what_no_line_can_say(self, number, fen, account):
        with pytest.raises(resolving.BreakReadingUnclear):
            resolving.reading_of(number=number, effect_fen=fen, account=account)

    @pytest.mark.parametrize("action", ["TO_SUSPENSE", "SEND_BACK", "POST_REPAYMENT"])
    def test_moves_no_money_while_nobody_knows_what_it_says(self, payment, bank, action):
        bank.torn = {2}
        compared(TODAY)

        with nothing_written(), pytest.raises(resolving.BreakActionDoesNotFit):
            statements.resolved(hole(), action, on=TODAY)

    def test_is_read_with_what_it_says_or_not_at_all(self, payment, bank):
        bank.torn = {2}
        compared(TODAY)

        with nothing_written(), pytest.raises(resolving.BreakReadingUnclear):
            statements.resolved(hole(), "READ_AS", on=TODAY)

        assert not BreakProposal.objects.exists()


class TestAPage:
    def test_that_cannot_be_read_is_one_break_and_cannot_be_entered_as_a_line(self, loan):
        actions.reconcile(day=TODAY, lines=[Unread("16+")])
        broken = StatementBreak.objects.get(kind="UNREADABLE")

        assert [each.value for each in resolving.fitting(broken)] == ["NOTHING_MOVED"]
        assert queries.ask_after() == 0

    def test_says_in_the_night_that_the_statement_is_not_whole(self, payment, bank):
        bank.torn = {2}

        said = night_says(bank)

        assert "the bank's statement cannot be read at 2:ab12" in said
