"""The content of a model card, read out of an artefact whatever its kind. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log
from typing import Any

from common.money import FEN_PER_YUAN
from common.texts import Bilingual, gettext_noop
from scoring.features.catalogue import FEATURES, Unit, figure

KINDS: Mapping[str, str] = {
    "EXPERT": gettext_noop("Expert card: points set by judgement"),
    "WOE": gettext_noop(
        "Scorecard: bins with weights of evidence, monotone where a direction was promised"
    ),
    "ADDITIVE": gettext_noop(
        "Additive boosting, monotone where a direction was promised, written as points"
    ),
    "BOOST": gettext_noop("Boosted trees, monotone where a direction was promised"),
    "BLEND": gettext_noop("Blend of a fitted model and the expert card"),
}
PURPOSES = (
    gettext_noop("Estimates how likely a person is not to repay a consumer or education loan."),
    gettext_noop("Feeds the policy table, which alone sets result, tier, limit and price."),
)
LIMITS = (
    gettext_noop("A score declines nobody: below the line a person looks at the application."),
    gettext_noop("Who shares records never gets less than the base product open without them."),
    gettext_noop("Age, sex, ethnicity, region and home are no inputs and must not become any."),
    gettext_noop("Not for collecting debts, for insurance, for jobs, or for anybody not applying."),
    gettext_noop("Trained on the past: when the figures drift, it has to be looked at again."),
)
EXPERT_LIMIT = gettext_noop(
    "Set by judgement, not fitted: its probability is the scale's reading of the points."
)
INVENTED_LIMIT = gettext_noop("How good it is on real applicants has not been measured here.")
MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin: from, up to (or its words), its points, and who stood in it in training."""

    lower: str
    upper: str
    points: float
    rows: int | None = None
    bads: int | None = None


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One indicator with its bins, in both languages."""

    feature: str
    title: Bilingual
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """A measure of training; `deviation` over the folds, where there were folds."""

    name: str
    value: float
    deviation: float | None = None


@dataclass(frozen=True, slots=True)
class Fairness:
    """One figure of the fairness test, kept by oversight: a measure, whom it is about, how many."""

    measure: str
    segment: str
    value: float | None
    cases: int
    level: str


@dataclass(frozen=True, slots=True)
class FairnessSection:
    """What oversight measured of this version, and when; None on a card where it has not."""

    measured_on: date
    figures: tuple[Fairness, ...]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Everything that is told of one version."""

    version: str
    kind: str
    sha256: str
    data_sha256: str
    target: str
    scale: Mapping[str, float]
    rows: int | None
    bads: int | None
    window: tuple[str, str] | None
    seed: int | None
    metrics: tuple[Metric, ...]
    calibration: str
    characteristics: tuple[Characteristic, ...]
    inputs: tuple[tuple[str, Bilingual], ...]
    trees: int
    weight: float | None
    roc: tuple[tuple[float, float], ...]
    reliability: tuple[tuple[float, float, int], ...]
    bands: tuple[tuple[int, int], ...]
    fairness: FairnessSection | None

    @property
    def limits(self) -> tuple[str, ...]:
        """What it must not be used for, and what is not known of it."""
        own = EXPERT_LIMIT if self.kind == "EXPERT" else INVENTED_LIMIT
        return (*LIMITS, own)

    @property
    def ks(self) -> float | None:
        """The widest gap between the two curves of the ROC."""
        return max((bads - goods for goods, bads in self.roc), default=None)


def card_of(
    document: Mapping[str, Any],
    *,
    inputs: Sequence[str] = (),
    fairness: FairnessSection | None = None,
) -> ModelCard:
    """The card of a checked artefact; what a kind does not have stays empty."""
    trained = _mapping(document.get("trained"))
    shown = _mapping(document["fitted"]) if document["kind"] == "BLEND" else document
    learned = trained or _mapping(shown.get("trained"))
    evidence = _mapping(learned.get("evidence"))
    window = learned.get("window")
    return ModelCard(
        version=document["version"],
        kind=document["kind"],
        sha256=document["sha256"],
        data_sha256=str(learned.get("data_sha256") or ""),
        target=str(document.get("target") or ""),
        scale=document["scale"],
        rows=_whole(learned.get("rows")),
        bads=_whole(learned.get("bads")),
        window=(str(window[0]), str(window[1])) if isinstance(window, list | tuple) else None,
        seed=_whole(learned.get("seed")),
        metrics=tuple(_metrics(_mapping(learned.get("metrics")))),
        calibration=str(_mapping(shown.get("calibration")).get("method") or "NONE"),
        characteristics=tuple(_characteristics(shown, learned)),
        inputs=tuple((name, _title(name)) for name in inputs),
        trees=len(shown.get("trees") or ()),
        weight=document.get("weight"),
        roc=tuple((float(x), float(y)) for x, y in evidence.get("roc") or ()),
        reliability=tuple(
            (float(said), float(was), int(rows))
            for said, was, rows in evidence.get("calibration") or ()
        ),
        bands=tuple((int(goods), int(bads)) for goods, bads in evidence.get("bands") or ()),
        fairness=fairness,
    )


def _metrics(kept: Mapping[str, Any]) -> Iterator[Metric]:
    """Plain figures, or {"mean": …, "sd": …} over folds."""
    means = _mapping(kept.get("mean")) or kept
    deviations = _mapping(kept.get("sd"))
    for name, value in means.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            deviation = deviations.get(name)
            yield Metric(name, float(value), None if deviation is None else float(deviation))


def _characteristics(
    document: Mapping[str, Any], learned: Mapping[str, Any]
) -> Iterator[Characteristic]:
    populations = {
        each["feature"]: each["bins"]
        for each in learned.get("bins") or ()
        if isinstance(each, Mapping)
    }
    for row in document.get("characteristics") or ():
        name = row["feature"]
        found = _expert_bins(row) if document["kind"] == "EXPERT" else _fitted_bins(row, document)
        yield Characteristic(name, _title(name), tuple(_counted(found, populations.get(name))))


def _expert_bins(row: Mapping[str, Any]) -> Iterator[Bin]:
    bins, name = row["bins"], row["feature"]
    for place, each in enumerate(bins):
        upper = bins[place + 1]["from"] if place + 1 < len(bins) else None
        said = _told_apart(name, [each.get("from") for each in bins])
        yield Bin(said(each.get("from")), said(upper), each["points"])
    yield Bin("", "", row["missing"])


def _fitted_bins(row: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Bin]:
    """Log-odds of bad against the average, as points of the scale: more is better."""
    factor = document["scale"]["pdo"] / log(2.0)
    points = [round(-factor * (each - row["neutral"]), 1) + 0.0 for each in row["points"]]
    missing = round(-factor * (row["missing"] - row["neutral"]), 1) + 0.0
    if row["kind"] == "CATEGORY":
        for words, each in zip(row["categories"], points, strict=True):
            yield Bin(", ".join(map(str, words)), "", each)
    else:
        edges = [None, *row["edges"], None]
        said = _told_apart(row["feature"], edges)
        for place, each in enumerate(points):
            yield Bin(said(edges[place]), said(edges[place + 1]), each)
    yield Bin("", "", missing)


def _counted(bins: Iterator[Bin], kept: Any) -> Iterator[Bin]:
    """With the rows and bads of training where the record has them for exactly these bins."""
    found = list(bins)
    rows = [each for each in kept or () if isinstance(each, Mapping)]
    known = [(each.get("count"), each.get("bads")) for each in rows]
    # The record has a place for unknown words before the one for missing values.
    if len(known) == len(found) + 1:
        del known[-2]
    if len(known) != len(found):
        yield from found
        return
    for each, (count, bads) in zip(found, known, strict=True):
        yield Bin(each.lower, each.upper, each.points, _whole(count), _whole(bads))


def _told_apart(name: str, edges: Sequence[float | None]) -> Callable[[float | None], str]:
    """How the edges of a feature are read: in as many digits as no two of them are the same."""
    known = sorted({float(each) for each in edges if each is not None})
    digits = next(
        digits
        for digits in range(MOST_DIGITS + 1)
        if digits == MOST_DIGITS or len({_said(name, each, digits) for each in known}) == len(known)
    )
    return lambda edge: "" if edge is None else _said(name, float(edge), digits)


def _said(name: str, edge: float, more: int) -> str:
    """An edge as people read the feature, with so many digits more than they usually read."""
    unit = FEATURES[name].unit if name in FEATURES else None
    if unit is Unit.SHARE:
        return f"{edge:.{more}%}"
    if unit in {Unit.FEN, Unit.YUAN} and not more:
        assert unit is not None
        return figure(edge, unit)
    if unit in {Unit.FEN, Unit.YUAN}:
        return f"¥{edge / FEN_PER_YUAN:,.{more + 1}f}"
    return f"{edge:.{4 + more}g}"


def _title(name: str) -> Bilingual:
    return FEATURES[name].title if name in FEATURES else Bilingual(en=name, zh=name)


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _whole(found: Any) -> int | None:
    return found if isinstance(found, int) and not isinstance(found, bool) else None
