"""Earning points by repaying, and losing them when the payment is taken back."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db.models import Q, QuerySet, Sum

from common.actors import SYSTEM
from common.audit import actions as audit
from common.transactions import required
from lending.rewards import accounts, queries, rules
from lending.rewards.models import (
    InstalmentOutcome,
    PointsAccount,
    PointsEntry,
    PointsLot,
    RewardProgramme,
)
from lending.rewards.rules import Outcome, Paid

USES = ("SPEND", "REFUND", "COVER")


@required
def reward(*, borrower_id: int, loan_id: int, lent_on: date, paid: Sequence[Paid], on: date) -> int:
    """Write instalments into the record and give their points; how many were given now.

    They can be used once the payment is safe, and make up for what is owed then. The same
    instalment again gives nothing more, unless what it gave was taken back with its payment: then
    it earns as if paid for the first time.
    """
    programme = queries.programme(on) if paid else None
    if programme is None:
        return 0
    terms = rules.read(programme.terms)
    account = accounts.lock(borrower_id)
    given = 0
    for each in paid:
        if rules.counts(each, lent_on=lent_on, terms=terms):
            _remember(borrower_id, loan_id, each)
        given += _earn(
            account,
            programme,
            source=(rules.INSTALMENT, each.instalment_id, rules.ON_TIME),
            points=rules.points_for(each, lent_on=lent_on, terms=terms),
            loan_id=loan_id,
            on=on,
        )
    # What a pay-off closes of later months belongs to no streak yet.
    months = {rules.month_of(each.due_on) for each in paid} | _lost_months(account)
    for month in sorted(each for each in months if each <= rules.month_of(on) + 1):
        given += _earn_streak(account, programme, month, on)
    accounts.cover(account, on=on)
    return given


@required
def earn(
    *,
    borrower_id: int,
    source_kind: str,
    source_id: int,
    rule: str,
    points: int,
    on: date,
    pending_days: int | None = None,
) -> int:
    """Give points once for one source under one rule; 0 when given before or out of budget."""
    programme = queries.programme(on)
    if programme is None:
        return 0
    account = accounts.lock(borrower_id)
    source = (source_kind, source_id, rule)
    given = _give(account, programme, source, points, loan_id=None, on=on, pending=pending_days)
    accounts.cover(account, on=on)
    return given


@required
def reverse(*, borrower_id: int, instalment_ids: Collection[int], on: date) -> int:
    """Take back what instalments earned whose payment was reversed or charged back; lots reversed.

    A streak that stood on them goes too. What was used already is owed: the balance stays at zero
    or above, available points make up for it at once, and new ones when they come.
    """
    account = accounts.lock(borrower_id)
    rows = InstalmentOutcome.objects.filter(
        borrower_id=borrower_id, instalment_id__in=instalment_ids, reversed_on=None
    )
    rows.update(reversed_on=on)
    earned = Q(source_kind=rules.INSTALMENT, source_id__in=instalment_ids)
    return _reverse(account, earned, on)


@required
def reverse_loan(*, borrower_id: int, loan_id: int, on: date) -> int:
    """A loan that was cancelled within its cooling-off time earned nothing; lots reversed."""
    account = accounts.lock(borrower_id)
    InstalmentOutcome.objects.filter(
        borrower_id=borrower_id, loan_id=loan_id, reversed_on=None
    ).update(reversed_on=on)
    return _reverse(account, Q(loan_id=loan_id), on)


def _reverse(account: PointsAccount, earned: Q, on: date) -> int:
    lots = list(account.lots.filter(earned, reversed_on=None).order_by("pk"))
    lots += _broken_streaks(account)
    for lot in lots:
        _reverse_lot(account, lot, on)
    accounts.cover(account, on=on)
    if lots:
        audit.append(
            action="lending.points.reversed",
            subject=f"points:{account.pk}",
            by=SYSTEM,
            facts={"lots": len(lots), "owed": account.owed},
        )
    return len(lots)


def _reverse_lot(account: PointsAccount, lot: PointsLot, on: date) -> None:
    """What is left of it goes; what was used of it is owed; what had ended by time is forgiven."""
    entries = PointsEntry.objects.filter(lot=lot, kind__in=USES)
    used = -(entries.aggregate(total=Sum("points"))["total"] or 0)
    left, freed_fen = lot.remaining, accounts.carried_fen(lot, lot.remaining)
    accounts.move(
        account,
        lot,
        kind="REVERSE",
        entry_key=f"reverse:{lot.pk}",
        points=-left,
        pending=0 if lot.released_on else -left,
        owed=used,
    )
    PointsLot.objects.filter(pk=lot.pk).update(reversed_on=on)
    accounts.give_back(lot, freed_fen)
    accounts.release_liability(f"points:reverse:{lot.pk}", freed_fen, on)


def _broken_streaks(account: PointsAccount) -> list[PointsLot]:
    outcomes = _record(account.borrower_id)
    lots = account.lots.filter(source_kind=rules.STREAK, reversed_on=None).order_by("pk")
    return [
        lot
        for lot in lots
        if rules.streak_months(outcomes, month=lot.source_id % rules.MONTHS_OF_A_STREAK_KEY)
        < int(lot.rule.removeprefix("STREAK_"))
    ]


def _lost_months(account: PointsAccount) -> set[int]:
    """Months whose streak was taken back: a payment made again may mend them."""
    lost = account.lots.filter(source_kind=rules.STREAK).exclude(reversed_on=None)
    keys = lost.values_list("source_id", flat=True)
    return {key % rules.MONTHS_OF_A_STREAK_KEY for key in keys}


def _remember(borrower_id: int, loan_id: int, paid: Paid) -> None:
    InstalmentOutcome.objects.update_or_create(
        instalment_id=paid.instalment_id,
        defaults={
            "borrower_id": borrower_id,
            "loan_id": loan_id,
            "due_on": paid.due_on,
            "paid_on": paid.paid_on,
            "is_on_time": rules.is_on_time(paid),
            "reversed_on": None,
        },
    )


def _record(borrower_id: int) -> list[Outcome]:
    rows = queries.standing_outcomes().filter(borrower_id=borrower_id)
    return [Outcome(*each) for each in rows.values_list("due_on", "is_on_time")]


def _earn_streak(account: PointsAccount, programme: RewardProgramme, month: int, on: date) -> int:
    months = rules.streak_months(_record(account.borrower_id), month=month)
    more = dict(rules.read(programme.terms).streaks).get(months, 0)
    key = rules.streak_key(account.borrower_id, month)
    source = (rules.STREAK, key, f"STREAK_{months}")
    return _earn(account, programme, source=source, points=more, loan_id=None, on=on)


def _earn(
    account: PointsAccount,
    programme: RewardProgramme,
    *,
    source: tuple[str, int, str],
    points: int,
    loan_id: int | None,
    on: date,
) -> int:
    """The same under the caps for each loan and each month."""
    if points <= 0:
        return 0
    terms = rules.read(programme.terms)
    lots = account.lots.filter(reversed_on=None, source_kind__in=rules.BY_PAYING)
    this_month = _sum(lots.filter(earned_on__year=on.year, earned_on__month=on.month))
    given = [(terms.most_points_per_month, this_month)]
    if loan_id is not None:
        given.append((terms.most_points_per_loan, _sum(lots.filter(loan_id=loan_id))))
    fitting = rules.room(wanted=points, given=given)
    return _give(account, programme, source, fitting, loan_id=loan_id, on=on, pending=None)


def _sum(lots: QuerySet[PointsLot]) -> int:
    return lots.aggregate(total=Sum("points"))["total"] or 0


def _give(
    account: PointsAccount,
    programme: RewardProgramme,
    source: tuple[str, int, str],
    points: int,
    *,
    loan_id: int | None,
    on: date,
    pending: int | None,
) -> int:
    source_kind, source_id, rule = source
    named = {"source_kind": source_kind, "source_id": source_id, "rule": rule}
    if points <= 0 or PointsLot.objects.filter(**named, reversed_on=None).exists():
        return 0
    terms = rules.read(programme.terms)
    value_fen = rules.value_fen(points, terms)
    if not accounts.charge(programme.pk, value_fen):
        _say_budget_is_spent(account, programme, source, on)
        return 0
    wait_days = terms.pending_days if pending is None else pending
    lot = PointsLot.objects.create(
        account=account,
        programme=programme,
        **named,
        loan_id=loan_id,
        points=points,
        remaining=points,
        value_fen=value_fen,
        earned_on=on,
        available_on=rules.last_day(on, wait_days),
        released_on=None if wait_days else on,
        expires_on=rules.last_day(on, terms.points_last_days),
    )
    accounts.move(
        account,
        lot,
        kind="EARN",
        entry_key=f"earn:{lot.pk}",
        points=points,
        pending=points if wait_days else 0,
    )
    accounts.raise_liability(f"points:earn:{lot.pk}", value_fen, on)
    return points


def _say_budget_is_spent(
    account: PointsAccount, programme: RewardProgramme, source: tuple[str, int, str], on: date
) -> None:
    """To our people, and on the borrower's page of points where it was no gift."""
    if source[0] != rules.GRANT:
        audit.append(
            action=queries.NOT_GIVEN,
            subject=f"points:{account.pk}",
            by=SYSTEM,
            facts={"on": on.isoformat(), "source": ":".join(map(str, source))},
        )
    audit.append(
        action="lending.points.budget_spent",
        subject=f"programme:{programme.version}",
        by=SYSTEM,
        facts={"source": ":".join(map(str, source))},
    )
