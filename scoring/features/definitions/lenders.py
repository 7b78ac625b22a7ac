"""Lenders: credit of others, as far as the records tell of it."""

import numpy as np

from borrowers.behaviour.contracts import Category, Direction
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.definitions.ability import enough_purchases_90d, spent_90d
from scoring.features.definitions.repayment import instalments_fallen_due
from scoring.features.frame import Frame, Numbers, added, ratio

CREDIT = frozenset({Category.CREDIT_REPAYMENT, Category.CREDIT_DRAWDOWN})

GROUPS = (Group("LENDERS", 70, Bilingual("Credit elsewhere", "其他信贷")),)


def credit_share(frame: Frame) -> Numbers:
    """Credit of others. A wallet tells of our own instalments too: as much is taken off again."""
    told_fen = added(np.stack([frame.moved_fen(way, CREDIT, days=90) for way in Direction], axis=1))
    own_fen = frame.total(instalments_fallen_due(frame), days=90)
    credit_fen = np.maximum(told_fen - own_fen, 0)
    whole = credit_fen + spent_90d(frame)
    return ratio(credit_fen, whole, where=enough_purchases_90d(frame))


FEATURES = (
    Feature(
        name="credit_share_90d",
        version=1,
        unit=Unit.SHARE,
        group="LENDERS",
        risk=1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Share of other credit in payments", "其他信贷占比"),
        justification=Bilingual(
            "What goes to other lenders is not there for us.",
            "付给其他机构的钱无法用于偿还本借款。",
        ),
        worse=Bilingual("Much of the money goes through other credit.", "资金中其他信贷占比较高。"),
        better=Bilingual(
            "Little of the money goes through other credit.", "资金中其他信贷占比较低。"
        ),
        missing="OWN_BIN",
        compute=credit_share,
        days=90,
    ),
)
