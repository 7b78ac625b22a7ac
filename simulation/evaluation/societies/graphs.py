"""Several worlds looked at as a graph: rings, decoys, moral hazard, and what links add."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from scoring.graph import rings
from scoring.graph.contracts import Flags, Real
from simulation.evaluation.societies.hazards import Cases, cases
from simulation.evaluation.societies.linked import Counted, counted, seen
from simulation.evaluation.whole import Figure
from simulation.world import World

FOLDS, TOP_SHARE = 5, 0.1


def evaluate(worlds: Callable[[], Iterator[World]], *, consent_share: float) -> dict[str, Any]:
    """All worlds one after the other, each forgotten before the next; figures of all together."""
    parts: list[Counted] = []
    hazards: list[Cases] = []
    for world in worlds():
        given = seen(world, consent_share=consent_share, seed=world.seed)
        found = [ring.members for ring in rings.rings(given.society)]
        parts.append(counted(world, given, found))
        hazards.append(cases(world, given, seed=world.seed))
    whole = Counted(
        *(sum(getattr(each, field.name) for each in parts) for field in fields(Counted))
    )
    joined = Cases(
        *(
            np.concatenate([getattr(each, field.name) for each in hazards])
            for field in fields(Cases)
        )
    )
    return {
        "counts": asdict(whole),
        "figures": {each.name: each.as_json() for each in figures(whole)},
        "moral_hazard": moral_hazard(joined),
        "graph_lift": lift(joined),
    }


def figures(whole: Counted) -> tuple[Figure, ...]:
    """The goals for rings and for those who only look like rings."""
    return (
        Figure("ring_precision", whole.found_right / max(whole.found, 1), 0.9, whole.found),
        Figure("ring_recall", whole.rings_found / max(whole.rings, 1), 0.8, whole.rings),
        Figure(
            "decoys_referred", whole.decoys_referred / max(whole.decoys, 1), 0.01, whole.decoys,
            is_upper=True,
        ),
        Figure(
            "others_referred", whole.others_referred / max(whole.others, 1), 0.01, whole.others,
            is_upper=True,
        ),
    )  # fmt: skip


def moral_hazard(given: Cases) -> Mapping[str, float | int]:
    """The index against latent discipline and intent, and against unwilling defaults."""
    honest = ~given.is_fraud
    return {
        "borrowers": len(given.early),
        "unwilling_defaults": int(given.is_unwilling.sum()),
        "rank_correlation_with_indiscipline": rounded(
            correlation(given.early[honest], -given.discipline[honest])
        ),
        "auc_intent_early": rounded(auc(given.is_fraud, given.early)),
        "auc_unwilling_default_early": rounded(auc(given.is_unwilling, given.early)),
        "auc_unwilling_default_late": rounded(auc(given.is_unwilling, given.late)),
    }


def lift(given: Cases) -> Mapping[str, float]:
    """Unwilling defaults by plain figures alone, and with links beside them; out of fold."""
    alone = out_of_fold(given.own, given.is_unwilling)
    beside = out_of_fold(np.hstack([given.own, given.linked]), given.is_unwilling)
    return {
        "auc_without": rounded(auc(given.is_unwilling, alone)),
        "auc_with": rounded(auc(given.is_unwilling, beside)),
        "auc_gain": rounded(auc(given.is_unwilling, beside) - auc(given.is_unwilling, alone)),
        "top_decile_lift_without": rounded(top_decile(given.is_unwilling, alone)),
        "top_decile_lift_with": rounded(top_decile(given.is_unwilling, beside)),
    }


def out_of_fold(columns: Real, is_bad: Flags) -> Real:
    """What a logistic regression says of the people it has not seen."""
    from sklearn import model_selection  # noqa: PLC0415 (heavy, only here)
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 (heavy, only here)
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 (heavy, only here)
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 (heavy, only here)

    folds = model_selection.StratifiedKFold(FOLDS, shuffle=True, random_state=2024)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    said = model_selection.cross_val_predict(
        model, columns, is_bad, cv=folds, method="predict_proba"
    )
    return np.asarray(said[:, 1])


def ranks(values: Real) -> Real:
    """Ranks from one; ties share theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[place])


def auc(is_bad: Flags, values: Real) -> float:
    """How often a bad one stands above a good one; a half where there is nothing to compare."""
    bads, goods = int(is_bad.sum()), int((~is_bad).sum())
    if not bads or not goods:
        return 0.5
    above = float(ranks(values)[is_bad].sum()) - bads * (bads + 1) / 2
    return above / (bads * goods)


def correlation(one: Real, other: Real) -> float:
    """Spearman's."""
    return float(np.corrcoef(ranks(one), ranks(other))[0, 1])


def top_decile(is_bad: Flags, values: Real) -> float:
    """How many times more bads stand in the tenth ranked worst than in a tenth at random."""
    worst = np.argsort(-values, kind="stable")[: max(1, round(len(values) * TOP_SHARE))]
    return float(is_bad[worst].mean() / max(is_bad.mean(), 1e-12))


def rounded(value: float) -> float:
    """To four places."""
    return round(value, 4)
