"""How points are earned, kept and lost, and what a tier is. Pure; every number is a programme's.

Points are given for repaying as agreed and for nothing else: never for borrowing, inviting or
spending (reliability §5.3). What an early pay-off closes with less than its whole interest earns
nothing, so that borrowing and paying off at once, at no cost, brings no points. For the tier a
pay-off is one instalment on time, so that paying early is never held against anybody; the months
that it skips are no instalments, so that no tier is bought with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from common.periods import add_months

ON_TIME = "ON_TIME"
STREAK = "STREAK"
INSTALMENT = "INSTALMENT"
GRANT = "GRANT"
# What was earned; what staff gave, and what came back, counts against no cap of earning.
BY_PAYING = (INSTALMENT, STREAK)
MILLION = 1_000_000
MONTHS_OF_A_STREAK_KEY = 1_000_000


@dataclass(frozen=True, slots=True)
class TierRule:
    """One tier: how it is reached, how it is kept, and what it takes off the next loan's rate."""

    code: str
    least_count: int
    least_on_time_ppm: int
    keep_count: int
    keep_on_time_ppm: int
    discount_ppm: int


@dataclass(frozen=True, slots=True)
class Terms:
    """All numbers of one programme version; tiers from the lowest to the highest."""

    fen_per_point: int
    point_value_fen: int
    breakage_ppm: int
    pending_days: int
    least_days_lent: int
    points_last_days: int
    entitlements_last_days: int
    told_days: int
    refund_days: int
    most_points_per_loan: int
    most_points_per_month: int
    streaks: tuple[tuple[int, int], ...]
    tiers: tuple[TierRule, ...]
    tier_months: int
    tier_least_days: int
    most_discount_ppm: int
    freeze_days_past_due: int
    reset_days_past_due: int
    most_redemptions_per_day: int
    most_points_per_grant: int
    most_granted_points_per_day: int
    code_tries_per_day: int


class TermsUnreadable(ValueError):
    """A programme whose numbers are missing, superfluous or out of their range."""


@dataclass(frozen=True, slots=True)
class Paid:
    """One instalment that has just been paid in full, as the loan knows it."""

    instalment_id: int
    principal_fen: int
    interest_fen: int
    interest_due_fen: int
    due_on: date
    paid_on: date
    # Of the principal, what a merchant sent back: it is nobody's repayment.
    returned_fen: int = 0

    @property
    def own_principal_fen(self) -> int:
        """What the borrower paid of it."""
        return self.principal_fen - self.returned_fen


@dataclass(frozen=True, slots=True)
class Outcome:
    """One instalment in a borrower's record: when it was due, and whether it came in time."""

    due_on: date
    is_on_time: bool


def read(document: Mapping[str, Any]) -> Terms:
    """The terms of a programme version. Raises TermsUnreadable."""
    names = {each.name for each in fields(Terms)}
    if set(document) != names:
        raise TermsUnreadable(", ".join(sorted(names ^ set(document))))
    try:
        given = dict(document)
        given["tiers"] = tuple(TierRule(**each) for each in document["tiers"])
        given["streaks"] = tuple((int(months), int(more)) for months, more in document["streaks"])
        terms = Terms(**given)
    except (TypeError, ValueError) as fault:
        raise TermsUnreadable(str(fault)) from fault
    if fault_of := _fault(terms):
        raise TermsUnreadable(fault_of)
    return terms


def _fault(terms: Terms) -> str:
    numbers = [getattr(terms, each.name) for each in fields(Terms) if each.type in {int, "int"}]
    ladder = [(each.least_count, each.least_on_time_ppm) for each in terms.tiers]
    if any(type(each) is not int or each < 0 for each in numbers) or terms.fen_per_point == 0:
        return "a number is not a whole number from zero on"
    if ladder != sorted(ladder) or any(_is_harder_to_keep(each) for each in terms.tiers):
        return "tiers rise, and none is harder to keep than to reach"
    if any(each.discount_ppm > terms.most_discount_ppm for each in terms.tiers):
        return "a tier takes more off than the programme may"
    if terms.breakage_ppm >= MILLION or terms.told_days >= terms.points_last_days:
        return "points are worth something, and last longer than their notice"
    return ""


def _is_harder_to_keep(tier: TierRule) -> bool:
    return tier.keep_count > tier.least_count or tier.keep_on_time_ppm > tier.least_on_time_ppm


def is_on_time(paid: Paid) -> bool:
    """Whether it came by its day; a pay-off before that day is on time too."""
    return paid.paid_on <= paid.due_on


def counts(paid: Paid, *, lent_on: date, terms: Terms) -> bool:
    """Whether it says something about repaying.

    Money that came back at once says nothing, and neither does what a merchant sent back.
    """
    if not is_on_time(paid):
        return True
    is_own = paid.own_principal_fen > 0 or paid.returned_fen == 0
    return is_own and (paid.paid_on - lent_on).days >= terms.least_days_lent


def points_for(paid: Paid, *, lent_on: date, terms: Terms) -> int:
    """Points for an instalment that was paid by its day with the whole of its interest.

    None when it came late, when a pay-off took interest of its month off it, or when the money
    had hardly been lent; and none for the part of it that a merchant sent back.
    """
    is_as_agreed = is_on_time(paid) and paid.interest_due_fen == paid.interest_fen
    if not is_as_agreed or not counts(paid, lent_on=lent_on, terms=terms):
        return 0
    return paid.own_principal_fen // terms.fen_per_point


def value_fen(points: int, terms: Terms) -> int:
    """What points stand for in the books: their fair value, less what is never used."""
    return points * terms.point_value_fen * (MILLION - terms.breakage_ppm) // MILLION


def carried_fen(*, value_fen: int, points: int, remaining: int) -> int:
    """What the books still owe for what is left of a lot; nothing is left of nothing."""
    return value_fen * remaining // points


def month_of(day: date) -> int:
    """Months counted through the years, so that neighbours differ by one."""
    return day.year * 12 + day.month


def streak_key(borrower_id: int, month: int) -> int:
    """The source of a streak's points: one borrower, one month."""
    return borrower_id * MONTHS_OF_A_STREAK_KEY + month


def streak_months(outcomes: Iterable[Outcome], *, month: int) -> int:
    """Months with something due, up to this one, in which all came in time, unbroken by a late one.

    Months and not instalments: ten small loans at once make no streak.
    """
    good: dict[int, bool] = {}
    for each in outcomes:
        due = month_of(each.due_on)
        if due <= month:
            good[due] = good.get(due, True) and each.is_on_time
    if month not in good:
        return 0
    length = 0
    for due in sorted(good, reverse=True):
        if not good[due]:
            break
        length += 1
    return length


def tier_reached(terms: Terms, *, count: int, on_time: int) -> str:
    """The highest tier that this record reaches; empty for none."""
    reached = [
        each.code
        for each in terms.tiers
        if count >= max(each.least_count, 1) and on_time * MILLION >= each.least_on_time_ppm * count
    ]
    return reached[-1] if reached else ""


def tier_next(
    terms: Terms, *, held: str, days_held: int, count: int, on_time: int, days_past_due: int
) -> str:
    """The tier from now on: up at once, down by one step and not soon, to none when far behind."""
    if days_past_due > terms.reset_days_past_due:
        return ""
    codes = ["", *(each.code for each in terms.tiers)]
    reached = tier_reached(terms, count=count, on_time=on_time)
    if held not in codes or codes.index(reached) >= codes.index(held):
        return reached
    rule = terms.tiers[codes.index(held) - 1]
    keeps = count >= rule.keep_count and on_time * MILLION >= rule.keep_on_time_ppm * count
    if keeps or days_held < terms.tier_least_days:
        return held
    return codes[codes.index(held) - 1]


def tier_discount_ppm(terms: Terms, tier: str) -> int:
    """What a tier takes off the yearly rate of the next loan."""
    return next((each.discount_ppm for each in terms.tiers if each.code == tier), 0)


def last_day(on: date, days: int) -> date:
    """The last day on which something that lasts so long can be used."""
    return on + timedelta(days=days)


def oldest_first(remaining: Mapping[int, int], points: int) -> dict[int, int]:
    """Take points from lots in the order given: lot id to points taken, summing to `points`."""
    assert 0 < points <= sum(remaining.values())
    taken: dict[int, int] = {}
    for lot_id, available in remaining.items():
        taken[lot_id] = min(available, points - sum(taken.values()))
    return {lot_id: count for lot_id, count in taken.items() if count}


def room(*, wanted: int, given: Sequence[tuple[int, int]]) -> int:
    """How many of the wanted points fit under caps, each given as (cap, points so far)."""
    return max(min([wanted, *(cap - so_far for cap, so_far in given)]), 0)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier."""
    return add_months(day, -months)
