"""A borrower asks for other terms or for money back; staff take it up, or decline it.

What is asked for is judged by the same rules as what staff ask for, at once, so that nobody waits
for an answer that cannot be given. Taken up, it is a change: another colleague approves it.
"""

from collections.abc import Mapping
from datetime import date

from django.db.models.functions import Now

from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.locking import Rank, lock_one
from common.texts import gettext_noop
from common.transactions import durable, required
from lending.calc.contracts import Change, TransactionKind
from lending.loans import log
from lending.loans.models import Loan, LoanState
from lending.servicing import changes
from lending.servicing.asking import answers
from lending.servicing.models import LoanChange, LoanRequest, RequestState
from lending.servicing.refusals import NotPaidOutYet

BY_BORROWERS = (
    TransactionKind.DUE_DATE_CHANGE,
    TransactionKind.HOLIDAY,
    TransactionKind.EXTENSION,
    TransactionKind.RESTRUCTURE,
    TransactionKind.CREDIT_BALANCE_REFUND,
    TransactionKind.MERCHANT_REFUND,
)
REASON = "ASKED"


class RequestWaits(Refused):
    """One after the other."""

    code = "LOAN_REQUEST_WAITS"
    message = gettext_noop("You have asked for a change of this loan already.")
    advice = gettext_noop("Wait for the answer, or take the request back first.")


class RequestAnswered(Refused):
    """It was answered otherwise."""

    code = "LOAN_REQUEST_ANSWERED"
    message = gettext_noop("This request has been answered already.")
    advice = gettext_noop("Look at the loan to see how.")


class RequestKeyReused(Refused):
    """The key has asked for something else."""

    code = "LOAN_REQUEST_KEY_REUSED"
    message = gettext_noop("This form has already asked for something else.")
    advice = gettext_noop("Look at your requests, then open the form again.")


@durable
def ask(
    *,
    loan_id: int,
    kind: TransactionKind,
    request_key: str,
    on: date,
    by: Actor,
    amount_fen: int = 0,
    change: Change | None = None,
) -> LoanRequest:
    """Ask for it, once per key; nothing of the loan changes yet.

    Raises RequestWaits, RequestKeyReused, NotPaidOutYet, and what servicing's `refusals` raises.
    """
    assert kind in BY_BORROWERS
    loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=loan_id)
    row = LoanRequest(
        loan=loan,
        request_key=request_key,
        kind=kind,
        amount_fen=amount_fen,
        terms=log.kept_change(change or Change()),
        asked_on=on,
    )
    if (seen := loan.requests.filter(request_key=request_key).first()) is not None:
        return _the_same(seen, row)
    if loan.requests.filter(state=RequestState.ASKED).exists():
        raise RequestWaits
    if loan.state not in {LoanState.ACTIVE, LoanState.SETTLED}:
        raise NotPaidOutYet
    changes.insist_on_possible(as_change(row, on=on), on)
    row.save()
    _note("asked", row, by)
    return row


@durable
def take_back(*, request_id: int, by: Actor) -> LoanRequest:
    """The borrower no longer wishes it; again is the same. Raises NotFound, RequestAnswered."""
    row = _locked(request_id)
    _answer(row, RequestState.TAKEN_BACK, by)
    return row


@durable
def decline(*, request_id: int, by: Actor) -> LoanRequest:
    """Staff leave the loan as it is; again is the same.

    Raises NotFound, FourEyesNeeded for anybody but staff, RequestAnswered.
    """
    if by.kind != "STAFF":
        raise changes.FourEyesNeeded
    row = _locked(request_id)
    _answer(row, RequestState.DECLINED, by)
    answers.tell_declined(row, loan=row.loan)
    return row


@required
def note_arrival(*, loan: Loan, amount_fen: int) -> None:
    """A seller's money came by itself: who waited for as much need not wait any more."""
    waits = loan.requests.filter(
        kind=TransactionKind.MERCHANT_REFUND,
        state=RequestState.ASKED,
        amount_fen__lte=amount_fen,
    )
    for row in waits:
        _answer(row, RequestState.ARRIVED, SYSTEM)


def take_up(*, request_id: int, on: date, by: Actor) -> LoanChange:
    """Make a change of it, for a colleague to approve; again is the same change.

    Raises NotFound, FourEyesNeeded, RequestAnswered, and what servicing's `refusals` raises.
    """
    row = LoanRequest.objects.filter(pk=request_id).first()
    if row is None:
        raise NotFound
    if row.state not in {RequestState.ASKED, RequestState.TAKEN_UP}:
        raise RequestAnswered
    change = changes.propose(
        loan_id=row.loan_id,
        kind=TransactionKind(row.kind),
        reason=REASON,
        request_key=f"request-{row.public_id}",
        on=on,
        by=by,
        amount_fen=row.amount_fen,
        change=log.change_of(row.terms),
    )
    _take_up(request_id, change, by)
    return change


def as_change(row: LoanRequest, *, on: date) -> LoanChange:
    """The change that it would be today; nothing of it is written."""
    return LoanChange(
        loan=row.loan, kind=row.kind, value_date=on, amount_fen=row.amount_fen, terms=row.terms
    )


@durable
def _take_up(request_id: int, change: LoanChange, by: Actor) -> None:
    _answer(_locked(request_id), RequestState.TAKEN_UP, by, change=change)


def _the_same(seen: LoanRequest, asked: LoanRequest) -> LoanRequest:
    told = (asked.kind, asked.amount_fen, asked.terms)
    if (seen.kind, seen.amount_fen, seen.terms) != told:
        raise RequestKeyReused
    return seen


def _locked(request_id: int) -> LoanRequest:
    loan_id = LoanRequest.objects.filter(pk=request_id).values_list("loan_id", flat=True).first()
    if loan_id is None:
        raise NotFound
    loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=loan_id)
    return loan.requests.get(pk=request_id)


def _answer(
    row: LoanRequest, state: RequestState, by: Actor, *, change: LoanChange | None = None
) -> None:
    if row.state == state:
        return
    if row.state != RequestState.ASKED:
        raise RequestAnswered
    row.state, row.change = state, change
    LoanRequest.objects.filter(pk=row.pk).update(state=state, change=change, answered_at=Now())
    _note(state.lower(), row, by)


def _note(what: str, row: LoanRequest, by: Actor) -> None:
    facts: Mapping[str, int | str] = {"request": row.public_id, "kind": row.kind}
    audit.append(
        action=f"lending.request.{what}", subject=f"loan:{row.loan.public_id}", by=by, facts=facts
    )
