"""The calendar of a world: days, weekends, feasts, sales and the hours at which people pay."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from common.periods import SHANGHAI, add_months
from simulation.words import Scene

Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]
SECONDS_A_DAY = 86_400
DRIFT_FROM_MONTH = 12
# How many of a hundred payments fall into each hour: peaks at 8, 12, 18 to 19 and 21 to 22.
HOURS = (
    0.9, 0.5, 0.3, 0.2, 0.3, 0.8, 2.6, 5.6, 8.2, 4.6, 4.2, 6.0,
    10.6, 5.2, 3.2, 3.4, 3.9, 6.2, 8.8, 8.0, 5.2, 5.4, 4.4, 1.5,
)  # fmt: skip
WEEK = np.array([0.90, 0.90, 0.92, 0.95, 1.08, 1.30, 1.22])
# New Year's days by the moon, whose evenings are the red packets'.
SPRING_FESTIVALS = (
    date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17),
    date(2027, 2, 6), date(2028, 1, 26),
)  # fmt: skip
SALES_SCENES = (Scene.ONLINE_SHOPPING, Scene.APPAREL_BEAUTY, Scene.ELECTRONICS_HOME)


@dataclass(frozen=True, eq=False)
class Days:
    """Every day of the world: its number, its month, and when it begins."""

    dates: tuple[date, ...]
    begins: Whole
    month: Whole
    weekday: Whole
    months: int
    first_of_month: tuple[date, ...]

    def __len__(self) -> int:
        return len(self.dates)

    def index_of(self, day: date) -> int:
        """The place of a day; days outside lie before or behind."""
        return (day - self.dates[0]).days

    @property
    def has_drifted(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.month >= DRIFT_FROM_MONTH)


def calendar(first_day: date, months: int) -> Days:
    """`months` months from a first day on, in Shanghai, where no clock is ever put forward."""
    end = add_months(first_day, months)
    dates = tuple(first_day + timedelta(days=offset) for offset in range((end - first_day).days))
    starts = [add_months(first_day, index) for index in range(months + 1)]
    midnight = datetime.combine(first_day, time(), tzinfo=SHANGHAI)
    begins = int(midnight.timestamp()) + SECONDS_A_DAY * np.arange(len(dates), dtype=np.int64)
    month = np.repeat(
        np.arange(months),
        [(after - before).days for before, after in pairwise(starts)],
    )
    weekday = (dates[0].weekday() + np.arange(len(dates))) % 7
    return Days(dates, begins, month, weekday, months, tuple(starts[:-1]))


def season(days: Days, scene: Scene) -> Real:
    """How much more, or less, is bought of a scene on each day."""
    factor = WEEK[days.weekday].copy()
    if scene in SALES_SCENES:
        factor *= np.array([2.6 if is_sale(day) else 1.0 for day in days.dates])
    if scene == Scene.EDUCATION:
        factor *= np.array([1.9 if day.month in {2, 3, 9} else 0.8 for day in days.dates])
    if scene == Scene.TRAVEL:
        factor *= np.array([2.0 if is_holiday(day) else 0.9 for day in days.dates])
    if scene == Scene.UTILITIES_TELECOM:
        factor *= np.array([1.35 if day.month in {1, 7, 8, 12} else 0.9 for day in days.dates])
    return factor


def is_sale(day: date) -> bool:
    """The sales of 18 June and 11 November."""
    return (day.month == 6 and 10 <= day.day <= 20) or (day.month == 11 and day.day <= 12)


def is_holiday(day: date) -> bool:
    is_golden_week = (day.month == 10 and day.day <= 7) or (day.month == 5 and day.day <= 5)
    return is_golden_week or day.month in {7, 8} or near_spring_festival(day)


def near_spring_festival(day: date) -> bool:
    return any(-3 <= (day - feast).days <= 7 for feast in SPRING_FESTIVALS)


def seconds_of_day(chance: np.random.Generator, count: int) -> Whole:
    """Moments of payment within a day."""
    weights = np.cumsum(HOURS) / np.sum(HOURS)
    hour = np.searchsorted(weights, chance.random(count))
    return np.minimum(hour, 23) * 3600 + chance.integers(0, 3600, count)


def working_day_before(day: date) -> date:
    """A payday on a weekend is moved to the Friday before."""
    return day - timedelta(days=max(0, day.weekday() - 4))
