"""Which kinds of model there are, by name; each is imported only when it is asked for."""

from importlib import import_module
from typing import Any

MODELS = {
    "woe": "scoring.training.models.woe:WoeScorecard",
    "additive": "scoring.training.models.additive:AdditiveScorecard",
    "boost": "scoring.training.models.boost:BoostedTrees",
}


def model_of(name: str) -> type[Any]:
    """The class of a kind of model. Raises KeyError."""
    module, _, attribute = MODELS[name].partition(":")
    found: type[Any] = getattr(import_module(module), attribute)
    return found
