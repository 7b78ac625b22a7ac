"""Registering scorecards, and saying which one decides."""

from collections.abc import Mapping
from typing import Any

from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.texts import gettext_noop
from common.transactions import durable, required
from scoring.registry.expert import scorecard
from scoring.registry.loading import load
from scoring.registry.models import ModelState, ModelVersion


class ModelVersionTaken(Refused):
    """Another scorecard has this version's name, or this scorecard has another name."""

    code = "MODEL_VERSION_TAKEN"
    message = gettext_noop("There is already another scorecard of this name or content.")
    advice = gettext_noop("Give the new scorecard a version of its own.")


@durable
def register(*, document: Mapping[str, Any], by: Actor) -> int:
    """Keep a scorecard, not yet deciding; the same again is the same version.

    Raises ModelDamaged, ModelVersionTaken.
    """
    return _keep(document, by).pk


@durable
def promote(*, version: str, by: Actor) -> None:
    """Let this version decide from now on, and retire the one before it; twice is once.

    A retired version may come back: that is how a bad promotion is undone. Raises NotFound.
    """
    _let_decide(version, by)


@durable
def load_defaults() -> None:
    """Register the expert card, and let it decide where nothing does yet; twice is once."""
    kept = _keep(scorecard.document_of_expert(), SYSTEM)
    if not ModelVersion.objects.filter(state=ModelState.CHAMPION).exists():
        _let_decide(kept.version, SYSTEM)


@required
def _keep(document: Mapping[str, Any], by: Actor) -> ModelVersion:
    card = load(document)
    rows = ModelVersion.objects
    same = rows.filter(version=card.version) | rows.filter(sha256=card.sha256)
    if (kept := same.first()) is not None:
        if (kept.version, kept.sha256) != (card.version, card.sha256):
            raise ModelVersionTaken
        return kept
    kept = rows.create(version=card.version, kind=card.kind, artefact=document, sha256=card.sha256)
    _note("registered", kept, by)
    return kept


@required
def _let_decide(version: str, by: Actor) -> None:
    # All of them, in one order: two promotions at once must not both find the same predecessor.
    rows = {each.version: each for each in _locked()}
    if version not in rows:
        raise NotFound
    if rows[version].state == ModelState.CHAMPION:
        return
    ModelVersion.objects.filter(state=ModelState.CHAMPION).update(state=ModelState.RETIRED)
    ModelVersion.objects.filter(version=version).update(state=ModelState.CHAMPION)
    _note("promoted", rows[version], by)


def _locked() -> list[ModelVersion]:
    rows = ModelVersion.objects.defer("artefact").order_by("pk")
    return list(rows.select_for_update(no_key=True))


def _note(what: str, row: ModelVersion, by: Actor) -> None:
    audit.append(
        action=f"scoring.model.{what}",
        subject=f"model:{row.version}",
        by=by,
        facts={"sha256": row.sha256},
    )
