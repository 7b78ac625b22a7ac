"""Registering decision tables, and saying which one is in force."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from common.actors import SYSTEM, Actor
from common.approvals import actions as approvals
from common.approvals.models import ProposalState
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.texts import gettext_noop
from common.transactions import durable, required
from scoring.policy import cases, queries, table
from scoring.policy.contracts import Case
from scoring.policy.models import (
    PolicyCase,
    PolicyProposal,
    PolicyState,
    PolicyVersion,
)


class PolicyVersionTaken(Refused):
    """Another policy has this version's name, or this policy has another name."""

    code = "POLICY_VERSION_TAKEN"
    message = gettext_noop("There is already another policy of this name or content.")
    advice = gettext_noop("Give the new policy a version of its own.")


@durable
def register(*, document: Mapping[str, Any], by: Actor) -> int:
    """Keep a policy as a draft; the same again is the same version.

    Raises PolicyIsDamaged, PolicyVersionTaken.
    """
    return _keep(document, by).pk


class FourEyesNeeded(Refused):
    """One person alone does not put a policy in force."""

    code = "FOUR_EYES_NEEDED"
    message = gettext_noop("A policy needs two people: one who proposes it, another who approves.")
    advice = gettext_noop("Ask a colleague who may approve policies.")
    status = 403


class NotYourDraft(Refused):
    """A draft is changed and proposed by who wrote it, and not while it is proposed."""

    code = "NOT_YOUR_DRAFT"
    message = gettext_noop("This draft is not yours to change or propose now.")
    advice = gettext_noop("Leave it to its author, or write a draft of your own.")
    status = 403


class PolicyCasesFail(Refused):
    """A policy without test cases, or with one that comes out otherwise, is not published."""

    code = "POLICY_CASES_FAIL"
    message = gettext_noop("A policy needs test cases, and each of them must come out as expected.")
    advice = gettext_noop("Look at the cases; write another draft where the table is wrong.")


class PolicyCaseTaken(Refused):
    """The draft has another case of this name."""

    code = "POLICY_CASE_TAKEN"
    message = gettext_noop("The draft already has a case of this name.")
    advice = gettext_noop("Give the case another name.")


class ProposalDecided(Refused):
    """It has been approved or turned down already."""

    code = "PROPOSAL_DECIDED"
    message = gettext_noop("This proposal has been decided already.")
    advice = gettext_noop("Open the policy to see by whom.")


@durable
def publish(*, version: str, by: Actor) -> None:
    """Put this version in force as the platform itself; people propose and approve instead.

    It retires the one before; twice is once. Raises FourEyesNeeded, NotFound.
    """
    if by.kind != "SYSTEM":
        raise FourEyesNeeded
    _put_in_force(version, by)


@durable
def add_case(*, version_id: int, case: Case, by: Actor) -> None:
    """Add a test to one's own draft; the same again is once.

    Raises NotFound, NotYourDraft, PolicyCaseTaken.
    """
    row = _locked_version(version_id)
    if row.state != PolicyState.DRAFT or not _may_write(row, by):
        raise NotYourDraft
    asked = {"inputs": asdict(case.inputs), "outcome": case.outcome, "tier": case.tier}
    kept, is_new = PolicyCase.objects.get_or_create(version=row, name=case.name, defaults=asked)
    if not is_new and {name: getattr(kept, name) for name in asked} != asked:
        raise PolicyCaseTaken
    if is_new:
        _note("case_added", row, by)


@durable
def propose(*, version_id: int, by: Actor) -> int:
    """Ask for a version to be put in force; again while it waits is once. Returns the proposal.

    A draft is proposed by its author. A retired version may come back, by anybody: that is how a
    bad policy is undone. Raises NotFound, NotYourDraft, PolicyCasesFail.
    """
    row = _locked_version(version_id)
    waiting = queries.open_proposal(version_id)
    if waiting is not None and waiting.author_id == by.account_id:
        return waiting.pk
    if not _may_write(row, by):
        raise NotYourDraft
    if row.state == PolicyState.DRAFT and not cases.all_pass(queries.runs_of(row)):
        raise PolicyCasesFail
    assert by.account_id is not None
    proposal = PolicyProposal.objects.create(version=row, author_id=by.account_id)
    _note("proposed", row, by)
    return proposal.pk


@durable
def approve(*, proposal_id: int, by: Actor) -> None:
    """Put what somebody else proposed in force; the same again is once.

    Its cases run once more. Raises NotFound, FourEyesNeeded, PolicyCasesFail, ProposalDecided.
    """
    proposal = _decidable(proposal_id, by, wanted=ProposalState.APPROVED)
    if proposal is None:
        return
    version = proposal.version
    if version.state == PolicyState.DRAFT and not cases.all_pass(queries.runs_of(version)):
        raise PolicyCasesFail
    approvals.decide(row=proposal, state=ProposalState.APPROVED, by=by)
    _put_in_force(version.version, by)


@durable
def turn_down(*, proposal_id: int, by: Actor) -> None:
    """Leave what somebody else proposed; the same again is once.

    Raises NotFound, FourEyesNeeded, ProposalDecided.
    """
    proposal = _decidable(proposal_id, by, wanted=ProposalState.TURNED_DOWN)
    if proposal is not None:
        approvals.decide(row=proposal, state=ProposalState.TURNED_DOWN, by=by)
        _note("turned_down", proposal.version, by)


def _decidable(proposal_id: int, by: Actor, *, wanted: ProposalState) -> PolicyProposal | None:
    return approvals.decidable(
        rows=PolicyProposal.objects.select_related("version"),
        proposal_id=proposal_id,
        by=by,
        wanted=wanted,
        four_eyes_needed=FourEyesNeeded,
        decided=ProposalDecided,
    )


@required
def _locked_version(version_id: int) -> PolicyVersion:
    rows = PolicyVersion.objects.select_for_update(no_key=True)
    row = rows.filter(pk=version_id).first()
    if row is None:
        raise NotFound
    return row


def _may_write(row: PolicyVersion, by: Actor) -> bool:
    """Whether this person may add to a version or propose it, while nobody else has to decide."""
    is_own = row.state == PolicyState.DRAFT and row.author_id == by.account_id
    may = by.kind == "STAFF" and (is_own or row.state == PolicyState.RETIRED)
    return may and queries.open_proposal(row.pk) is None


@durable
def load_defaults() -> None:
    """Register the demonstration policy, and publish it where none is in force; twice is once."""
    kept = _keep(table.document_of_demonstration(), SYSTEM)
    if not PolicyVersion.objects.filter(state=PolicyState.PUBLISHED).exists():
        _put_in_force(kept.version, SYSTEM)


@required
def _keep(document: Mapping[str, Any], by: Actor) -> PolicyVersion:
    policy = table.load(document)
    rows = PolicyVersion.objects
    same = rows.filter(version=policy.version) | rows.filter(sha256=policy.sha256)
    if (kept := same.first()) is not None:
        if (kept.version, kept.sha256) != (policy.version, policy.sha256):
            raise PolicyVersionTaken
        return kept
    kept = rows.create(
        version=policy.version,
        content=document,
        sha256=policy.sha256,
        author_id=by.account_id if by.kind == "STAFF" else None,
    )
    _note("registered", kept, by)
    return kept


@required
def _put_in_force(version: str, by: Actor) -> None:
    # All of them, in one order: two publications at once must not find the same predecessor.
    rows = {each.version: each for each in _locked()}
    if version not in rows:
        raise NotFound
    if rows[version].state == PolicyState.PUBLISHED:
        return
    PolicyVersion.objects.filter(state=PolicyState.PUBLISHED).update(state=PolicyState.RETIRED)
    PolicyVersion.objects.filter(version=version).update(state=PolicyState.PUBLISHED)
    _note("published", rows[version], by)


def _locked() -> list[PolicyVersion]:
    rows = PolicyVersion.objects.defer("content").order_by("pk")
    return list(rows.select_for_update(no_key=True))


def _note(what: str, row: PolicyVersion, by: Actor) -> None:
    audit.append(
        action=f"scoring.policy.{what}",
        subject=f"policy:{row.version}",
        by=by,
        facts={"sha256": row.sha256},
    )
