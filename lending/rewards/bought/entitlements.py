"""A bought advantage of somebody's own: whether it can be used, and what stops that."""

from datetime import date

from common.errors import NotFound, Refused
from common.texts import gettext_noop
from common.transactions import required
from lending.rewards.models import Entitlement, EntitlementState, PointsAccount


class EntitlementNotUsable(Refused):
    """It is used, reserved or expired."""

    code = "ENTITLEMENT_NOT_USABLE"
    message = gettext_noop("This can no longer be used.")
    advice = gettext_noop("Choose another one, or go on without it.")


class PointsOwed(Refused):
    """Points were used whose payment was taken back later."""

    code = "POINTS_OWED"
    message = gettext_noop("Points cannot be used while %(owed)s of them have to be made up for.")
    advice = gettext_noop(
        "A payment behind them was taken back. New points make up for them first; you owe no "
        "money for this."
    )


def is_usable(*, entitlement: Entitlement, on: date) -> bool:
    """Whether it was neither used nor given back, and its time is not over."""
    return entitlement.state == EntitlementState.ISSUED and entitlement.expires_on >= on


@required
def lock_entitlement(*, entitlement_id: int, borrower_id: int) -> Entitlement:
    """Somebody's own purchase, for the rest of the transaction. Raises NotFound.

    Whoever needs the points account too has locked it before.
    """
    rows = Entitlement.objects.select_for_update(of=("self",), no_key=True)
    entitlement = rows.filter(pk=entitlement_id, borrower_id=borrower_id).first()
    if entitlement is None:
        raise NotFound
    return entitlement


def insist_on_nothing_owed(account: PointsAccount) -> None:
    """What was bought rests while points have to be made up for. Raises PointsOwed."""
    if account.owed:
        raise PointsOwed(owed=account.owed)
