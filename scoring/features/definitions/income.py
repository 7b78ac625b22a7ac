"""Income: how much, how steady, and whether it is falling."""

import numpy as np

from scoring.features.frame import (
    PERIOD_SEEN_DAYS,
    Frame,
    Mask,
    Numbers,
    added,
    known,
    ratio,
    variation,
)

# Pay may come a few days late; a month is judged only after these.
LATE_PAY_DAYS = 5
PHASES_DAYS = (0, 10, 20)
TYPICAL_PERIODS = 5
MINIMUM_PERIODS = 3
LEAST_SEEN_FEN = 50_000


def features(frame: Frame) -> dict[str, Numbers]:
    """Pay and other earnings; transfers from people are left out.

    Where no income was seen the columns are NaN: a wallet often does not see the salary. A few
    yuan of cashback, or a file of some days, show no income either.
    """
    received = frame.total(frame.income, days=180)
    seen = (received >= LEAST_SEEN_FEN) & (frame.history_days >= PERIOD_SEEN_DAYS)
    recent = known(_recent_fen(frame), seen)
    typical = known(_typical_fen(frame), seen)
    return {
        "income_monthly_90d": known(frame.total(frame.income, days=90) / frame.months, seen),
        "income_recent_30d": recent,
        "income_typical_30d": typical,
        "income_trend": ratio(recent, typical),
        "income_variation_180d": known(_variation(frame), seen),
    }


def _recent_fen(frame: Frame) -> Numbers:
    """The better of the last 30 days and the 30 before a late pay day: a late pay is no drop."""
    last = frame.by_period(frame.income, periods=1)[:, 0]
    shifted = frame.by_period(frame.income, offset_days=LATE_PAY_DAYS, periods=1)[:, 0]
    return np.maximum(last, shifted)


def _typical_fen(frame: Frame) -> Numbers:
    """The median of the earlier 30-day periods; NaN where fewer than two are seen."""
    income = frame.by_period(frame.income)[:, 1:]
    return median(income, frame.seen_periods()[:, 1:], at_least=2)


def _variation(frame: Frame) -> Numbers:
    """The steadiest of three ways to cut time into 30 days, always beside the latest month.

    A pay day near the edge of a period would put two pays into one and none into the next,
    and make a regular earner look erratic.
    """
    latest = _recent_fen(frame)[:, None]
    always = np.ones((frame.segments, 1), dtype=np.bool_)
    best = np.full(frame.segments, np.nan)
    for offset_days in PHASES_DAYS:
        cutting = {"offset_days": offset_days, "periods": TYPICAL_PERIODS}
        income = np.hstack([latest, frame.by_period(frame.income, **cutting)])
        seen = np.hstack([always, frame.seen_periods(**cutting)])
        best = np.fmin(best, variation(income, seen, at_least=1 + MINIMUM_PERIODS))
    return best


def median(values: Numbers, seen: Mask, *, at_least: int) -> Numbers:
    """The middle of the values seen in each row; NaN where fewer than `at_least` are."""
    count = added(seen.astype(np.float64)).astype(np.int64)
    ranked = np.sort(np.where(seen, values, np.inf), axis=1)
    row = np.arange(len(values))
    lower = ranked[row, np.maximum(count - 1, 0) // 2]
    upper = ranked[row, np.minimum(count // 2, values.shape[1] - 1)]
    enough = count >= at_least
    return known((np.where(enough, lower, 0.0) + np.where(enough, upper, 0.0)) / 2, enough)
