"""What was decided and why, and the proof that it would be decided the same again."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, QuerySet, Value, When
from django.db.models.functions import TruncDate

from borrowers.consent import queries as consents
from borrowers.consent.purposes import AUTOMATED_DECISION
from common.errors import NotFound
from common.periods import SHANGHAI
from common.rates import PPM
from scoring.decisions.contracts import (
    CreditRequest,
    Numbers,
    Outcome,
    Reason,
    Reviewed,
    Tally,
    Verdict,
)
from scoring.decisions.engine import assess, used
from scoring.decisions.explanation import Explanation, FeatureGroup, explain
from scoring.decisions.explanation import figures as told_figures
from scoring.decisions.models import Assessment, Review
from scoring.features import queries as vectors
from scoring.policy import queries as policies
from scoring.policy.table import PolicyIsDamaged
from scoring.policy.words import Told, told
from scoring.registry import queries as registry
from scoring.registry.artefact import ModelDamaged

REPLAYED_AT_ONCE = 500
# In plain SQL, because every decision asks, and every look at one.
_TOLD = """
SELECT assessment.public_id, reasons, request, assessment.decided_at, features, as_of,
       assessment.id, review.outcome, tier, review.limit_fen, review.annual_rate_ppm, reason_code
  FROM scoring_assessment AS assessment
  JOIN scoring_featurevector AS vector ON vector.id = vector_id
  LEFT JOIN scoring_review AS review ON review.assessment_id = assessment.id
 WHERE application_id = %s
"""
_KEPT = "SELECT FROM scoring_assessment WHERE application_id = %s"


def kept() -> QuerySet[Assessment]:
    """Assessments with the names of their versions, without the weight of their content."""
    return Assessment.objects.select_related("model_version", "policy_version").defer(
        "model_version__artefact", "policy_version__content"
    )


def with_last_word() -> QuerySet[Assessment]:
    """The same with `is_automatic` and `stands`: what is left of the machine's word.

    It only proposed where the person had not agreed to automated decisions, and where somebody
    reviewed it later: both were sent to a person.
    """
    reviewed = Review.objects.filter(assessment=OuterRef("pk"))
    return kept().annotate(
        is_automatic=_agreed(),
        stands=Case(
            When(Exists(reviewed), then=Value("REFERRED")),
            When(is_automatic=False, then=Value("REFERRED")),
            default=F("outcome"),
            output_field=CharField(),
        ),
    )


def _agreed() -> Exists:
    """Whether the person had agreed to automated decisions when it was decided."""
    return consents.given_at(AUTOMATED_DECISION, borrower="borrower_id", instant="decided_at")


def is_automatic(application_id: int) -> bool:
    """Whether the person had agreed to automated decisions when it was decided."""
    return Assessment.objects.filter(_agreed(), application_id=application_id).exists()


def reviewed_at(application_id: int) -> datetime | None:
    """When a person decided on an application, if one has."""
    found = Review.objects.filter(assessment__application_id=application_id)
    return found.values_list("reviewed_at", flat=True).first()


def is_kept(application_id: int) -> bool:
    """Whether an application was decided on."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, [application_id])
        return cursor.fetchone() is not None


def verdict_of(application_id: int) -> Verdict:
    """What was decided on an application by the machine. Raises NotFound."""
    return verdict_in(_found(kept().filter(application_id=application_id).first()))


def explanation(application_id: int) -> Explanation:
    """Everything that a person is owed about the decision on an application (PIPL art. 24).

    Raises NotFound. After an erasure the reasons stand without the figures.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [application_id])
        found = cursor.fetchone()
    if found is None:
        raise NotFound
    public_id, reasons, request, decided_at, features, as_of, *review = found
    return explain(
        assessment_public_id=public_id,
        reasons=_reasons_in(json.loads(reasons)),
        request=CreditRequest(**json.loads(request)),
        features=json.loads(features) if features else {},
        as_of=as_of,
        decided_at=decided_at,
        review=Reviewed(*review) if review[1] else None,
    )


def explanation_of(row: Assessment) -> Explanation:
    """The same for an assessment that is at hand."""
    return explain(
        assessment_public_id=row.public_id,
        reasons=_reasons_in(row.reasons),
        request=request_in(row),
        features=row.vector.features or {},
        as_of=row.vector.as_of,
        decided_at=row.decided_at,
        review=reviewed_in(row.review, row.tier) if hasattr(row, "review") else None,
    )


def figures(application_id: int) -> tuple[FeatureGroup, ...]:
    """What was used about an application, what it says, and how it counted. Raises NotFound."""
    return figures_of(
        _found(kept().select_related("vector").filter(application_id=application_id).first())
    )


def figures_of(row: Assessment) -> tuple[FeatureGroup, ...]:
    """The same for an assessment that is at hand; nothing once the figures were erased."""
    request, values = request_in(row), row.vector.features or {}
    model = registry.card(row.model_version.sha256)
    rating = model.rate(used(request, values))
    return told_figures(
        request, values, contributions=rating.contributions, read=frozenset(model.features)
    )


def ruling_of(row: Assessment) -> Told:
    """What the policy was asked and what it ruled, in words for staff."""
    return told(row.policy_trace, policies.rules_of(row.policy_version.sha256))


def ruling(application_id: int) -> Told:
    """The same for an application. Raises NotFound."""
    return ruling_of(_found(kept().filter(application_id=application_id).first()))


def replay(assessment_id: int) -> Verdict:
    """Decide again from nothing but what was kept, whatever decides today.

    Raises NotFound, VectorErased, VectorIsDamaged, and ModelDamaged or PolicyIsDamaged where a
    version is no longer what its hash says.
    """
    return replayed_verdict(
        _found(kept().select_related("vector").filter(pk=assessment_id).first())
    )


def replayed_verdict(row: Assessment) -> Verdict:
    """The same for an assessment that is at hand, with its vector."""
    return assess(
        request_in(row),
        features=vectors.features_of(row.vector),
        card=registry.card(row.model_version.sha256),
        policy=policies.policy(row.policy_version.sha256),
        numbers=numbers_in(row),
    )


def breaches() -> Iterator[str]:
    """The latest assessments that would not be decided the same again (DESIGN §5 invariant 10)."""
    latest = kept().select_related("vector").order_by("-pk")[:REPLAYED_AT_ONCE]
    for row in latest:
        try:
            is_same = replayed_verdict(row) == verdict_in(row)
        except vectors.VectorErased:
            continue
        except (vectors.VectorIsDamaged, ModelDamaged, PolicyIsDamaged) as damage:
            yield f"assessment {row.pk} cannot be replayed: {damage}"
            continue
        if not is_same:
            yield f"assessment {row.pk} would be decided otherwise today"


def tallies(*, since: datetime) -> list[Tally]:
    """What was decided since then, counted by day, outcome and who said it."""
    machine = with_last_word().filter(decided_at__gte=since)
    people = Review.objects.filter(reviewed_at__gte=since)
    said = [
        (False, _by_day(machine, "decided_at", "stands")),
        (True, _by_day(people, "reviewed_at", "outcome")),
    ]
    return [
        Tally(day=day, outcome=_outcome(outcome), by_person=by_person, count=count)
        for by_person, rows in said
        for day, outcome, count in rows
    ]


def _by_day(rows: QuerySet[Any], instant: str, word: str) -> list[tuple[date, str, int]]:
    day = TruncDate(instant, tzinfo=SHANGHAI)
    return list(rows.values_list(day, word).annotate(count=Count("pk")).order_by())


def is_reviewed(assessment_id: int) -> bool:
    """Whether a person has decided over it."""
    return Review.objects.filter(assessment_id=assessment_id).exists()


def review_of(assessment_id: int) -> Reviewed | None:
    """What a person decided over it, if anybody has."""
    row = Review.objects.select_related("assessment").filter(assessment_id=assessment_id).first()
    return None if row is None else reviewed_in(row, row.assessment.tier)


def queue() -> QuerySet[Assessment]:
    """Referred assessments that nobody has reviewed, the longest waiting first."""
    waiting: QuerySet[Assessment] = kept().filter(outcome="REFERRED", review=None)
    return waiting.order_by("decided_at", "pk")


def verdict_in(row: Assessment) -> Verdict:
    """The verdict as it was, bit for bit."""
    trace = row.policy_trace
    return Verdict(
        outcome=_outcome(row.outcome),
        tier=row.tier,
        score=row.score,
        # The column is rounded for reports; the trace has the figure that was used.
        pd=trace["inputs"]["pd"] if trace else row.pd_ppm / PPM,
        limit_fen=row.limit_fen,
        annual_rate_ppm=row.annual_rate_ppm,
        affordable_instalment_fen=row.affordable_instalment_fen,
        max_term_months=row.max_term_months,
        reasons=_reasons_in(row.reasons),
        model_version=row.model_version.version,
        policy_version=row.policy_version.version,
        policy_trace=trace,
    )


def _reasons_in(kept: list[dict[str, Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(**each) for each in kept)


def reviewed_in(row: Review, tier: str) -> Reviewed:
    """A review as other rooms see it."""
    return Reviewed(
        assessment_id=row.assessment_id,
        outcome=_outcome(row.outcome),
        tier=tier,
        limit_fen=row.limit_fen,
        annual_rate_ppm=row.annual_rate_ppm,
        reason_code=row.reason_code,
    )


def request_in(row: Assessment) -> CreditRequest:
    """What was asked for."""
    return CreditRequest(**row.request)


def numbers_in(row: Assessment) -> Numbers:
    """The numbers of law and product that held then."""
    numbers: dict[str, Any] = row.numbers
    return Numbers(**{**numbers, "terms_months": tuple(numbers["terms_months"])})


def _outcome(word: str) -> Outcome:
    # A CHECK of the table and the field's choices keep it to the three.
    return word  # type: ignore[return-value]  # see above


def _found(row: Assessment | None) -> Assessment:
    if row is None:
        raise NotFound
    return row
