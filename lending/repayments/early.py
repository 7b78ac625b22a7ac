"""Paying early: what each choice does to the loan, before the borrower chooses one."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from common.actors import Actor
from common.errors import Refused
from common.locking import Rank, lock_one
from common.money import yuan
from common.texts import gettext_noop
from common.transactions import durable
from lending.calc import settlement
from lending.calc.contracts import Change, LoanState, Policy, Transaction, TransactionKind
from lending.calc.fold import fold
from lending.channels import queries as transfers
from lending.channels.models import Transfer, TransferPurpose
from lending.loans import log
from lending.loans.models import Loan
from lending.repayments.actions import (
    KeyReused,
    NotAnAmount,
    asked_before,
    collect,
    insist_on_open,
)
from lending.servicing.waiving import beyond_the_cap


class EarlyTooMuch(Refused):
    """As much as closes the loan, or more: that is a pay-off."""

    code = "EARLY_PAYMENT_TOO_MUCH"
    message = gettext_noop("¥%(quote)s pays the whole loan off today.")
    advice = gettext_noop("Enter less, or pay the loan off.")
    status = 422


class EarlyQuoteChanged(Refused):
    """What was shown is no longer what it would do."""

    code = "EARLY_QUOTE_CHANGED"
    message = gettext_noop("What this payment does to the loan has changed since you saw it.")
    advice = gettext_noop("Look at it again, and choose again.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a choice makes of the loan: what comes next, when it ends, and what it saves.

    `quote_key` stands for all of it on that day: who pays with it gets exactly this.
    """

    quote_key: str
    policy: Policy
    next_fen: int
    next_due_on: date | None
    last_due_on: date | None
    instalments_left: int
    saved_fen: int


def outcomes(loan: Loan, *, amount_fen: int, on: date) -> list[Outcome]:
    """Each choice side by side, for an amount paid today. Raises NotAnAmount, EarlyTooMuch."""
    terms, told, _ = beyond_the_cap.known_on(loan, on=on)
    before = fold(terms, told, on)
    _insist(before, amount_fen)
    found = []
    for policy in Policy:
        paid = Transaction(
            kind=TransactionKind.PREPAYMENT,
            sequence=max(each.sequence for each in told) + 1,
            value_date=on,
            amount_fen=amount_fen,
            change=Change(policy=policy),
        )
        after = fold(terms, [*told, paid], on)
        found.append(_outcome(policy, before, after, amount_fen=amount_fen))
    return found


def are_alike(found: Sequence[Outcome]) -> bool:
    """Whether all choices do the same, so that there is nothing to choose.

    So it is while a payment does not reach beyond what is late: that is paid first.
    """
    told = {(e.next_fen, e.next_due_on, e.last_due_on, e.instalments_left) for e in found}
    return len(told) == 1 and len({each.saved_fen for each in found}) == 1


@durable
def request(
    *,
    loan_id: int,
    amount_fen: int,
    policy: Policy,
    request_key: str,
    on: date,
    by: Actor,
    quote_key: str | None = None,
) -> Transfer:
    """Ask the bank to collect an early payment, once per key, and as quoted if a quote is named.

    Raises KeyReused, LoanNotOpen, NotAnAmount, EarlyQuoteChanged, and EarlyTooMuch, also for what
    is on its way.
    """
    loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=loan_id)
    terms = log.kept_change(Change(policy=policy))
    if seen := asked_before(
        loan=loan,
        purpose=TransferPurpose.PREPAYMENT,
        amount_fen=amount_fen,
        request_key=request_key,
    ):
        # The same sum with another choice is another payment: it would do something else.
        if seen.terms != terms:
            raise KeyReused(asked=yuan(seen.amount_fen))
        return seen
    insist_on_open(loan=loan)
    state = beyond_the_cap.state_on(loan, on=on)
    _insist(state, amount_fen, collecting_fen=transfers.collecting_fen(loan.pk))
    if quote_key is not None:
        quoted = {each.policy: each for each in outcomes(loan, amount_fen=amount_fen, on=on)}
        if quoted[policy].quote_key != quote_key:
            raise EarlyQuoteChanged
    return collect(
        loan=loan,
        purpose=TransferPurpose.PREPAYMENT,
        amount_fen=amount_fen,
        request_key=request_key,
        on=on,
        by=by,
        terms=terms,
    )


def _insist(state: LoanState, amount_fen: int, *, collecting_fen: int = 0) -> None:
    if amount_fen <= 0:
        raise NotAnAmount
    quote_fen = settlement.quote(state).total_fen - collecting_fen
    if amount_fen >= quote_fen:
        raise EarlyTooMuch(quote=yuan(max(quote_fen, 0)))


def _outcome(policy: Policy, before: LoanState, after: LoanState, *, amount_fen: int) -> Outcome:
    left = [line for line in after.instalments if line.outstanding_fen > 0]
    said = [(line.due_on.isoformat(), line.outstanding_fen) for line in left]
    words = f"{after.through.isoformat()} {amount_fen} {policy} {said}"
    return Outcome(
        quote_key=hashlib.sha256(words.encode()).hexdigest()[:22],
        policy=policy,
        next_fen=left[0].outstanding_fen if left else 0,
        next_due_on=left[0].due_on if left else None,
        last_due_on=left[-1].due_on if left else None,
        instalments_left=len(left),
        saved_fen=_interest_fen(before) - _interest_fen(after),
    )


def _interest_fen(state: LoanState) -> int:
    return sum(line.interest.due_fen for line in state.instalments)
