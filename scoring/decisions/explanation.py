"""A decision told to the person it is about: reasons, figures, and what was looked at. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from common.money import yuan
from common.periods import shanghai_date
from common.rates import PPM
from common.texts import Bilingual, gettext_noop
from scoring.decisions.contracts import CreditRequest, Reason, Reviewed
from scoring.decisions.reasons import Words, words
from scoring.features.catalogue import FEATURES, GROUPS, figure
from scoring.features.contracts import CONTRACT, Feature

Features = Mapping[str, float | None]

NOT_KNOWN = "–"


@dataclass(frozen=True, slots=True)
class ExplainedReason:
    """A reason in words. `share_ppm` is its weight against the heaviest; guards have none."""

    code: str
    group: str
    direction: str
    points: int
    share_ppm: int | None
    words: Words | Bilingual


@dataclass(frozen=True, slots=True)
class FeatureLine:
    """One indicator: its name, and its value as people read it."""

    title: Bilingual
    value: str


@dataclass(frozen=True, slots=True)
class FeatureGroup:
    """Indicators that belong together."""

    title: Bilingual
    lines: tuple[FeatureLine, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Guards and terms come first among the reasons, then the four strongest of the score."""

    assessment_public_id: str
    reasons: tuple[ExplainedReason, ...]
    used: tuple[Words, ...]
    groups: tuple[FeatureGroup, ...]
    as_of: datetime
    decided_at: datetime
    review: Reviewed | None


def explain(
    *,
    assessment_public_id: str,
    reasons: tuple[Reason, ...],
    request: CreditRequest,
    features: Features,
    as_of: datetime,
    decided_at: datetime,
    review: Reviewed | None,
) -> Explanation:
    """Put a decision into words. Features that were erased leave no groups."""
    heaviest = max((abs(each.points) for each in reasons), default=0)
    return Explanation(
        assessment_public_id=assessment_public_id,
        reasons=tuple(_explained(each, heaviest) for each in reasons),
        used=tuple(_used(request, features, as_of)),
        groups=tuple(_groups(request, features)) if features else (),
        as_of=as_of,
        decided_at=decided_at,
        review=review,
    )


def _explained(reason: Reason, heaviest: int) -> ExplainedReason:
    weight = abs(reason.points)
    return ExplainedReason(
        code=reason.code,
        group=reason.group,
        direction=reason.direction,
        points=reason.points,
        share_ppm=weight * PPM // heaviest if weight else None,
        words=words(reason),
    )


def _used(request: CreditRequest, features: Features, as_of: datetime) -> Iterator[Words]:
    """What was looked at, one sentence each."""
    yield Words(
        gettext_noop("Your application: %(amount)s over %(months)s months"),
        {"amount": f"¥{yuan(request.amount_fen)}", "months": str(request.term_months)},
        gettext_noop("The application: %(amount)s over %(months)s months"),
    )
    yield Words(
        gettext_noop("Your age, from your identity number"),
        {},
        gettext_noop("The applicant's age, from the identity number"),
    )
    if request.is_enrolment_proved:
        yield Words(
            gettext_noop("Your proof of enrolment"),
            {},
            gettext_noop("The applicant's proof of enrolment"),
        )
    if request.outstanding_fen:
        yield Words(
            gettext_noop("What you owed us then: %(amount)s"),
            {"amount": f"¥{yuan(request.outstanding_fen)}"},
            gettext_noop("What the applicant owed us then: %(amount)s"),
        )
    if instalments := features.get("own_instalments"):
        yield Words(
            gettext_noop("Your repayments to us: %(count)s instalments"),
            {"count": f"{instalments:.0f}"},
            gettext_noop("The applicant's repayments to us: %(count)s instalments"),
        )
    yield _records_used(request, features, as_of)


def _records_used(request: CreditRequest, features: Features, as_of: datetime) -> Words:
    if not request.has_consumption_consent:
        return Words(
            gettext_noop("No consumption records: you shared none"),
            {},
            gettext_noop("No consumption records: the applicant shared none"),
        )
    events = features.get("events_180d") or 0.0
    return Words(
        gettext_noop(
            "Your consumption records until %(day)s: %(count)s payments in the 180 days before"
        ),
        {"day": shanghai_date(as_of).isoformat(), "count": f"{events:.0f}"},
        gettext_noop(
            "The consumption records until %(day)s: %(count)s payments in the 180 days before"
        ),
    )


def _groups(request: CreditRequest, features: Features) -> Iterator[FeatureGroup]:
    """The indicators that could be used: without shared records only those of our own loans."""
    may_use = [
        each
        for each in FEATURES.values()
        if request.has_consumption_consent or each.purpose == CONTRACT
    ]
    for code, group in GROUPS.items():
        lines = tuple(_line(each, features) for each in may_use if each.group == code)
        if lines:
            yield FeatureGroup(group.title, lines)


def _line(feature: Feature, features: Features) -> FeatureLine:
    value = features.get(feature.name)
    return FeatureLine(feature.title, NOT_KNOWN if value is None else figure(value, feature.unit))
