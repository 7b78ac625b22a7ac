"""Scenes: what money is spent on, and how varied that is."""

import numpy as np

from borrowers.behaviour.contracts import Category, Direction
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.definitions.ability import (
    enough_purchases_90d,
    enough_purchases_180d,
    spent_90d,
)
from scoring.features.frame import SPENDING, Frame, Numbers, added, known, ratio, shared

ESSENTIAL = frozenset(
    {
        Category.GROCERIES,
        Category.TRANSPORT,
        Category.UTILITIES_TELECOM,
        Category.HOUSING,
        Category.EDUCATION,
    }
)
SCENES = sorted(SPENDING - {Category.UNKNOWN})

GROUPS = (Group("SCENES", 50, Bilingual("What it is spent on", "消费去向")),)


@shared
def by_scene_180d(frame: Frame) -> Numbers:
    """Spending of half a year by scene, before refunds."""
    return np.add.reduce(frame.table_fen[:, :, Direction.OUT], axis=1)


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
)
