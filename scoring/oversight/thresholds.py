"""From which figure on somebody has to look, and from which to act: dated rows of the rulebook."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from common.rates import PPM
from common.rulebook import queries as rulebook
from common.texts import gettext_noop
from scoring.oversight.contracts import Level, Measured


@dataclass(frozen=True, slots=True)
class Kind:
    """A measure in words, and which rule of the rulebook judges it.

    `rule` names the pair `<rule>_WARN_PPM` and `<rule>_ACT_PPM`; empty is never judged.
    `is_bad_below` is true where a small figure is the bad one.
    """

    title: str
    page: str
    rule: str = ""
    is_bad_below: bool = False


DRIFT, CALIBRATION, COMPARISON, FAIRNESS, SOURCES = (
    "drift",
    "calibration",
    "comparison",
    "fairness",
    "sources",
)
KINDS: Mapping[str, Kind] = {
    "PSI": Kind(gettext_noop("Drift of the score (PSI)"), DRIFT, "PSI"),
    "CSI": Kind(gettext_noop("Drift of an indicator (CSI)"), DRIFT, "PSI"),
    "NULL_RISE": Kind(gettext_noop("More missing values than in training"), DRIFT, "NULL_RISE"),
    "CALIBRATION_ERROR": Kind(
        gettext_noop("Probability said against what happened"), CALIBRATION, "CALIBRATION_ERROR"
    ),
    "MATURED_AUC": Kind(gettext_noop("AUC of matured loans"), CALIBRATION),
    "MATURED_KS": Kind(gettext_noop("KS of matured loans"), CALIBRATION),
    "AUC_FALL": Kind(gettext_noop("AUC lost since training"), CALIBRATION, "AUC_FALL"),
    "GINI_LOSS": Kind(gettext_noop("Gini lost to trend and spread"), CALIBRATION, "GINI_LOSS"),
    "CHALLENGER_GAIN": Kind(gettext_noop("AUC of the challenger less the champion's"), COMPARISON),
    "APPROVAL_RATE": Kind(gettext_noop("Approved"), FAIRNESS),
    "APPROVAL_RATIO": Kind(
        gettext_noop("Lowest approval against highest"),
        FAIRNESS,
        "APPROVAL_RATIO",
        is_bad_below=True,
    ),
    "GOOD_APPROVAL_RATE": Kind(gettext_noop("Approved among those who paid"), FAIRNESS),
    "TPR_GAP": Kind(gettext_noop("Gap in approval among those who paid"), FAIRNESS, "TPR_GAP"),
    "GROUP_AUC": Kind(gettext_noop("AUC within a group"), FAIRNESS),
    "AUC_GAP": Kind(gettext_noop("Gap in AUC between groups"), FAIRNESS, "AUC_GAP"),
    "PROXY_AUC": Kind(
        gettext_noop("How well all indicators together give a group away"), FAIRNESS, "PROXY_AUC"
    ),
    "PROXY_FEATURE_AUC": Kind(
        gettext_noop("How well one indicator gives a group away"), FAIRNESS, "PROXY_AUC"
    ),
    "ALTERNATIVE": Kind(gettext_noop("Fairer models at little loss"), FAIRNESS),
    "SOURCE_AUC": Kind(gettext_noop("AUC with these sources"), SOURCES),
    "SOURCE_SHARE": Kind(gettext_noop("Share of a source in the AUC (Shapley)"), SOURCES),
    "SOURCE_THIN_GAIN": Kind(gettext_noop("AUC gained for people with few records"), SOURCES),
}


@dataclass(frozen=True, slots=True)
class Band:
    """Where WARN and ACT begin on a day."""

    warn: float
    act: float
    is_bad_below: bool = False

    def level(self, measured: Measured, *, is_beyond_chance: bool = True) -> Level:
        """What a figure asks for; one that chance alone explains asks for nothing."""
        if measured.value is None:
            return Level.NOT_ENOUGH
        if not is_beyond_chance:
            return Level.GOOD
        if self._is_past(measured.value, self.act):
            return Level.ACT
        return Level.WARN if self._is_past(measured.value, self.warn) else Level.GOOD

    def _is_past(self, value: float, bound: float) -> bool:
        return value < bound if self.is_bad_below else value >= bound


def band(measure: str, *, on: date) -> Band | None:
    """The band of a measure on a day; none for what is only told."""
    kind = KINDS[measure]
    if not kind.rule:
        return None
    warn, act = (share(f"{kind.rule}_{level}_PPM", on=on) for level in ("WARN", "ACT"))
    return Band(warn=warn, act=act, is_bad_below=kind.is_bad_below)


def level(measure: str, measured: Measured, *, on: date, is_beyond_chance: bool = True) -> Level:
    """What a figure asks for on a day."""
    found = band(measure, on=on)
    if found is not None:
        return found.level(measured, is_beyond_chance=is_beyond_chance)
    return Level.NOT_ENOUGH if measured.value is None else Level.GOOD


def share(code: str, *, on: date) -> float:
    """A number of the rulebook as measures reckon with it: parts of a million as a share."""
    return float(rulebook.number(code, on=on) / PPM)


def smallest_sample(on: date) -> int:
    """How many cases a figure needs at least."""
    return int(rulebook.number("SMALLEST_SAMPLE_COUNT", on=on))
