"""The day's work on points: release what is safe, say what will end, end it, look at tiers.

Day after day, each once: a day that was seen to is a row, and the same day again is no work. One
statement for all accounts; accounts are locked in the order of their keys, as everywhere.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Max

from borrowers.messages import actions as messages
from common.actors import SYSTEM
from common.audit import actions as audit
from common.transactions import joined, required
from lending.ledger import actions as ledger
from lending.ledger import chart
from lending.ledger.contracts import both
from lending.rewards import accounts, queries, rules
from lending.rewards.models import (
    Entitlement,
    EntitlementState,
    Fulfilment,
    FulfilmentState,
    PointsAccount,
    RewardsDay,
    TierMembership,
)

# One day at a time: whoever comes second waits, and then finds the day's row.
DAY_LOCK = 4_201_023

_LOCK = """
SELECT id FROM lending_pointsaccount WHERE owed > 0 OR id IN (
    SELECT account_id FROM lending_pointslot
     WHERE (released_on IS NULL AND reversed_on IS NULL AND available_on <= %(day)s)
        OR (remaining > 0 AND expires_on <= %(until)s)
) ORDER BY id FOR NO KEY UPDATE
"""
_RELEASE = """
WITH freed AS (
    UPDATE lending_pointslot AS lot SET released_on = %(day)s
      FROM lending_pointsaccount AS account
     WHERE account.id = lot.account_id AND lot.released_on IS NULL AND lot.reversed_on IS NULL
       AND lot.available_on <= %(day)s
       AND (account.overdue_since IS NULL OR account.overdue_since > %(day)s)
 RETURNING lot.id, lot.account_id, lot.remaining
), moved AS (
    INSERT INTO lending_pointsentry (account_id, lot_id, kind, points, pending, owed, entry_key)
    SELECT account_id, id, 'RELEASE', 0, -remaining, 0, 'release:' || id FROM freed
), summed AS (
    UPDATE lending_pointsaccount AS account SET pending = account.pending - freed.points
      FROM (SELECT account_id, sum(remaining)::int AS points FROM freed GROUP BY 1) AS freed
     WHERE account.id = freed.account_id
)
SELECT count(*) FROM freed
"""
_END = """
WITH over AS (
    SELECT id, account_id, programme_id, remaining, released_on,
           value_fen * remaining / points AS carried_fen
      FROM lending_pointslot
     WHERE remaining > 0 AND expires_on < %(day)s AND told_on IS NOT NULL
), emptied AS (
    UPDATE lending_pointslot AS lot
       SET remaining = 0, returned_fen = lot.returned_fen + over.carried_fen
      FROM over WHERE lot.id = over.id
), moved AS (
    INSERT INTO lending_pointsentry (account_id, lot_id, kind, points, pending, owed, entry_key)
    SELECT account_id, id, 'EXPIRE', -remaining,
           CASE WHEN released_on IS NULL THEN -remaining ELSE 0 END, 0, 'expire:' || id FROM over
), summed AS (
    UPDATE lending_pointsaccount AS account
       SET balance = account.balance - over.points,
           pending = account.pending - over.pending
      FROM (SELECT account_id, sum(remaining)::int AS points,
                   coalesce(sum(remaining) FILTER (WHERE released_on IS NULL), 0)::int AS pending
              FROM over GROUP BY 1) AS over
     WHERE account.id = over.account_id
)
SELECT programme_id, count(*), sum(carried_fen)::bigint FROM over GROUP BY 1 ORDER BY 1
"""
_TELL = """
WITH told AS (
    UPDATE lending_pointslot SET told_on = %(day)s, expires_on = greatest(expires_on, %(until)s)
     WHERE remaining > 0 AND told_on IS NULL AND expires_on <= %(until)s
 RETURNING account_id, remaining, expires_on
)
SELECT account.borrower_id, told.expires_on, sum(told.remaining)
  FROM told JOIN lending_pointsaccount AS account ON account.id = told.account_id
 GROUP BY 1, 2 ORDER BY 1, 2
"""
_STAND = """
UPDATE lending_pointsaccount AS account SET overdue_since = fresh.since
  FROM (SELECT account.id, given.since FROM lending_pointsaccount AS account
          LEFT JOIN unnest(%s::bigint[], %s::date[]) AS given (borrower_id, since)
            ON given.borrower_id = account.borrower_id
         WHERE account.overdue_since IS DISTINCT FROM given.since
         ORDER BY account.id FOR NO KEY UPDATE OF account) AS fresh
 WHERE account.id = fresh.id
"""


def mature(*, on: date, overdue: Mapping[int, date] | None = None) -> int:
    """See to every day up to this one that was not seen to; how many days that were.

    `overdue` tells who is behind and since when (borrower to the oldest unpaid due date): their
    points wait, and their tier may end. Without it what was told last stands.
    """
    last = RewardsDay.objects.aggregate(last=Max("day"))["last"]
    day, seen = (last + timedelta(days=1) if last else on), 0
    if overdue is not None:
        note_overdue(overdue=overdue)
    while day <= on:
        seen += _see_to(day=day)
        day += timedelta(days=1)
    return seen


@joined
def note_overdue(*, overdue: Mapping[int, date]) -> None:
    """Write down who is behind and since when; everybody else is not."""
    with connection.cursor() as cursor:
        cursor.execute(_STAND, [list(overdue), list(overdue.values())])


@joined
def _see_to(*, day: date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DAY_LOCK])
    if RewardsDay.objects.filter(day=day).exists():
        return False
    terms = queries.terms_in_force()
    if terms is None:
        return False
    # All accounts and purchases before anything else, in the order of every other verb: who holds
    # a budget must not wait for one of them.
    until = rules.last_day(day, terms.told_days)
    held = [pk for (pk,) in _asked(_LOCK, day, until=until)]
    over = _lock_unused(day)
    told = _tell(day, until)
    released = int(_asked(_RELEASE, day)[0][0])
    _cover(held, day)
    RewardsDay.objects.create(
        day=day,
        released=released,
        told=told,
        ended=_end(day, over),
        tiers=_review_tiers(day, terms),
    )
    return True


@required
def _cover(held: list[int], day: date) -> None:
    indebted = PointsAccount.objects.filter(pk__in=held, owed__gt=0, balance__gt=F("pending"))
    for borrower_id in indebted.order_by("pk").values_list("borrower_id", flat=True):
        accounts.cover(accounts.lock(borrower_id), on=day)


@required
def _tell(day: date, until: date) -> int:
    """Say once, in good time, until when points can be used; late words move the end."""
    rows = _asked(_TELL, day, until=until)
    for borrower_id, expires_on, points in rows:
        messages.send(
            borrower_id=borrower_id,
            template="POINTS_END_SOON",
            facts={"points": int(points), "until_on": expires_on.isoformat()},
            message_key=f"points-end:{borrower_id}:{expires_on}:{day}",
        )
    return len(rows)


@required
def _end(day: date, over: list[Entitlement]) -> int:
    """End points and bought advantages past their last day; how many lots ended."""
    _end_entitlements(day, over)
    ended = 0
    for programme_id, lots, carried_fen in _asked(_END, day):
        key = f"points:expire:{day}:{programme_id}"
        accounts.release_liability(key, int(carried_fen), day)
        accounts.uncharge(programme_id, int(carried_fen))
        ended += int(lots)
    return ended


@required
def _lock_unused(day: date) -> list[Entitlement]:
    """What was bought and not used by its day, for the rest of the transaction."""
    over = Entitlement.objects.filter(expires_on__lt=day, state=EntitlementState.ISSUED)
    return list(over.select_for_update(no_key=True).order_by("pk"))


@required
def _end_entitlements(day: date, over: list[Entitlement]) -> None:
    """A partner gets nothing for what nobody fetched; a lower rate and a waiver just end."""
    over_ids = [row.pk for row in over]
    Fulfilment.objects.filter(entitlement__in=over_ids).update(state=FulfilmentState.CANCELLED)
    Entitlement.objects.filter(pk__in=over_ids).update(state=EntitlementState.EXPIRED)
    for row in over:
        ledger.post(
            entry_key=f"points:unused:{row.pk}",
            business_date=day,
            kind="POINTS_USED",
            lines=both(
                debit=chart.PARTNERS_OWED,
                credit=chart.MARKETING_EXPENSE,
                amount_fen=row.price_fen,
                loan_id=None,
            ),
        )
        _give_extra_back(row)


def _give_extra_back(row: Entitlement) -> None:
    if row.extra_fen and row.programme_id:
        accounts.uncharge(row.programme_id, row.extra_fen)
        Entitlement.objects.filter(pk=row.pk).update(extra_fen=0)


@required
def _review_tiers(day: date, terms: rules.Terms) -> int:
    """Bring every tier in line with the trailing months; how many changed."""
    held = {each.borrower_id: each for each in TierMembership.objects.filter(to_date=None)}
    since = rules.months_before(day, terms.tier_months)
    records = queries.records(after=since, until=day)
    behind = _days_behind(day)
    changed = 0
    for borrower_id in sorted(held.keys() | records.keys()):
        member = held.get(borrower_id)
        count, on_time = records.get(borrower_id, (0, 0))
        tier = rules.tier_next(
            terms,
            held=member.tier if member else "",
            days_held=(day - member.from_date).days if member else 0,
            count=count,
            on_time=on_time,
            days_past_due=behind.get(borrower_id, 0),
        )
        if tier != (member.tier if member else ""):
            _change_tier(borrower_id, member, tier, (count, on_time), day)
            changed += 1
    return changed


def _days_behind(day: date) -> dict[int, int]:
    late = PointsAccount.objects.filter(overdue_since__lt=day)
    rows = late.values_list("borrower_id", "overdue_since")
    return {borrower_id: (day - since).days for borrower_id, since in rows if since}


def _change_tier(
    borrower_id: int,
    member: TierMembership | None,
    tier: str,
    record: tuple[int, int],
    day: date,
) -> None:
    if member is not None:
        TierMembership.objects.filter(pk=member.pk).update(to_date=day)
    if tier:
        TierMembership.objects.create(
            borrower_id=borrower_id, tier=tier, from_date=day, count=record[0], on_time=record[1]
        )
    audit.append(
        action="lending.tier.changed",
        subject=f"borrower:{borrower_id}",
        by=SYSTEM,
        facts={"tier": tier, "count": record[0], "on_time": record[1]},
    )


def _asked(statement: str, day: date, **more: date) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"day": day, **more})
        return list(cursor.fetchall())
