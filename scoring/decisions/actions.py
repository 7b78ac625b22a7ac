"""Deciding on an application once, and letting a person decide over it once."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import structlog

from borrowers.people import queries as people
from common import public_ids, rows
from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.processes import actions as processes
from common.processes.contracts import Claim
from common.rates import PPM
from common.texts import gettext_noop
from common.transactions import durable, required
from scoring.decisions import queries
from scoring.decisions.contracts import CreditRequest, Decided, Numbers, Reviewed, Verdict
from scoring.decisions.engine import assess, used
from scoring.decisions.models import Assessment, ModelScore, Review
from scoring.decisions.reviews import REASONS
from scoring.features import actions as features
from scoring.features import queries as vectors
from scoring.features.queries import VectorIsDamaged
from scoring.policy import queries as policies
from scoring.registry import queries as registry
from scoring.registry.contracts import Model
from scoring.registry.life.trial import insist_on_bounds
from scoring.registry.queries import Chosen, Living

LOOK_ON, LOOK_ON_TASK = "LOOK_ON", "scoring.tasks.look_on"
# What a model of another kind may stumble over; nothing of it may reach the decision.
FAULTS = (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RuntimeError)

log = structlog.get_logger(__name__)


@required
def decide(
    *,
    application_id: int,
    borrower_id: int,
    request: CreditRequest,
    as_of: datetime,
    numbers: Numbers,
    application_public_id: str = "",
) -> Decided:
    """Decide on an application and keep all that is needed to decide it again.

    The same application twice gives the kept decision, whatever is asked. Its public id says
    whether a challenger decides; without one the champion does. The other living models rate it
    later, in a task. Where a challenger fails the champion decides, and that it failed is kept.
    The caller holds the application's lock. Raises NoChampion, NoPolicy.
    """
    if queries.is_kept(application_id):
        kept = queries.kept().get(application_id=application_id)
        return Decided(kept.pk, queries.verdict_in(kept))
    chosen, published = registry.chosen_for(application_public_id), policies.published()
    computed = features.compute(borrower_id=borrower_id, as_of=as_of)

    def by_card(card: Model) -> Verdict:
        return assess(
            request,
            features=computed.features,
            card=card,
            policy=published.policy,
            numbers=numbers,
        )

    turn = _taken(chosen, by_card)
    verdict = turn.verdict
    kept_on: dict[str, object] = {
        "public_id": public_ids.new(),
        "application_id": application_id,
        "borrower_id": borrower_id,
        "vector_id": computed.vector_id,
        "model_version_id": turn.version_id,
        "policy_version_id": published.id,
        "split": turn.split,
        "request": asdict(request),
        "numbers": asdict(numbers),
    }
    assessment_id = rows.insert(Assessment, kept_on | _columns(verdict))
    if turn.failed is not None:
        ModelScore.objects.create(assessment_id=assessment_id, **turn.failed)
    if chosen.has_onlookers:
        processes.start(kind=LOOK_ON, subject_id=assessment_id, task=LOOK_ON_TASK)
    return Decided(assessment_id, verdict)


@dataclass(frozen=True, slots=True)
class _Turn:
    """Who decided, what came of it, and which challenger failed before."""

    version_id: int
    verdict: Verdict
    split: dict[str, Any] | None
    failed: dict[str, Any] | None = None


def _taken(chosen: Chosen, by_card: Callable[[Model], Verdict]) -> _Turn:
    """The challenger's verdict where it is its turn and it gives one; else the champion's."""
    split, failed = chosen.split.kept() if chosen.split else None, None
    if chosen.challenger is not None:
        try:
            verdict = by_card(registry.card(chosen.challenger.sha256))
            insist_on_bounds(verdict.score, verdict.pd)
            return _Turn(chosen.challenger.id, verdict, split)
        except (Refused, ImportError, *FAULTS) as fault:
            code = type(fault).__name__[:40]
            log.warning("challenger_failed", version=chosen.challenger.version, code=code)
            split = (split or {}) | {"failure": code}
            failed = {"model_version_id": chosen.challenger.id, "failure": code}
    verdict = by_card(registry.card(chosen.champion.sha256))
    return _Turn(chosen.champion.id, verdict, split, failed)


@durable
def look_on(*, assessment_id: int, claim: Claim | None) -> None:
    """Keep what every living model says of a decided application; again is once.

    It changes nothing about the decision. A model that fails is kept as one that failed, and the
    others go on. Raises NotFound.
    """
    row = queries.kept().select_related("vector").filter(pk=assessment_id).first()
    if row is None:
        raise NotFound
    if row.vector.features is not None:
        scores = [_score_of(each, row) for each in registry.living()]
        ModelScore.objects.bulk_create(scores, ignore_conflicts=True)
    if claim is not None:
        processes.finish(claim=claim)


def _score_of(version: Living, row: Assessment) -> ModelScore:
    given: dict[str, Any] = {"assessment_id": row.pk, "model_version_id": version.id}
    try:
        seen = used(queries.request_in(row), vectors.features_of(row.vector))
        rating = registry.card(version.sha256).rate(seen)
        return ModelScore(score=rating.score, pd_ppm=round(rating.pd * PPM), **given)
    except (Refused, VectorIsDamaged, ImportError, *FAULTS) as fault:
        log.warning("onlooker_failed", version=version.version, code=type(fault).__name__)
        return ModelScore(failure=type(fault).__name__[:40], **given)


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
