"""Which model decides now, which ones look on, and any that ever decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from common.approvals.models import ProposalState
from scoring.registry.artefact import ArtefactAltered
from scoring.registry.contracts import Model
from scoring.registry.life.split import Split, draw_ppm
from scoring.registry.loading import load
from scoring.registry.models import (
    ModelProposal,
    ModelState,
    ModelStep,
    ModelVersion,
)

# In plain SQL, because every decision asks.
_LIVING = """
SELECT id, version, sha256, state, share_ppm FROM scoring_modelversion
 WHERE state IN ('CHAMPION', 'CHALLENGER', 'SHADOW') ORDER BY id
"""


class NoChampion(RuntimeError):
    """No model decides yet: `registry.actions.load_defaults` gives one."""


@dataclass(frozen=True, slots=True)
class Champion:
    """The version that decides, ready to score."""

    id: int
    card: Model


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who decides on one application: the challenger where it is its turn, and the champion."""

    champion: "Living"
    challenger: "Living | None"
    split: Split | None
    has_onlookers: bool


@dataclass(frozen=True, slots=True)
class Living:
    """A version that rates people now."""

    id: int
    version: str
    sha256: str
    state: str
    share_ppm: int


def living() -> list[Living]:
    """Every version that decides, challenges or looks on from the shadow, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_LIVING)
        return [Living(*row) for row in cursor.fetchall()]


def champion() -> Champion:
    """The one version that decides now. Raises NoChampion."""
    found = _champion_of(living())
    return Champion(found.id, card(found.sha256))


def chosen_for(application_public_id: str) -> Chosen:
    """Which version decides on an application: the same one whenever it is asked.

    Without a public id it is the champion. Raises NoChampion.
    """
    found = living()
    champion = _champion_of(found)
    challenger = next((each for each in found if each.share_ppm > 0), None)
    split = None
    if challenger is not None and application_public_id:
        draw = draw_ppm(application_public_id, challenger.version)
        split = Split(champion.version, challenger.version, challenger.share_ppm, draw)
    turn = challenger if split is not None and split.goes_to_challenger else None
    return Chosen(champion, turn, split, len(found) > 1)


def _champion_of(found: list[Living]) -> Living:
    for each in found:
        if each.state == ModelState.CHAMPION:
            return each
    raise NoChampion


@lru_cache(maxsize=16)
def card(sha256: str) -> Model:
    """Any registered version by its hash, read and checked once in a process.

    Raises ModelDamaged when the stored artefact is not the one of this hash.
    """
    artefact = ModelVersion.objects.values_list("artefact", flat=True).get(sha256=sha256)
    found = load(artefact)
    if found.sha256 != sha256:
        raise ArtefactAltered("the artefact belongs to another hash")
    return found


def version_of(version_id: int) -> ModelVersion:
    """A version without the weight of its artefact."""
    return ModelVersion.objects.defer("artefact").get(pk=version_id)


def artefact_of(version_id: int) -> Mapping[str, Any]:
    """What a version was registered with."""
    found: Mapping[str, Any] = ModelVersion.objects.values_list("artefact", flat=True).get(
        pk=version_id
    )
    return found


def open_proposal(version_id: int) -> ModelProposal | None:
    """The proposal that waits for another person, if any."""
    waiting = ModelProposal.objects.filter(version_id=version_id, state=ProposalState.PROPOSED)
    return waiting.first()


def proposals_of(version_id: int) -> QuerySet[ModelProposal]:
    """Every proposal of a version, the latest first."""
    return ModelProposal.objects.filter(version_id=version_id).order_by("-pk")


def steps_of(version_id: int) -> QuerySet[ModelStep]:
    """The life of a version, the latest step first."""
    return (
        ModelStep.objects.filter(version_id=version_id).select_related("proposal").order_by("-pk")
    )


def was_champion(version_id: int) -> bool:
    """Whether a version ever decided."""
    steps = ModelStep.objects.filter(version_id=version_id)
    found = steps.filter(to_state=ModelState.CHAMPION) | steps.filter(
        from_state=ModelState.CHAMPION
    )
    return found.exists()


def version_before_champion() -> int | None:
    """The version to go back to: the last to leave force that did not leave it as bad."""
    left = ModelStep.objects.filter(
        from_state=ModelState.CHAMPION, version__state=ModelState.RETIRED
    )
    last_of_each = left.order_by("version_id", "-pk").distinct("version_id")
    good = [each for each in last_of_each if not each.is_rolled_back]
    return max(good, key=lambda each: each.pk).version_id if good else None
