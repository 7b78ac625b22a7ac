"""Less discriminatory alternatives: the same kind of model without some of its features. Pure.

Features that give a group away are left out first, one by one; the best of a round is what the
next one starts from. A person decides what follows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.oversight.contracts import Finding, Flags, Level, Real, Whole
from scoring.oversight.fairness import Alternative, Candidate, alternatives
from scoring.oversight.measures import ranks

WHOLE = frozenset[str]()
JOINED = "+"
# What a model without these features says of every case that it did not learn from.
SaidWithout = Callable[[frozenset[str]], Real]


@dataclass(frozen=True, slots=True)
class Aim:
    """What is looked for: how many are approved, what may be lost, and how far it is searched."""

    approved_share: float
    most_loss: float
    least: int
    most_tried: int = 6
    most_dropped: int = 3


@dataclass(frozen=True, slots=True)
class Tried:
    """A model without these features, beside the one that has them all."""

    dropped: frozenset[str]
    found: Alternative


def searched(
    said_without: SaidWithout,
    *,
    telling: Sequence[str],
    is_bad: Flags,
    groups: Whole,
    aim: Aim,
) -> tuple[Tried, ...]:
    """The whole model, and each that was tried; `telling` names what gives the group away, the
    most telling first."""

    def asked(dropped: frozenset[str]) -> Candidate:
        pd = said_without(dropped)
        auc = ranks.auc(pd, is_bad).value
        return Candidate(JOINED.join(sorted(dropped)), pd, 0.0 if auc is None else auc)

    whole = asked(WHOLE)
    tried: dict[frozenset[str], Alternative] = {}
    for names in _rounds(tried, telling, aim):
        fresh = [each for each in names if each not in tried]
        judged = alternatives(
            [whole, *(asked(each) for each in fresh)],
            groups,
            approved_share=aim.approved_share,
            most_loss=aim.most_loss,
            least=aim.least,
        )
        tried |= dict(zip([WHOLE, *fresh], judged, strict=True))
    return tuple(Tried(dropped, found) for dropped, found in tried.items())


def _rounds(
    tried: Mapping[frozenset[str], Alternative], telling: Sequence[str], aim: Aim
) -> Iterator[list[frozenset[str]]]:
    """What to try next: without one more than the best so far; ends where nothing is better."""
    start = WHOLE
    for _round in range(aim.most_dropped):
        yield [start | {each} for each in telling[: aim.most_tried] if each not in start]
        better = [each for each in tried if each > start and _is_better(tried, each, start)]
        if not better:
            return
        start = max(better, key=lambda each: _ratio(tried[each]))


def _is_better(
    tried: Mapping[frozenset[str], Alternative], one: frozenset[str], other: frozenset[str]
) -> bool:
    return tried[one].is_better and _ratio(tried[one]) > _ratio(tried[other])


def _ratio(found: Alternative) -> float:
    return -np.inf if found.ratio.value is None else found.ratio.value


def findings(attribute: str, found: Sequence[Tried]) -> tuple[Finding, ...]:
    """What is kept: the whole model, and what is better; the fairest first."""
    better = sorted((each for each in found if each.found.is_better), key=_fairest_first)
    whole = [each for each in found if not each.dropped]
    return tuple(_finding(attribute, each) for each in [*whole, *better])


def _fairest_first(tried: Tried) -> tuple[float, float]:
    return -_ratio(tried.found), tried.found.loss


def _finding(attribute: str, tried: Tried) -> Finding:
    found = tried.found
    return Finding(
        "ALTERNATIVE",
        f"{attribute}:{found.name}" if tried.dropped else attribute,
        found.ratio,
        Level.NOT_ENOUGH if found.ratio.lack else Level.GOOD,
        {"dropped": sorted(tried.dropped), "auc": found.auc, "loss": found.loss},
    )
