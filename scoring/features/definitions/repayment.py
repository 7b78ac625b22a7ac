"""Repayment: how instalments with us were paid. Stands on the contract, not on a consent.

The names begin with `own_`: that is how a decision without shared records finds them.
"""

import numpy as np

from borrowers.behaviour.contracts import Category, Direction, Source
from common.texts import Bilingual
from scoring.features.contracts import CONTRACT, Feature, Group, Unit
from scoring.features.frame import Frame, Mask, Numbers, ratio, shared

GROUPS = (Group("OWN_LOANS", 90, Bilingual("Loans with us", "在本平台的借款")),)


@shared
def instalments_fallen_due(frame: Frame) -> Mask:
    """One event per instalment: OUT was on time, NEUTRAL was late or missed."""
    is_own = np.equal(frame.source, Source.OWN_LOANS)
    return is_own & np.equal(frame.category, Category.CREDIT_REPAYMENT)


@shared
def own_instalments(frame: Frame) -> Numbers:
    """How many fell due so far."""
    return frame.count(instalments_fallen_due(frame))


def own_on_time_share(frame: Frame) -> Numbers:
    """NaN before the first instalment."""
    on_time = instalments_fallen_due(frame) & (frame.direction == Direction.OUT)
    return ratio(frame.count(on_time), own_instalments(frame))


FEATURES = (
    Feature(
        name="own_instalments",
        version=1,
        unit=Unit.COUNT,
        group="OWN_LOANS",
        risk=-1,
        purpose=CONTRACT,
        title=Bilingual("Instalments with us that fell due", "在本平台已到期期数"),
        justification=Bilingual(
            "A longer history with us tells more than any record of others.",
            "与本平台的还款历史越长，越有说服力。",
        ),
        worse=Bilingual("There is little history with us yet.", "在本平台的还款记录尚少。"),
        better=Bilingual("There is a history with us.", "在本平台已有还款记录。"),
        missing="ZERO",
        compute=own_instalments,
    ),
    Feature(
        name="own_on_time_share",
        version=1,
        unit=Unit.SHARE,
        group="OWN_LOANS",
        risk=-1,
        purpose=CONTRACT,
        title=Bilingual("Share of them paid on time", "其中按时还款占比"),
        justification=Bilingual(
            "Who paid us on time does so again.", "过去按时还款的人通常会继续按时还款。"
        ),
        worse=Bilingual("Instalments with us were paid late.", "在本平台有逾期还款。"),
        better=Bilingual("Instalments with us were paid on time.", "在本平台按时还款。"),
        missing="OWN_BIN",
        compute=own_on_time_share,
    ),
)
