"""Whether a model treats groups alike: approvals, chances of the good, accuracy, proxies. Pure.

Groups come as codes beside the cases; below nothing stands for "not known". What leaves this
module are figures over many people, each with how many it rests on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np

from scoring.oversight.contracts import Flags, Lack, Measured, Real, Whole, lacking
from scoring.oversight.measures import ranks
from scoring.oversight.measures.fitted import Fit, boosted, out_of_fold
from scoring.oversight.measures.stability import CHANCE, Shift, chance_of


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure for each group, and how far the groups lie apart."""

    groups: Mapping[int, Measured]
    apart: Measured
    is_beyond_chance: bool = False


@dataclass(frozen=True, slots=True)
class Proxies:
    """How well a group can be told from what the model uses: all together, and one by one."""

    together: Shift
    features: Mapping[str, Shift]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that might be used instead, asked about the same cases."""

    name: str
    pd: Real
    auc: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """What one candidate would mean for AUC and for the lowest ratio of approvals."""

    name: str
    auc: float
    loss: float
    ratio: Measured
    is_better: bool


def told_of_many(groups: Whole, people: Whole, chosen: Flags, *, least: int) -> Whole:
    """The groups without those whose chosen cases are of too few people, however many they are."""
    found = groups.copy()
    for code in np.unique(groups[groups >= 0]):
        is_of_group = groups == code
        if len(np.unique(people[is_of_group & chosen])) < least:
            found[is_of_group] = -1
    return found


def approval(is_approved: Flags, groups: Whole, *, least: int) -> Spread:
    """The four-fifths rule: the lowest rate of approval over the highest."""
    rates = _rates(is_approved, groups, least=least)
    found = [each.value for each in rates.values() if each.value is not None]
    if len(found) < 2:
        return Spread(rates, lacking(Lack.TOO_FEW_GROUPS, _told(rates)))
    ratio = min(found) / max(found) if max(found) > 0 else 1.0
    return Spread(rates, Measured(ratio, _told(rates)), _is_surprising(rates))


def good_approval(is_approved: Flags, is_bad: Real, groups: Whole, *, least: int) -> Spread:
    """How many of those who would pay are approved, and the widest gap (equal opportunity)."""
    is_good = is_bad == 0
    rates = _rates(is_approved[is_good], groups[is_good], least=least)
    found = [each.value for each in rates.values() if each.value is not None]
    if len(found) < 2:
        return Spread(rates, lacking(Lack.TOO_FEW_GROUPS, _told(rates)))
    return Spread(rates, Measured(max(found) - min(found), _told(rates)), _is_surprising(rates))


def accuracy(pd: Real, is_bad: Real, groups: Whole, *, least: int) -> Spread:
    """AUC within each group, and the widest gap."""
    has_ended = np.isfinite(is_bad)
    pd, bad, groups = pd[has_ended], is_bad[has_ended] == 1, groups[has_ended]
    aucs = {
        int(code): ranks.auc(pd[groups == code], bad[groups == code], least=least)
        for code in np.unique(groups[groups >= 0])
    }
    known = {code: each for code, each in aucs.items() if each.value is not None}
    found = [each.value for each in known.values() if each.value is not None]
    if len(found) < 2:
        return Spread(aucs, lacking(Lack.TOO_FEW_GROUPS, _told(aucs)))
    errors = [
        ranks.auc_error(each.value or 0.0, bad[groups == code]) for code, each in known.items()
    ]
    gap = max(found) - min(found)
    # The two least certain of the groups stand for all: rather quiet than wrong.
    z = gap / hypot(*sorted(errors)[-2:])
    return Spread(aucs, Measured(gap, _told(aucs)), chance_of(z) < CHANCE)


def proxies(
    features: Mapping[str, Real],
    groups: Whole,
    *,
    least: int,
    folds: int = 3,
    seed: int = 2024,
    fit: Fit = boosted,
) -> Proxies:
    """The AUC of telling a group from the features: 0.5 gives nothing away, 1 gives all away.

    Of several groups the one that is told best counts; each is told from all others.
    """
    is_known = groups >= 0
    columns = {name: values[is_known] for name, values in features.items()}
    members = [
        each
        for code in np.unique(groups[is_known])
        if _is_large(each := groups[is_known] == code, least)
    ]
    cases = int(is_known.sum())
    if not members or not columns:
        nothing = Shift(lacking(Lack.TOO_FEW_GROUPS, cases))
        return Proxies(nothing, dict.fromkeys(columns, nothing))
    by_chance = max(_coin_bound(each) for each in members)
    matrix = np.column_stack(list(columns.values()))
    together = max(
        _told_apart(out_of_fold(matrix, each, fit=fit, folds=folds, seed=seed), each)
        for each in members
    )
    alone = {
        name: Shift(Measured(max(_by_itself(values, each) for each in members), cases), by_chance)
        for name, values in columns.items()
    }
    return Proxies(Shift(Measured(together, cases), by_chance), alone)


def alternatives(
    candidates: Sequence[Candidate],
    groups: Whole,
    *,
    approved_share: float,
    most_loss: float,
    least: int,
) -> tuple[Alternative, ...]:
    """Candidates against the first, which is in use: as many are approved, the best by each.

    Better is a higher ratio at a loss of AUC within `most_loss`. A person decides what follows.
    """
    tried = [
        (each, approval(approved(each.pd, approved_share), groups, least=least).apart)
        for each in candidates
    ]
    if not tried:
        return ()
    used, standing = tried[0]
    found = [
        Alternative(
            name=each.name,
            auc=each.auc,
            loss=used.auc - each.auc,
            ratio=ratio,
            is_better=(
                each is not used
                and ratio.value is not None
                and standing.value is not None
                and ratio.value > standing.value
                and used.auc - each.auc <= most_loss
            ),
        )
        for each, ratio in tried
    ]
    return tuple(found)


def approved(pd: Real, share: float) -> Flags:
    """The share of cases with the lowest probability; who is level with the last is in too."""
    known = pd[np.isfinite(pd)]
    if not len(known):
        return np.zeros(len(pd), dtype=np.bool_)
    cut = np.quantile(known, share, method="lower")
    return np.asarray(pd <= cut, dtype=np.bool_)


def _rates(is_so: Flags, groups: Whole, *, least: int) -> dict[int, Measured]:
    rates = {}
    for code in np.unique(groups[groups >= 0]):
        of_group = is_so[groups == code]
        is_enough = len(of_group) >= max(least, 1)
        rates[int(code)] = (
            Measured(float(of_group.mean()), len(of_group))
            if is_enough
            else lacking(Lack.TOO_FEW_CASES, len(of_group))
        )
    return rates


def _told(rates: Mapping[int, Measured]) -> int:
    return sum(each.cases for each in rates.values() if each.value is not None)


def _is_surprising(rates: Mapping[int, Measured]) -> bool:
    """Whether the lowest and the highest differ by more than chance (two proportions)."""
    known = [each for each in rates.values() if each.value is not None]
    low, high = (pick(known, key=lambda each: each.value or 0.0) for pick in (min, max))
    cases = low.cases + high.cases
    pooled = ((low.value or 0.0) * low.cases + (high.value or 0.0) * high.cases) / cases
    error = float(np.sqrt(pooled * (1 - pooled) * (1 / low.cases + 1 / high.cases)))
    return error > 0 and chance_of(((high.value or 0.0) - (low.value or 0.0)) / error) < CHANCE


def _is_large(member: Flags, least: int) -> bool:
    return min(int(member.sum()), int((~member).sum())) >= max(least, 2)


def _told_apart(said: Real, member: Flags) -> float:
    """Below a coin is a coin: out of fold, worse than chance is chance."""
    found = ranks.auc(said, member).value
    return max(0.5, found) if found is not None else 0.5


def _by_itself(values: Real, member: Flags) -> float:
    """Either direction gives away as much; a missing value may tell too, so it ranks lowest."""
    ranked = np.where(np.isfinite(values), values, -np.finfo(np.float64).max)
    found = ranks.auc(ranked, member).value
    return max(found, 1 - found) if found is not None else 0.5


def _coin_bound(member: Flags) -> float:
    """What a coin's AUC stays below but for one time in a thousand."""
    ins, outs = int(member.sum()), int((~member).sum())
    return 0.5 + 3.29 * float(np.sqrt((ins + outs + 1) / (12 * ins * outs)))
