"""Buying an advantage with points and giving it back. All other verbs of rewards beside."""

from datetime import date

from django.db.models import F, Q

from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.texts import gettext_noop
from common.transactions import durable, required
from lending.ledger import actions as ledger
from lending.ledger import chart
from lending.ledger.contracts import Line
from lending.rewards import accounts, queries, rules
from lending.rewards.bought.entitlements import (
    EntitlementNotUsable,
    PointsOwed,
    insist_on_nothing_owed,
    lock_entitlement,
)
from lending.rewards.bought.uses import (
    consume,
    consume_waiver,
    give_used_back,
    release,
    reserve,
    use_again,
)
from lending.rewards.days import mature, note_overdue
from lending.rewards.earning import earn, reverse, reverse_loan, reward
from lending.rewards.models import (
    Benefit,
    Entitlement,
    EntitlementState,
    Fulfilment,
    FulfilmentState,
    PointsAccount,
    PointsEntry,
    PointsLot,
    RewardProgramme,
)

__all__ = [
    "EntitlementNotUsable",
    "NotEnoughPoints",
    "PointsFrozen",
    "PointsOwed",
    "ReturnWaits",
    "RewardsRest",
    "SoldOut",
    "TooLateToReturn",
    "TooManyRedemptions",
    "consume",
    "consume_waiver",
    "earn",
    "give_used_back",
    "mature",
    "note_overdue",
    "redeem",
    "release",
    "reserve",
    "return_bought",
    "reverse",
    "reverse_loan",
    "reward",
    "use_again",
]


class NotEnoughPoints(Refused):
    """The balance does not cover the price."""

    code = "NOT_ENOUGH_POINTS"
    message = gettext_noop("This costs %(cost)s points; you can use %(balance)s now.")
    advice = gettext_noop("You earn points for every instalment that you pay on time.")


class PointsFrozen(Refused):
    """The borrower is behind with a payment."""

    code = "POINTS_FROZEN"
    message = gettext_noop("Points rest while a payment is more than %(days)s days late.")
    advice = gettext_noop("Once it is paid you can use them again. None are lost by waiting.")


class TooManyRedemptions(Refused):
    """The limit of a day."""

    code = "TOO_MANY_REDEMPTIONS"
    message = gettext_noop("You can buy %(most)s things with points on one day.")
    advice = gettext_noop("Come back tomorrow.")


class SoldOut(Refused):
    """There is none left, or it is not offered now."""

    code = "BENEFIT_SOLD_OUT"
    message = gettext_noop("There is none of this left.")
    advice = gettext_noop("Your points are untouched. Choose something else, or keep them.")


class RewardsRest(Refused):
    """No programme is in force, or its money is used up."""

    code = "REWARDS_REST"
    message = gettext_noop("Nothing can be bought with points just now.")
    advice = gettext_noop("Your points stay yours. Look again later.")


class TooLateToReturn(Refused):
    """The time in which something bought can be given back is over."""

    code = "TOO_LATE_TO_RETURN"
    message = gettext_noop("This could be given back within %(days)s days.")
    advice = gettext_noop("You can still use it until its last day.")


class ReturnWaits(Refused):
    """Its points would have to be given anew, and the programme's money is used up."""

    code = "RETURN_WAITS_FOR_BUDGET"
    message = gettext_noop("The points for this cannot be given back today.")
    advice = gettext_noop("Nothing is lost: keep it, and try again later.")


@durable
def redeem(*, borrower_id: int, benefit: str, request_key: str, on: date, by: Actor) -> Entitlement:
    """Buy something with points, those that end first at the front; the same key twice buys once.

    Raises NotFound, NotEnoughPoints, PointsFrozen, PointsOwed, RewardsRest, SoldOut,
    TooManyRedemptions.
    """
    account = accounts.lock(borrower_id)
    seen = Entitlement.objects.filter(borrower_id=borrower_id, request_key=request_key).first()
    if seen is not None:
        return seen
    programme = queries.programme(on)
    if programme is None:
        raise RewardsRest
    terms = rules.read(programme.terms)
    bought = _offered(benefit)
    _insist_on_free(account, terms, on)
    _insist_on_points(account, bought, on)
    _take_of_stock(bought)
    entitlement = Entitlement.objects.create(
        borrower_id=borrower_id,
        benefit=benefit,
        kind=bought.kind,
        programme=programme,
        discount_ppm=bought.discount_ppm,
        value_fen=bought.value_fen,
        price_fen=bought.price_fen if bought.partner_id else 0,
        cost_points=bought.cost_points,
        request_key=request_key,
        issued_on=on,
        expires_on=rules.last_day(on, terms.entitlements_last_days),
    )
    _pay(account, entitlement, programme, on)
    if bought.partner_id:
        Fulfilment.objects.create(entitlement=entitlement, partner_id=bought.partner_id)
    _note("redeemed", entitlement, by)
    return entitlement


def _offered(code: str) -> Benefit:
    bought = Benefit.objects.select_related("partner").filter(code=code).first()
    if bought is None:
        raise NotFound
    if not bought.is_open or (bought.partner is not None and not bought.partner.is_open):
        raise SoldOut
    return bought


def _insist_on_free(account: PointsAccount, terms: rules.Terms, on: date) -> None:
    insist_on_nothing_owed(account)
    since = account.overdue_since
    if since is not None and (on - since).days > terms.freeze_days_past_due:
        raise PointsFrozen(days=terms.freeze_days_past_due)
    today = Entitlement.objects.filter(borrower_id=account.borrower_id, issued_on=on)
    if today.count() >= terms.most_redemptions_per_day:
        raise TooManyRedemptions(most=terms.most_redemptions_per_day)


def _insist_on_points(account: PointsAccount, bought: Benefit, on: date) -> None:
    available = sum(accounts.usable(account, on).values())
    if available < bought.cost_points:
        raise NotEnoughPoints(cost=bought.cost_points, balance=available)


def _take_of_stock(bought: Benefit) -> None:
    """One statement: of two who want the last one, the database lets one have it."""
    rows = Benefit.objects.filter(Q(stock=None) | Q(stock__gt=0), pk=bought.pk, is_open=True)
    if not rows.update(stock=F("stock") - 1):
        raise SoldOut


def _pay(
    account: PointsAccount, entitlement: Entitlement, programme: RewardProgramme, on: date
) -> None:
    """Take the points, and what the partner costs beyond their value out of the budget."""
    lots = accounts.usable(account, on)
    rows = PointsLot.objects.in_bulk(list(lots))
    freed_fen = 0
    for lot_id, points in rules.oldest_first(lots, entitlement.cost_points).items():
        lot = rows[lot_id]
        left = lot.remaining - points
        freed_fen += accounts.carried_fen(lot, lot.remaining) - accounts.carried_fen(lot, left)
        accounts.move(
            account,
            lot,
            kind="SPEND",
            entry_key=f"spend:{entitlement.pk}:{lot_id}",
            points=-points,
            entitlement_id=entitlement.pk,
        )
    entitlement.extra_fen = max(entitlement.price_fen - freed_fen, 0)
    if not accounts.charge(programme.pk, entitlement.extra_fen):
        raise RewardsRest
    entitlement.save(update_fields=["extra_fen"])
    _post_use(f"points:spend:{entitlement.pk}", freed_fen, entitlement.price_fen, on)


def _post_use(entry_key: str, freed_fen: int, price_fen: int, on: date) -> None:
    """Points become what we owe the partner; the difference is the expense, either way."""
    ledger.post(
        entry_key=entry_key,
        business_date=on,
        kind="POINTS_USED",
        lines=(
            Line(chart.POINTS_LIABILITY, freed_fen),
            Line(chart.PARTNERS_OWED, -price_fen),
            Line(chart.MARKETING_EXPENSE, price_fen - freed_fen),
        ),
    )


@durable
def return_bought(*, entitlement_id: int, borrower_id: int, on: date, by: Actor) -> Entitlement:
    """Give back something that was not used; its points come back. Again is the same.

    Raises NotFound, EntitlementNotUsable, TooLateToReturn, ReturnWaits.
    """
    account = accounts.lock(borrower_id)
    entitlement = lock_entitlement(entitlement_id=entitlement_id, borrower_id=borrower_id)
    if entitlement.state == EntitlementState.REFUNDED:
        return entitlement
    if entitlement.state != EntitlementState.ISSUED:
        raise EntitlementNotUsable
    terms = queries.terms_in_force()
    bought_on = entitlement.issued_on
    if terms and (bought_on is None or on > rules.last_day(bought_on, terms.refund_days)):
        raise TooLateToReturn(days=terms.refund_days)
    give_points_back(account=account, entitlement=entitlement, on=on, by=by)
    return entitlement


@required
def give_points_back(
    *, account: PointsAccount, entitlement: Entitlement, on: date, by: Actor
) -> None:
    """Undo a purchase: points, stock, budget and books. The caller holds account and purchase.

    Raises ReturnWaits, and then nothing of it may stay.
    """
    terms = queries.terms_in_force()
    assert terms is not None
    # What the partner would have cost beyond the points is free before points are given anew.
    if entitlement.extra_fen and entitlement.programme_id:
        accounts.uncharge(entitlement.programme_id, entitlement.extra_fen)
    raised_fen = sum(_refund(account, each, terms, on) for each in queries.spent_on(entitlement.pk))
    Benefit.objects.filter(code=entitlement.benefit, stock__isnull=False).update(
        stock=F("stock") + 1
    )
    Fulfilment.objects.filter(entitlement=entitlement).exclude(state=FulfilmentState.FAILED).update(
        state=FulfilmentState.CANCELLED
    )
    _post_use(f"points:refund:{entitlement.pk}", -raised_fen, -entitlement.price_fen, on)
    entitlement.extra_fen, entitlement.state = 0, EntitlementState.REFUNDED
    entitlement.save(update_fields=["extra_fen", "state"])
    accounts.cover(account, on=on)
    _note("returned", entitlement, by)


def _refund(account: PointsAccount, spent: PointsEntry, terms: rules.Terms, on: date) -> int:
    """Points go back where they came from, with time to use them; what they are worth again.

    Where the lot was reversed since, they make up for what is owed; points that were already made
    up for come back as points of their own.
    """
    lot, points = spent.lot, -spent.points
    key = f"refund:{spent.pk}"
    if lot.reversed_on is None:
        before_fen = accounts.carried_fen(lot, lot.remaining)
        accounts.move(
            account, lot, kind="REFUND", entry_key=key, points=points,
            entitlement_id=spent.entitlement_id,
        )  # fmt: skip
        PointsLot.objects.filter(pk=lot.pk).update(
            told_on=None, expires_on=max(lot.expires_on, rules.last_day(on, terms.told_days))
        )
        return accounts.carried_fen(lot, lot.remaining) - before_fen
    forgiven = min(points, account.owed)
    accounts.move(
        account, lot, kind="REFUND", entry_key=key, owed=-forgiven,
        entitlement_id=spent.entitlement_id,
    )  # fmt: skip
    if points > forgiven:
        given = earn(
            borrower_id=account.borrower_id,
            source_kind="REFUND",
            source_id=spent.pk,
            rule="REFUND",
            points=points - forgiven,
            on=on,
            pending_days=0,
        )
        if not given:
            raise ReturnWaits
    return 0


def _note(what: str, entitlement: Entitlement, by: Actor) -> None:
    audit.append(
        action=f"lending.points.{what}",
        subject=f"entitlement:{entitlement.public_id}",
        by=by,
        facts={"benefit": entitlement.benefit, "points": entitlement.cost_points},
    )
