"""Conduct: credit used elsewhere, large buys at night, gambling, and our own loans repaid."""

import numpy as np

from borrowers.behaviour.contracts import Category, Direction, Source
from scoring.features.definitions.spending import enough_purchases
from scoring.features.frame import Frame, Mask, Numbers, ratio

NIGHT_FROM_HOUR = 23
NIGHT_UNTIL_HOUR = 6
LARGE_FEN = 50_000
CREDIT = frozenset({Category.CREDIT_REPAYMENT, Category.CREDIT_DRAWDOWN})


def features(frame: Frame) -> dict[str, Numbers]:
    """Shares of the money that moved; NaN where fewer than ten purchases are seen."""
    night = (frame.hour >= NIGHT_FROM_HOUR) | (frame.hour < NIGHT_UNTIL_HOUR)
    large = frame.spending & night & (frame.amount_fen >= LARGE_FEN)
    spent = frame.total(frame.spending, days=90)
    return {
        "credit_share_90d": _credit_share(frame, spent),
        "night_large_share_90d": ratio(
            frame.total(large, days=90), spent, where=enough_purchases(frame, days=90)
        ),
        "gambling_share_180d": _gambling_share(frame),
        **_own_loans(frame),
    }


def _credit_share(frame: Frame, spent_fen: Numbers) -> Numbers:
    """Credit of others. A wallet tells of our own instalments too: as much is taken off again."""
    told_fen = frame.total(frame.recorded & frame.among(CREDIT), days=90)
    own_fen = frame.total(_repaid_to_us(frame), days=90)
    credit_fen = np.maximum(told_fen - own_fen, 0)
    enough = enough_purchases(frame, days=90)
    return ratio(credit_fen, credit_fen + spent_fen, where=enough)


def _gambling_share(frame: Frame) -> Numbers:
    gambled = frame.recorded & (frame.category == Category.GAMBLING_RISK)
    gambled_fen = frame.total(gambled & (frame.direction == Direction.OUT), days=180)
    spent_fen = frame.total(frame.spending, days=180)
    enough = enough_purchases(frame, days=180)
    return ratio(gambled_fen, gambled_fen + spent_fen, where=enough)


def _own_loans(frame: Frame) -> dict[str, Numbers]:
    """One event per instalment: OUT was on time, NEUTRAL was late or missed."""
    own = _repaid_to_us(frame)
    instalments = frame.count(own)
    on_time = frame.count(own & (frame.direction == Direction.OUT))
    return {"own_instalments": instalments, "own_on_time_share": ratio(on_time, instalments)}


def _repaid_to_us(frame: Frame) -> Mask:
    is_own = np.equal(frame.source, Source.OWN_LOANS)
    return is_own & np.equal(frame.category, Category.CREDIT_REPAYMENT)
