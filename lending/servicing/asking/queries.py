"""What waits for a member of staff: what borrowers ask for, and what colleagues wish to change."""

from typing import Any

from django.db.models import QuerySet

from common.approvals.models import ProposalState
from lending.servicing.models import LoanChange, LoanRequest, RequestState


def asked() -> QuerySet[LoanRequest]:
    """Requests of borrowers that nobody has answered, the oldest first."""
    found = LoanRequest.objects.filter(state=RequestState.ASKED)
    return found.select_related("loan").order_by("asked_on", "pk")


def to_decide(*, by: Any) -> QuerySet[LoanChange]:
    """Wishes of colleagues that this member of staff may decide, the oldest first."""
    found = LoanChange.objects.filter(state=ProposalState.PROPOSED).exclude(author=by)
    return found.select_related("loan").order_by("proposed_at", "pk")
