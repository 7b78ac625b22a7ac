"""What follows money that came in: it is told, remembered as behaviour, and rewarded."""

from collections import Counter
from datetime import date, datetime

from django.db.models import F

from borrowers.behaviour import actions as behaviour
from borrowers.behaviour.contracts import Category, Direction
from borrowers.messages import actions as messages
from common import rows
from common.transactions import required
from lending.calc.contracts import TransactionKind
from lending.calc.conventions.strategies import Component
from lending.channels import actions as channels
from lending.channels import queries as transfers
from lending.channels.models import TransferPurpose
from lending.loans import memory
from lending.loans import queries as loans
from lending.loans.models import Instalment, Loan
from lending.rewards import actions as rewards
from lending.rewards import rules


@required
def tell(loan: Loan, template: str, message_key: str, amount_fen: int) -> None:
    """A message to the loan's borrower, once for its key."""
    rows.send(told(loan, template, message_key, amount_fen))


def told(loan: Loan, template: str, message_key: str, amount_fen: int) -> rows.Statement:
    """The same as a statement to be sent."""
    return messages.noted(
        borrower_id=loan.borrower_id,
        template=template,
        facts={"loan": loan.public_id, "amount_fen": amount_fen},
        message_key=message_key,
    )


@required
def remember(loan: Loan, paid: tuple[Instalment, ...], at: datetime) -> None:
    """Our own loans are one more record of behaviour; they stand on the contract."""
    for row in paid:
        assert row.paid_on is not None
        behaviour.record_own(
            borrower_id=loan.borrower_id,
            contract_id=loan.contract_id,
            occurred_at=at,
            amount_fen=row.principal_fen + row.interest_due_fen,
            category=Category.CREDIT_REPAYMENT,
            direction=Direction.OUT if row.paid_on <= row.due_on else Direction.NEUTRAL,
            ext_text=f"instalment:{row.pk}",
        )


@required
def reward(loan: Loan, paid: tuple[Instalment, ...], on: date) -> None:
    """Points for what was paid as agreed; they can be used once the payment is safe."""
    assert loan.disbursed_on is not None
    earned = rewards.reward(
        borrower_id=loan.borrower_id,
        loan_id=loan.pk,
        lent_on=loan.disbursed_on,
        paid=_as_paid(loan, paid),
        on=on,
    )
    if earned:
        messages.send(
            borrower_id=loan.borrower_id,
            template="POINTS_EARNED",
            facts={"loan": loan.public_id, "points": earned},
            message_key=f"points:{paid[-1].pk}:{on.isoformat()}",
        )


def _as_paid(loan: Loan, paid: tuple[Instalment, ...]) -> list[rules.Paid]:
    returned_fen = _returned_fen(loan) if paid else {}
    told = []
    for row in paid:
        assert row.paid_on is not None
        told.append(
            rules.Paid(
                instalment_id=row.pk,
                principal_fen=row.principal_fen,
                interest_fen=row.interest_fen,
                interest_due_fen=row.interest_due_fen,
                due_on=row.due_on,
                paid_on=row.paid_on,
                returned_fen=returned_fen.get(row.number, 0),
            )
        )
    return told


def _returned_fen(loan: Loan) -> Counter[int]:
    """What a merchant sent back of the principal of each instalment, by its number."""
    log = loans.log_of(loan)
    back = {each.sequence for each in log if each.kind is TransactionKind.MERCHANT_REFUND}
    found: Counter[int] = Counter()
    if back:
        assert loan.carried_through is not None
        state = memory.fold(loan.pk, loans.terms_of(loan), log, loan.carried_through)
        for each in state.allocations:
            if each.sequence in back and each.component is Component.PRINCIPAL:
                found[each.instalment] += each.amount_fen
    return found


def paid_whole(loan: Loan) -> list[int]:
    """The instalments that were paid with the whole of their interest."""
    rows = loan.instalments.exclude(paid_on=None).filter(interest_due_fen=F("interest_fen"))
    return list(rows.values_list("pk", flat=True))


@required
def cheaper(loan: Loan, whole: list[int], on: date) -> tuple[Instalment, ...]:
    """Instalments of which a pay-off gave interest back; the points that it had earned go too."""
    if not whole:
        return ()
    rows = loan.instalments.filter(pk__in=whole, interest_due_fen__lt=F("interest_fen"))
    found = tuple(rows.exclude(paid_on=None).order_by("number"))
    if found:
        rewards.reverse(
            borrower_id=loan.borrower_id, instalment_ids=[row.pk for row in found], on=on
        )
    return found


@required
def send_back(loan: Loan, *, on: date, why: str) -> None:
    """Money of the borrower that the loan holds and that is not on its way back yet goes there."""
    back_fen = loan.overpaid_fen - transfers.going_back_fen(loan.pk)
    if back_fen > 0:
        channels.intend(
            purpose=TransferPurpose.REFUND,
            loan_id=loan.pk,
            loan_public_id=loan.public_id,
            account=loan.payer_account,
            amount_fen=back_fen,
            request_key=f"{why}-{loans.next_sequence(loan)}",
            on=on,
        )
