"""Moving points: account, lot, entry and books together. Every caller holds the account's lock."""

from datetime import date

from django.db.models import F

from common.locking import Rank, lock_one
from common.transactions import required
from lending.ledger import actions as ledger
from lending.ledger import chart
from lending.ledger.contracts import both
from lending.rewards import rules
from lending.rewards.models import PointsAccount, PointsEntry, PointsLot, RewardProgramme


@required
def lock(borrower_id: int) -> PointsAccount:
    """The borrower's account for the rest of the transaction; opened when there is none."""
    PointsAccount.objects.get_or_create(borrower_id=borrower_id)
    return lock_one(PointsAccount.objects.all(), rank=Rank.POINTS, borrower_id=borrower_id)


def usable(account: PointsAccount, on: date) -> dict[int, int]:
    """What can be used today, by lot, the one that ends first at the front."""
    lots = account.lots.filter(
        remaining__gt=0, released_on__isnull=False, reversed_on=None, expires_on__gte=on
    )
    return dict(lots.order_by("expires_on", "pk").values_list("pk", "remaining"))


@required
def move(
    account: PointsAccount,
    lot: PointsLot,
    *,
    kind: str,
    entry_key: str,
    points: int = 0,
    pending: int = 0,
    owed: int = 0,
    entitlement_id: int | None = None,
) -> None:
    """One movement: entry, lot and account together. A new lot is born with its points in it."""
    PointsEntry.objects.create(
        account=account,
        lot=lot,
        kind=kind,
        points=points,
        pending=pending,
        owed=owed,
        entry_key=entry_key,
        entitlement_id=entitlement_id,
    )
    if kind != "EARN" and points:
        PointsLot.objects.filter(pk=lot.pk).update(remaining=F("remaining") + points)
        lot.remaining += points
    PointsAccount.objects.filter(pk=account.pk).update(
        balance=F("balance") + points, pending=F("pending") + pending, owed=F("owed") + owed
    )
    account.balance += points
    account.pending += pending
    account.owed += owed


def carried_fen(lot: PointsLot, remaining: int) -> int:
    """What the books owe for so many points of a lot."""
    return rules.carried_fen(value_fen=lot.value_fen, points=lot.points, remaining=remaining)


@required
def cover(account: PointsAccount, *, on: date) -> int:
    """Use what is available to make up for points that lost their ground; how many were."""
    lots = usable(account, on) if account.owed else {}
    taken = min(account.owed, sum(lots.values()))
    if not taken:
        return 0
    rows = PointsLot.objects.in_bulk(list(lots))
    for lot_id, points in rules.oldest_first(lots, taken).items():
        lot = rows[lot_id]
        freed_fen = carried_fen(lot, lot.remaining) - carried_fen(lot, lot.remaining - points)
        # A lot may cover more than once: the number of its movements tells them apart.
        key = f"cover:{lot.pk}:{PointsEntry.objects.filter(lot=lot).count()}"
        move(account, lot, kind="COVER", entry_key=key, points=-points, owed=-points)
        give_back(lot, freed_fen)
        release_liability(f"points:{key}", freed_fen, on)
    return taken


@required
def charge(programme_id: int, amount_fen: int) -> bool:
    """Take money of a programme's budget; False when it does not suffice, and nothing is taken."""
    rows = RewardProgramme.objects.filter(
        pk=programme_id, budget_fen__gte=F("cost_fen") + amount_fen
    )
    return rows.update(cost_fen=F("cost_fen") + amount_fen) == 1


@required
def give_back(lot: PointsLot, amount_fen: int) -> None:
    """Points that ended without buying anything cost the programme nothing."""
    if amount_fen:
        PointsLot.objects.filter(pk=lot.pk).update(returned_fen=F("returned_fen") + amount_fen)
        uncharge(lot.programme_id, amount_fen)


@required
def uncharge(programme_id: int, amount_fen: int) -> None:
    """Give money back to a programme's budget."""
    rows = RewardProgramme.objects.filter(pk=programme_id)
    rows.update(cost_fen=F("cost_fen") - amount_fen)


@required
def raise_liability(entry_key: str, amount_fen: int, on: date) -> None:
    """Points that are given, or given back, are an expense that is owed (a contract liability)."""
    ledger.post(
        entry_key=entry_key,
        business_date=on,
        kind="POINTS_EARNED",
        lines=both(
            debit=chart.MARKETING_EXPENSE,
            credit=chart.POINTS_LIABILITY,
            amount_fen=amount_fen,
            loan_id=None,
        ),
    )


@required
def release_liability(entry_key: str, amount_fen: int, on: date) -> None:
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
