"""What stands of leave to debit, for doors and for the tasks that try."""

from datetime import date

from django.db.models import QuerySet

from lending.loans.models import Loan
from lending.mandates.models import DebitState, DirectDebit, Mandate

AT_ONCE = 500


def live(loan_id: int) -> Mandate | None:
    """The mandate that stands for a loan."""
    return Mandate.objects.filter(loan_id=loan_id, ended_at=None).first()


def latest(loan_id: int) -> Mandate | None:
    """The last mandate that was given for a loan, ended or not."""
    return Mandate.objects.filter(loan_id=loan_id).order_by("-pk").first()


def bank_of(*, transfer_id: int) -> str:
    """Through whom the mandate allows the try that a transfer is."""
    return Mandate.objects.values_list("bank", flat=True).get(
        debits__history__transfer_id=transfer_id
    )


def of_loan(loan: Loan) -> QuerySet[DirectDebit]:
    """Everything that was or will be collected by mandate, the latest due date first."""
    return DirectDebit.objects.filter(loan=loan).order_by("-due_on")


def to_try(*, on: date, after_id: int = 0) -> list[int]:
    """Debits whose day has come, a page at a time."""
    rows = DirectDebit.objects.filter(
        state=DebitState.WAITING, next_on__lte=on, pk__gt=after_id
    ).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:AT_ONCE])
