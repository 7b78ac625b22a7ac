"""A model of invented people, with its watch filled from them: figures that were really measured.

It learns from the earlier loans of a simulated world and is watched over the later ones. Nobody of
the platform is in it: it stays a draft, and its version says that its people were invented.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas

from common.actors import SYSTEM
from common.canonical import sha256_of
from scoring.features import kernel
from scoring.oversight import actions as oversight
from scoring.oversight import sources, watch
from scoring.oversight.contracts import Finding
from scoring.registry import actions as registry
from scoring.registry import artefact
from scoring.registry.cards.evidence import evidence
from scoring.registry.contracts import Model
from scoring.registry.loading import load
from scoring.training.cards import bins_of
from scoring.training.evaluation import check_outcomes, measures
from simulation.evaluation.lent.champions import PLAYERS, frame_of, makers, views
from simulation.evaluation.lent.tables import Told, TrainingSet, training_sets
from simulation.world.loans import HORIZON_DAYS

TEACHING_SHARE, FOLDS = 0.5, 3
# Of whom less than this is certain there are few records.
CERTAIN = 0.5
APPROVED_SHARE = 0.8
BAND_BOUNDS, BAND_NAMES = (30, 50), ("UNDER_30", "30_TO_49", "50_AND_OVER")
DAY = 86_400


def lived(
    *, people: int, seed: int, tell: Told = lambda _person: None
) -> Mapping[frozenset[str], TrainingSet]:
    """The loans of a world, as each set of sources shows them; all of them last."""
    shown = views()
    tables = training_sets(people=people, seed=seed, views=tuple(shown.values()), tell=tell)
    return {frozenset(each): rows for each, rows in zip(shown, tables, strict=True)}


@dataclass(frozen=True, eq=False)
class Reckoned:
    """All that will be kept: a sealed model, whom it learned from, and the figures of its watch."""

    document: Mapping[str, Any]
    taught: watch.Sample
    first_later: date
    later: int
    found: tuple[tuple[date, tuple[Finding, ...]], ...]


def reckoned(
    seen: Mapping[frozenset[str], TrainingSet], *, seed: int, kind: str = "woe"
) -> Reckoned:
    """Learn and watch, and write nothing yet: it takes long. Raises OneClassOnly."""
    tables = list(seen.values())
    rows, frame = tables[-1], frame_of(tables[-1])
    moments = np.sort(rows.as_of)
    first_later = int(moments[int(len(moments) * TEACHING_SHARE)])
    teach, later = rows.as_of < first_later, rows.as_of >= first_later
    for part in (teach, later):
        check_outcomes(rows.is_bad[part], FOLDS)
    document = _learned(kind, rows, frame, teach, seed)
    model = load(document)
    worth = sources.worth_by(
        lambda group: np.column_stack(list(seen[group].features.values())),
        sources=tuple(PLAYERS),
        outcomes=(rows.is_bad == 1, ~(np.asarray(rows.features["confidence"]) >= CERTAIN)),
        base=next(iter(PLAYERS)),
        trial=sources.Trial(folds=FOLDS),
    )
    last = day_of(int(rows.as_of.max())) + timedelta(days=HORIZON_DAYS)
    watched = _watched(model, rows, frame, later, document)
    found = (
        *((on, tuple(each)) for on, each in watched),
        (last, sources.findings(worth)),
        (last, tuple(_by_age(model, rows, frame, later, on=last))),
    )
    taught = _sample(model, frame[teach])
    return Reckoned(document, taught, day_of(first_later), int(later.sum()), found)


def demonstrate(given: Reckoned) -> dict[str, Any]:
    """Register the draft and keep its watch; the same again changes nothing."""
    model_id = registry.register(document=given.document, by=SYSTEM)
    oversight.keep_reference(model_id=model_id, sample=given.taught, on=given.first_later)
    kept = sum(
        oversight.keep(model_id=model_id, on=on, findings=found) for on, found in given.found
    )
    trained = given.document["trained"]
    return {
        "version": given.document["version"],
        "rows": trained["rows"],
        "bads": trained["bads"],
        "later": given.later,
        "auc": trained["metrics"]["auc"],
        "kept": kept,
    }


def _learned(
    kind: str, rows: TrainingSet, frame: pandas.DataFrame, teach: Any, seed: int
) -> dict[str, Any]:
    model = makers(frame, seed)[kind]().fit(frame[teach], rows.is_bad[teach])
    said = model.predict_proba(frame[~teach])[:, 1]
    sha256 = sha256_of(
        {"x": frame[teach].to_numpy(dtype="<f8").tobytes().hex(), "y": rows.is_bad[teach].tolist()}
    )
    document: dict[str, Any] = model.artefact(
        version=f"invented-{kind}-{sha256[:8]}-{seed}",
        trained={
            "target": "is_bad",
            "rows": int(teach.sum()),
            "bads": int(rows.is_bad[teach].sum()),
            "data_sha256": sha256,
            "seed": seed,
            "metrics": vars_of(measures(rows.is_bad[~teach], said)),
            "evidence": evidence(rows.is_bad[~teach], said),
            "window": [
                day_of(int(rows.as_of[teach].min())).isoformat(),
                day_of(int(rows.as_of[teach].max())).isoformat(),
            ],
        },
    )
    document["trained"]["bins"] = bins_of(document, frame[teach], rows.is_bad[teach])
    return artefact.seal(document)


def vars_of(found: Any) -> dict[str, float]:
    return {name: float(getattr(found, name)) for name in found.__dataclass_fields__}


def _sample(model: Model, frame: pandas.DataFrame) -> watch.Sample:
    scores = [float(model.rate(row).score) for row in _plain(frame)]
    columns = {str(name): frame[name].to_numpy(dtype=np.float64) for name in frame.columns}
    return watch.Sample(scores=np.array(scores), features=columns)


def _plain(frame: pandas.DataFrame) -> Iterator[dict[str, float | None]]:
    for row in frame.to_dict("records"):
        yield kernel.plain({str(name): value for name, value in row.items()})


def _watched(
    model: Model, rows: TrainingSet, frame: pandas.DataFrame, later: Any, document: dict[str, Any]
) -> Iterator[tuple[date, list[Finding]]]:
    """Drift of each later month, and what became of all of them a horizon after the last."""
    teach = _sample(model, frame[~later])
    reference = watch.binned(teach)
    for moment in np.unique(rows.as_of[later]):
        on = day_of(int(moment))
        month = _sample(model, frame[rows.as_of == moment])
        yield on, list(watch.drift(reference, month, on=on))
    outcomes = watch.Outcomes(
        pd=np.array([model.pd(row) for row in _plain(frame[later])]),
        is_bad=rows.is_bad[later] == 1,
        decided_on=rows.as_of[later] // DAY,
    )
    last = day_of(int(rows.as_of.max())) + timedelta(days=HORIZON_DAYS)
    auc = document["trained"]["metrics"]["auc"]
    yield (
        last,
        [
            *watch.discrimination(outcomes, trained_auc=auc, on=last),
            *watch.calibrated(outcomes, on=last),
        ],
    )


def _by_age(
    model: Model, rows: TrainingSet, frame: pandas.DataFrame, later: Any, *, on: date
) -> list[Finding]:
    """How age bands fare where the best four fifths are approved. Nobody here has a sex."""
    pd = np.array([model.pd(row) for row in _plain(frame[later])])
    judged = watch.Judged(
        people=rows.person[later],
        is_approved=pd <= np.quantile(pd, APPROVED_SHARE),
        pd=pd,
        is_bad=rows.is_bad[later].astype(np.float64),
        columns=_sample(model, frame[later]).columns(),
    )
    codes = np.searchsorted(BAND_BOUNDS, rows.age[later], side="right")
    return watch.treated(judged, codes, BAND_NAMES, attribute="AGE_BAND", on=on)


def day_of(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()
