"""Everything a repayment schedule is made of, as one frozen plan.

A plan says nothing about what happened: it is what was agreed. Amounts are whole fen, the rate is
in parts per million a year; a rate finer than that is a Fraction of them, never a float.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from common.errors import Refused
from common.rates import PPM
from common.texts import gettext_noop

LONGEST_PERIODS = 600
# Twice a balance times a rate stays inside 64 bits below these two.
LARGEST_PRINCIPAL_FEN = 100_000_000_000
HIGHEST_RATE_PPM = 10 * PPM


class ImpossibleTerms(Refused):
    """No schedule can be made of these numbers."""

    code = "IMPOSSIBLE_TERMS"
    message = gettext_noop("No repayment plan can be made from these terms.")
    advice = gettext_noop("Check the amount, the number of months and the yearly rate.")
    status = 422


class CourseNotCounted(ImpossibleTerms):
    """What happens on the way is not counted for this method."""

    code = "COURSE_NOT_COUNTED"
    message = gettext_noop("Tranches and what happens later are not counted for %(method)s.")
    advice = gettext_noop(
        "Leave them out, or choose equal instalments, equal principal, interest only or bullet."
    )


class Method(StrEnum):
    """How principal is given back."""

    EQUAL_INSTALMENT = "EQUAL_INSTALMENT"
    EQUAL_PRINCIPAL = "EQUAL_PRINCIPAL"
    INTEREST_ONLY = "INTEREST_ONLY"
    BULLET = "BULLET"
    BALLOON = "BALLOON"
    # Interest on the first balance for ever: hides the true cost, so that no product may use it.
    FLAT = "FLAT"


class Frequency(StrEnum):
    """The unit of a period; `every` says how many of them."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


class DayCount(StrEnum):
    """Which part of a year a period is.

    PERIODIC takes a whole period as its part of a year (a month is a twelfth) whatever its days.
    The years of ACT_ACT part before 31 December, as Apache Fineract has it; ISDA's at New Year.
    """

    PERIODIC = "PERIODIC"
    THIRTY_360 = "THIRTY_360"
    THIRTY_365 = "THIRTY_365"
    ACT_360 = "ACT_360"
    ACT_364 = "ACT_364"
    ACT_365 = "ACT_365"
    ACT_ACT = "ACT_ACT"
    ACT_ACT_ISDA = "ACT_ACT_ISDA"


class Rounding(StrEnum):
    """What becomes of parts of a fen. Amounts are never below zero, so up is away from zero."""

    HALF_UP = "HALF_UP"
    HALF_EVEN = "HALF_EVEN"
    HALF_DOWN = "HALF_DOWN"
    UP = "UP"
    DOWN = "DOWN"


class Roll(StrEnum):
    """Where a due date goes that falls on a day off."""

    NONE = "NONE"
    FOLLOWING = "FOLLOWING"
    MODIFIED_FOLLOWING = "MODIFIED_FOLLOWING"
    PRECEDING = "PRECEDING"
    MODIFIED_PRECEDING = "MODIFIED_PRECEDING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grace:
    """Periods at the start without principal, without paying interest, or without interest.

    Interest of `interest_payment_periods` is owed and collected with the first instalment after
    them; interest of `interest_free_periods` never comes to be.
    """

    principal_periods: int = 0
    interest_payment_periods: int = 0
    interest_free_periods: int = 0


class FeeBase(StrEnum):
    """What a percentage fee is a percentage of."""

    PRINCIPAL = "PRINCIPAL"
    INTEREST = "INTEREST"
    INSTALMENT = "INSTALMENT"  # principal and interest


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFee:
    """A fee: an amount, or so many ppm of its base; once at the start, if nothing else is said.

    `on` a day, it is paid with the instalment whose period holds that day; a due date closes its
    period. `instalment` names the one that it is paid with, from 1, or from the end with -1.
    A financed fee is lent on top and repaid with the principal; it is then no row of its own.
    """

    code: str
    amount_fen: int = 0
    rate_ppm: int | Fraction = 0
    base: FeeBase = FeeBase.PRINCIPAL
    is_each_instalment: bool = False
    is_financed: bool = False
    on: date | None = None
    instalment: int | None = None

    @property
    def is_at_start(self) -> bool:
        """Kept from the payout."""
        has_its_time = self.on is not None or self.instalment is not None
        return not (self.is_each_instalment or self.is_financed or has_its_time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tranche:
    """Money paid out later than the first; on a due date it belongs to the next period."""

    disbursed_on: date
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was agreed. `principal_fen` is what is paid out first; tranches come on top.

    `anchor_day` keeps monthly due dates on that day (the last one of shorter months); without it
    the day of the first due date, or of the disbursement, is kept. `due_dates` replaces the dates
    that would be counted; with `period_starts` beside them each counts as one whole period,
    whatever its days. `fixed_instalment_fen` asks for that instalment and finds the periods.
    With `is_level_nominal` the level instalment takes every month as 30 days.
    Raises ImpossibleTerms when it is built and when it is made from impossible numbers.
    """

    principal_fen: int
    annual_rate_ppm: int | Fraction
    first_disbursed_on: date
    periods: int = 0
    frequency: Frequency = Frequency.MONTHLY
    every: int = 1
    method: Method = Method.EQUAL_INSTALMENT
    balloon_fen: int = 0
    day_count: DayCount = DayCount.PERIODIC
    rounding: Rounding = Rounding.HALF_UP
    instalment_rounding: Rounding | None = None
    instalment_multiple_fen: int = 1
    fixed_instalment_fen: int | None = None
    first_due_on: date | None = None
    anchor_day: int | None = None
    last_due_on: date | None = None
    due_dates: tuple[date, ...] = ()
    period_starts: tuple[date, ...] = ()
    grace: Grace = Grace()
    fees: tuple[PlanFee, ...] = ()
    tune_last_instalment: bool = False
    is_level_nominal: bool = False
    roll: Roll = Roll.NONE
    holidays: str = ""
    # Over the calendar: days off of one's own, and days that are worked all the same.
    days_off: frozenset[date] = frozenset()
    days_worked: frozenset[date] = frozenset()
    tranches: tuple[Tranche, ...] = ()
    # None counts in exact fractions; 12 is Apache Fineract's Decimal of twelve digits.
    precision_digits: int | None = None

    def __post_init__(self) -> None:
        if not self._is_possible():
            raise ImpossibleTerms

    def _is_possible(self) -> bool:
        graces = (
            self.grace.principal_periods,
            self.grace.interest_payment_periods,
            self.grace.interest_free_periods,
        )
        amounts = [fee.amount_fen for fee in self.fees]
        amounts += [tranche.amount_fen for tranche in self.tranches]
        fixed = 1 if self.fixed_instalment_fen is None else self.fixed_instalment_fen
        spans = (
            (self.principal_fen, 1, LARGEST_PRINCIPAL_FEN),
            (self.annual_rate_ppm, 0, HIGHEST_RATE_PPM),
            (self.periods, 1 if self.fixed_instalment_fen is None else 0, LONGEST_PERIODS),
            (self.every, 1, LONGEST_PERIODS),
            (self.balloon_fen, 0, self.principal_fen),
            (self.instalment_multiple_fen, 1, LARGEST_PRINCIPAL_FEN),
            (fixed, 1, LARGEST_PRINCIPAL_FEN),
            (1 if self.anchor_day is None else self.anchor_day, 1, 31),
            (12 if self.precision_digits is None else self.precision_digits, 6, 100),
            *((periods, 0, LONGEST_PERIODS) for periods in graces),
            *((amount_fen, 0, LARGEST_PRINCIPAL_FEN) for amount_fen in amounts),
            *((fee.rate_ppm, 0, PPM) for fee in self.fees),
        )
        return (
            self._has_its_dates()
            and self._pays_each_fee_once()
            and all(least <= each <= most for each, least, most in spans)
        )

    def _pays_each_fee_once(self) -> bool:
        """A fee has one time: lent on top, with each instalment, on a day or with one of them."""
        return all(
            (fee.is_financed, fee.is_each_instalment, fee.on is not None).count(True)
            + (fee.instalment is not None)
            <= 1
            for fee in self.fees
        )

    def _has_its_dates(self) -> bool:
        """Given dates are as many as periods."""
        listed = {len(self.due_dates), len(self.period_starts) or len(self.due_dates)}
        return listed <= {0} or listed == {self.periods}
