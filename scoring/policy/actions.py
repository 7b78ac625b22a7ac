"""Registering decision tables, and saying which one is in force."""

from collections.abc import Mapping
from typing import Any

from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.texts import gettext_noop
from common.transactions import durable, required
from scoring.policy import table
from scoring.policy.models import PolicyState, PolicyVersion


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


@durable
def publish(*, version: str, by: Actor) -> None:
    """Put this version in force, and retire the one before it; twice is once.

    A retired version may come back: that is how a bad policy is undone. Raises NotFound.
    """
    _put_in_force(version, by)


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
    kept = rows.create(version=policy.version, content=document, sha256=policy.sha256)
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
