"""People with records, and decisions on them, through the real verbs."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from borrowers.behaviour import actions as behaviour
from borrowers.behaviour.contracts import Category, Direction, RawEvent
from borrowers.people.contracts import BorrowerCard
from borrowers.tests import cast
from scoring.decisions import actions as decisions
from scoring.decisions.contracts import CreditRequest, Decided, Numbers
from scoring.features.models import FeatureVector
from scoring.policy import actions as policies
from scoring.policy import table
from scoring.registry import actions as registry
from scoring.registry.artefact import seal
from scoring.registry.expert import scorecard

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
NUMBERS = Numbers(
    minimum_age_years=18,
    minimum_fen=50_000,
    maximum_fen=5_000_000,
    terms_months=(3, 6, 12),
    floor_rate_ppm=60_000,
    annual_rate_cap_ppm=240_000,
    exposure_cap_fen=20_000_000,
)
REQUEST = CreditRequest(
    amount_fen=1_000_000,
    term_months=12,
    scene="CONSUMPTION",
    age_years=28,
    is_enrolment_proved=False,
    outstanding_fen=0,
    has_consumption_consent=True,
)
SCENES = (Category.GROCERIES, Category.DINING, Category.TRANSPORT, Category.ONLINE_SHOPPING)


def load_defaults() -> None:
    registry.load_defaults()
    policies.load_defaults()


def purchases(
    days: int, *, yuan: int = 60, until: datetime = NOW, scenes: tuple[Category, ...] = SCENES
) -> list[RawEvent]:
    """One purchase a day, the last a day before `until`."""
    return [
        cast.event(
            day,
            occurred_at=until - timedelta(days=day + 1),
            amount_fen=yuan * 100,
            category=scenes[day % len(scenes)],
        )
        for day in range(days)
    ]


def pays(
    yuan: Iterable[int], *, until: datetime = NOW, first_days_ago: int = 12, number: int = 5_000
) -> list[RawEvent]:
    """One pay every 30 days, the latest first."""
    return [
        cast.event(
            number + place,
            occurred_at=until - timedelta(days=first_days_ago + 30 * place),
            amount_fen=each * 100,
            direction=Direction.IN,
            category=Category.INCOME_SALARY,
            merchant="Paper Mill",
        )
        for place, each in enumerate(yuan)
    ]


def share(card: BorrowerCard, events: list[RawEvent], *, content: bytes = b"a bill") -> None:
    """Upload a bill of these events; the consent must stand."""
    behaviour.upload_bill(
        borrower_id=card.id,
        reading=cast.reading(sorted(events, key=lambda each: each.occurred_at)),
        content=content,
        media_type="text/csv",
        by=cast.self_of(card),
    )


def steady(card: BorrowerCard) -> None:
    """Half a year of even spending and regular pay."""
    cast.allow(card)
    share(card, [*purchases(200), *pays([12_000] * 6)])


def decide(
    card: BorrowerCard, *, application_id: int = 7, request: CreditRequest = REQUEST
) -> Decided:
    """What lending does under the application's lock."""
    with transaction.atomic():
        return decisions.decide(
            application_id=application_id,
            borrower_id=card.id,
            request=request,
            as_of=NOW,
            numbers=NUMBERS,
        )


def figures_in(vector: FeatureVector) -> dict[str, float | None]:
    """What a whole vector holds, straight from its row."""
    assert vector.features is not None
    return dict(vector.features)


def another_card(version: str = "challenger-1", neutral: int = 40) -> dict[str, Any]:
    """The expert card with other points, under its own name and hash."""
    document = {**scorecard.document_of_expert(), "version": version}
    document["neutral_score"] += neutral
    return seal(document)


def another_policy(version: str = "strict-1", name: str = "Stricter tiers") -> dict[str, Any]:
    """The demonstration policy with another name on its table, under its own hash."""
    document = table.document_of_demonstration() | {"version": version}
    document["table"]["nodes"][1]["name"] = name
    return {**document, "sha256": table.fingerprint(document)}
