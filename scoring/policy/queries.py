"""Which policy is in force, and any that ever was."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection
from django.db.models import QuerySet

from common.approvals.models import ProposalState
from scoring.policy import cases, table
from scoring.policy.contracts import Case, CaseRun, Inputs, Policy
from scoring.policy.models import (
    PolicyCase,
    PolicyProposal,
    PolicyState,
    PolicyVersion,
)
from scoring.policy.table import PolicyIsDamaged

# In plain SQL, because every decision asks.
_PUBLISHED = "SELECT id, sha256 FROM scoring_policyversion WHERE state = %s"


class NoPolicy(RuntimeError):
    """No policy is in force yet: `policy.actions.load_defaults` gives one."""


@dataclass(frozen=True, slots=True)
class Published:
    """The version in force, ready to run."""

    id: int
    policy: Policy


def published() -> Published:
    """The one version in force now. Raises NoPolicy."""
    with connection.cursor() as cursor:
        cursor.execute(_PUBLISHED, [PolicyState.PUBLISHED])
        found = cursor.fetchone()
    if found is None:
        raise NoPolicy
    version_id, sha256 = found
    return Published(version_id, policy(sha256))


@lru_cache(maxsize=16)
def policy(sha256: str) -> Policy:
    """Any registered version by its hash, read and checked once in a process.

    Raises PolicyIsDamaged when the stored content is not the one of this hash.
    """
    content = PolicyVersion.objects.values_list("content", flat=True).get(sha256=sha256)
    found = table.load(content)
    if found.sha256 != sha256:
        raise PolicyIsDamaged("the content belongs to another hash")
    return found


def runs_of(version: PolicyVersion) -> tuple[CaseRun, ...]:
    """The cases of a version with what it says to them. Raises PolicyIsDamaged."""
    kept = [_case(row) for row in version.cases.order_by("pk")]
    return cases.run(policy(version.sha256), kept) if kept else ()


def open_proposal(version_id: int) -> PolicyProposal | None:
    """The proposal of a version that waits for another person."""
    rows = PolicyProposal.objects.filter(version_id=version_id, state=ProposalState.PROPOSED)
    return rows.first()


def proposals_of(version_id: int) -> QuerySet[PolicyProposal]:
    """Every proposal of a version, the latest first."""
    return PolicyProposal.objects.filter(version_id=version_id).order_by("-pk")


def _case(row: PolicyCase) -> Case:
    # A CHECK of the table keeps the outcome to the three.
    return Case(row.name, Inputs(**row.inputs), row.outcome, row.tier)  # type: ignore[arg-type]  # the outcome is one of three, by the table's CHECK


@lru_cache(maxsize=16)
def rules_of(sha256: str) -> Mapping[str, str]:
    """What each rule of a version is for, in the words of who wrote it.

    Raises PolicyIsDamaged.
    """
    graph = json.loads(policy(sha256).text)
    return {
        rule["_id"]: rule.get("_description", "")
        for node in graph["nodes"]
        if node["type"] == "decisionTableNode"
        for rule in node["content"]["rules"]
    }
