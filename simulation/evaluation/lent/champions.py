"""Models against an oracle on simulated loans: who is told apart, why, and at whose cost.

Every figure is of people whom the model has not seen: folds are drawn by person.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedGroupKFold

from scoring.features.catalogue import FEATURES
from scoring.oversight.sources import shapley
from scoring.training.evaluation import auc, measures
from scoring.training.models.catalogue import MODELS, model_of
from simulation.evaluation.lent.tables import TrainingSet
from simulation.world.loans import Cause

FOLDS, APPROVED_SHARE = 5, 0.8
CHAMPIONS = ("woe", "additive")
ORACLE = "oracle"
GOAL = 0.02
# Files that come together, as one player each.
PLAYERS: Mapping[str, tuple[str, ...]] = {
    "wallets": ("wechat", "alipay"),
    "shops": ("jd", "meituan"),
    "banks": ("debit", "second", "credit"),
}
Numbers = npt.NDArray[np.float64]
Told = Callable[[], None]


@dataclass(frozen=True, eq=False)
class Judged:
    """What one model said of everybody while it had not seen them."""

    name: str
    pd: Numbers
    fold_aucs: tuple[float, ...]

    @property
    def auc(self) -> float:
        return float(np.mean(self.fold_aucs))


def frame_of(rows: TrainingSet) -> pandas.DataFrame:
    """The features that say anything of somebody; optional ones are off."""
    found = pandas.DataFrame(dict(rows.features))
    kept = [
        name
        for name in found.columns
        if not FEATURES[name].is_optional and found[name].nunique(dropna=False) > 1
    ]
    return found[kept]


def makers(frame: pandas.DataFrame, seed: int) -> dict[str, Callable[[], Any]]:
    """Every kind of model, with the directions that the features declare; the oracle has none."""
    monotone = {
        name: int(FEATURES[name].risk) for name in frame.columns if FEATURES[name].risk != 0
    }
    made: dict[str, Callable[[], Any]] = {
        name: partial(_made, name, monotone=monotone, seed=seed) for name in MODELS
    }
    made[ORACLE] = lambda: HistGradientBoostingClassifier(
        learning_rate=0.04, max_iter=150, max_leaf_nodes=8, min_samples_leaf=30,
        l2_regularization=5.0, random_state=seed,
    )  # fmt: skip
    return made


def _made(name: str, *, monotone: Mapping[str, int], seed: int) -> Any:
    return model_of(name)(monotone=monotone, seed=seed)


def folds(rows: TrainingSet, seed: int) -> Iterator[tuple[Any, Any]]:
    plan = StratifiedGroupKFold(n_splits=FOLDS, shuffle=True, random_state=seed)
    yield from plan.split(np.zeros(len(rows)), rows.is_bad, groups=rows.person)


def judged(
    name: str, make: Callable[[], Any], rows: TrainingSet, frame: pandas.DataFrame, seed: int
) -> Judged:
    """Fit anew in every fold and ask about the rest."""
    pd, found = np.zeros(len(rows)), []
    for teach, attempt in folds(rows, seed):
        model = make().fit(frame.iloc[teach], rows.is_bad[teach])
        pd[attempt] = model.predict_proba(frame.iloc[attempt])[:, 1]
        found.append(auc(rows.is_bad[attempt], pd[attempt]))
    return Judged(name, pd, tuple(found))


def by_cause(rows: TrainingSet, pd: Numbers) -> dict[str, float]:
    """How well those who failed for one cause are told from all who did not fail."""
    good = rows.is_bad == 0
    return {
        cause.name: auc((rows.cause[chosen] == cause).astype(np.int8), pd[chosen])
        for cause in (Cause.UNABLE, Cause.UNWILLING, Cause.FRAUD)
        if (chosen := good | (rows.cause == cause)).sum() > good.sum()
    }


def approval_ratio(rows: TrainingSet, pd: Numbers) -> float:
    """The lower of two groups' approval shares over the higher, the best four fifths approved."""
    is_approved = pd <= np.quantile(pd, APPROVED_SHARE)
    shares = [float(is_approved[rows.group == group].mean()) for group in np.unique(rows.group)]
    return min(shares) / max(shares)


def compared(
    rows: TrainingSet, seed: int, *, kinds: tuple[str, ...], tell: Told = lambda: None
) -> dict[str, Any]:
    """All kinds of model on one table, and how far the champion is from the oracle."""
    frame = frame_of(rows)
    made = makers(frame, seed)
    said = {}
    for name in (*kinds, ORACLE):
        said[name] = judged(name, made[name], rows, frame, seed)
        tell()
    champions = [said[name].auc for name in CHAMPIONS if name in said]
    gap = said[ORACLE].auc - max(champions) if champions else None
    return {
        "seed": seed,
        "rows": len(rows),
        "people": len(np.unique(rows.person)),
        "bad_rate": float(rows.is_bad.mean()),
        "causes": {each.name: int((rows.cause == each).sum()) for each in Cause if each},
        "features": frame.shape[1],
        "models": {name: figures(rows, each) for name, each in said.items()},
        "champion_gap": gap,
        "goal": GOAL,
        "is_met": None if gap is None else bool(gap <= GOAL),
    }


def figures(rows: TrainingSet, said: Judged) -> dict[str, Any]:
    found = measures(rows.is_bad, said.pd)
    return {
        "auc": said.auc,
        "auc_sd": float(np.std(said.fold_aucs, ddof=1)),
        "auc_by_cause": by_cause(rows, said.pd),
        "ks": found.ks,
        "brier": found.brier,
        "ece": found.ece,
        "group_approval_ratio": approval_ratio(rows, said.pd),
    }


def views() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Every set of players, and the sources that they share."""
    sets = (each for size in range(1, len(PLAYERS) + 1) for each in combinations(PLAYERS, size))
    return {each: tuple(name for player in each for name in PLAYERS[player]) for each in sets}


def source_worth(tables: Mapping[tuple[str, ...], TrainingSet], seed: int) -> dict[str, Any]:
    """The scorecard's AUC through each set of sources, and each player's Shapley share of it."""
    found = {}
    for players, rows in tables.items():
        frame = frame_of(rows)
        found[players] = judged("woe", makers(frame, seed)["woe"], rows, frame, seed).auc
    value = {frozenset(players): said for players, said in found.items()}
    shares = shapley(tuple(PLAYERS), {**value, frozenset(): 0.5})
    return {
        "auc": {"+".join(players): said for players, said in found.items()},
        "shapley": dict(shares),
    }
