"""A debit and a payment, a withdrawal, or another worker at the same moment: money moves once."""

import pytest

from borrowers.tests import cast
from common.actors import SYSTEM
from lending.channels.models import Transfer
from lending.loans.models import LoanTransaction
from lending.mandates import actions as mandates
from lending.mandates import collecting, rounds
from lending.mandates.models import DebitRound, DebitTry, DirectDebit, Mandate
from lending.reconciliation import resolving
from lending.reconciliation.models import (
    BankLine,
    BankMatch,
    BreakAction,
    BreakStep,
    StatementBreak,
)
from lending.repayments import actions as repayments
from lending.tests import builders, debiting
from lending.tests.debiting import DUE, noon
from lending.tests.statements import Statement, clerk
from tests.machinery.races import at_once, together

pytestmark = pytest.mark.commits
DUE_FEN = 102_007


def attempt(debit):
    return collecting.attempt(debit_id=debit.pk, on=DUE, at=noon(DUE))


def test_five_workers_try_it_once(debit):
    outcomes = at_once(lambda _: attempt(debit), range(5))

    assert sorted(outcomes, key=str) == [False] * 4 + [True]
    assert DebitTry.objects.count() == Transfer.objects.filter(purpose="DEBIT").count() == 1


def test_a_payment_in_the_same_moment_is_not_collected_twice(debit, loan):
    def act(number):
        if number % 2:
            return attempt(debit)
        return repayments.request(
            loan_id=loan.pk, amount_fen=DUE_FEN, request_key=f"mine-{number}", on=DUE, by=SYSTEM
        )

    at_once(act, range(4))

    # Who pays may also pay the instalment that runs; a debit is only asked for while nothing is.
    asked = list(Transfer.objects.exclude(purpose="DISBURSEMENT").order_by("pk"))
    assert 1 <= len(asked) <= 2
    assert sum(each.amount_fen for each in asked) <= 2 * DUE_FEN
    assert all(each.purpose == "REPAYMENT" for each in asked[1:])


def test_a_withdrawal_in_the_same_moment_wins_before_the_bank_hears(debit, loan, lin):
    together(
        lambda: attempt(debit),
        lambda: mandates.withdraw(loan_id=loan.pk, by=cast.self_of(lin)),
    )

    debit.refresh_from_db()
    assert Mandate.objects.get().end_code == "WITHDRAWN"
    assert not Transfer.objects.filter(purpose="DEBIT").exclude(state="FAILED").exists()
    assert debit.state in {"STOPPED", "ASKED"}


def test_the_word_told_by_five_workers_is_booked_once(debit):
    transfer = debiting.tried(debit)

    at_once(
        lambda _: collecting.book(
            transfer_id=transfer.pk,
            answer=builders.said(transfer),
            on=DUE,
            at=noon(DUE),
            claim=None,
        ),
        range(5),
    )

    assert LoanTransaction.objects.filter(kind="REPAYMENT").count() == 1
    assert DirectDebit.objects.get().state == "COLLECTED"


def test_giving_it_five_times_at_once_gives_it_once(loan, lin):
    at_once(lambda number: debiting.given(loan, lin, key=f"leave-{number % 2}"), range(5))

    assert Mandate.objects.count() == 1


def test_two_comparisons_at_once_keep_every_line_and_break_once(loan):
    statement = Statement()
    statement.of(Transfer.objects.get())
    statement.moved("R-nobody-1", 5_000)

    def compare(_):
        again = Statement(lines=list(statement.lines))
        return again.compared(DUE)

    at_once(compare, range(3))

    assert BankLine.objects.count() == 2
    assert BankMatch.objects.count() == StatementBreak.objects.count() == 1
    assert BreakStep.objects.count() == 1


def test_a_round_by_the_beat_and_one_before_closing_ask_once_and_are_one(debit):
    def round_of(_):
        return rounds.go_through(
            on=DUE, at=noon(DUE), faults=(LookupError,), untried=lambda *_: None
        )

    assert at_once(round_of, range(4)) == [True] * 4
    assert DebitTry.objects.count() == Transfer.objects.filter(purpose="DEBIT").count() == 1
    assert DebitRound.objects.count() == 1


def test_a_line_entered_while_the_bank_says_it_is_kept_once(loan):
    statement = Statement(torn={2})
    statement.of(Transfer.objects.get())
    statement.moved("R-nobody-1", 5_000)
    statement.compared(DUE)
    proposal = resolving.propose(
        break_id=StatementBreak.objects.get().pk,
        action=BreakAction.READ_AS,
        loan_public_id="",
        reading=resolving.reading_of(number="R-nobody-1", effect_fen=5_000, account=""),
        by=clerk(),
    )
    chief = clerk("chief")
    statement.torn.clear()

    together(
        lambda: resolving.approve(proposal_id=proposal.pk, on=DUE, at=noon(DUE), by=chief),
        lambda: statement.compared(DUE),
    )

    assert BankLine.objects.filter(line_no=2).count() == 1
    stands = {each.kind: each.state for each in StatementBreak.objects.all()}
    assert stands == {"UNREADABLE": "RESOLVED", "MISSING_HERE": "OPEN"}
