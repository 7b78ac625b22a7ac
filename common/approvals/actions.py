"""Deciding what somebody else asked for: the lock, who may, what was decided already."""

from typing import TypeVar

from django.db import models
from django.db.models.functions import Now

from common.actors import Actor
from common.approvals.models import Proposal, ProposalState
from common.errors import Refused
from common.locking import Rank, lock_one
from common.transactions import required

Row = TypeVar("Row", bound=Proposal)


@required
def decidable(
    *,
    rows: models.QuerySet[Row],
    proposal_id: int,
    by: Actor,
    wanted: ProposalState,
    four_eyes_needed: type[Refused],
    decided: type[Refused],
) -> Row | None:
    """The locked wish that this person may decide; nothing where they decided so already.

    Raises NotFound, `four_eyes_needed` for its author and for anybody but staff, `decided` where
    it was decided otherwise or by another person.
    """
    row = lock_one(rows, rank=Rank.APPROVAL, pk=proposal_id)
    if by.kind != "STAFF" or by.account_id in {None, row.author_id}:
        raise four_eyes_needed
    if row.state == ProposalState.PROPOSED:
        return row
    if (row.state, row.approver_id) != (wanted, by.account_id):
        raise decided
    return None


@required
def decide(*, row: Proposal, state: ProposalState, by: Actor) -> None:
    """Write down who decided and how. The caller holds the row."""
    models.QuerySet(type(row)).filter(pk=row.pk).update(
        state=state, approver_id=by.account_id, decided_at=Now()
    )
