"""Stability: how evenly money comes and goes."""

from functools import partial

import numpy as np

from borrowers.behaviour.contracts import Category, Direction, Integers
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.definitions.ability import enough_purchases_90d, income_seen
from scoring.features.definitions.trend import recent_fen
from scoring.features.frame import (
    PERIOD_DAYS,
    PERIOD_SEEN_DAYS,
    WINDOW_DAYS,
    Frame,
    Mask,
    Numbers,
    counted,
    distinct,
    flags_set,
    known,
    ratio,
    rows_of,
    shared,
    summed,
    variation,
)

PHASES_DAYS = (0, 10, 20)
TYPICAL_PERIODS = 5
TYPICAL_DAYS = TYPICAL_PERIODS * PERIOD_DAYS
_PHASES = np.array(PHASES_DAYS)[:, None]
MINIMUM_PERIODS = 3
DAYS_PER_MONTH = 30.4375
FEWEST_WAITS = 2
SALARY = frozenset({Category.INCOME_SALARY})

GROUPS = (Group("STABILITY", 30, Bilingual("How steady it is", "稳定程度")),)

_feature = partial(
    Feature, version=1, group="STABILITY", purpose=CONSUMPTION_RECORDS, missing="OWN_BIN"
)


def income_variation(frame: Frame) -> Numbers:
    """The steadiest of three ways to cut time into 30 days, always beside the latest month.

    A pay day near the edge of a period would put two pays into one and none into the next,
    and make a regular earner look erratic.
    """
    ways = variation(_cut_income(frame), _cut_seen(frame), at_least=1 + MINIMUM_PERIODS)
    best = np.fmin.reduce(ways.reshape(len(PHASES_DAYS), frame.segments), axis=0)
    return known(best, income_seen(frame))


def _cut_income(frame: Frame) -> Numbers:
    """The latest month and the periods after each phase, phase by phase and then by segment."""
    rows = rows_of(frame.income & (frame.age_days < PHASES_DAYS[-1] + TYPICAL_DAYS))
    place = frame.age_days[rows] - _PHASES
    is_inside = (place >= 0) & (place < TYPICAL_DAYS)
    line = np.arange(len(PHASES_DAYS))[:, None] * frame.segments + frame.segment[rows]
    cell = line * (1 + TYPICAL_PERIODS) + 1 + place // PERIOD_DAYS
    amounts_fen = np.broadcast_to(frame.amount_fen[rows], place.shape)[is_inside]
    size = len(PHASES_DAYS) * frame.segments * (1 + TYPICAL_PERIODS)
    # Whole fen: any order of them is exact.
    sums = np.bincount(cell[is_inside], weights=amounts_fen, minlength=size).astype(np.float64)
    income = sums.reshape(-1, 1 + TYPICAL_PERIODS)
    income[:, 0] = np.tile(recent_fen(frame), len(PHASES_DAYS))
    return income


def _cut_seen(frame: Frame) -> Mask:
    """Which of them the history reaches into; the latest month always counts."""
    seen = np.ones((len(PHASES_DAYS), frame.segments, 1 + TYPICAL_PERIODS), dtype=np.bool_)
    starts = _PHASES[:, :, None] + PERIOD_DAYS * np.arange(TYPICAL_PERIODS)
    seen[:, :, 1:] = frame.history_days[:, None] >= starts + PERIOD_SEEN_DAYS
    return seen.reshape(-1, 1 + TYPICAL_PERIODS)


def spending_variation(frame: Frame) -> Numbers:
    """Net of refunds; NaN where fewer than ten purchases or three periods are seen."""
    steady = np.maximum(frame.spending_fen, 0)
    changing = variation(steady, frame.seen_periods(), at_least=MINIMUM_PERIODS)
    return known(changing, enough_purchases_90d(frame))


@shared
def pay_rows(frame: Frame) -> Integers:
    """Salaries of half a year, in the order of time."""
    paid = frame.income & (frame.category == Category.INCOME_SALARY)
    return rows_of(paid & (frame.age_days < WINDOW_DAYS))


def salary_months(frame: Frame) -> Numbers:
    """In how many of six 30-day periods a salary came."""
    months = _picked(frame, SALARY)
    return known(months, income_seen(frame))


def _picked(frame: Frame, categories: frozenset[Category]) -> Numbers:
    return flags_set(frame.periods_fen(Direction.IN, categories) > 0)


def salary_drift(frame: Frame) -> Numbers:
    """By how many days the time between two salaries misses a month, on average."""
    rows = pay_rows(frame)
    segment, day = frame.segment[rows], frame.day[rows]
    follows = rows_of(segment[1:] == segment[:-1]) + 1
    missed = np.abs(day[follows] - day[follows - 1] - DAYS_PER_MONTH)
    waits = counted(frame, rows[follows])
    return ratio(summed(frame, rows[follows], missed), waits, where=waits >= FEWEST_WAITS)


def income_sources(frame: Frame) -> Numbers:
    """Different payers of income in half a year."""
    rows = rows_of(frame.income & (frame.age_days < WINDOW_DAYS))
    return known(distinct(frame, rows, frame.party), income_seen(frame))


def income_gap(frame: Frame) -> Numbers:
    """The longest time without income, up to the point in time."""
    rows = rows_of(frame.income & (frame.age_days < WINDOW_DAYS))
    segment, age = frame.segment[rows], frame.age_days[rows]
    is_last = np.append(segment[1:] != segment[:-1], True)[: len(rows)]
    waited = np.where(is_last, age, age - np.append(age[1:], 0)[: len(rows)])
    longest = np.zeros(frame.segments)
    np.maximum.at(longest, segment, waited)
    return known(longest, income_seen(frame))


def active_months(frame: Frame) -> Numbers:
    """In how many of six 30-day periods there is any payment."""
    return flags_set(np.add.reduce(frame.table_count, axis=(2, 3)) > 0)


FEATURES = (
    Feature(
        name="income_variation_180d",
        version=1,
        unit=Unit.RATIO,
        group="STABILITY",
        risk=1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Ups and downs of the income", "收入波动"),
        justification=Bilingual(
            "An instalment falls due every month, also in a month without income.",
            "每月都要还款，没有收入的月份也不例外。",
        ),
        worse=Bilingual("The income moves a lot from month to month.", "收入各月波动较大。"),
        better=Bilingual("The income is steady.", "收入稳定。"),
        missing="OWN_BIN",
        compute=income_variation,
        # What the latest phase reaches back to: the name is older than this count.
        days=PHASES_DAYS[-1] + TYPICAL_DAYS,
    ),
    Feature(
        name="spending_variation_180d",
        version=1,
        unit=Unit.RATIO,
        group="STABILITY",
        risk=1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Ups and downs of the spending", "支出波动"),
        justification=Bilingual(
            "Even spending makes a month that can be planned.", "支出平稳便于安排每月资金。"
        ),
        worse=Bilingual("The spending moves a lot from month to month.", "支出各月波动较大。"),
        better=Bilingual("The spending is even.", "支出平稳。"),
        missing="OWN_BIN",
        compute=spending_variation,
        days=180,
    ),
    _feature(
        name="salary_months_180d",
        unit=Unit.COUNT,
        risk=-1,
        title=Bilingual("Months with a salary, of six", "六个月中有工资的月数"),
        justification=Bilingual(
            "A salary that comes every month carries an instalment every month.",
            "每月都有工资，才能每月还款。",
        ),
        worse=Bilingual("A salary came in few months.", "有工资的月份较少。"),
        better=Bilingual("A salary came in nearly every month.", "几乎每月都有工资。"),
        compute=salary_months,
        days=180,
    ),
    _feature(
        name="salary_drift_180d",
        unit=Unit.DAYS,
        risk=1,
        title=Bilingual("How far pay days drift", "发薪日波动天数"),
        justification=Bilingual(
            "A pay day that can be relied on makes a due day that can be kept.",
            "发薪日稳定，还款日才容易遵守。",
        ),
        worse=Bilingual("Pay days drift.", "发薪日不固定。"),
        better=Bilingual("Pay comes on regular days.", "发薪日稳定。"),
        compute=salary_drift,
        days=180,
    ),
    _feature(
        name="income_sources_180d",
        unit=Unit.COUNT,
        risk=-1,
        title=Bilingual("Payers of income", "收入来源数"),
        justification=Bilingual("Two payers rarely fail at once.", "多个收入来源很少同时中断。"),
        worse=Bilingual("The income hangs on one payer.", "收入只有一个来源。"),
        better=Bilingual("The income comes from more than one payer.", "收入有多个来源。"),
        compute=income_sources,
        days=180,
    ),
    _feature(
        name="income_gap_180d",
        unit=Unit.DAYS,
        risk=1,
        title=Bilingual("Longest time without income", "最长无收入天数"),
        justification=Bilingual(
            "An instalment falls due in such a time too.", "没有收入的时期也要还款。"
        ),
        worse=Bilingual("There was a long time without income.", "有较长时间没有收入。"),
        better=Bilingual("There was no long time without income.", "没有长时间无收入。"),
        compute=income_gap,
        days=180,
    ),
    _feature(
        name="active_months_180d",
        unit=Unit.COUNT,
        risk=-1,
        title=Bilingual("Months with payments, of six", "六个月中有交易的月数"),
        justification=Bilingual(
            "Months without a payment say nothing.", "没有交易的月份无法说明情况。"
        ),
        worse=Bilingual("There are months without any payment.", "有些月份没有交易。"),
        better=Bilingual("There are payments in every month.", "每个月都有交易。"),
        compute=active_months,
        days=180,
        missing="ZERO",
    ),
)
