"""What the pages of the watch call things: indicators, groups, sources, levels."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as noop

from common.admin.chips import chip
from scoring.features.catalogue import FEATURES
from scoring.oversight import thresholds
from scoring.oversight.models import ModelWatch

LOOKS = {"GOOD": "success", "WARN": "warning", "ACT": "danger", "NOT_ENOUGH": "default"}
NOTHING = "–"
LEVELS: Mapping[str, str] = {
    "GOOD": noop("In order"),
    "WARN": noop("Needs a look"),
    "ACT": noop("Act"),
    "NOT_ENOUGH": noop("Not enough cases"),
}
LACKS: Mapping[str, str] = {
    "TOO_FEW_CASES": noop("too few cases"),
    "ONE_CLASS": noop("one class only"),
    "TOO_FEW_PERIODS": noop("too few months"),
    "TOO_FEW_GROUPS": noop("too few groups"),
}
ATTRIBUTES: Mapping[str, str] = {
    "SEX": noop("Sex"),
    "AGE_BAND": noop("Age"),
    "REGION": noop("Region of registration"),
    "HOUSEHOLD": noop("Household registration"),
}
GROUPS: Mapping[str, str] = {
    "F": noop("Women"),
    "M": noop("Men"),
    "UNDER_30": noop("Under 30"),
    "30_TO_49": noop("30 to 49"),
    "50_AND_OVER": noop("50 and over"),
    "DISTRICT": noop("District of a city"),
    "COUNTY": noop("County"),
    "CITY": noop("City of county rank"),
}
SOURCES: Mapping[str, str] = {
    "bills": noop("Bills"),
    "bank": noop("Bank accounts"),
    "social_insurance": noop("Social insurance"),
    "own_loans": noop("Loans with us"),
    "shared": noop("What was shared by choice"),
    "partners": noop("Partners"),
}


def level_chip(row: ModelWatch) -> SafeString:
    """The level in its colour; where there is no figure, why."""
    word = gettext(LACKS[row.lack]) if row.lack in LACKS else gettext(LEVELS[row.level])
    return chip(word, code=row.level, looks=LOOKS)


def figure(value: float | None, places: int = 3) -> str:
    """A figure as tables show it."""
    return NOTHING if value is None else f"{value:.{places}f}"


def segment_title(row: ModelWatch) -> str:
    """What a figure is about, in words: an indicator, a group, a source, a month."""
    kind = thresholds.KINDS[row.measure]
    if kind.page == thresholds.FAIRNESS:
        attribute, _, part = row.segment.partition(":")
        words = [gettext(ATTRIBUTES.get(attribute, attribute)), group_title(part)]
        return ": ".join(each for each in words if each)
    if kind.page == thresholds.SOURCES:
        return sources_title(row.segment)
    return feature_title(row.segment)


def group_title(name: str) -> str:
    """A group in words; regions keep their code, indicators their name."""
    if name in GROUPS:
        return gettext(GROUPS[name])
    return " + ".join(map(feature_title, name.split("+")))


def alternatives_table(attribute: str, rows: Sequence[ModelWatch]) -> dict[str, Any]:
    """Models without some indicators beside the one that has them all, as a section's parts."""
    most = sorted(rows, key=lambda row: (bool(row.detail["dropped"]), -(row.value or 0.0)))
    return {
        "title": gettext("%(attribute)s: models that might be fairer") % {"attribute": attribute},
        "note": gettext("As many are approved by each. Nothing changes unless two people decide."),
        "headers": [
            gettext("Without"),
            gettext("Lowest approval against highest"),
            gettext("AUC"),
            gettext("AUC lost"),
        ],
        "rows": [
            (
                ", ".join(map(feature_title, row.detail["dropped"])) or gettext("As it is"),
                figure(row.value),
                figure(row.detail["auc"]),
                figure(row.detail["loss"], 4),
            )
            for row in most
        ],
    }


def sources_title(segment: str) -> str:
    """One source, or several joined."""
    return " + ".join(
        gettext(SOURCES[each]) if each in SOURCES else each for each in segment.split("+")
    )


def feature_title(name: str) -> str:
    """An indicator as people read it."""
    known = FEATURES.get(name)
    return known.title.said(get_language() or "") if known else name
