"""A copy of everything that we hold of a person, for that person, as one JSON file."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from borrowers.behaviour import queries as behaviour
from borrowers.consent import queries as consents
from borrowers.messages import queries as messages
from borrowers.people import actions as people
from borrowers.people import queries as known
from borrowers.people.contracts import BorrowerCard
from borrowers.web.gate import acting, borrower_page
from common import clock
from lending.applications import queries as applications
from lending.applications.models import LoanApplication
from lending.loans import queries as loans
from lending.loans.models import Loan
from lending.rewards import queries as rewards

READABLE = {"ensure_ascii": False, "indent": 2}


@require_POST
@borrower_page
def own_records(request: HttpRequest, card: BorrowerCard) -> HttpResponse:
    """Hand the file over (POST only: no link elsewhere can fetch it); that it was made is kept."""
    details = people.copy_own(borrower_id=card.id, by=acting(card))
    copy = {
        "made_at": clock.now(),
        "amounts": "fen (CNY / 100); rates: parts per million a year",
        "person": {
            "number": card.public_id,
            "name": details.name,
            "phone": details.phone,
            "id_number": details.id_number,
        },
        **_shared(card),
        "applications": [_application(each) for each in applications.of_borrower(card.id)],
        "loans": [_loan(each) for each in loans.of_borrower(card.id)],
        "points": _points(card),
        "messages": [
            {"template": each.template, "facts": each.facts, "sent_at": each.sent_at}
            for each in messages.inbox(card.id, limit=10_000)
        ],
        "looks_at_your_details": [
            {"seen_at": each.seen_at, "fields": each.fields, "reason": each.reason_code}
            for each in known.accesses(card.id)
        ],
    }
    answer = JsonResponse(copy, json_dumps_params=READABLE)
    answer["Content-Disposition"] = 'attachment; filename="mingzhang-my-records.json"'
    return answer


def _shared(card: BorrowerCard) -> dict[str, Any]:
    """What was agreed to, and what was given under it."""
    return {
        "consents": [
            {
                "purpose": each.purpose,
                "notice_version": each.notice_version,
                "granted_at": each.granted_at,
                "withdrawn_at": each.withdrawn_at,
            }
            for each in consents.history(card.id)
        ],
        "bills": [
            {
                "number": each.public_id,
                "source": each.source.name,
                "first_at": each.first_at,
                "last_at": each.last_at,
                "payments_kept": each.imported,
                "taken_in_at": each.imported_at,
                "is_used": each.is_used,
            }
            for each in behaviour.batches(card.id)
        ],
    }


def _application(row: LoanApplication) -> dict[str, Any]:
    return {
        "number": row.public_id,
        "product": row.product.code,
        "amount_fen": row.amount_fen,
        "term_months": row.term_months,
        "state": row.state,
        "has_evidence": row.evidence_id is not None,
        "sent_at": row.submitted_at,
        "decided_at": row.decided_at,
    }


def _loan(row: Loan) -> dict[str, Any]:
    return {
        "number": row.public_id,
        "product": row.product.code,
        "state": row.state,
        "principal_fen": row.principal_fen,
        "principal_outstanding_fen": row.principal_outstanding_fen,
        "annual_rate_ppm": row.annual_rate_ppm,
        "term_months": row.term_months,
        "signed_on": row.signed_on,
        "paid_out_on": row.disbursed_on,
        "paid_back_on": row.settled_on,
        "instalments": [
            {
                "number": each.number,
                "due_on": each.due_on,
                "principal_fen": each.principal_fen,
                "interest_fen": each.interest_fen,
                "penalty_fen": each.penalty_fen,
                "paid_on": each.paid_on,
            }
            for each in row.instalments.order_by("number")
        ],
        "movements": [
            {"kind": each.kind, "on": each.value_date, "amount_fen": each.amount_fen}
            for each in loans.history(row)
        ],
    }


def _points(card: BorrowerCard) -> dict[str, Any]:
    points = rewards.points_of(card.id, entries=10_000)
    return {
        "balance": points.balance,
        "entries": [
            {"kind": each.kind, "points": each.points, "entered_at": each.entered_at}
            for each in points.entries
        ],
    }
