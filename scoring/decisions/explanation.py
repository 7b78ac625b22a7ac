"""A decision told to the person it is about: reasons, figures, and what was looked at. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from common.money import yuan
from common.periods import shanghai_date
from common.rates import PPM
from common.texts import Bilingual, gettext_noop
from scoring.decisions.contracts import CreditRequest, Reason, Reviewed
from scoring.decisions.reasons import Words, is_without_room, words
from scoring.features.catalogue import FEATURES, GROUPS, figure
from scoring.features.contracts import CONTRACT, Feature
from scoring.registry.contracts import Contribution

Features = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class ExplainedReason:
    """A reason in words. `share_ppm` is its weight against the heaviest; guards have none."""

    code: str
    group: str
    direction: str
    points: int
    share_ppm: int | None
    words: Words | Bilingual


class Weight(StrEnum):
    """How a figure counted: among the strongest for or against, beside them, or not at all."""

    FOR = "FOR"
    AGAINST = "AGAINST"
    WEIGHED = "WEIGHED"
    KEPT = "KEPT"


_ORDER = (Weight.AGAINST, Weight.FOR, Weight.WEIGHED, Weight.KEPT)


@dataclass(frozen=True, slots=True)
class FeatureLine:
    """One indicator: its name, its value as people read it, what it says, and how it counted.

    `days` is how far back it looks, 0 for everything; `purpose` is what it stands on.
    """

    name: str
    title: Bilingual
    value: str
    says: Bilingual
    purpose: str
    days: int
    weight: Weight


@dataclass(frozen=True, slots=True)
class FeatureGroup:
    """Indicators that belong together, those that counted first; what is not known by name."""

    code: str
    title: Bilingual
    lines: tuple[FeatureLine, ...]
    unknown: tuple[Bilingual, ...]
    points: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Guards and terms come first among the reasons, then the four strongest of the score."""

    assessment_public_id: str
    reasons: tuple[ExplainedReason, ...]
    used: tuple[Words, ...]
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
    """Put a decision into words. The figures are told apart, by `figures`: there are many."""
    heaviest = max((abs(each.points) for each in reasons), default=0)
    without_room = is_without_room(reasons)
    return Explanation(
        assessment_public_id=assessment_public_id,
        reasons=tuple(_explained(each, heaviest, without_room=without_room) for each in reasons),
        used=tuple(_used(request, features, as_of)),
        as_of=as_of,
        decided_at=decided_at,
        review=review,
    )


def _explained(reason: Reason, heaviest: int, *, without_room: bool) -> ExplainedReason:
    weight = abs(reason.points)
    return ExplainedReason(
        code=reason.code,
        group=reason.group,
        direction=reason.direction,
        points=reason.points,
        share_ppm=weight * PPM // heaviest if weight else None,
        words=words(reason, without_room=without_room),
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
    # Of other scenes the machine hears nothing of a proof; a person looks at it.
    if request.scene == "EDUCATION" and request.is_enrolment_proved:
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


def figures(
    request: CreditRequest,
    features: Features,
    *,
    contributions: Collection[Contribution] = (),
    read: Collection[str] = (),
) -> tuple[FeatureGroup, ...]:
    """Every indicator that could be used, the group that weighed most first; none once erased.

    `contributions` are the strongest that the model named, `read` is all that it reads. Without
    shared records there are only those of our own loans.
    """
    if not features:
        return ()
    points = {each.feature: each.points for each in contributions}
    may_use = [
        each
        for each in FEATURES.values()
        if request.has_consumption_consent or each.purpose == CONTRACT
    ]
    groups = [
        _group(code, [each for each in may_use if each.group == code], features, points, read)
        for code in GROUPS
    ]
    told = [each for each in groups if each.lines or each.unknown]
    return tuple(sorted(told, key=lambda each: -each.points))


def _group(
    code: str,
    members: Sequence[Feature],
    features: Features,
    points: Mapping[str, int],
    read: Collection[str],
) -> FeatureGroup:
    """What was not given by a free choice is not even named as missing."""
    known = [each for each in members if features.get(each.name) is not None]
    lines = [_line(each, features[each.name] or 0.0, points, read) for each in known]
    unknown = [each for each in members if each not in known and not each.is_optional]
    return FeatureGroup(
        code=code,
        title=GROUPS[code].title,
        lines=tuple(sorted(lines, key=lambda each: _ORDER.index(each.weight))),
        unknown=tuple(each.title for each in unknown),
        points=max((abs(points.get(each.name, 0)) for each in known), default=0),
    )


def _line(
    feature: Feature, value: float, points: Mapping[str, int], read: Collection[str]
) -> FeatureLine:
    if moved := points.get(feature.name, 0):
        weight = Weight.FOR if moved > 0 else Weight.AGAINST
    else:
        weight = Weight.WEIGHED if feature.name in read else Weight.KEPT
    said = {Weight.FOR: feature.better, Weight.AGAINST: feature.worse}
    return FeatureLine(
        name=feature.name,
        title=feature.title,
        value=figure(value, feature.unit),
        says=said.get(weight, feature.justification),
        purpose=feature.purpose,
        days=feature.days,
        weight=weight,
    )
