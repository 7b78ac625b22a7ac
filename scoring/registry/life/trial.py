"""What a model must do before it is kept: read what is computed, and answer everybody. Pure."""

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from common.texts import gettext_noop
from scoring.features.catalogue import FEATURES
from scoring.registry.artefact import ArtefactCut, ModelDamaged
from scoring.registry.contracts import Model, Values

# What the column of a decision can hold.
SCORES = range(-32_768, 32_768)
EXTREMES = (0.0, 1.0, -1.0, 0.5, 1e3, 1e6, 1e9, 1e15, -1e15)
# What the table of versions can hold.
LONGEST_VERSION = 40
# So many indicators that nobody computes are named, the others counted.
NAMED = 5
HASH = re.compile(r"[0-9a-f]{64}")


class FeaturesUnknown(ModelDamaged):
    """The model reads what nobody computes: it would judge everybody by a gap."""

    code = "FEATURES_UNKNOWN"
    message = gettext_noop("This model reads indicators that are not computed here: %(fault)s.")
    advice = gettext_noop(
        "Train the model on the indicators of the catalogue: manage.py list_features."
    )


class RatingOutOfBounds(ModelDamaged):
    """Some person would get a score or a probability that is none."""

    code = "RATING_OUT_OF_BOUNDS"
    message = gettext_noop("This model gives scores that no decision can hold (%(fault)s).")


def insist(model: Model) -> None:
    """Refuse what could not decide. Raises ArtefactCut, FeaturesUnknown, RatingOutOfBounds."""
    version = model.version
    if len(version) > LONGEST_VERSION or not version.isprintable() or not version.strip():
        raise ArtefactCut("version")
    unknown = sorted(set(model.features) - set(FEATURES))
    if unknown:
        told = ", ".join(unknown[:NAMED])
        more = len(unknown) - NAMED
        raise FeaturesUnknown(f"{told} (+{more})" if more > 0 else told)
    for values in _people(model):
        _insist_on_rating(model, values)


def data_sha256(document: Mapping[str, Any]) -> str:
    """The hash of the table that it learned from, where it says one."""
    trained = document.get("trained")
    found = trained.get("data_sha256") if isinstance(trained, Mapping) else None
    return found if isinstance(found, str) and HASH.fullmatch(found) else ""


def _people(model: Model) -> Iterator[Values]:
    """Somebody of whom nothing is known, and those at the ends of what can be known."""
    yield {}
    for extreme in EXTREMES:
        yield dict.fromkeys(model.features, extreme)


def _insist_on_rating(model: Model, values: Values) -> None:
    try:
        rating = model.rate(values)
    except (ArithmeticError, LookupError, TypeError, ValueError) as fault:
        raise RatingOutOfBounds(type(fault).__name__) from fault
    insist_on_bounds(rating.score, rating.pd)


def insist_on_bounds(score: int, pd: float) -> None:
    """A score and a probability that a decision can hold. Raises RatingOutOfBounds."""
    if not (isfinite(pd) and 0.0 <= pd <= 1.0 and score in SCORES):
        raise RatingOutOfBounds(f"{score}, {pd}")
