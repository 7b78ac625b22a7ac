"""Where money is on its way."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from common import rows
from lending.channels.contracts import PaidOrder, Told, readable, unread
from lending.channels.models import (
    FROM_BORROWERS,
    ChannelCode,
    Transfer,
    TransferPurpose,
    TransferState,
)

# In plain SQL, because every payment asks.
_ASKED = """
loan_id = %s AND purpose = ANY(%s)
   AND (request_key = %s OR (booked_at IS NULL AND state <> 'FAILED'))
"""
_COLLECTING = """
SELECT COALESCE(sum(amount_fen), 0) FROM lending_transfer
 WHERE loan_id = %s AND purpose = ANY(%s) AND booked_at IS NULL AND state <> 'FAILED'
"""


def get(transfer_id: int) -> Transfer:
    """The transfer as it stands now."""
    found = rows.get(Transfer, transfer_id)
    if found is None:
        raise Transfer.DoesNotExist
    return found


def of_loan(loan_id: int) -> list[Transfer]:
    """All transfers of a loan, newest first."""
    return list(Transfer.objects.filter(loan_id=loan_id).order_by("-pk"))


def of_loan_by_number(*, loan_id: int, out_trade_no: str) -> Transfer | None:
    """One of a loan's transfers, by our number for the bank."""
    return rows.first(Transfer, "loan_id = %s AND out_trade_no = %s", [loan_id, out_trade_no])


def asked(*, loan_id: int, request_key: str) -> tuple[Transfer | None, int]:
    """The repayment that a key asked for, and what `collecting_fen` says, in one question."""
    found = rows.matching(Transfer, _ASKED, [loan_id, list(FROM_BORROWERS), request_key])
    seen = next((each for each in found if each.request_key == request_key), None)
    on_its_way = (each for each in found if _is_on_its_way(each))
    return seen, sum(each.amount_fen for each in on_its_way)


def _is_on_its_way(transfer: Transfer) -> bool:
    return transfer.booked_at is None and transfer.state != TransferState.FAILED


def collecting_fen(loan_id: int) -> int:
    """Money of this loan that is being collected and not yet booked."""
    with connection.cursor() as cursor:
        cursor.execute(_COLLECTING, [loan_id, list(FROM_BORROWERS)])
        return int(cursor.fetchone()[0])


def returning_fen(loan_id: int, *, payee_account: str) -> int:
    """Money that a seller is asked to give back on a loan and that is not yet booked."""
    from_seller = Q(purpose=TransferPurpose.RETURN) | Q(
        purpose=TransferPurpose.WITHDRAWAL, account=payee_account
    )
    return _unbooked_fen(Q(loan_id=loan_id) & from_seller)


def going_back_fen(loan_id: int) -> int:
    """Money of this loan that is on its way back to the borrower and not yet booked."""
    return _unbooked_fen(Q(loan_id=loan_id, purpose=TransferPurpose.REFUND))


def _unbooked_fen(which: Q) -> int:
    asked = Transfer.objects.filter(which, booked_at=None).exclude(state=TransferState.FAILED)
    return int(asked.aggregate(total=Sum("amount_fen"))["total"] or 0)


def by_number(out_trade_no: str) -> Transfer | None:
    """The transfer of one of our numbers."""
    return Transfer.objects.filter(out_trade_no=out_trade_no).first()


def payout_by_number(out_trade_no: str) -> Transfer | None:
    """The payout of a number, if the money went out under it."""
    return payouts().filter(out_trade_no=out_trade_no, state=TransferState.SUCCEEDED).first()


def payouts() -> QuerySet[Transfer]:
    """Every attempt to pay a loan out."""
    return Transfer.objects.filter(purpose=TransferPurpose.DISBURSEMENT)


def unbooked() -> list[Transfer]:
    """Money that the bank moved and the books do not show (invariant 3: none at rest)."""
    return list(
        Transfer.objects.filter(state=TransferState.SUCCEEDED, booked_at=None).order_by("pk")
    )


def way_back(transfer: Transfer) -> Transfer | None:
    """The payment through a gateway by which a refund can go back, the same whenever it is asked.

    What was booked before the refund was intended does not change any more.
    """
    if transfer.purpose != TransferPurpose.REFUND:
        return None
    paid = Transfer.objects.filter(
        loan_id=transfer.loan_id,
        purpose__in=FROM_BORROWERS,
        state=TransferState.SUCCEEDED,
        booked_at__lt=transfer.intended_at,
        amount_fen__gte=transfer.amount_fen,
    )
    return paid.exclude(channel=ChannelCode.SANDBOX).order_by("-pk").first()


def paid_order(transfer: Transfer) -> PaidOrder | None:
    """The same payment, as the gateway is told of it; what nobody asked for has its number only."""
    if transfer.purpose == TransferPurpose.SEND_BACK:
        return _order_sent_back(transfer)
    paid = way_back(transfer)
    if paid is None or paid.channel != transfer.channel:
        return None
    return PaidOrder(paid.out_trade_no, paid.amount_fen)


def _order_sent_back(transfer: Transfer) -> PaidOrder | None:
    number, paid_fen = transfer.terms.get("returns", ""), transfer.terms.get("paid_fen", 0)
    if not number:
        return None
    is_ours = Transfer.objects.filter(out_trade_no=number).exclude(order_no="").exists()
    return PaidOrder(number if is_ours else "", paid_fen, order_no="" if is_ours else number)


def by_our_numbers(told: Sequence[Told]) -> list[Told]:
    """A bill's lines by our numbers where they are ours; all others, and its holes, as told."""
    numbers = [line.out_trade_no for line in readable(told) if line.out_trade_no]
    rows = Transfer.objects.filter(order_no__in=numbers)
    ours = dict(rows.values_list("order_no", "out_trade_no"))
    named = (
        replace(line, out_trade_no=ours.get(line.out_trade_no, line.out_trade_no))
        for line in readable(told)
    )
    return [*named, *unread(told)]
