"""Trend: which way income and spending go."""

from functools import partial

import numpy as np

from borrowers.behaviour.contracts import Direction
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.definitions.ability import enough_purchases_180d, income_seen
from scoring.features.frame import INCOME, Frame, Mask, Numbers, added, known, ratio, shared

# Pay may come a few days late; a month is judged only after these.
LATE_PAY_DAYS = 5
MINIMUM_PERIODS = 3

GROUPS = (Group("TREND", 40, Bilingual("Which way it goes", "变化趋势")),)

_feature = partial(
    Feature, version=1, group="TREND", purpose=CONSUMPTION_RECORDS, missing="OWN_BIN"
)


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


def spending_change(frame: Frame) -> Numbers:
    """The spending of the latest month against the five before, as far as they are seen."""
    seen = frame.seen_periods()[:, 1:]
    count = added(seen.astype(np.float64))
    before = ratio(added(np.where(seen, frame.spending_fen[:, 1:], 0.0)), count)
    return ratio(frame.spending_fen[:, 0], before, where=count >= 2)


def income_slope(frame: Frame) -> Numbers:
    """By what share of itself the income grows each month."""
    slope = _slope(frame.periods_fen(Direction.IN, INCOME), frame.seen_periods())
    return known(slope, income_seen(frame))


def spending_slope(frame: Frame) -> Numbers:
    """The same for the spending."""
    return known(_slope(frame.spending_fen, frame.seen_periods()), enough_purchases_180d(frame))


def surplus_change(frame: Frame) -> Numbers:
    """What came in less what was spent, this quarter against the one before, in incomes."""
    kept = frame.periods_fen(Direction.IN, INCOME) - frame.spending_fen
    earned = frame.moved_fen(Direction.IN, INCOME, days=180)
    change = added(kept[:, :3]) - added(kept[:, 3:])
    return ratio(change, earned, where=frame.seen_periods()[:, 4])


def _slope(values: Numbers, seen: Mask) -> Numbers:
    """The least-squares line through the periods seen, over their mean; NaN under three."""
    count = added(seen.astype(np.float64))
    # Period 0 is the latest, so time runs against the number.
    time = np.where(seen, -np.arange(values.shape[1], dtype=np.float64), 0.0)
    seen_values = np.where(seen, values, 0.0)
    mean_time, mean = ratio(added(time), count), ratio(added(seen_values), count)
    lag = np.where(seen, time - mean_time[:, None], 0.0)
    rise = ratio(added(lag * seen_values), added(lag * lag), where=count >= MINIMUM_PERIODS)
    return ratio(rise, mean)


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
    _feature(
        name="spending_change_30d",
        unit=Unit.RATIO,
        risk=0,
        title=Bilingual("Latest spending against the months before", "最近支出与此前之比"),
        justification=Bilingual(
            "A sudden change of the spending asks for a look.", "支出突然变化值得关注。"
        ),
        worse=Bilingual("The latest spending is higher than before.", "最近支出高于以往。"),
        better=Bilingual("The latest spending is as before.", "最近支出与以往相当。"),
        compute=spending_change,
        days=180,
    ),
    _feature(
        name="income_slope_180d",
        unit=Unit.SHARE,
        risk=-1,
        title=Bilingual("Growth of the income each month", "收入每月增长"),
        justification=Bilingual(
            "An income that grows carries more later.", "收入增长，日后还款更轻松。"
        ),
        worse=Bilingual("The income goes down over months.", "收入逐月下降。"),
        better=Bilingual("The income grows over months.", "收入逐月增长。"),
        compute=income_slope,
        days=180,
    ),
    _feature(
        name="spending_slope_180d",
        unit=Unit.SHARE,
        risk=0,
        title=Bilingual("Growth of the spending each month", "支出每月增长"),
        justification=Bilingual(
            "Spending that grows month by month eats what is left.", "支出逐月增长会侵蚀结余。"
        ),
        worse=Bilingual("The spending grows over months.", "支出逐月增长。"),
        better=Bilingual("The spending does not grow.", "支出没有增长。"),
        compute=spending_slope,
        days=180,
    ),
    _feature(
        name="surplus_change_90d",
        unit=Unit.RATIO,
        risk=-1,
        title=Bilingual("What is left, this quarter against the last", "本季结余与上季之比"),
        justification=Bilingual("It tells which way a household goes.", "反映家庭资金走向。"),
        worse=Bilingual("Less is left than in the quarter before.", "结余少于上一季。"),
        better=Bilingual(
            "As much or more is left than in the quarter before.", "结余不少于上一季。"
        ),
        compute=surplus_change,
        days=180,
    ),
)
