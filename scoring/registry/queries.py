"""Which scorecard decides now, and any that ever decided."""

from dataclasses import dataclass
from functools import lru_cache

from django.db import connection

from scoring.registry.artefact import ArtefactAltered
from scoring.registry.contracts import Model
from scoring.registry.loading import load
from scoring.registry.models import ModelState, ModelVersion

# In plain SQL, because every decision asks.
_CHAMPION = "SELECT id, sha256 FROM scoring_modelversion WHERE state = %s"


class NoChampion(RuntimeError):
    """No scorecard decides yet: `registry.actions.load_defaults` gives one."""


@dataclass(frozen=True, slots=True)
class Champion:
    """The version that decides, ready to score."""

    id: int
    card: Model


def champion() -> Champion:
    """The one version that decides now. Raises NoChampion."""
    with connection.cursor() as cursor:
        cursor.execute(_CHAMPION, [ModelState.CHAMPION])
        found = cursor.fetchone()
    if found is None:
        raise NoChampion
    version_id, sha256 = found
    return Champion(version_id, card(sha256))


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
