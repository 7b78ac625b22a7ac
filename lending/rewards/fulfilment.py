"""Handing over coupons and gifts: a code that only its owner has seen, and the partner's word."""

import base64
import hashlib
import secrets
from datetime import date

from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.texts import gettext_noop
from common.transactions import durable, required
from lending.rewards import accounts, queries
from lending.rewards.actions import give_points_back
from lending.rewards.bought.entitlements import (
    EntitlementNotUsable,
    insist_on_nothing_owed,
    is_usable,
    lock_entitlement,
)
from lending.rewards.models import (
    Entitlement,
    EntitlementState,
    Fulfilment,
    FulfilmentState,
    PointsAccount,
    RewardPartner,
)

CODE_BYTES = 16
OPEN = (FulfilmentState.ORDERED, FulfilmentState.READY)


class CodeUnknown(Refused):
    """No coupon or gift of this partner waits under the code."""

    code = "COUPON_CODE_UNKNOWN"
    message = gettext_noop("Nothing waits under this code.")
    advice = gettext_noop("Compare it with the borrower's screen. An older code no longer works.")
    status = 422


class TooManyTries(Refused):
    """A partner tried too many wrong codes today."""

    code = "COUPON_TRIES_USED_UP"
    message = gettext_noop("Too many wrong codes today.")
    advice = gettext_noop("Codes can be tried again tomorrow. Ask us if something seems wrong.")
    status = 429


@durable
def show_code(*, entitlement_id: int, borrower_id: int, on: date, by: Actor) -> str:
    """A fresh code for a coupon or gift; the one shown before no longer works.

    Only its hash is kept, so it cannot be shown twice. Raises NotFound, EntitlementNotUsable,
    PointsOwed.
    """
    account = accounts.lock(borrower_id)
    entitlement = lock_entitlement(entitlement_id=entitlement_id, borrower_id=borrower_id)
    insist_on_nothing_owed(account)
    code = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().rstrip("=")
    rows = Fulfilment.objects.filter(entitlement=entitlement, state__in=OPEN)
    if not is_usable(entitlement=entitlement, on=on) or not rows.update(code_sha256=hashed(code)):
        raise EntitlementNotUsable
    audit.append(
        action="lending.coupon.code_shown",
        subject=f"entitlement:{entitlement.public_id}",
        by=by,
        facts={},
    )
    return "-".join(code[at : at + 5] for at in range(0, len(code), 5))


def hashed(code: str) -> str:
    """What is kept of a code; spaces, dashes and small letters do not matter."""
    plain = "".join(each for each in code.upper() if each.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def hand_over(*, partner_id: int, code: str, on: date, by: Actor) -> Fulfilment:
    """A partner has the code before them and hands the thing over; the same code works once.

    Raises NotFound, CodeUnknown, TooManyTries. A wrong code is counted although it is refused.
    """
    fulfilment = _hand_over(partner_id=partner_id, code=code, on=on, by=by)
    if fulfilment is None:
        raise CodeUnknown
    return fulfilment


@durable
def _hand_over(*, partner_id: int, code: str, on: date, by: Actor) -> Fulfilment | None:
    partner = _lock_partner(partner_id)
    terms = queries.terms_in_force()
    tries = partner.tries if partner.tried_on == on else 0
    if terms is None or tries >= terms.code_tries_per_day:
        raise TooManyTries
    rows = Fulfilment.objects.filter(
        partner=partner, code_sha256=hashed(code), state__in=OPEN, entitlement__state="ISSUED",
        entitlement__expires_on__gte=on,
    )  # fmt: skip
    found = rows.values_list("pk", "entitlement_id").first()
    if found is None or not _consume(found[1], on):
        RewardPartner.objects.filter(pk=partner.pk).update(tried_on=on, tries=tries + 1)
        return None
    Fulfilment.objects.filter(pk=found[0]).update(state=FulfilmentState.DELIVERED, delivered_on=on)
    fulfilment = Fulfilment.objects.select_related("entitlement").get(pk=found[0])
    _note("delivered", fulfilment, by)
    return fulfilment


def _consume(entitlement_id: int, on: date) -> bool:
    rows = Entitlement.objects.filter(
        pk=entitlement_id, state=EntitlementState.ISSUED, expires_on__gte=on
    )
    return rows.update(state=EntitlementState.CONSUMED) == 1


@durable
def mark_ready(*, fulfilment_id: int, by: Actor) -> None:
    """The partner has put it aside; again is the same. Raises EntitlementNotUsable."""
    rows = Fulfilment.objects.filter(pk=fulfilment_id, state__in=OPEN)
    if not rows.update(state=FulfilmentState.READY):
        raise EntitlementNotUsable
    _note("ready", Fulfilment.objects.get(pk=fulfilment_id), by)


@durable
def mark_failed(*, fulfilment_id: int, on: date, by: Actor) -> None:
    """It cannot be handed over: all points come back, however late. Again is the same.

    Raises NotFound, EntitlementNotUsable, ReturnWaits.
    """
    found = Fulfilment.objects.select_related("entitlement").filter(pk=fulfilment_id).first()
    if found is None:
        raise NotFound
    borrower_id = found.entitlement.borrower_id
    account: PointsAccount = accounts.lock(borrower_id)
    entitlement = lock_entitlement(entitlement_id=found.entitlement_id, borrower_id=borrower_id)
    rows = Fulfilment.objects.filter(pk=fulfilment_id)
    if rows.filter(state=FulfilmentState.FAILED).exists():
        return
    if entitlement.state != EntitlementState.ISSUED:
        raise EntitlementNotUsable
    rows.update(state=FulfilmentState.FAILED)
    give_points_back(account=account, entitlement=entitlement, on=on, by=by)
    _note("failed", found, by)


@required
def _lock_partner(partner_id: int) -> RewardPartner:
    row = RewardPartner.objects.select_for_update(no_key=True).filter(pk=partner_id).first()
    if row is None:
        raise NotFound
    return row


def _note(what: str, fulfilment: Fulfilment, by: Actor) -> None:
    audit.append(
        action=f"lending.coupon.{what}",
        subject=f"fulfilment:{fulfilment.pk}",
        by=by,
        facts={"partner": fulfilment.partner_id},
    )
