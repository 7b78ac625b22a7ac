"""By which name an account is paid at a moment, and whether it must not be paid just now."""

from datetime import datetime

from django.db.models import QuerySet

from common.approvals.models import ProposalState
from lending.channels.contracts import Payee
from lending.channels.models import ChannelPayee, Transfer
from lending.channels.payees.models import PayeeChange


def payee_of(transfer: Transfer, *, at: datetime) -> Payee | None:
    """How the transfer's gateway knows whom it pays; None where nobody has told us."""
    change = _standing(transfer).filter(counts_from__lte=at).order_by("-counts_from", "-pk").first()
    if change is not None:
        return Payee(change.identity, change.name)
    row = ChannelPayee.objects.filter(channel=transfer.channel, account=transfer.account).first()
    return None if row is None else Payee(row.identity, row.name)


def cooling_seconds(transfer: Transfer, *, channel: str, at: datetime) -> int:
    """How long an approved change still gives its owner to say no; 0 where none does."""
    rows = _standing(transfer, channel=channel).filter(counts_from__gt=at)
    until = rows.order_by("-counts_from").values_list("counts_from", flat=True).first()
    return 0 if until is None else max(int((until - at).total_seconds()), 1)


def _standing(transfer: Transfer, *, channel: str | None = None) -> QuerySet[PayeeChange]:
    return PayeeChange.objects.filter(
        channel=channel or transfer.channel,
        account=transfer.account,
        state=ProposalState.APPROVED,
        stopped_at=None,
    )
