"""Stress: signs that money is tight or runs away."""

from borrowers.behaviour.contracts import Category, Direction
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.definitions.ability import (
    enough_purchases_90d,
    enough_purchases_180d,
    spent_90d,
    spent_180d,
)
from scoring.features.frame import Frame, Mask, Numbers, ratio, shared

NIGHT_FROM_HOUR = 23
NIGHT_UNTIL_HOUR = 6
LARGE_FEN = 50_000
GAMBLING = frozenset({Category.GAMBLING_RISK})

GROUPS = (Group("STRESS", 60, Bilingual("Signs of strain", "资金紧张迹象")),)


@shared
def night(frame: Frame) -> Mask:
    """Rows between eleven in the evening and six in the morning, in Shanghai."""
    return (frame.hour >= NIGHT_FROM_HOUR) | (frame.hour < NIGHT_UNTIL_HOUR)


def night_large_share(frame: Frame) -> Numbers:
    """Large purchases at night among all spending."""
    large = frame.spending & night(frame) & (frame.amount_fen >= LARGE_FEN)
    spent = spent_90d(frame)
    return ratio(frame.total(large, days=90), spent, where=enough_purchases_90d(frame))


def gambling_share(frame: Frame) -> Numbers:
    """Lotteries and games of chance beside all spending."""
    gambled_fen = frame.moved_fen(Direction.OUT, GAMBLING, days=180)
    whole = gambled_fen + spent_180d(frame)
    return ratio(gambled_fen, whole, where=enough_purchases_180d(frame))


FEATURES = (
    Feature(
        name="night_large_share_90d",
        version=1,
        unit=Unit.SHARE,
        group="STRESS",
        risk=1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Share of large buys at night", "夜间大额消费占比"),
        justification=Bilingual(
            "Large purchases at night are often not planned.", "夜间大额消费往往缺乏计划。"
        ),
        worse=Bilingual("Large purchases at night take much.", "夜间大额消费较多。"),
        better=Bilingual("There are hardly any large purchases at night.", "很少有夜间大额消费。"),
        missing="OWN_BIN",
        compute=night_large_share,
        days=90,
    ),
    Feature(
        name="gambling_share_180d",
        version=1,
        unit=Unit.SHARE,
        group="STRESS",
        risk=1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Share of lotteries and games", "彩票博彩占比"),
        justification=Bilingual(
            "Money for games of chance is gone and invites more.", "博彩支出无法收回，且容易增加。"
        ),
        worse=Bilingual("Lotteries and games of chance take much.", "彩票博彩支出较多。"),
        better=Bilingual("Hardly anything goes to games of chance.", "几乎没有彩票博彩支出。"),
        missing="OWN_BIN",
        compute=gambling_share,
        days=180,
    ),
)
