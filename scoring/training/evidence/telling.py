"""Which columns tell anything: a test of each, and how many the noise may pass among so many.

Every column is tried by ranks and by cells that nobody's outcome has shaped. Those are kept of
which at most a share is noise (Benjamini and Hochberg, Storey): the more columns tell, the less
each must prove. Where noise is the smaller part all stay: together they tell what none tells alone.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas
from numpy.typing import NDArray
from scipy.stats import chi2, rankdata

Numbers = NDArray[np.float64]
# Of the columns kept, so many may be noise.
NOISE = 0.2
# With less noise than this among all columns, none is left out.
DROWNING = 0.6
CELLS = 8
# Cells with fewer rows than this, of the rarer outcome as one would expect it, are one.
LEAST_EXPECTED = 1.0


def telling(frame: pandas.DataFrame, is_bad: Numbers, rows: Numbers) -> frozenset[Any]:
    """The names of the columns that tell something; of none that do, the one that is nearest."""
    chances = {name: chance_of(frame[name], is_bad, rows) for name in frame.columns}
    return kept(chances, noise=NOISE)


def kept(chances: Mapping[Any, float], *, noise: float) -> frozenset[Any]:
    """Those of which at most so large a share is noise, going by how likely noise does as well.

    Half of all noise is likelier than not: twice what is seen there is how much noise there is.
    """
    ordered = sorted(chances, key=lambda name: chances[name])
    unlikely = sum(chance > 0.5 for chance in chances.values())
    share = min(1.0, 2.0 * (unlikely + 1) / len(ordered))
    if share < DROWNING:
        return frozenset(ordered)
    passed = [
        place
        for place, name in enumerate(ordered, start=1)
        if chances[name] * share <= noise * place / len(ordered)
    ]
    return frozenset(ordered[: max(passed, default=1)])


def chance_of(column: "pandas.Series[Any]", is_bad: Numbers, rows: Numbers) -> float:
    """How likely a column of noise looks as telling as this one."""
    if not pandas.api.types.is_numeric_dtype(column):
        codes, found = pandas.factorize(column, sort=True)
        return _of_cells(np.where(codes < 0, len(found), codes), is_bad, rows)
    value = np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
    by_cells = _of_cells(_cells(value), is_bad, rows)
    by_rank = _of_ranks(value, is_bad, rows)
    # Two tries: the better one counts half.
    return min(1.0, 2.0 * min(by_cells, by_rank))


def _cells(value: Numbers) -> NDArray[np.intp]:
    """About equally full cells of figures, one more for what is missing."""
    known = value[~np.isnan(value)]
    if not len(known):
        return np.zeros(len(value), dtype=np.intp)
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, CELLS + 1)[1:-1], method="lower"))
    return np.where(np.isnan(value), len(cuts) + 1, np.searchsorted(cuts, value, side="left"))


def _of_cells(places: NDArray[np.intp], is_bad: Numbers, rows: Numbers) -> float:
    usual = float(np.average(is_bad, weights=rows))
    count = np.bincount(places, weights=rows)
    bads = np.bincount(places, weights=rows * is_bad)
    small = count * min(usual, 1.0 - usual) < LEAST_EXPECTED
    count = np.append(count[~small], count[small].sum())
    bads = np.append(bads[~small], bads[small].sum())
    count, bads = count[count > 0], bads[count > 0]
    miss = float(((bads - count * usual) ** 2 / count).sum()) / (usual * (1.0 - usual))
    return _chance(miss * _worth(rows), len(count) - 1)


def _of_ranks(value: Numbers, is_bad: Numbers, rows: Numbers) -> float:
    known = ~np.isnan(value)
    rank, ended, weight = rankdata(value[known]), is_bad[known], rows[known]
    if not len(rank):
        return 1.0
    rank = rank - np.average(rank, weights=weight)
    gap = ended - np.average(ended, weights=weight)
    spread = float((weight * rank**2).sum()) * float(np.average(gap**2, weights=weight))
    if spread <= 0.0:
        return 1.0
    return _chance(float((weight * rank * gap).sum()) ** 2 / spread * _worth(weight), 1)


def _worth(rows: Numbers) -> float:
    """Rows that count unequally are worth fewer."""
    return float(rows.sum() / (rows**2).sum())


def _chance(miss: float, freedom: int) -> float:
    return float(chi2.sf(miss, freedom)) if freedom > 0 else 1.0
