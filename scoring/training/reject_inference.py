"""What a model would be, had it also learned from those who were turned away.

Nobody knows how they would have paid, so three answers stand side by side: nothing is assumed;
outcomes are drawn for each score band (parcelling); each counts a little as both (fuzzy).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas
from numpy.typing import NDArray

from scoring.training import evaluation, refusals
from scoring.training.evaluation import Outcomes

Numbers = NDArray[np.float64]
METHODS = ("NONE", "PARCELLING", "FUZZY")
# The rejected are taken to fail somewhat more often than accepted people of the same score.
HARSHNESS = 1.25
BANDS = 10


@dataclass(frozen=True)
class Taught:
    """Rows to learn from: what is known of each, its outcome, and how much it counts."""

    frame: pandas.DataFrame
    is_bad: Outcomes
    weights: Numbers


@dataclass(frozen=True, slots=True)
class Inferred:
    """One method: how the model ranks accepted rows that it did not see, and what it expects."""

    auc: float
    brier: float
    ece: float
    expected_bad_rate_accepted: float
    expected_bad_rate_rejected: float


def augmented(
    method: str,
    accepted: Taught,
    rejected: pandas.DataFrame,
    chances: tuple[Numbers, Numbers],
    *,
    seed: int,
    harshness: float = HARSHNESS,
) -> Taught:
    """The rows to learn from; `chances` are the first model's, of accepted and rejected rows."""
    if method == "NONE" or rejected.empty:
        return accepted
    if method == "PARCELLING":
        return _with(accepted, rejected, _parcelled(accepted, chances, seed, harshness))
    if method == "FUZZY":
        bad = np.clip(harshness * chances[1], 0.0, 1.0)
        both = _with(accepted, rejected, np.ones(len(rejected), dtype=np.int8), bad)
        return _with(both, rejected, np.zeros(len(rejected), dtype=np.int8), 1.0 - bad)
    raise ValueError(method)


def compared(
    make: Callable[[], Any],
    frame: pandas.DataFrame,
    is_bad: Outcomes,
    rejected: pandas.DataFrame,
    *,
    splits: int = 5,
    repeats: int = 1,
    seed: int = 2024,
    harshness: float = HARSHNESS,
) -> Mapping[str, Inferred]:
    """Every method on the same folds of accepted rows. Raises OneClassOnly."""
    bads = int(is_bad.sum())
    if min(bads, len(is_bad) - bads) < splits:
        raise refusals.OneClassOnly(bads=bads, goods=len(is_bad) - bads, least=splits)
    found: dict[str, list[Inferred]] = {method: [] for method in METHODS}
    for teach, attempt in evaluation.folds(is_bad, splits=splits, repeats=repeats, seed=seed):
        accepted = Taught(
            frame.iloc[teach].reset_index(drop=True), is_bad[teach], np.ones(len(teach))
        )
        first = make().fit(accepted.frame, accepted.is_bad)
        chances = (_bad(first, accepted.frame), _bad(first, rejected))
        for method in METHODS:
            rows = augmented(method, accepted, rejected, chances, seed=seed, harshness=harshness)
            model = first if method == "NONE" else _fitted(make, rows)
            found[method].append(_inferred(model, frame.iloc[attempt], is_bad[attempt], rejected))
    return {method: _mean(folds) for method, folds in found.items()}


def _fitted(make: Callable[[], Any], rows: Taught) -> Any:
    counted = rows.weights > 0
    return make().fit(
        rows.frame[counted], rows.is_bad[counted], sample_weight=rows.weights[counted]
    )


def _parcelled(
    accepted: Taught, chances: tuple[Numbers, Numbers], seed: int, harshness: float
) -> Outcomes:
    """Outcomes drawn with the bad rate that accepted rows of the same score band had."""
    edges = np.unique(np.quantile(chances[0], np.linspace(0, 1, BANDS + 1)[1:-1]))
    band = np.searchsorted(edges, chances[0], side="right")
    rows = np.bincount(band, minlength=len(edges) + 1)
    bads = np.bincount(band, weights=accepted.is_bad, minlength=len(edges) + 1)
    usual = accepted.is_bad.mean()
    rate = np.clip(harshness * (bads + usual) / (rows + 1.0), 0.0, 1.0)
    expected = rate[np.searchsorted(edges, chances[1], side="right")]
    drawn = np.random.default_rng(seed).random(len(expected)) < expected
    found: Outcomes = drawn.astype(np.int8)
    return found


def _with(
    known: Taught, rejected: pandas.DataFrame, is_bad: Outcomes, weights: Numbers | None = None
) -> Taught:
    counts = np.ones(len(rejected)) if weights is None else weights
    return Taught(
        pandas.concat([known.frame, rejected[known.frame.columns]], ignore_index=True),
        np.concatenate([known.is_bad, is_bad]),
        np.concatenate([known.weights, counts]),
    )


def _bad(model: Any, frame: pandas.DataFrame) -> Numbers:
    if frame.empty:
        return np.empty(0)
    found: Numbers = model.predict_proba(frame)[:, 1]
    return found


def _inferred(
    model: Any, frame: pandas.DataFrame, is_bad: Outcomes, rejected: pandas.DataFrame
) -> Inferred:
    said, of_rejected = _bad(model, frame), _bad(model, rejected)
    measured = evaluation.measures(is_bad, said)
    return Inferred(
        auc=measured.auc,
        brier=measured.brier,
        ece=measured.ece,
        expected_bad_rate_accepted=float(said.mean()),
        expected_bad_rate_rejected=float(of_rejected.mean()) if len(of_rejected) else 0.0,
    )


def _mean(folds: list[Inferred]) -> Inferred:
    names = Inferred.__dataclass_fields__
    return Inferred(
        **{name: float(np.mean([getattr(each, name) for each in folds])) for name in names}
    )
