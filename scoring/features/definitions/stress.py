"""Stress: signs that money is tight or runs away."""

from functools import partial

from borrowers.behaviour.contracts import CHANNELS, Category, Direction
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.definitions.ability import (
    enough_purchases_90d,
    enough_purchases_180d,
    spent_90d,
    spent_180d,
)
from scoring.features.frame import Frame, Mask, Numbers, distinct, ratio, rows_of, shared

NIGHT_FROM_HOUR = 23
NIGHT_UNTIL_HOUR = 6
LARGE_FEN = 50_000
CHARGE_FEN = 10_000
CASH = frozenset({Category.CASH})
REPAID = frozenset({Category.CREDIT_REPAYMENT})
FINANCE = frozenset({Category.INSURANCE_FINANCE})
GAMBLING = frozenset({Category.GAMBLING_RISK})

GROUPS = (Group("STRESS", 60, Bilingual("Signs of strain", "资金紧张迹象")),)

_feature = partial(
    Feature, version=1, group="STRESS", purpose=CONSUMPTION_RECORDS, missing="OWN_BIN"
)


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


def night_share(frame: Frame) -> Numbers:
    """All purchases at night."""
    part = frame.total(frame.spending & night(frame), days=90)
    return ratio(part, spent_90d(frame), where=enough_purchases_90d(frame))


def gambling_days(frame: Frame) -> Numbers:
    """Days with a game of chance."""
    played = frame.recorded & (frame.category == Category.GAMBLING_RISK)
    rows = rows_of(played & (frame.age_days < 180))
    return distinct(frame, rows, frame.day)


def cash_share(frame: Frame) -> Numbers:
    """Cash drawn, beside the spending: what it was for nobody sees."""
    drawn = frame.moved_fen(Direction.OUT, CASH, days=90)
    return ratio(drawn, drawn + spent_90d(frame), where=enough_purchases_90d(frame))


def cash_advances(frame: Frame) -> Numbers:
    """Cash drawn on a credit card or on a wallet's credit."""
    on_credit = (frame.channel == CHANNELS["CREDIT"]) | (frame.channel == CHANNELS["BNPL"])
    return frame.count(frame.recorded & on_credit & frame.among(CASH), days=180)


def failed_debits(frame: Frame) -> Numbers:
    """Repayments that came back: the debit of another lender failed."""
    return frame.moved_count(Direction.IN, REPAID, days=180)


def bank_charges(frame: Frame) -> Numbers:
    """Small charges of banks and lenders: fees, interest on arrears, late payment."""
    small = frame.recorded & frame.moved(Direction.OUT) & (frame.amount_fen < CHARGE_FEN)
    return frame.count(small & frame.among(FINANCE), days=180)


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
    _feature(
        name="night_share_90d",
        unit=Unit.SHARE,
        risk=1,
        title=Bilingual("Share of purchases at night", "夜间消费占比"),
        justification=Bilingual(
            "Many purchases at night go with an unsettled time.", "夜间消费多往往伴随生活不规律。"
        ),
        worse=Bilingual("Much is bought at night.", "夜间消费较多。"),
        better=Bilingual("Little is bought at night.", "夜间消费较少。"),
        compute=night_share,
        days=90,
    ),
    _feature(
        name="gambling_days_180d",
        unit=Unit.DAYS,
        risk=1,
        title=Bilingual("Days with games of chance", "有彩票博彩的天数"),
        justification=Bilingual("How often tells more than how much.", "频率比金额更能说明问题。"),
        worse=Bilingual("There are games of chance on many days.", "有彩票博彩的天数较多。"),
        better=Bilingual("There are hardly any games of chance.", "几乎没有彩票博彩。"),
        compute=gambling_days,
        days=180,
        missing="ZERO",
    ),
    _feature(
        name="cash_share_90d",
        unit=Unit.SHARE,
        risk=0,
        title=Bilingual("Share of cash drawn", "取现占比"),
        justification=Bilingual(
            "Records say nothing of what cash was for.", "取现后的用途无法从记录看出。"
        ),
        worse=Bilingual("Much is drawn in cash.", "取现较多。"),
        better=Bilingual("Little is drawn in cash.", "取现较少。"),
        compute=cash_share,
        days=90,
    ),
    _feature(
        name="cash_advances_180d",
        unit=Unit.COUNT,
        risk=1,
        title=Bilingual("Cash drawn on credit", "信用取现次数"),
        justification=Bilingual(
            "Cash on credit costs most and comes last.", "信用取现成本最高，往往是最后的办法。"
        ),
        worse=Bilingual("Cash was drawn on credit.", "有信用取现。"),
        better=Bilingual("No cash was drawn on credit.", "没有信用取现。"),
        compute=cash_advances,
        days=180,
        missing="ZERO",
    ),
    _feature(
        name="failed_debits_180d",
        unit=Unit.COUNT,
        risk=1,
        title=Bilingual("Debits of other lenders that failed", "其他机构扣款失败次数"),
        justification=Bilingual(
            "A debit fails where the account was empty.", "扣款失败说明账户余额不足。"
        ),
        worse=Bilingual("Debits of other lenders failed.", "其他机构扣款曾失败。"),
        better=Bilingual("No debit failed.", "没有扣款失败。"),
        compute=failed_debits,
        days=180,
        missing="ZERO",
    ),
    _feature(
        name="bank_charges_180d",
        unit=Unit.COUNT,
        risk=1,
        title=Bilingual("Small charges of banks", "银行小额收费次数"),
        justification=Bilingual(
            "Fees and late interest come where dates were missed.",
            "手续费和逾期利息往往因错过日期产生。",
        ),
        worse=Bilingual("There are many small charges of banks.", "银行小额收费较多。"),
        better=Bilingual("There are few charges of banks.", "银行收费较少。"),
        compute=bank_charges,
        days=180,
        missing="ZERO",
    ),
)
