"""From what is known of a model's cases to what is kept: every measure judged on its day. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from common.rulebook import queries as rulebook
from scoring.oversight import fairness, thresholds
from scoring.oversight.contracts import Finding, Flags, Lack, Level, Measured, Real, Whole, lacking
from scoring.oversight.fairness import Spread
from scoring.oversight.measures import calibration, comparison, ranks, stability
from scoring.oversight.measures.stability import Shift

SCORE = "score"
DAYS_A_MONTH = 30.4
Bins = Mapping[str, Mapping[str, Sequence[float]]]


@dataclass(frozen=True, eq=False)
class Sample:
    """People as a model sees them; columns are parallel."""

    scores: Real
    features: Mapping[str, Real]

    def __len__(self) -> int:
        return len(self.scores)

    def columns(self) -> Mapping[str, Real]:
        """The score under its own name, and every feature."""
        return {SCORE: self.scores, **self.features}


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Cases whose horizon has passed: what was said of them, and what happened."""

    pd: Real
    is_bad: Flags
    decided_on: Whole

    def __len__(self) -> int:
        return len(self.pd)


@dataclass(frozen=True, eq=False)
class Judged:
    """Cases with what was decided on them; columns are parallel, what has not ended is NaN."""

    people: Whole
    is_approved: Flags
    pd: Real
    is_bad: Real
    columns: Mapping[str, Real]


def binned(sample: Sample) -> dict[str, dict[str, list[float]]]:
    """A sample as it may be kept for years: counts in bins."""
    found: dict[str, dict[str, list[float]]] = {}
    for name, values in sample.columns().items():
        cuts = stability.edges(values)
        found[name] = {
            "edges": [float(cut) for cut in cuts],
            "counts": [int(count) for count in stability.counts(values, cuts)],
        }
    return found


def drift(reference: Bins, sample: Sample, *, on: date) -> Iterator[Finding]:
    """PSI of the score; CSI and the rise of missing values of each feature."""
    least = thresholds.smallest_sample(on)
    for name, values in sample.columns().items():
        if name not in reference:
            continue
        cuts = np.array(reference[name]["edges"], dtype=np.float64)
        before = np.array(reference[name]["counts"], dtype=np.int64)
        now = stability.counts(values, cuts)
        shift = stability.shift_of_counts(before, now, least=least)
        shape = {"before": [int(each) for each in before], "now": [int(each) for each in now]}
        if name == SCORE:
            yield _shifted("PSI", "", shift, on, shape)
            continue
        yield _shifted("CSI", name, shift, on, shape)
        rise = stability.null_rate_rise(_nulls(before), _nulls(now), least=least)
        yield _shifted("NULL_RISE", name, rise, on, {})


def discrimination(outcomes: Outcomes, *, trained_auc: float | None, on: date) -> Iterator[Finding]:
    """AUC and KS by month of decision, what was lost since training, and how steady it is."""
    least = thresholds.smallest_sample(on)
    months = calibration.months_of(outcomes.decided_on)
    ginis: list[float | None] = []
    errors: list[float | None] = []
    for month in _every(months):
        is_here = months == month
        pd, is_bad = outcomes.pd[is_here], outcomes.is_bad[is_here]
        auc = ranks.auc(pd, is_bad, least=least)
        ginis.append(None if auc.value is None else 2 * auc.value - 1)
        errors.append(None if auc.value is None else 2 * ranks.auc_error(auc.value, is_bad))
        name = calibration.month_name(month)
        yield _judged("MATURED_AUC", name, auc, on)
        yield _judged("MATURED_KS", name, ranks.ks(pd, is_bad, least=least), on)
    whole = ranks.auc(outcomes.pd, outcomes.is_bad, least=least)
    yield _judged("MATURED_AUC", "", whole, on)
    if trained_auc is not None:
        fall = whole if whole.value is None else Measured(trained_auc - whole.value, whole.cases)
        yield _judged("AUC_FALL", "", fall, on)
    is_falling = stability.is_falling(ginis, errors, period_days=DAYS_A_MONTH)
    lost = _gini_loss(ginis)
    level = thresholds.level("GINI_LOSS", lost, on=on, is_beyond_chance=is_falling)
    yield Finding("GINI_LOSS", "", lost, level)


def calibrated(outcomes: Outcomes, *, on: date) -> Iterator[Finding]:
    """What was said against what happened, by month and over all."""
    least = thresholds.smallest_sample(on)
    months = calibration.months_of(outcomes.decided_on)
    parts = [(calibration.month_name(month), months == month) for month in _every(months)]
    chance = thresholds.share("CALIBRATION_CHANCE_PPM", on=on)
    for name, is_here in [*parts, ("", np.ones(len(outcomes), dtype=np.bool_))]:
        found = calibration.calibration(outcomes.pd[is_here], outcomes.is_bad[is_here], least=least)
        is_surprising = found.p_value is not None and found.p_value < chance
        level = thresholds.level(
            "CALIBRATION_ERROR", found.error, on=on, is_beyond_chance=is_surprising
        )
        bins = [[each.said, each.happened, each.cases] for each in found.bins]
        detail = {"bins": bins, "statistic": found.statistic, "p_value": found.p_value}
        yield Finding("CALIBRATION_ERROR", name, found.error, level, detail)


def compared(
    is_bad: Flags, champion: Real, challengers: Mapping[str, Real], *, on: date
) -> Iterator[Finding]:
    """Each other model against the champion on the same cases, by DeLong's test."""
    least = thresholds.smallest_sample(on)
    chance = thresholds.share("CHALLENGER_CHANCE_PPM", on=on)
    for version, pd in challengers.items():
        found = comparison.delong(is_bad, champion, pd, least=least)
        gain = found.difference
        if gain is None:
            measured = lacking(found.lack or Lack.TOO_FEW_CASES, found.cases)
        else:
            measured = Measured(gain, found.cases)
        is_better = gain is not None and gain > 0 and (found.p_value or 0.0) < chance
        level = Level.WARN if is_better else Level.GOOD
        statistic = found.statistic
        detail = {
            "first": found.first,
            "second": found.second,
            "error": found.error,
            "p_value": found.p_value,
            "statistic": statistic if statistic is None or np.isfinite(statistic) else None,
        }
        yield Finding(
            "CHALLENGER_GAIN",
            version,
            measured,
            Level.NOT_ENOUGH if measured.lack else level,
            detail,
        )


def _gini_loss(ginis: Sequence[float | None]) -> Measured:
    """The mean less the stability: nothing for a model that is the same every month."""
    steady = stability.gini_stability(ginis, period_days=DAYS_A_MONTH)
    if steady.value is None:
        return steady
    mean = float(np.mean([each for each in ginis if each is not None]))
    return Measured(mean - steady.value, steady.cases)


def _every(months: Whole) -> list[int]:
    """Each month from the first to the last, empty ones too."""
    return list(range(int(months.min()), int(months.max()) + 1)) if len(months) else []


def _nulls(counts: Whole) -> Real:
    """Counts in bins, whose last one is the missing, as values of which those are missing."""
    values = np.zeros(int(counts.sum()))
    values[len(values) - int(counts[-1]) :] = np.nan
    return values


def _shifted(
    measure: str, segment: str, shift: Shift, on: date, detail: Mapping[str, object]
) -> Finding:
    level = thresholds.level(
        measure, shift.measured, on=on, is_beyond_chance=shift.is_beyond_chance
    )
    return Finding(measure, segment, shift.measured, level, detail)


def _judged(measure: str, segment: str, measured: Measured, on: date) -> Finding:
    return Finding(measure, segment, measured, thresholds.level(measure, measured, on=on))


def treated(
    judged: Judged, codes: Whole, names: Sequence[str], *, attribute: str, on: date
) -> list[Finding]:
    """Whether groups are treated alike: approvals, chances of the good, accuracy, proxies.

    `codes` beside the cases name their groups, below nothing is not known.
    """
    least = int(rulebook.number("SMALLEST_GROUP_COUNT", on=on))
    people, is_bad = judged.people, judged.is_bad
    # A group of many may have few whose loans ended: people are counted, not their loans.
    good = fairness.told_of_many(codes, people, is_bad == 0, least=least)
    ended = fairness.told_of_many(codes, people, np.isfinite(is_bad), least=least)
    approved = fairness.approval(judged.is_approved, codes, least=least)
    good_approved = fairness.good_approval(judged.is_approved, is_bad, good, least=least)
    accurate = fairness.accuracy(judged.pd, is_bad, ended, least=least)
    found = [
        *_spread("APPROVAL_RATE", "APPROVAL_RATIO", approved, names, attribute, on=on),
        *_spread("GOOD_APPROVAL_RATE", "TPR_GAP", good_approved, names, attribute, on=on),
        *_spread("GROUP_AUC", "AUC_GAP", accurate, names, attribute, on=on),
    ]
    proxies = fairness.proxies(judged.columns, codes, least=least)
    found.append(_proxy("PROXY_AUC", attribute, proxies.together, on=on))
    found += [
        _proxy("PROXY_FEATURE_AUC", f"{attribute}:{name}", each, on=on)
        for name, each in proxies.features.items()
        if each.measured.value is not None
    ]
    return found


def _spread(
    single: str, apart: str, spread: Spread, names: Sequence[str], attribute: str, *, on: date
) -> Iterator[Finding]:
    for code, each in spread.groups.items():
        told = _told(each)
        level = thresholds.level(single, told, on=on)
        yield Finding(single, f"{attribute}:{names[code]}", told, level)
    level = thresholds.level(apart, spread.apart, on=on, is_beyond_chance=spread.is_beyond_chance)
    yield Finding(apart, str(attribute), spread.apart, level)


def _proxy(measure: str, segment: str, found: Shift, *, on: date) -> Finding:
    level = thresholds.level(
        measure, found.measured, on=on, is_beyond_chance=found.is_beyond_chance
    )
    return Finding(measure, str(segment), found.measured, level)


def _told(each: Measured) -> Measured:
    """A group without a figure is not counted out to the person either."""
    return lacking(Lack.TOO_FEW_CASES, 0) if each.lack is Lack.TOO_FEW_CASES else each
