"""Deciding on an application once, and letting a person decide over it once."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from borrowers.people import queries as people
from common import public_ids, rows
from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.rates import PPM
from common.texts import gettext_noop
from common.transactions import required
from scoring.decisions import queries
from scoring.decisions.contracts import CreditRequest, Decided, Numbers, Reviewed, Verdict
from scoring.decisions.engine import assess
from scoring.decisions.models import Assessment, Review
from scoring.decisions.reviews import REASONS
from scoring.features import actions as features
from scoring.policy import queries as policies
from scoring.registry import queries as registry


@required
def decide(
    *,
    application_id: int,
    borrower_id: int,
    request: CreditRequest,
    as_of: datetime,
    numbers: Numbers,
) -> Decided:
    """Decide on an application and keep all that is needed to decide it again.

    The same application twice gives the kept decision, whatever is asked. The caller holds the
    application's lock. Raises NoChampion, NoPolicy.
    """
    if queries.is_kept(application_id):
        kept = queries.kept().get(application_id=application_id)
        return Decided(kept.pk, queries.verdict_in(kept))
    champion, published = registry.champion(), policies.published()
    computed = features.compute(borrower_id=borrower_id, as_of=as_of)
    verdict = assess(
        request,
        features=computed.features,
        card=champion.card,
        policy=published.policy,
        numbers=numbers,
    )
    kept_on: dict[str, object] = {
        "public_id": public_ids.new(),
        "application_id": application_id,
        "borrower_id": borrower_id,
        "vector_id": computed.vector_id,
        "model_version_id": champion.id,
        "policy_version_id": published.id,
        "request": asdict(request),
        "numbers": asdict(numbers),
    }
    return Decided(rows.insert(Assessment, kept_on | _columns(verdict)), verdict)


def _columns(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the columns of an assessment; the versions stand there as keys."""
    return {
        "outcome": verdict.outcome,
        "tier": verdict.tier,
        "score": verdict.score,
        "pd_ppm": round(verdict.pd * PPM),
        "limit_fen": verdict.limit_fen,
        "annual_rate_ppm": verdict.annual_rate_ppm,
        "affordable_instalment_fen": verdict.affordable_instalment_fen,
        "max_term_months": verdict.max_term_months,
        "reasons": [asdict(each) for each in verdict.reasons],
        "policy_trace": dict(verdict.policy_trace),
    }


class AlreadyReviewed(Refused):
    """A person has decided; a second review needs a new application."""

    code = "ALREADY_REVIEWED"
    message = gettext_noop("A person has already decided on this application.")
    advice = gettext_noop("Their decision is final. A new application can be made.")


class NotYourReview(Refused):
    """Only staff review, and nobody reviews their own case."""

    code = "NOT_YOUR_REVIEW"
    message = gettext_noop("You cannot decide on this application.")
    advice = gettext_noop("Leave it to a colleague.")
    status = 403


class ReviewReasonUnknown(Refused):
    """A review says why, in a word of the list for its outcome."""

    code = "REVIEW_REASON_UNKNOWN"
    message = gettext_noop("This reason does not fit the decision.")
    advice = gettext_noop("Choose a decision and one of its reasons.")
    status = 422


@required
def review(
    *,
    assessment_id: int,
    outcome: str,
    limit_fen: int,
    annual_rate_ppm: int,
    reason_code: str,
    note_document_id: int | None,
    by: Actor,
) -> Reviewed:
    """Keep what a person decides over an assessment. The caller holds the application's lock.

    Raises AlreadyReviewed, NotYourReview, ReviewReasonUnknown, NotFound.
    """
    assessment = queries.kept().filter(pk=assessment_id).first()
    if assessment is None:
        raise NotFound
    if queries.is_reviewed(assessment_id):
        raise AlreadyReviewed
    applicant = people.card(assessment.borrower_id)
    if by.kind != "STAFF" or by.account_id in {None, applicant.account_id}:
        raise NotYourReview
    if reason_code not in REASONS.get(outcome, {}):
        raise ReviewReasonUnknown
    assert by.account_id is not None
    row = Review.objects.create(
        assessment=assessment,
        reviewer_id=by.account_id,
        outcome=outcome,
        reason_code=reason_code,
        note_id=note_document_id,
        limit_fen=limit_fen,
        annual_rate_ppm=annual_rate_ppm,
    )
    audit.append(
        action="scoring.assessment.reviewed",
        subject=f"assessment:{assessment.public_id}",
        by=by,
        facts={"outcome": outcome, "reason_code": reason_code, "limit_fen": limit_fen},
    )
    return queries.reviewed_in(row, assessment.tier)
