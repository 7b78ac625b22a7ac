"""The fitted model and the expert card as one, until there are enough bads to trust the fit."""

from collections.abc import Mapping
from typing import Any

from scoring.registry.artefact import ArtefactCut
from scoring.training.cards import SCALE

# At so many bads both weigh the same.
BADS_OF_THE_EXPERT = 20


def weight_of_fitted(bads: int) -> float:
    """What share of the log-odds the fitted model gives: nothing without bads, in time all."""
    if bads < 0:
        raise ValueError(f"{bads} bads")
    return bads / (bads + BADS_OF_THE_EXPERT)


def blended(
    *, version: str, fitted: Mapping[str, Any], expert: Mapping[str, Any]
) -> dict[str, Any]:
    """Both sealed artefacts as one of kind BLEND, not yet sealed. Raises ArtefactCut."""
    try:
        bads = int(fitted["trained"]["bads"])
    except (KeyError, TypeError, ValueError) as fault:
        raise ArtefactCut("trained: bads") from fault
    return {
        "format": 1,
        "kind": "BLEND",
        "version": version,
        "target": fitted["target"],
        "scale": dict(SCALE),
        "trained": dict(fitted["trained"]),
        "calibration": {"method": "NONE"},
        "weight": weight_of_fitted(bads),
        "fitted": dict(fitted),
        "expert": dict(expert),
    }
