"""Orders and contracts that loans are asked for: told with a draft, claimed when it is sent.

One order is financed once. Who told it first has no right to it; who sends it first has, for as
long as that application lives.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import IntegrityError, connection, transaction

from common.crypto.blind_index import blind
from common.errors import Refused
from common.texts import gettext_noop
from common.transactions import required
from lending.products.models import Merchant, SceneEvidence
from lending.products.scenes.judging import comparable

LEASES = "LEASES"
CONTEXT = "scene.number"
# In plain SQL, because every decision asks, and most applications have none.
_IS_TOLD = "SELECT FROM lending_sceneevidence WHERE application_id = %s"


class OrderFinancedAlready(Refused):
    """Another loan, or an application for one, stands on this order."""

    code = "ORDER_FINANCED_ALREADY"
    message = gettext_noop("There is a loan, or an application for one, on this order already.")
    advice = gettext_noop("Check the number. An order can be paid by one loan only.")


class OrderIsClaimed(Refused):
    """The application was sent: its order stands."""

    code = "ORDER_IS_CLAIMED"
    message = gettext_noop("The order of this application can no longer be changed.")
    advice = gettext_noop("Withdraw the application, and begin another one.")


@required
def tell(
    *,
    application_id: int,
    key_id: int,
    issuer: str,
    number: str,
    facts: Mapping[str, Any],
    total_fen: int,
) -> SceneEvidence:
    """Keep what a draft is for; telling again replaces it. Raises OrderIsClaimed."""
    told = SceneEvidence.objects.select_for_update(no_key=True).filter(
        application_id=application_id
    )
    if any(each.is_live for each in told):
        raise OrderIsClaimed
    row, _ = SceneEvidence.objects.update_or_create(
        application_id=application_id,
        defaults={
            "issuer": issuer,
            "key_id": key_id,
            "number_blind": blind(CONTEXT, number),
            "facts": dict(facts),
            "total_fen": total_fen,
        },
    )
    return row


@required
def forget(*, application_id: int) -> None:
    """A draft's order is told anew: it was told of another payee."""
    SceneEvidence.objects.filter(application_id=application_id, is_live=False).delete()


def told_of(application_id: int) -> SceneEvidence | None:
    """What was told of an application's purpose."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_TOLD, [application_id])
        if cursor.rowcount == 0:
            return None
    return SceneEvidence.objects.filter(application_id=application_id).first()


def financed_by(*, account: str, number: str) -> int | None:
    """The application that an order of the seller with this account was financed by."""
    issuers = Merchant.objects.filter(account=account).values("code")
    found = SceneEvidence.objects.filter(
        issuer__in=issuers, number_blind=blind(CONTEXT, comparable(number)), is_live=True
    )
    return found.values_list("application_id", flat=True).first()


@required
def claim(row: SceneEvidence, *, ended_states: Collection[str]) -> None:
    """Take the order for this application; again is once. Raises OrderFinancedAlready.

    An order whose application has ended without a loan is free again.
    """
    if row.is_live:
        return
    held = SceneEvidence.objects.filter(
        issuer=row.issuer, number_blind=row.number_blind, is_live=True
    )
    held.filter(application__state__in=ended_states).update(is_live=False)
    try:
        with transaction.atomic():
            SceneEvidence.objects.filter(pk=row.pk).update(is_live=True)
    except IntegrityError as error:
        raise OrderFinancedAlready from error
