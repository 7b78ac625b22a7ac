"""What a card can show of training, as plain JSON for the artefact's `trained`. Numpy only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

ROC_POINTS = 41
TENTHS = 10
BANDS = 20


def evidence(is_bad: NDArray[Any], probability: NDArray[Any]) -> dict[str, Any]:
    """Curves of one set of rows that the model did not learn from: {"roc", "calibration", "bands"}.

    `roc`: [share of goods, share of bads] from the worst row on. `calibration`: [mean probability,
    share of bads, rows] by tenths. `bands`: [goods, bads] by twentieths of the ranking.
    """
    bad = np.asarray(is_bad, dtype=np.float64)
    chance = np.asarray(probability, dtype=np.float64)
    if not len(bad) or not 0 < bad.sum() < len(bad):
        return {"roc": [], "calibration": [], "bands": []}
    worst_first = np.argsort(-chance, kind="stable")
    ranked, said = bad[worst_first], chance[worst_first]
    return {
        "roc": _roc(ranked, said),
        "calibration": [
            [_short(part.mean()), _short(truth.mean()), len(part)]
            for part, truth in zip(_parts(said, TENTHS), _parts(ranked, TENTHS), strict=True)
            if len(part)
        ],
        "bands": [
            [int(len(truth) - truth.sum()), int(truth.sum())]
            for truth in _parts(ranked, BANDS)
            if len(truth)
        ],
    }


def _roc(ranked: NDArray[Any], said: NDArray[Any]) -> list[list[float]]:
    """Steps only where the probability changes: rows that are told the same come together."""
    ends = np.append(np.flatnonzero(np.diff(said)), len(said) - 1)
    bads = np.concatenate([[0.0], np.cumsum(ranked)[ends]]) / ranked.sum()
    goods = np.concatenate([[0.0], np.cumsum(1.0 - ranked)[ends]]) / (1.0 - ranked).sum()
    wanted = np.linspace(0.0, 1.0, ROC_POINTS)
    heights = np.interp(wanted, goods, bads)
    return [[_short(x), _short(y)] for x, y in zip(wanted, heights, strict=True)]


def _parts(values: NDArray[Any], count: int) -> list[NDArray[Any]]:
    return list(np.array_split(values, count))


def _short(number: Any) -> float:
    return round(float(number), 5)
