"""Training, trying and asking a model on stored events: what the commands do, without the shell."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas

from borrowers.behaviour import queries as behaviour
from borrowers.behaviour.contracts import Source
from borrowers.people import queries as people
from common import clock
from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.errors import NotFound
from common.transactions import durable
from scoring.features import kernel
from scoring.features.catalogue import FEATURES
from scoring.management import worth
from scoring.oversight import actions as oversight
from scoring.oversight import thresholds, watch
from scoring.registry import actions as publishing
from scoring.registry import artefact
from scoring.registry import queries as registry
from scoring.registry.cards.evidence import evidence
from scoring.registry.contracts import Contribution, Model
from scoring.registry.loading import load
from scoring.registry.models import ModelState, ModelStep
from scoring.training import evaluation, refusals
from scoring.training.cards import bins_of
from scoring.training.labels.datasets import Dataset, dataset
from scoring.training.models.catalogue import model_of

# The latest part of the loans is kept back, to be tried on by a model that never saw it.
TEACHING_SHARE = 0.75
FOLDS = 5
Told = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class Trained:
    """A sealed artefact, and how its like did on later loans than those it learned from."""

    document: Mapping[str, Any]
    rows: int
    bads: int
    out_of_time: Mapping[str, Any] | None
    frame: pandas.DataFrame

    def as_json(self) -> dict[str, Any]:
        return {
            "version": self.document["version"],
            "kind": self.document["kind"],
            "sha256": self.document["sha256"],
            "data_sha256": self.document["trained"]["data_sha256"],
            "window": self.document["trained"]["window"],
            "rows": self.rows,
            "bads": self.bads,
            "out_of_time": self.out_of_time,
        }


def trained(
    *, kind: str, labels_until: date, seed: int, tell: Told = lambda _people: None
) -> Trained:
    """A model of matured outcomes. Raises NothingToLearnFrom, OneClassOnly."""
    table = dataset(labels_until=labels_until, tell=tell)
    frame = learnable(table.frame)
    monotone = {name: int(FEATURES[name].risk) for name in frame.columns if FEATURES[name].risk}

    def make() -> Any:
        return model_of(kind)(monotone=monotone, seed=seed)

    out_of_time = later(make, frame, table)
    if out_of_time is not None:
        out_of_time["metrics"] |= spread(make, frame, table, seed)
    model = make().fit(frame, table.is_bad)
    document = model.artefact(
        version=f"{kind}-{labels_until:%Y%m%d}-{table.sha256[:8]}-{seed}",
        trained={
            "target": "is_bad",
            "rows": len(table),
            "bads": table.bads,
            "data_sha256": table.sha256,
            "seed": seed,
            "metrics": {} if out_of_time is None else out_of_time["metrics"],
            "evidence": {} if out_of_time is None else out_of_time.pop("evidence"),
            "window": [day_of(table.as_of[0]), day_of(table.as_of[-1])],
        },
    )
    # What stood in each bin, for the model's card.
    document["trained"]["bins"] = bins_of(document, frame, table.is_bad)
    return Trained(artefact.seal(document), len(table), table.bads, out_of_time, frame)


def registered(found: Trained, *, on: date) -> bool:
    """Keep it as a draft, with how those looked on whom it learned: later ones are held against it.

    Whether there were enough of them for that. Raises ModelVersionTaken.
    """
    model_id = publishing.register(document=found.document, by=SYSTEM)
    if found.rows < thresholds.smallest_sample(on):
        return False
    model = load(found.document)
    features = {
        str(name): found.frame[name].to_numpy(dtype=np.float64) for name in found.frame.columns
    }
    scores = [float(model.rate(kernel.plain(row)).score) for row in rows_of(found.frame)]
    sample = watch.Sample(scores=np.array(scores), features=features)
    oversight.keep_reference(model_id=model_id, sample=sample, on=on)
    return True


def rows_of(frame: pandas.DataFrame) -> Iterator[dict[str, float]]:
    for row in frame.to_dict("records"):
        yield {str(name): each for name, each in row.items()}


def learnable(frame: pandas.DataFrame) -> pandas.DataFrame:
    """The features that differ between people; what is optional is off and teaches nothing.

    Raises NothingToLearnFrom.
    """
    kept = [
        name
        for name in frame.columns
        if not FEATURES[name].is_optional and frame[name].nunique(dropna=False) > 1
    ]
    if not kept:
        raise refusals.NothingToLearnFrom
    return frame[kept]


def later(
    make: Callable[[], Any], frame: pandas.DataFrame, table: Dataset
) -> dict[str, Any] | None:
    """Learn from the earlier loans and try on the later ones; nothing where either ended alike."""
    first_later = table.as_of[int(len(table) * TEACHING_SHARE)]
    teach, attempt = table.as_of < first_later, table.as_of >= first_later
    if any(len(np.unique(table.is_bad[rows])) < 2 for rows in (teach, attempt)):
        return None
    model = make().fit(frame[teach], table.is_bad[teach])
    probability = model.predict_proba(frame[attempt])[:, 1]
    return {
        "from": day_of(first_later),
        "rows": int(attempt.sum()),
        "bads": int(table.is_bad[attempt].sum()),
        "metrics": asdict(evaluation.measures(table.is_bad[attempt], probability)),
        "evidence": evidence(table.is_bad[attempt], probability),
    }


def spread(
    make: Callable[[], Any], frame: pandas.DataFrame, table: Dataset, seed: int
) -> dict[str, Any]:
    """How far every measure lies apart over folds; nothing where an outcome is too rare for it."""
    if min(table.bads, len(table) - table.bads) < FOLDS:
        return {}
    report = evaluation.cross_validated(
        make, frame, table.is_bad, splits=FOLDS, repeats=1, seed=seed
    )
    return {"sd": report.deviation()}


def day_of(seconds: np.int64) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).date().isoformat()


def evaluated(
    *, version: str, labels_until: date, with_sources: bool, tell: Told = lambda _people: None
) -> dict[str, Any]:
    """A registered model on matured outcomes. Raises NotFound, NothingToLearnFrom, OneClassOnly."""
    row = worth.version_of(version)
    model = load(row.artefact)
    table = dataset(labels_until=labels_until, tell=tell)
    window = row.artefact.get("trained", {}).get("window")
    found = {
        "version": version,
        "kind": row.kind,
        "sha256": row.sha256,
        "rows": len(table),
        "bads": table.bads,
        "trained_on": window,
        "all": measured(model, table),
        "after_training": after(model, table, window),
    }
    if with_sources:
        found["sources"] = worth_of_sources(model, table, labels_until)
        found["worth"] = worth.sources_worth(
            version=version,
            table=table,
            labels_until=labels_until,
            on=clock.shanghai_today(),
            tell=tell,
        )
    return found


def measured(model: Model, table: Dataset) -> dict[str, float]:
    """Raises OneClassOnly."""
    if len(np.unique(table.is_bad)) < 2:
        goods = len(table) - table.bads
        raise refusals.OneClassOnly(bads=table.bads, goods=goods, least=1)
    return asdict(evaluation.measures(table.is_bad, probabilities(model, table)))


def probabilities(model: Model, table: Dataset) -> np.ndarray:
    return np.array([model.pd(kernel.plain(row)) for row in rows_of(table.frame)])


def after(model: Model, table: Dataset, window: Any) -> dict[str, float] | None:
    """The same on loans later than those it learned from, where there are both outcomes."""
    if not window:
        return None
    last = int(datetime.fromisoformat(window[1]).replace(tzinfo=UTC).timestamp()) + 86_400
    rest = table.taken(table.as_of >= last)
    if len(np.unique(rest.is_bad)) < 2:
        return None
    return measured(model, rest)


def worth_of_sources(model: Model, table: Dataset, labels_until: date) -> dict[str, float]:
    """How much of the AUC goes when the events of one source are not there."""
    whole = evaluation.auc(table.is_bad, probabilities(model, table))
    found = {}
    for source in Source:
        rest = [each for each in Source if each is not source]
        without = dataset(labels_until=labels_until, sources=rest)
        if without.sha256 != table.sha256:
            auc = evaluation.auc(without.is_bad, probabilities(model, without))
            found[source.name] = whole - auc
    return found


@durable
def scored(*, public_id: str, as_of: datetime, by: Actor) -> dict[str, Any]:
    """What the model of that time says of a person from events strictly before it.

    No decision is made and nothing is kept but the note that somebody looked. Raises NotFound.
    """
    card = people.by_public_id(public_id)
    if not behaviour.readable_borrowers([card.id]):
        raise NotFound
    model, was_in_force = model_at(as_of)
    values = kernel.plain(kernel.vector(behaviour.columns_of(card.id), as_of=as_of))
    rating = model.rate(values)
    audit.append(
        action="scoring.person.rated_as_of",
        subject=f"borrower:{public_id}",
        by=by,
        facts={"as_of": as_of.isoformat(), "version": model.version},
    )
    return {
        "borrower": public_id,
        "as_of": as_of.isoformat(),
        "model": model.version,
        "sha256": model.sha256,
        "model_was_in_force": was_in_force,
        "kernel_version": kernel.VERSION,
        "score": rating.score,
        "pd": rating.pd,
        "reasons": [reason(each) for each in rating.contributions],
        "features": values,
    }


def reason(found: Contribution) -> dict[str, Any]:
    known = FEATURES.get(found.feature)
    side = None if known is None else (known.worse if found.points < 0 else known.better)
    return {
        "code": found.code,
        "group": found.group,
        "points": found.points,
        "feature": found.feature,
        "value": found.value,
        "words": None if side is None else asdict(side),
    }


def model_at(as_of: datetime) -> tuple[Model, bool]:
    """The version that decided then; where none did yet, the one that decides now."""
    steps = ModelStep.objects.filter(to_state=ModelState.CHAMPION, taken_at__lte=as_of)
    last = steps.order_by("-taken_at", "-pk").select_related("version").first()
    if last is None:
        return registry.champion().card, False
    return registry.card(last.version.sha256), True
