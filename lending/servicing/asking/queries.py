"""What waits for a member of staff: what borrowers ask for, and what colleagues wish to change."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from common.approvals.models import ProposalState
from common.audit import queries as audit
from lending.servicing.models import LoanChange, LoanRequest, RequestState


def asked() -> QuerySet[LoanRequest]:
    """Requests of borrowers that nobody has answered, the oldest first."""
    found = LoanRequest.objects.filter(state=RequestState.ASKED)
    return found.select_related("loan").order_by("asked_on", "pk")


def asked_at(rows: Collection[LoanRequest]) -> Mapping[int, datetime]:
    """The moment in which each was asked, as the audit trail has it; their own day says no hour."""
    by_public_id = {row.public_id: row.pk for row in rows}
    told = audit.of_subjects(
        {f"loan:{row.loan.public_id}" for row in rows}, action="lending.request.asked"
    )
    return {
        by_public_id[each.facts["request"]]: each.occurred_at
        for each in told
        if each.facts["request"] in by_public_id
    }


def to_decide(*, by: Any) -> QuerySet[LoanChange]:
    """Wishes of colleagues that this member of staff may decide, the oldest first."""
    found = LoanChange.objects.filter(state=ProposalState.PROPOSED).exclude(author=by)
    return found.select_related("loan").order_by("proposed_at", "pk")
