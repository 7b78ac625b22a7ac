"""What a borrower is told once a request is decided: what was asked, and what changes."""

from collections.abc import Mapping
from datetime import date

from borrowers.messages import actions as messages
from common.transactions import required
from lending.calc.contracts import LoanState, TransactionKind
from lending.calc.fold import amount_overdue, next_due
from lending.loans.models import Loan
from lending.servicing.models import LoanChange, LoanRequest
from lending.servicing.waiving import beyond_the_cap

Facts = Mapping[str, object]
AGREED: Mapping[str, str] = {
    TransactionKind.DUE_DATE_CHANGE: "DUE_DATE_CHANGED",
    TransactionKind.HOLIDAY: "PAUSE_AGREED",
    TransactionKind.EXTENSION: "EXTENSION_AGREED",
    TransactionKind.RESTRUCTURE: "NEW_PLAN_AGREED",
    TransactionKind.CREDIT_BALANCE_REFUND: "MONEY_BACK_AGREED",
    TransactionKind.MERCHANT_REFUND: "MONEY_BACK_AGREED",
}
DECLINED: Mapping[str, str] = {
    TransactionKind.DUE_DATE_CHANGE: "DUE_DATE_KEPT",
    TransactionKind.HOLIDAY: "PAUSE_DECLINED",
    TransactionKind.EXTENSION: "EXTENSION_DECLINED",
    TransactionKind.RESTRUCTURE: "NEW_PLAN_DECLINED",
    TransactionKind.CREDIT_BALANCE_REFUND: "MONEY_BACK_DECLINED",
    TransactionKind.MERCHANT_REFUND: "MONEY_BACK_DECLINED",
}
UNDONE: Mapping[str, str] = {
    TransactionKind.REVERSAL: "PAYMENT_REVERSED",
    TransactionKind.CHARGEBACK: "PAYMENT_CHARGED_BACK",
}
MONEY_BACK = frozenset({TransactionKind.CREDIT_BALANCE_REFUND, TransactionKind.MERCHANT_REFUND})


@required
def tell_approved(change: LoanChange, *, on: date) -> None:
    """It was done, or the bank was asked to; nothing where no borrower had asked for it."""
    request = LoanRequest.objects.filter(change=change).first()
    if request is None:
        return
    if change.kind in MONEY_BACK:
        _tell(request, change.loan, AGREED[request.kind], {})
        return
    state = beyond_the_cap.state_on(change.loan, on=on)
    _tell(request, change.loan, AGREED[request.kind], _stands(state, on))
    if overdue_fen := amount_overdue(state, on):
        messages.send(
            borrower_id=change.loan.borrower_id,
            template="OVERDUE_STAYS",
            facts={"loan": change.loan.public_id, "amount_fen": overdue_fen},
            message_key=f"request:{request.pk}:overdue",
        )


@required
def tell_undone(change: LoanChange) -> None:
    """An amount no longer counts; nothing of what never was money."""
    assert change.reverses_sequence is not None
    gone = change.loan.transactions.get(sequence=change.reverses_sequence)
    if gone.amount_fen:
        messages.send(
            borrower_id=change.loan.borrower_id,
            template=UNDONE[change.kind],
            facts={
                "loan": change.loan.public_id,
                "amount_fen": gone.amount_fen,
                "paid_on": gone.value_date.isoformat(),
            },
            message_key=f"undone:{change.pk}",
        )


@required
def tell_turned_down(change: LoanChange) -> None:
    """A colleague left it; nothing where no borrower had asked for it."""
    request = LoanRequest.objects.filter(change=change).first()
    if request is not None:
        tell_declined(request, loan=change.loan)


@required
def tell_declined(request: LoanRequest, *, loan: Loan) -> None:
    """Nothing changes."""
    _tell(request, loan, DECLINED[request.kind], {})


def _tell(request: LoanRequest, loan: Loan, template: str, changed: Facts) -> None:
    messages.send(
        borrower_id=loan.borrower_id,
        template=template,
        facts={"loan": loan.public_id, **_asked(request), **changed},
        message_key=f"request:{request.pk}",
    )


def _asked(request: LoanRequest) -> Facts:
    if request.kind in MONEY_BACK:
        return {"amount_fen": request.amount_fen}
    if request.kind == TransactionKind.DUE_DATE_CHANGE:
        return {"wanted_on": request.terms["due_on"]}
    return {"periods": request.terms["periods"]}


def _stands(state: LoanState, on: date) -> Facts:
    """The next instalment, as the loan's page says it."""
    following = next_due(state, on) or state.instalments[-1]
    return {"amount_fen": following.outstanding_fen, "due_on": following.due_on.isoformat()}
