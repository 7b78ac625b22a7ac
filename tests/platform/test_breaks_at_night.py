"""The night walks over the bank's statement: open breaks are said, resolved ones are known."""

from typing import Any

import pytest

from config import assembly
from lending.channels.models import Transfer
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.loans.models import Loan
from lending.reconciliation import resolving
from lending.reconciliation.models import BreakAction, StatementBreak
from lending.tests import builders, statements
from lending.tests.builders import TODAY
from lending.tests.statements import Statement

pytestmark = pytest.mark.django_db


class Bank:
    """The bank's statement as the walk asks for it."""

    def __init__(self, statement: Statement) -> None:
        self.told = tuple(statement.told_as(line) for line in statement.lines)

    def statement(self, *, since_id: int) -> Any:
        return tuple(line for line in self.told if line.id > since_id)


@pytest.fixture
def statement():
    """A statement that has Lin's payout."""
    builders.open_books()
    builders.paid_out(builders.person("Lin"))
    found = Statement()
    found.of(Transfer.objects.get())
    return found


def said(statement: Statement) -> list[str]:
    bank: Any = Bank(statement)
    return [sentence for _name, sentence in assembly.bank_breaches(bank) or ()]


def test_has_nothing_to_say_of_what_fits(statement):
    assert said(statement) == []


def test_says_an_open_break_and_not_a_resolved_one(statement):
    statement.moved("R-nobody-1", 5_000)
    statement.compared(TODAY)
    assert len(said(statement)) == 1

    statements.resolved(StatementBreak.objects.get(), "TO_SUSPENSE", on=TODAY)

    assert said(statement) == []
    assert ledger.balance_fen(chart.BANK) == statement.balance_fen


def test_says_a_payment_that_the_bank_never_had_until_it_is_resolved(statement):
    builders.pay(Loan.objects.get(), 10_000, on=TODAY, key="pay")
    for later in (0, 1):
        statement.compared(TODAY.replace(day=TODAY.day + later))
    assert len(said(statement)) == 1

    broken = StatementBreak.objects.get(kind="MISSING_THERE")
    statements.resolved(broken, "TO_SUSPENSE", on=TODAY)

    assert said(statement) == []


def test_says_a_line_that_cannot_be_read_until_two_people_have_read_it(statement):
    payment = builders.pay(Loan.objects.get(), 10_000, on=TODAY, key="pay")
    statement.of(payment)
    statement.torn = {2}
    statement.compared(TODAY)
    assert any("cannot be read at 2:ab12" in sentence for sentence in said(statement))

    proposal = resolving.propose(
        break_id=StatementBreak.objects.get(kind="UNREADABLE").pk,
        action=BreakAction.READ_AS,
        loan_public_id="",
        reading=resolving.reading_of(
            number=payment.out_trade_no, effect_fen=10_000, account=payment.account
        ),
        by=statements.clerk(),
    )
    resolving.approve(
        proposal_id=proposal.pk, on=TODAY, at=builders.NOW, by=statements.clerk("chief")
    )

    assert said(statement) == []
    assert ledger.balance_fen(chart.BANK) == statement.balance_fen
