"""Earning points, buying an advantage with them, and using it on one loan."""

from datetime import date

from django.db.models import F

from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.locking import Rank, lock_one
from common.texts import gettext_noop
from common.transactions import durable, required
from lending.ledger import actions as ledger
from lending.ledger import chart
from lending.ledger.contracts import both
from lending.rewards import rules
from lending.rewards.models import (
    Entitlement,
    EntitlementState,
    PointsAccount,
    PointsEntry,
    PointsLot,
)


class NotEnoughPoints(Refused):
    """The balance does not cover the price."""

    code = "NOT_ENOUGH_POINTS"
    message = gettext_noop("This costs %(cost)s points; you have %(balance)s.")
    advice = gettext_noop("You earn points for every instalment that you pay on time.")


class EntitlementNotUsable(Refused):
    """It is used, reserved or expired."""

    code = "ENTITLEMENT_NOT_USABLE"
    message = gettext_noop("This rate discount can no longer be used.")
    advice = gettext_noop("Choose another one, or go on without a discount.")


@required
def earn(
    *, borrower_id: int, source_kind: str, source_id: int, rule: str, points: int, on: date,
    value_fen: int,
) -> int:  # fmt: skip
    """Give points once for one source under one rule; the number given now (0 when given before).

    `value_fen` is what all these points together are worth in the books.
    """
    if points <= 0:
        return 0
    account = _lock_account(borrower_id)
    lot, is_new = PointsLot.objects.get_or_create(
        source_kind=source_kind,
        source_id=source_id,
        rule=rule,
        defaults={
            "account": account,
            "points": points,
            "remaining": points,
            "earned_on": on,
            "expires_on": rules.points_expire_on(on),
        },
    )
    if not is_new:
        return 0
    _move(account, lot, kind="EARN", points=points, entry_key=f"earn:{lot.pk}")
    ledger.post(
        entry_key=f"points:earn:{lot.pk}",
        business_date=on,
        kind="POINTS_EARNED",
        lines=both(
            debit=chart.MARKETING_EXPENSE,
            credit=chart.POINTS_LIABILITY,
            amount_fen=value_fen,
            loan_id=None,
        ),
    )
    return points


@durable
def redeem(
    *, borrower_id: int, benefit: str, request_key: str, point_fen: int, on: date, by: Actor
) -> Entitlement:
    """Buy an advantage with points, oldest points first; the same key twice buys once.

    Raises NotFound for an unknown benefit, NotEnoughPoints.
    """
    bought = rules.BENEFITS.get(benefit)
    if bought is None:
        raise NotFound
    account = _lock_account(borrower_id)
    seen = Entitlement.objects.filter(borrower_id=borrower_id, request_key=request_key).first()
    if seen is not None:
        return seen
    lots = _usable(account, on)
    available = sum(lots.values())
    if available < bought.cost_points:
        raise NotEnoughPoints(cost=bought.cost_points, balance=available)
    entitlement = Entitlement.objects.create(
        borrower_id=borrower_id,
        benefit=benefit,
        discount_ppm=bought.discount_ppm,
        cost_points=bought.cost_points,
        request_key=request_key,
        expires_on=rules.entitlement_expires_on(on),
    )
    _spend(account, rules.oldest_first(lots, bought.cost_points), entitlement, on, point_fen)
    audit.append(
        action="lending.points.redeemed",
        subject=f"entitlement:{entitlement.public_id}",
        by=by,
        facts={"benefit": benefit, "points": bought.cost_points},
    )
    return entitlement


@required
def reserve(*, entitlement_id: int, borrower_id: int, application_id: int, on: date) -> Entitlement:
    """Hold an advantage for one application; again for the same application is the same.

    Raises EntitlementNotUsable.
    """
    entitlement = _lock_entitlement(entitlement_id, borrower_id)
    if entitlement.application_id == application_id and entitlement.state == "RESERVED":
        return entitlement
    if entitlement.state != EntitlementState.ISSUED or entitlement.expires_on < on:
        raise EntitlementNotUsable
    entitlement.state = EntitlementState.RESERVED
    entitlement.application_id = application_id
    entitlement.save(update_fields=["state", "application_id"])
    return entitlement


@required
def release(*, application_id: int) -> None:
    """Give a reserved advantage back because its application came to nothing."""
    Entitlement.objects.filter(
        application_id=application_id, state=EntitlementState.RESERVED
    ).update(state=EntitlementState.ISSUED, application_id=None)


@required
def consume(*, application_id: int, loan_id: int) -> None:
    """Use the advantage that was reserved for an application; it serves this loan only."""
    Entitlement.objects.filter(
        application_id=application_id, state=EntitlementState.RESERVED
    ).update(state=EntitlementState.CONSUMED, loan_id=loan_id)


@durable
def expire(*, on: date, point_fen: int) -> int:
    """End points and advantages whose last day is over; how many lots ended. Twice is once."""
    Entitlement.objects.filter(expires_on__lt=on, state=EntitlementState.ISSUED).update(
        state=EntitlementState.EXPIRED
    )
    ended = 0
    over = PointsLot.objects.filter(expires_on__lt=on, remaining__gt=0)
    for lot_id, borrower_id in over.order_by("account_id").values_list(
        "pk", "account__borrower_id"
    ):
        account = _lock_account(borrower_id)
        lot = PointsLot.objects.get(pk=lot_id)
        points = lot.remaining
        _move(account, lot, kind="EXPIRE", points=-points, entry_key=f"expire:{lot.pk}")
        _release_liability(f"points:expire:{lot.pk}", points * point_fen, on)
        ended += 1
    if ended:
        audit.append(
            action="lending.points.expired", subject="points", by=SYSTEM, facts={"lots": ended}
        )
    return ended


def _lock_account(borrower_id: int) -> PointsAccount:
    PointsAccount.objects.get_or_create(borrower_id=borrower_id)
    return lock_one(PointsAccount.objects.all(), rank=Rank.POINTS, borrower_id=borrower_id)


def _lock_entitlement(entitlement_id: int, borrower_id: int) -> Entitlement:
    rows = Entitlement.objects.select_for_update(of=("self",), no_key=True)
    entitlement = rows.filter(pk=entitlement_id, borrower_id=borrower_id).first()
    if entitlement is None:
        raise NotFound
    return entitlement


def _usable(account: PointsAccount, on: date) -> dict[int, int]:
    lots = account.lots.filter(remaining__gt=0, expires_on__gte=on).order_by("expires_on", "pk")
    return dict(lots.values_list("pk", "remaining"))


def _spend(
    account: PointsAccount,
    taken: dict[int, int],
    entitlement: Entitlement,
    on: date,
    point_fen: int,
) -> None:
    lots = PointsLot.objects.in_bulk(list(taken))
    for lot_id, points in taken.items():
        _move(
            account,
            lots[lot_id],
            kind="SPEND",
            points=-points,
            entry_key=f"spend:{entitlement.pk}:{lot_id}",
        )
    _release_liability(f"points:spend:{entitlement.pk}", sum(taken.values()) * point_fen, on)


def _release_liability(entry_key: str, amount_fen: int, on: date) -> None:
    """Points that are gone are owed no more; a discount is a lower yield, not a posting."""
    ledger.post(
        entry_key=entry_key,
        business_date=on,
        kind="POINTS_USED",
        lines=both(
            debit=chart.POINTS_LIABILITY,
            credit=chart.MARKETING_EXPENSE,
            amount_fen=amount_fen,
            loan_id=None,
        ),
    )


def _move(
    account: PointsAccount, lot: PointsLot, *, kind: str, points: int, entry_key: str
) -> None:
    """One movement: entry, lot and balance together. A new lot is born with its points in it."""
    PointsEntry.objects.create(
        account=account, lot=lot, kind=kind, points=points, entry_key=entry_key
    )
    if points < 0:
        PointsLot.objects.filter(pk=lot.pk).update(remaining=F("remaining") + points)
    PointsAccount.objects.filter(pk=account.pk).update(balance=F("balance") + points)
