"""What a borrower has earned and may use."""

from dataclasses import dataclass
from datetime import date

from lending.rewards import rules
from lending.rewards.models import Entitlement, EntitlementState, PointsAccount, PointsEntry


@dataclass(frozen=True, slots=True)
class PointsView:
    """A borrower's points: balance, history newest first, and what they buy."""

    balance: int
    entries: tuple[PointsEntry, ...]
    benefits: tuple[rules.Benefit, ...]


def points_of(borrower_id: int, *, entries: int = 50) -> PointsView:
    """The points page of one borrower."""
    account = PointsAccount.objects.filter(borrower_id=borrower_id).first()
    history = account.entries.select_related("lot").order_by("-pk")[:entries] if account else ()
    return PointsView(
        balance=account.balance if account else 0,
        entries=tuple(history),
        benefits=tuple(rules.BENEFITS.values()),
    )


def usable_entitlements(borrower_id: int, *, on: date) -> list[Entitlement]:
    """Advantages that can be put on an application today."""
    rows = Entitlement.objects.filter(
        borrower_id=borrower_id, state=EntitlementState.ISSUED, expires_on__gte=on
    )
    return list(rows.order_by("expires_on", "pk"))


def entitlement_of(borrower_id: int, public_id: str) -> Entitlement | None:
    """One of a borrower's own advantages."""
    return Entitlement.objects.filter(borrower_id=borrower_id, public_id=public_id).first()
