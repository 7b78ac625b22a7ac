"""What stands of leave to debit, for doors and for the tasks that try."""

from datetime import date

from django.db.models import QuerySet
from django.db.models.functions import Now

from common.processes.models import Process, ProcessState
from lending.channels import actions as channels
from lending.channels.models import Transfer, TransferState
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


def on_their_way(*, on: date) -> QuerySet[Transfer]:
    """Tries of a day whose end nobody knows yet: found by the few debits that are being asked."""
    return Transfer.objects.filter(
        debit_try__on=on,
        debit_try__debit__state=DebitState.ASKED,
        state__in=[TransferState.INTENT, TransferState.SENT],
    )


def to_move(*, on: date) -> list[int]:
    """The processes of those tries that may be gone on with now.

    What no bank has been asked may be asked; what waits for a bank's word waits as long as it was
    told to.
    """
    tries = on_their_way(on=on)
    owed = Process.objects.filter(
        kind=channels.PROCESS_KIND, state__in=[ProcessState.PENDING, ProcessState.RUNNING]
    )
    unasked = owed.filter(subject_id__in=tries.filter(state=TransferState.INTENT).values("pk"))
    waited = owed.filter(subject_id__in=tries.values("pk"), next_attempt_at__lte=Now())
    return list((unasked | waited).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
