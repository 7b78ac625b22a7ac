"""Trend: which way income and spending go."""

import numpy as np

from borrowers.behaviour.contracts import Direction
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.definitions.ability import income_seen
from scoring.features.frame import INCOME, Frame, Mask, Numbers, added, known, ratio, shared

# Pay may come a few days late; a month is judged only after these.
LATE_PAY_DAYS = 5

GROUPS = (Group("TREND", 40, Bilingual("Which way it goes", "变化趋势")),)


@shared
def recent_fen(frame: Frame) -> Numbers:
    """The better of the last 30 days and the 30 before a late pay day: a late pay is no drop."""
    last = frame.periods_fen(Direction.IN, INCOME)[:, 0]
    shifted = frame.by_period(frame.income, offset_days=LATE_PAY_DAYS, periods=1)[:, 0]
    return np.maximum(last, shifted)


@shared
def income_recent(frame: Frame) -> Numbers:
    """NaN where no income was seen at all."""
    return known(recent_fen(frame), income_seen(frame))


@shared
def income_typical(frame: Frame) -> Numbers:
    """The median of the earlier 30-day periods; NaN where fewer than two are seen."""
    income = frame.periods_fen(Direction.IN, INCOME)[:, 1:]
    typical = median(income, frame.seen_periods()[:, 1:], at_least=2)
    return known(typical, income_seen(frame))


def income_trend(frame: Frame) -> Numbers:
    """The latest income against the typical one."""
    return ratio(income_recent(frame), income_typical(frame))


def median(values: Numbers, seen: Mask, *, at_least: int) -> Numbers:
    """The middle of the values seen in each row; NaN where fewer than `at_least` are."""
    count = added(seen.astype(np.float64)).astype(np.int64)
    ranked = np.sort(np.where(seen, values, np.inf), axis=1)
    row = np.arange(len(values))
    lower = ranked[row, np.maximum(count - 1, 0) // 2]
    upper = ranked[row, np.minimum(count // 2, values.shape[1] - 1)]
    enough = count >= at_least
    return known((np.where(enough, lower, 0.0) + np.where(enough, upper, 0.0)) / 2, enough)


FEATURES = (
    Feature(
        name="income_recent_30d",
        version=1,
        unit=Unit.FEN,
        group="TREND",
        risk=-1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Income in the latest month", "最近一个月收入"),
        justification=Bilingual(
            "The next instalments are paid out of the latest income.", "近期还款来自最近的收入。"
        ),
        worse=Bilingual("The latest month brought little income.", "最近一个月收入较少。"),
        better=Bilingual("The latest month brought good income.", "最近一个月收入较好。"),
        missing="OWN_BIN",
        compute=income_recent,
        days=35,
    ),
    Feature(
        name="income_typical_30d",
        version=1,
        unit=Unit.FEN,
        group="TREND",
        risk=-1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Income in a typical month before", "此前通常月收入"),
        justification=Bilingual(
            "A typical month tells more than a single one.", "通常月份比单个月更有代表性。"
        ),
        worse=Bilingual("A typical month brings little income.", "通常月份收入较少。"),
        better=Bilingual("A typical month brings good income.", "通常月份收入较好。"),
        missing="OWN_BIN",
        compute=income_typical,
        days=180,
    ),
    Feature(
        name="income_trend",
        version=1,
        unit=Unit.RATIO,
        group="TREND",
        risk=-1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Latest income against typical income", "最近收入与通常收入之比"),
        justification=Bilingual(
            "An income that falls away is the first cause of arrears.", "收入下降是逾期的首要原因。"
        ),
        worse=Bilingual("The latest income is under the usual one.", "最近收入低于平常。"),
        better=Bilingual("The latest income keeps up with the usual one.", "最近收入不低于平常。"),
        missing="OWN_BIN",
        compute=income_trend,
        days=180,
    ),
)
