"""Where money is on its way."""

from django.db.models import QuerySet, Sum

from lending.channels.models import FROM_BORROWERS, Transfer, TransferPurpose, TransferState


def get(transfer_id: int) -> Transfer:
    """The transfer as it stands now."""
    return Transfer.objects.get(pk=transfer_id)


def of_loan(loan_id: int) -> list[Transfer]:
    """All transfers of a loan, newest first."""
    return list(Transfer.objects.filter(loan_id=loan_id).order_by("-pk"))


def of_loan_by_number(*, loan_id: int, out_trade_no: str) -> Transfer | None:
    """One of a loan's transfers, by our number for the bank."""
    return Transfer.objects.filter(loan_id=loan_id, out_trade_no=out_trade_no).first()


def by_request(*, loan_id: int, request_key: str) -> Transfer | None:
    """The repayment that a key asked for."""
    return Transfer.objects.filter(
        loan_id=loan_id,
        request_key=request_key,
        purpose__in=FROM_BORROWERS,
    ).first()


def collecting_fen(loan_id: int) -> int:
    """Money of this loan that is being collected and not yet booked."""
    on_its_way = Transfer.objects.filter(
        loan_id=loan_id,
        purpose__in=FROM_BORROWERS,
        booked_at=None,
    ).exclude(state=TransferState.FAILED)
    return int(on_its_way.aggregate(total=Sum("amount_fen"))["total"] or 0)


def payouts() -> QuerySet[Transfer]:
    """Every attempt to pay a loan out."""
    return Transfer.objects.filter(purpose=TransferPurpose.DISBURSEMENT)


def unbooked() -> list[Transfer]:
    """Money that the bank moved and the books do not show (invariant 3: none at rest)."""
    return list(
        Transfer.objects.filter(state=TransferState.SUCCEEDED, booked_at=None).order_by("pk")
    )
