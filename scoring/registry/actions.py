"""Registering models, and moving them on: two people for every step, one for the way back."""

from collections.abc import Mapping
from typing import Any

from common.actors import SYSTEM, Actor
from common.approvals import actions as approvals
from common.approvals.models import ProposalState
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.texts import gettext_noop
from common.transactions import durable, required
from scoring.registry import queries
from scoring.registry.cards.content import card_of
from scoring.registry.expert import scorecard
from scoring.registry.life import states, trial
from scoring.registry.life.split import LARGEST_SHARE_PPM
from scoring.registry.loading import load, whole
from scoring.registry.models import (
    ModelProposal,
    ModelState,
    ModelStep,
    ModelVersion,
)


class ModelVersionTaken(Refused):
    """Another model has this version's name, or this model has another name."""

    code = "MODEL_VERSION_TAKEN"
    message = gettext_noop("There is already another scorecard of this name or content.")
    advice = gettext_noop("Give the new scorecard a version of its own.")


class ModelFourEyesNeeded(Refused):
    """One person alone does not move a model on."""

    code = "MODEL_FOUR_EYES_NEEDED"
    message = gettext_noop(
        "A model needs two people for every step: one who proposes it, another who approves."
    )
    advice = gettext_noop("Ask a colleague who may approve models and did not register this one.")
    status = 403


class ModelMoveNotAllowed(Refused):
    """The step does not stand in the table of a model's life."""

    code = "MODEL_MOVE_NOT_ALLOWED"
    message = gettext_noop("A model does not go from %(from_state)s to %(to_state)s.")
    advice = gettext_noop("A model is first rated in the shadow, then it challenges, then decides.")


class ModelProposalWaits(Refused):
    """Somebody's proposal is still open for this version."""

    code = "MODEL_PROPOSAL_WAITS"
    message = gettext_noop("A proposal for this model is still waiting.")
    advice = gettext_noop("Approve it or turn it down first.")


class ModelProposalDecided(Refused):
    """It has been approved or turned down already, or the model has moved since."""

    code = "MODEL_PROPOSAL_DECIDED"
    message = gettext_noop("This proposal has been decided already.")
    advice = gettext_noop("Open the model to see by whom.")


class ShareNotPossible(Refused):
    """Only one challenger takes a share of the applicants, and at most half."""

    code = "SHARE_NOT_POSSIBLE"
    message = gettext_noop("This share of the applicants is not possible.")
    advice = gettext_noop("One challenger at a time may decide for up to half of the applicants.")


class NothingToGoBackTo(Refused):
    """No other version decided before this one."""

    code = "NOTHING_TO_GO_BACK_TO"
    message = gettext_noop("No other model decided before this one.")
    advice = gettext_noop("Propose another model instead.")


@durable
def register(*, document: Mapping[str, Any], by: Actor) -> int:
    """Keep a model as a draft; the same again is the same version.

    Raises ModelDamaged, FeaturesUnknown, ModelVersionTaken.
    """
    return _keep(document, by).pk


@durable
def propose(*, version_id: int, to_state: str, by: Actor, share_ppm: int = 0) -> int:
    """Ask for a version to be moved on; the same again while it waits is once.

    Returns the proposal. Raises NotFound, ModelFourEyesNeeded, ModelMoveNotAllowed,
    ModelProposalWaits, ShareNotPossible.
    """
    if by.kind != "STAFF" or by.account_id is None:
        raise ModelFourEyesNeeded
    row = _locked_rows().get(version_id)
    if row is None:
        raise NotFound
    waiting = queries.open_proposal(version_id)
    if waiting is not None:
        asked = (waiting.author_id, waiting.to_state, waiting.share_ppm)
        if asked == (by.account_id, to_state, share_ppm):
            return waiting.pk
        raise ModelProposalWaits
    _insist_on_move(row, to_state, share_ppm)
    proposal = ModelProposal.objects.create(
        version=row, to_state=to_state, share_ppm=share_ppm, author_id=by.account_id
    )
    _note("proposed", row, by, to_state=to_state, share_ppm=share_ppm)
    return proposal.pk


@durable
def approve(*, proposal_id: int, by: Actor) -> None:
    """Do what somebody else proposed; the same again is once.

    The artefact is read once more: what is damaged moves nowhere, and the champion stays. Raises
    NotFound, ModelFourEyesNeeded, ModelProposalDecided, ModelMoveNotAllowed, ShareNotPossible,
    ModelDamaged, FeaturesUnknown.
    """
    rows = _locked_rows()
    proposal = _decidable(proposal_id, by, wanted=ProposalState.APPROVED)
    if proposal is None:
        return
    row = rows[proposal.version_id]
    _insist_on_move(row, proposal.to_state, proposal.share_ppm)
    if proposal.to_state != states.RETIRED:
        trial.insist(load(queries.artefact_of(row.pk)))
    approvals.decide(row=proposal, state=ProposalState.APPROVED, by=by)
    _move(row, proposal.to_state, by, share_ppm=proposal.share_ppm, proposal=proposal)


@durable
def turn_down(*, proposal_id: int, by: Actor) -> None:
    """Leave what somebody else proposed; the same again is once.

    Raises NotFound, ModelFourEyesNeeded, ModelProposalDecided.
    """
    proposal = _decidable(proposal_id, by, wanted=ProposalState.TURNED_DOWN)
    if proposal is not None:
        approvals.decide(row=proposal, state=ProposalState.TURNED_DOWN, by=by)
        _note("turned_down", proposal.version, by, to_state=proposal.to_state)


@durable
def lower_share(*, version_id: int, share_ppm: int, by: Actor) -> None:
    """Let fewer applicants meet a challenger, at once; more of them is a proposal.

    Raises NotFound, ShareNotPossible.
    """
    row = _locked_rows().get(version_id)
    if row is None:
        raise NotFound
    if row.share_ppm == share_ppm:
        return
    if row.state != states.CHALLENGER or not 0 <= share_ppm < row.share_ppm:
        raise ShareNotPossible
    _write(row, states.CHALLENGER, by, share_ppm=share_ppm)


@durable
def roll_back(*, by: Actor) -> str:
    """Let the version decide again that decided before this one, at once; returns its name.

    One person is enough: two stood behind that version when it came in force, and what decides
    badly must not wait for a colleague. Raises NothingToGoBackTo.
    """
    rows = _locked_rows()
    before = queries.version_before_champion()
    if before is None:
        raise NothingToGoBackTo
    trial.insist(load(queries.artefact_of(before)))
    _move(rows[before], states.CHAMPION, by, is_rollback=True)
    return rows[before].version


@durable
def promote(*, version: str, by: Actor) -> None:
    """Let this version decide from now on as the platform itself; people propose and approve.

    It takes every step on the way, and retires the one before; twice is once. Raises
    ModelFourEyesNeeded, NotFound.
    """
    if by.kind != "SYSTEM":
        raise ModelFourEyesNeeded
    _let_decide(version, by)


@durable
def load_defaults() -> None:
    """Register the expert card, and let it decide where nothing does yet; twice is once."""
    kept = _keep(scorecard.document_of_expert(), SYSTEM)
    if not ModelVersion.objects.filter(state=ModelState.CHAMPION).exists():
        _let_decide(kept.version, SYSTEM)


@required
def _keep(document: Mapping[str, Any], by: Actor) -> ModelVersion:
    model = load(document)
    trial.insist(model)
    with whole():
        card_of(document, inputs=model.features)
    rows = ModelVersion.objects
    same = rows.filter(version=model.version) | rows.filter(sha256=model.sha256)
    if (kept := same.first()) is not None:
        if (kept.version, kept.sha256) != (model.version, model.sha256):
            raise ModelVersionTaken
        return kept
    kept = rows.create(
        version=model.version,
        kind=model.kind,
        artefact=document,
        sha256=model.sha256,
        data_sha256=trial.data_sha256(document),
        author_id=by.account_id if by.kind == "STAFF" else None,
    )
    _note("registered", kept, by)
    return kept


def _insist_on_move(row: ModelVersion, to_state: str, share_ppm: int) -> None:
    was_champion = queries.was_champion(row.pk)
    if to_state not in states.STATES or not states.may_be_proposed(
        row.state, to_state, was_champion=was_champion
    ):
        raise ModelMoveNotAllowed(from_state=row.state, to_state=to_state)
    if share_ppm == 0:
        return
    others = ModelVersion.objects.filter(share_ppm__gt=0).exclude(pk=row.pk)
    is_possible = to_state == states.CHALLENGER and 0 < share_ppm <= LARGEST_SHARE_PPM
    if not is_possible or others.exists():
        raise ShareNotPossible


def _decidable(proposal_id: int, by: Actor, *, wanted: ProposalState) -> ModelProposal | None:
    """As for every proposal; whoever wrote the model decides nothing of it either."""
    rows = ModelProposal.objects.select_related("version").defer("version__artefact")
    if rows.filter(pk=proposal_id, version__author_id=by.account_id).exists():
        raise ModelFourEyesNeeded
    return approvals.decidable(
        rows=rows,
        proposal_id=proposal_id,
        by=by,
        wanted=wanted,
        four_eyes_needed=ModelFourEyesNeeded,
        decided=ModelProposalDecided,
    )


@required
def _let_decide(version: str, by: Actor) -> None:
    row = next((each for each in _locked_rows().values() if each.version == version), None)
    if row is None:
        raise NotFound
    if row.state == states.CHAMPION:
        return
    for step in states.steps_up(row.state):
        _move(row, step, by)


@required
def _move(
    row: ModelVersion,
    to_state: str,
    by: Actor,
    *,
    share_ppm: int = 0,
    proposal: ModelProposal | None = None,
    is_rollback: bool = False,
) -> None:
    """One step; where a champion comes, the one before goes. The caller holds every row."""
    if to_state == states.CHAMPION:
        for before in ModelVersion.objects.filter(state=states.CHAMPION).defer("artefact"):
            _write(before, states.RETIRED, by, is_rolled_back=is_rollback)
    _write(row, to_state, by, share_ppm=share_ppm, proposal=proposal)


@required
def _write(row: ModelVersion, to_state: str, by: Actor, **more: Any) -> None:
    share_ppm = more.get("share_ppm", 0)
    ModelStep.objects.create(
        version=row,
        from_state=row.state,
        to_state=to_state,
        account_id=by.account_id if by.kind == "STAFF" else None,
        **more,
    )
    ModelVersion.objects.filter(pk=row.pk).update(state=to_state, share_ppm=share_ppm)
    what = "promoted" if to_state == states.CHAMPION else "moved"
    _note(what, row, by, from_state=row.state, to_state=to_state, share_ppm=share_ppm)
    row.state, row.share_ppm = to_state, share_ppm


def _locked_rows() -> dict[int, ModelVersion]:
    # All of them, in one order: two promotions at once must not both find the same predecessor.
    rows = ModelVersion.objects.defer("artefact").order_by("pk")
    return {each.pk: each for each in rows.select_for_update(no_key=True)}


def _note(what: str, row: ModelVersion, by: Actor, **facts: object) -> None:
    audit.append(
        action=f"scoring.model.{what}",
        subject=f"model:{row.version}",
        by=by,
        facts={"sha256": row.sha256, **facts},
    )
