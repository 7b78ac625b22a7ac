"""What each source of records adds: AUC by subset, its fair share (Shapley), and for thin files.

Exact over all subsets, and therefore for at most six sources. Pure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np

from common.errors import Refused
from common.texts import gettext_noop
from scoring.oversight.contracts import Finding, Flags, Lack, Level, Measured, Real, lacking
from scoring.oversight.measures import ranks
from scoring.oversight.measures.fitted import Fit, Matrix, boosted, out_of_fold

MOST_SOURCES = 6
COIN = 0.5
JOINED = "+"
Group = frozenset[str]


class TooManySources(Refused):
    """All subsets of many sources would take too long to try."""

    code = "TOO_MANY_SOURCES"
    message = gettext_noop("%(count)s sources are too many: at most six can be compared.")
    advice = gettext_noop("Join sources that always come together.")
    status = 422


@dataclass(frozen=True, slots=True)
class TrainingColumns:
    """Cases with their features, each feature with the source that it was made from."""

    features: Mapping[str, Real]
    source_of: Mapping[str, str]
    is_bad: Flags
    # People of whom there are few records: on them a further source tells most.
    is_thin: Flags

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(sorted({self.source_of[name] for name in self.features}))


@dataclass(frozen=True, slots=True)
class Subset:
    """How well some of the sources do, over everybody and over thin files."""

    sources: Group
    auc: Measured
    thin_auc: Measured


@dataclass(frozen=True, slots=True)
class Worth:
    """All subsets, and what follows for each source."""

    subsets: tuple[Subset, ...]
    shares: Mapping[str, Measured]
    thin_gains: Mapping[str, Measured]


@dataclass(frozen=True, slots=True)
class Trial:
    """How a subset is tried: folds, the seed that deals them, and what is fitted."""

    folds: int = 3
    seed: int = 2024
    fit: Fit = boosted


def worth(
    columns: TrainingColumns,
    *,
    base: str,
    folds: int = 3,
    seed: int = 2024,
    fit: Fit = boosted,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Worth:
    """What each source is worth; `base` is what everybody has, such as bills.

    `tell` hears how many of how many subsets are done. Raises TooManySources.
    """

    def matrix_of(group: Group) -> Matrix:
        names = sorted(name for name in columns.features if columns.source_of[name] in group)
        return np.column_stack([columns.features[name] for name in names])

    return worth_by(
        matrix_of,
        sources=columns.sources,
        outcomes=(columns.is_bad, columns.is_thin),
        base=base,
        trial=Trial(folds=folds, seed=seed, fit=fit),
        tell=tell,
    )


def worth_by(
    matrix_of: Callable[[Group], Matrix],
    *,
    sources: Sequence[str],
    outcomes: tuple[Flags, Flags],
    base: str,
    trial: Trial,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Worth:
    """The same where a feature is made of several sources: `matrix_of` computes it of some alone.

    The rows of every matrix are the same cases; `outcomes` are who is bad and who has a thin file.
    Raises TooManySources.
    """
    if len(sources) > MOST_SOURCES:
        raise TooManySources(count=len(sources))
    groups = [
        frozenset(each)
        for size in range(1, len(sources) + 1)
        for each in combinations(sources, size)
    ]
    subsets = []
    for done, group in enumerate(groups, start=1):
        subsets.append(_subset(matrix_of(group), group, outcomes, trial))
        tell(done, len(groups))
    cases = len(outcomes[0])
    values = {each.sources: each.auc.value for each in subsets}
    shares = {each: _measured(_shapley(each, sources, values), cases) for each in sources}
    return Worth(tuple(subsets), shares, _thin_gains(subsets, base))


def findings(found: Worth) -> tuple[Finding, ...]:
    """The same as it is kept; nothing here is good or bad by itself."""
    rows = [
        *(("SOURCE_AUC", JOINED.join(sorted(each.sources)), each.auc) for each in found.subsets),
        *(("SOURCE_SHARE", source, each) for source, each in found.shares.items()),
        *(("SOURCE_THIN_GAIN", source, each) for source, each in found.thin_gains.items()),
    ]
    return tuple(
        Finding(measure, segment, each, Level.NOT_ENOUGH if each.lack else Level.GOOD)
        for measure, segment, each in rows
    )


def shapley(players: Sequence[str], value: Mapping[Group, float]) -> dict[str, float]:
    """What each adds on average over all orders in which they might come; nobody alone is 0.5."""
    return {each: _shapley(each, players, value) or 0.0 for each in players}


def _subset(matrix: Matrix, group: Group, outcomes: tuple[Flags, Flags], trial: Trial) -> Subset:
    is_bad, is_thin = outcomes
    said = out_of_fold(matrix, is_bad, fit=trial.fit, folds=trial.folds, seed=trial.seed)
    return Subset(
        sources=group,
        auc=ranks.auc(said, is_bad),
        thin_auc=ranks.auc(said[is_thin], is_bad[is_thin]),
    )


def _shapley(
    player: str, players: Sequence[str], value: Mapping[Group, float | None]
) -> float | None:
    others = [each for each in players if each != player]
    total = 0.0
    for size in range(len(others) + 1):
        weight = factorial(size) * factorial(len(others) - size) / factorial(len(players))
        for each in combinations(others, size):
            without = frozenset(each)
            before = value[without] if without else COIN
            after = value[without | {player}]
            if before is None or after is None:
                return None
            total += weight * (after - before)
    return total


def _thin_gains(subsets: Sequence[Subset], base: str) -> dict[str, Measured]:
    """For each further source: thin files with it and the base, less with the base alone."""
    of = {each.sources: each.thin_auc for each in subsets}
    alone = of.get(frozenset({base}))
    if alone is None:
        return {}
    gains = {}
    for group, auc in of.items():
        if base not in group or len(group) != 2:
            continue
        (source,) = group - {base}
        if auc.value is None or alone.value is None:
            gains[source] = lacking(auc.lack or alone.lack or Lack.TOO_FEW_CASES, auc.cases)
        else:
            gains[source] = Measured(auc.value - alone.value, auc.cases)
    return dict(sorted(gains.items()))


def _measured(value: float | None, cases: int) -> Measured:
    return lacking(Lack.ONE_CLASS, cases) if value is None else Measured(value, cases)
