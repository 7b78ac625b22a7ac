"""What a plain boosting model would say of each case without having seen it: out-of-fold. Pure.

Used to ask what columns can tell at all, never to decide on anybody.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from common.threads import as_many_as_pay
from scoring.oversight.contracts import Flags, Real

Matrix = npt.NDArray[np.float64]
# Rows to learn from, what they were, and rows to say something of.
Fit = Callable[[Matrix, Flags, Matrix], Real]


def out_of_fold(columns: Matrix, target: Flags, *, fit: Fit, folds: int, seed: int) -> Real:
    """A probability for each case from a model fitted on the other folds; NaN where none can be.

    Which fold a case is in follows from the seed and its place; both classes are spread evenly.
    """
    said = np.full(len(target), np.nan)
    place = _folds(target, folds=folds, seed=seed)
    for fold in range(folds):
        train, test = place != fold, place == fold
        if not test.any() or not target[train].any() or target[train].all():
            continue
        said[test] = fit(columns[train], target[train], columns[test])
    return said


def boosted(train: Matrix, target: Flags, test: Matrix) -> Real:
    """Small boosted trees: they take missing values and bends as they come.

    A column without a value in the rows to learn from tells nothing, and is left out.
    """
    # Only here: whoever reads figures of a model need not load what fits one.
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 (heavy)

    tells = np.isfinite(train).any(axis=0)
    if not tells.any():
        return np.full(len(test), target.mean())
    model = HistGradientBoostingClassifier(
        max_iter=60, learning_rate=0.08, max_leaf_nodes=8, min_samples_leaf=20, random_state=0
    )
    with as_many_as_pay(len(train)):
        model.fit(train[:, tells], target)
        return np.asarray(model.predict_proba(test[:, tells])[:, 1], dtype=np.float64)


def _folds(target: Flags, *, folds: int, seed: int) -> npt.NDArray[np.int64]:
    chance = np.random.default_rng(seed)
    place = np.empty(len(target), dtype=np.int64)
    for is_of in (target, ~target):
        rows = np.flatnonzero(is_of)
        place[rows] = chance.permutation(np.arange(len(rows)) % folds)
    return place
