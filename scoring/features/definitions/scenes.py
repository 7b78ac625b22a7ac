"""Scenes: what money is spent on, and how varied that is."""

from collections.abc import Callable
from functools import partial

import numpy as np

from borrowers.behaviour.contracts import Category, Direction, Integers, Place
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.definitions.ability import (
    enough_purchases_90d,
    enough_purchases_180d,
    spent_90d,
    spent_180d,
)
from scoring.features.frame import (
    SPENDING,
    Frame,
    Numbers,
    added,
    distinct,
    known,
    ordered,
    ratio,
    rows_of,
    shared,
    summed,
)

ESSENTIAL = frozenset(
    {
        Category.GROCERIES,
        Category.TRANSPORT,
        Category.UTILITIES_TELECOM,
        Category.HOUSING,
        Category.EDUCATION,
    }
)
SHOPPING = (Category.ONLINE_SHOPPING, Category.APPAREL_BEAUTY, Category.ELECTRONICS_HOME)
SCENES = sorted(SPENDING - {Category.UNKNOWN})

GROUPS = (Group("SCENES", 50, Bilingual("What it is spent on", "消费去向")),)

_feature = partial(
    Feature, version=1, group="SCENES", purpose=CONSUMPTION_RECORDS, missing="OWN_BIN"
)


@shared
def by_scene_180d(frame: Frame) -> Numbers:
    """Spending of half a year by scene, before refunds."""
    sums: Numbers = np.add.reduce(frame.table_fen[:, :, Direction.OUT], axis=1)
    return sums


def essential_share(frame: Frame) -> Numbers:
    """Daily needs among all spending; NaN where fewer than ten purchases are seen."""
    part = frame.moved_fen(Direction.OUT, ESSENTIAL, days=90)
    return ratio(part, spent_90d(frame), where=enough_purchases_90d(frame))


def diversity(frame: Frame) -> Numbers:
    """Entropy of the spending over the scenes: 0 for one scene, 1 for all alike."""
    sums = by_scene_180d(frame)[:, SCENES]
    shares = ratio(sums, np.broadcast_to(added(sums)[:, None], sums.shape))
    parts = np.where(shares > 0, -shares * np.log(np.where(shares > 0, shares, 1.0)), 0.0)
    evidence = enough_purchases_180d(frame) & (added(sums) > 0)
    return known(added(parts) / np.log(len(SCENES)), evidence)


def _share(*categories: Category) -> Callable[[Frame], Numbers]:
    """The share of some scenes in the spending of half a year."""
    places = list(categories)

    def compute(frame: Frame) -> Numbers:
        part = np.add.reduce(by_scene_180d(frame)[:, places], axis=1)
        return ratio(part, spent_180d(frame), where=enough_purchases_180d(frame))

    return compute


def _place_share(place: Place) -> Callable[[Frame], Numbers]:
    """The share of a place among the purchases that tell theirs."""

    def compute(frame: Frame) -> Numbers:
        part = frame.total(frame.spending & (frame.place == place), days=90)
        return ratio(part, _placed_fen(frame), where=enough_purchases_90d(frame))

    return compute


@shared
def _placed_fen(frame: Frame) -> Numbers:
    return frame.total(frame.spending & (frame.place != Place.UNKNOWN), days=90)


@shared
def spending_rows(frame: Frame) -> Integers:
    """Purchases of half a year."""
    return rows_of(frame.spending & (frame.age_days < 180))


def merchants(frame: Frame) -> Numbers:
    """How many different shops."""
    count = distinct(frame, spending_rows(frame), frame.party)
    return known(count, enough_purchases_180d(frame))


def top_merchant(frame: Frame) -> Numbers:
    """The share of the one shop that got most."""
    order = ordered(frame, spending_rows(frame), frame.party)
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = frame.segment[order[1:]] != frame.segment[order[:-1]]
    is_first[1:] |= frame.party[order[1:]] != frame.party[order[:-1]]
    sums = np.bincount(np.cumsum(is_first) - 1, weights=frame.amount_fen[order])
    most = np.zeros(frame.segments)
    np.maximum.at(most, frame.segment[order[is_first]], sums[: is_first.sum()])
    return ratio(most, spent_180d(frame), where=enough_purchases_180d(frame))


def weekend_share(frame: Frame) -> Numbers:
    """Saturdays and Sundays; 1970-01-01 was a Thursday."""
    rows = rows_of(frame.spending & (frame.age_days < 90))
    rows = rows[(frame.day[rows] + 3) % 7 >= 5]
    part = summed(frame, rows, frame.amount_fen[rows])
    return ratio(part, spent_90d(frame), where=enough_purchases_90d(frame))


FEATURES = (
    Feature(
        name="essential_share_90d",
        version=1,
        unit=Unit.SHARE,
        group="SCENES",
        risk=0,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Share of spending on daily needs", "日常必需支出占比"),
        justification=Bilingual(
            "Daily needs in the records show that they tell of a whole household.",
            "记录中有日常必需支出，说明记录反映了完整的生活开支。",
        ),
        worse=Bilingual("The records show little of daily needs.", "记录中日常必需支出较少。"),
        better=Bilingual("The records show a household's daily needs.", "记录反映了日常必需支出。"),
        missing="OWN_BIN",
        compute=essential_share,
        days=90,
    ),
    Feature(
        name="scene_diversity_180d",
        version=1,
        unit=Unit.RATIO,
        group="SCENES",
        risk=-1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Variety of the spending", "消费多样性"),
        justification=Bilingual(
            "Varied spending tells of a settled life; a single scene tells of little.",
            "多样的消费反映稳定的生活，单一场景说明不了太多。",
        ),
        worse=Bilingual("The spending is on few kinds of things.", "消费种类较少。"),
        better=Bilingual("The spending is varied.", "消费种类多样。"),
        missing="OWN_BIN",
        compute=diversity,
        days=180,
    ),
    _feature(
        name="dining_share_180d",
        unit=Unit.SHARE,
        risk=0,
        title=Bilingual("Share of dining", "餐饮占比"),
        justification=Bilingual(
            "Shows what can be cut when money is short.", "反映资金紧张时可压缩的支出。"
        ),
        worse=Bilingual("Much is spent on dining.", "餐饮支出较多。"),
        better=Bilingual("Dining takes a moderate share.", "餐饮支出适中。"),
        compute=_share(Category.DINING),
        days=180,
    ),
    _feature(
        name="transport_share_180d",
        unit=Unit.SHARE,
        risk=0,
        title=Bilingual("Share of daily transport", "日常出行占比"),
        justification=Bilingual("Daily ways tell of daily work.", "日常出行反映日常工作。"),
        worse=Bilingual("Daily transport takes much.", "日常出行支出较多。"),
        better=Bilingual("Daily transport is part of the spending.", "支出中有日常出行。"),
        compute=_share(Category.TRANSPORT),
        days=180,
    ),
    _feature(
        name="travel_share_180d",
        unit=Unit.SHARE,
        risk=0,
        title=Bilingual("Share of travel", "旅行占比"),
        justification=Bilingual("Travel can wait when money is short.", "资金紧张时旅行可以推迟。"),
        worse=Bilingual("Travel takes much.", "旅行支出较多。"),
        better=Bilingual("Travel takes a moderate share.", "旅行支出适中。"),
        compute=_share(Category.TRAVEL),
        days=180,
    ),
    _feature(
        name="shopping_share_180d",
        unit=Unit.SHARE,
        risk=0,
        title=Bilingual("Share of shopping", "购物占比"),
        justification=Bilingual(
            "Shopping can wait when money is short.", "资金紧张时购物可以推迟。"
        ),
        worse=Bilingual("Shopping takes much.", "购物支出较多。"),
        better=Bilingual("Shopping takes a moderate share.", "购物支出适中。"),
        compute=_share(*SHOPPING),
        days=180,
    ),
    _feature(
        name="home_share_180d",
        unit=Unit.SHARE,
        risk=0,
        title=Bilingual("Share of housing and supply", "居住与水电通信占比"),
        justification=Bilingual(
            "Rent and supply that are paid tell of a settled household.",
            "按时支付房租水电反映生活安定。",
        ),
        worse=Bilingual("Housing and supply take much.", "居住与水电通信支出较多。"),
        better=Bilingual("Housing and supply are paid regularly.", "居住与水电通信支出正常。"),
        compute=_share(Category.HOUSING, Category.UTILITIES_TELECOM),
        days=180,
    ),
    _feature(
        name="education_share_180d",
        unit=Unit.SHARE,
        risk=0,
        title=Bilingual("Share of education", "教育占比"),
        justification=Bilingual("Schooling is paid for what comes after.", "教育支出着眼于未来。"),
        worse=Bilingual("Education takes much.", "教育支出较多。"),
        better=Bilingual("Part of the spending is for education.", "支出中有教育投入。"),
        compute=_share(Category.EDUCATION),
        days=180,
    ),
    _feature(
        name="entertainment_share_180d",
        unit=Unit.SHARE,
        risk=0,
        title=Bilingual("Share of entertainment", "娱乐占比"),
        justification=Bilingual(
            "Entertainment can wait when money is short.", "资金紧张时娱乐可以减少。"
        ),
        worse=Bilingual("Entertainment takes much.", "娱乐支出较多。"),
        better=Bilingual("Entertainment takes a moderate share.", "娱乐支出适中。"),
        compute=_share(Category.ENTERTAINMENT),
        days=180,
    ),
    _feature(
        name="online_share_90d",
        unit=Unit.SHARE,
        risk=0,
        title=Bilingual("Share of purchases on line", "线上消费占比"),
        justification=Bilingual(
            "The mix of places tells how whole the records are.", "线上线下的构成反映记录是否完整。"
        ),
        worse=Bilingual("Nearly all purchases are made on line.", "消费几乎都在线上。"),
        better=Bilingual("Purchases are made on line and over the counter.", "线上线下均有消费。"),
        compute=_place_share(Place.ONLINE),
        days=90,
    ),
    _feature(
        name="offline_share_90d",
        unit=Unit.SHARE,
        risk=0,
        title=Bilingual("Share of purchases over the counter", "线下消费占比"),
        justification=Bilingual(
            "Daily shops show a life at one place.", "日常线下消费反映生活固定。"
        ),
        worse=Bilingual("Hardly anything is bought over the counter.", "线下消费很少。"),
        better=Bilingual("Daily shopping over the counter is seen.", "可见日常线下消费。"),
        compute=_place_share(Place.OFFLINE),
        days=90,
    ),
    _feature(
        name="merchants_180d",
        unit=Unit.COUNT,
        risk=0,
        title=Bilingual("Different shops", "不同商户数"),
        justification=Bilingual("Many shops tell of a whole household.", "商户多说明记录较完整。"),
        worse=Bilingual("Few different shops are seen.", "可见商户较少。"),
        better=Bilingual("Many different shops are seen.", "可见商户较多。"),
        compute=merchants,
        days=180,
    ),
    _feature(
        name="top_merchant_share_180d",
        unit=Unit.SHARE,
        risk=1,
        title=Bilingual("Share of the one shop that got most", "最大单一商户占比"),
        justification=Bilingual(
            "Money that goes to one shop alone may be moved and not spent.",
            "资金集中流向单一商户，可能并非真实消费。",
        ),
        worse=Bilingual("Much of the spending goes to one shop.", "支出集中于单一商户。"),
        better=Bilingual("The spending goes to many shops.", "支出分散于多家商户。"),
        compute=top_merchant,
        days=180,
    ),
    _feature(
        name="weekend_share_90d",
        unit=Unit.SHARE,
        risk=0,
        title=Bilingual("Share of spending at weekends", "周末消费占比"),
        justification=Bilingual("Tells working days from free ones.", "区分工作日与休息日的消费。"),
        worse=Bilingual("Much is spent at weekends.", "周末消费较多。"),
        better=Bilingual("The spending is spread over the week.", "消费分布于整周。"),
        compute=weekend_share,
        days=90,
    ),
)
