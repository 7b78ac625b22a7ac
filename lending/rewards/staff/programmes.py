"""Writing a version of the programme, and putting it in force by another person."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.texts import gettext_noop
from common.transactions import durable
from lending.rewards import rules
from lending.rewards.models import ProgrammeState, RewardProgramme
from lending.rewards.staff import eyes


class ProgrammeUnreadable(Refused):
    """Terms that no programme can have."""

    code = "PROGRAMME_UNREADABLE"
    message = gettext_noop("These terms cannot be used: %(fault)s")
    advice = gettext_noop("Start from the version in force and change single numbers.")
    status = 422


class ProgrammeTaken(Refused):
    """The name stands for another version."""

    code = "PROGRAMME_TAKEN"
    message = gettext_noop("A version of this name is there already.")
    advice = gettext_noop("A version is never changed. Choose a new name.")


@durable
def write(*, version: str, budget_fen: int, terms: Mapping[str, Any], by: Actor) -> RewardProgramme:
    """Keep a draft. Raises OtherEyesNeeded, ProgrammeUnreadable, ProgrammeTaken."""
    author_id = eyes.staff(by)
    try:
        rules.read(terms)
    except rules.TermsUnreadable as fault:
        raise ProgrammeUnreadable(fault=str(fault)) from fault
    if budget_fen <= 0:
        raise ProgrammeUnreadable(fault="budget_fen")
    row, is_new = RewardProgramme.objects.get_or_create(
        version=version,
        defaults={"budget_fen": budget_fen, "terms": dict(terms), "author_id": author_id},
    )
    if not is_new:
        raise ProgrammeTaken
    _note("written", row, by)
    return row


@durable
def put_in_force(*, version: str, on: date, by: Actor) -> RewardProgramme:
    """Let a draft of somebody else take the place of the version in force; the same again is once.

    What was earned keeps the terms of its day. Raises NotFound, OtherEyesNeeded, AlreadyDecided.
    """
    # All of them, in one order: two at once must not both find the same predecessor.
    rows = RewardProgramme.objects.select_for_update(no_key=True).order_by("pk")
    found = {each.version: each for each in rows}
    row = found.get(version)
    if row is None:
        raise NotFound
    approver_id = eyes.other_than(row.author_id, by)
    if row.state != ProgrammeState.DRAFT:
        if (row.state, row.approver_id) != (ProgrammeState.ACTIVE, approver_id):
            raise eyes.AlreadyDecided
        return row
    RewardProgramme.objects.filter(state=ProgrammeState.ACTIVE).update(state=ProgrammeState.ENDED)
    row.state, row.from_date, row.approver_id = ProgrammeState.ACTIVE, on, approver_id
    row.save(update_fields=["state", "from_date", "approver_id"])
    _note("in_force", row, by)
    return row


def _note(what: str, row: RewardProgramme, by: Actor) -> None:
    audit.append(
        action=f"lending.programme.{what}",
        subject=f"programme:{row.version}",
        by=by,
        facts={"budget_fen": row.budget_fen},
    )
