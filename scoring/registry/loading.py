"""From an artefact to a model that rates, whatever its kind. Pure."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from math import exp, isfinite, log
from typing import Any

from scoring.registry import artefact, points
from scoring.registry.artefact import ArtefactCut, ArtefactVersionUnknown
from scoring.registry.contracts import Model, Rating, Values

FORMAT = 1
# By name, so that a process that decides by points never loads what walks through trees.
LOADERS: Mapping[str, str] = {
    "EXPERT": "scoring.registry.expert.scorecard",
    "WOE": "scoring.registry.points",
    "ADDITIVE": "scoring.registry.points",
    "BOOST": "scoring.registry.trees",
    "BLEND": "scoring.registry.loading",
}


def load(document: Mapping[str, Any]) -> Model:
    """A model from its artefact, checked in every part.

    Raises ModelDamaged: ArtefactAltered, ArtefactCut, ArtefactVersionUnknown, NumberNotFinite.
    """
    if not isinstance(document, Mapping):
        raise ArtefactCut("no object")
    kind = document.get("kind")
    if not isinstance(kind, str) or kind not in LOADERS:
        raise ArtefactVersionUnknown(str(kind))
    if kind == "BLEND":
        return _blend(document)
    with whole():
        loader: Callable[[Mapping[str, Any]], Model] = import_module(LOADERS[kind]).load
        return loader(document)


@dataclass(frozen=True, slots=True)
class Blend:
    """Two models on the scale of log-odds; the first, which was fitted, gives the reasons."""

    version: str
    sha256: str
    fitted: Model
    expert: Model
    weight: float
    pdo: float
    anchor_score: float
    anchor_odds: float

    @property
    def kind(self) -> str:
        return "BLEND"

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.fitted.features, *self.expert.features)))

    def rate(self, values: Values) -> Rating:
        """The score of both together; the reasons of the one that weighs more."""
        leader = self.fitted if self.weight >= 0.5 else self.expert
        odds = self._log_odds(values)
        score = round(self.anchor_score - self.pdo / log(2) * (odds + log(self.anchor_odds)))
        return Rating(score, _chance(odds), leader.rate(values).contributions)

    def pd(self, values: Values) -> float:
        """The probability of both together."""
        return _chance(self._log_odds(values))

    def _log_odds(self, values: Values) -> float:
        fitted, expert = (_log_odds(each.pd(values)) for each in (self.fitted, self.expert))
        return self.weight * fitted + (1.0 - self.weight) * expert


def _blend(document: Mapping[str, Any]) -> Blend:
    artefact.check(document, "BLEND", FORMAT)
    with whole():
        weight, scale = float(document["weight"]), document["scale"]
        if not (isfinite(weight) and 0.0 <= weight <= 1.0):
            raise ArtefactCut("weight")
        return Blend(
            version=document["version"],
            sha256=document["sha256"],
            fitted=load(document["fitted"]),
            expert=load(document["expert"]),
            weight=weight,
            pdo=points.positive(scale["pdo"]),
            anchor_score=points.finite(scale["score"]),
            anchor_odds=points.positive(scale["odds"]),
        )


@contextmanager
def whole() -> Iterator[None]:
    """What is missing or has another shape is said in one way, whatever the kind."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as fault:
        raise ArtefactCut(f"{type(fault).__name__} {fault}") from fault


def _log_odds(chance: float) -> float:
    inside = min(max(chance, 1e-9), 1.0 - 1e-9)
    return log(inside / (1.0 - inside))


def _chance(log_odds: float) -> float:
    return 1.0 / (1.0 + exp(-log_odds))
