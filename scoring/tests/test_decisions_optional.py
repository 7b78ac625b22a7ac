"""What is shared beside the records by free choice: it helps, or it is as if it were not there."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.behaviour import actions as behaviour
from borrowers.behaviour.contracts import Source
from borrowers.consent import actions as consents
from borrowers.consent.purposes import DEVICE, PURPOSES
from borrowers.tests import cast
from borrowers.tests import record_papers as papers
from scoring.decisions import queries
from scoring.decisions.engine import RANK, assess, used
from scoring.features.catalogue import OPTIONAL
from scoring.features.models import FeatureVector
from scoring.policy import table
from scoring.registry.artefact import fingerprint
from scoring.registry.expert import scorecard
from scoring.tests import builders
from scoring.tests.test_decisions_engine import LIN, NUMBERS, REQUEST, requests, vectors

BINS = [
    {"points": -40},
    {"from": 10, "points": 0},
    {"from": 40, "points": 8},
    {"from": 70, "points": 40},
]


def card_that_reads_devices():
    """The expert card with one more characteristic, worth far more than any instalments."""
    document = scorecard.document_of_expert()
    document["characteristics"] = [
        *document["characteristics"],
        {
            "feature": "device_days_90d",
            "reason": "ACTIVE_WEEKS",
            "group": "DEVICE",
            "bins": BINS,
            "missing": 0,
        },
    ]
    return scorecard.load(document | {"sha256": fingerprint(document)})


CARD = card_that_reads_devices()
# Somebody whose score stands a few points under the next tier.
MIDDLING = {**LIN, "cover_90d": 0.05, "income_variation_180d": 0.8, "income_trend": 1.0}


def decided(features, request=REQUEST, card=CARD):
    return assess(
        request, features=features, card=card, policy=table.demonstration(), numbers=NUMBERS
    )


def without_optional(features):
    return {name: value for name, value in features.items() if name not in OPTIONAL}


def with_three_more(features):
    """What would be known after three more instalments on time."""
    count = features.get("own_instalments") or 0.0
    # Before the first instalment there is no share.
    share = (features.get("own_on_time_share") or 0.0) if count else 0.0
    return {
        **without_optional(features),
        "own_instalments": count + 3,
        "own_on_time_share": (count * share + 3) / (count + 3),
        "own_on_time_streak": (features.get("own_on_time_streak") or 0.0) + 3,
    }


def is_at_least(one, other):
    return (
        RANK[one.outcome] >= RANK[other.outcome]
        and one.limit_fen >= other.limit_fen
        and one.annual_rate_ppm <= other.annual_rate_ppm
        and one.max_term_months >= other.max_term_months
    )


class TestOptional:
    @given(features=vectors, request=requests)
    @settings(max_examples=200, deadline=None)
    def test_is_never_to_the_harm_of_who_shares_it(self, features, request):
        assert is_at_least(decided(features, request), decided(without_optional(features), request))

    @given(
        days=st.none() | st.floats(min_value=0, max_value=90),
        cover=st.floats(min_value=-1, max_value=1),
        trend=st.floats(min_value=0, max_value=2),
        own=st.none() | st.tuples(st.integers(1, 20), st.floats(min_value=0, max_value=1)),
        request=requests,
    )
    @settings(max_examples=200, deadline=None)
    def test_opens_nothing_that_three_instalments_on_time_do_not(
        self, days, cover, trend, own, request
    ):
        count, share = own or (0, None)
        features = {
            **LIN,
            "cover_90d": cover,
            "income_trend": trend,
            "own_instalments": float(count),
            "own_on_time_share": share,
            "device_days_90d": days,
        }
        given_devices = decided(features, request)
        plain = decided(without_optional(features), request)
        repaid = decided(with_three_more(features), request)

        assert given_devices.limit_fen <= max(plain.limit_fen, repaid.limit_fen)
        assert is_at_least(repaid, given_devices) or is_at_least(plain, given_devices)

    def test_that_speaks_against_a_person_is_not_heard(self):
        shy = {**LIN, "device_days_90d": 1.0}

        assert decided(shy) == decided(LIN)
        assert decided(shy).policy_trace == decided(LIN).policy_trace

    def test_that_would_open_more_than_three_instalments_is_not_heard(self):
        much, modest = ({**MIDDLING, "device_days_90d": days} for days in (80.0, 50.0))
        plain, repaid = decided(MIDDLING), decided(with_three_more(MIDDLING))
        assert repaid.limit_fen > plain.limit_fen, "the story needs a person near a line"

        assert decided(modest).limit_fen == repaid.limit_fen
        assert decided(modest).policy_trace["is_lifted"]
        assert decided(much).limit_fen in {plain.limit_fen, repaid.limit_fen}

    def test_is_not_heard_from_who_shares_no_records(self):
        request = replace(REQUEST, has_consumption_consent=False)

        assert decided({**LIN, "device_days_90d": 50.0}, request) == decided(LIN, request)

    def test_is_no_part_of_what_a_model_in_shadow_reads(self):
        assert not OPTIONAL & set(used(REQUEST, {**LIN, "device_days_90d": 50.0}))

    def test_weighs_nothing_in_the_card_that_decides_by_default(self):
        expert = scorecard.expert()

        assert not OPTIONAL & set(expert.features)
        assert decided({**LIN, "device_days_90d": 80.0}, card=expert) == decided(LIN, card=expert)


@pytest.mark.django_db
class TestConsent:
    @pytest.fixture
    def lin(self):
        builders.load_defaults()
        card = cast.borrower("Lin")
        builders.steady(card)
        consents.grant(
            borrower_id=card.id,
            purpose=DEVICE,
            notice_version=PURPOSES[DEVICE].notice_version,
            language="en",
            channel="WEB",
            by=cast.self_of(card),
            switched_on={DEVICE},
        )
        behaviour.upload_bill(
            borrower_id=card.id,
            reading=replace(
                cast.reading(
                    [
                        cast.event(
                            9_000,
                            source=Source.DEVICE,
                            occurred_at=builders.NOW - timedelta(days=3),
                            amount_fen=0,
                            metrics={"device_type": "fan", "on_minutes": 30, "events": 2},
                        )
                    ]
                ),
                source=Source.DEVICE,
            ),
            content=papers.device_json(),
            media_type="application/json",
            by=cast.self_of(card),
        )
        return card

    def test_lets_the_figures_be_kept_with_the_decision(self, lin):
        builders.decide(lin)

        kept = builders.figures_in(FeatureVector.objects.get())
        assert kept["device_days_90d"] == 1.0
        assert kept["social_weeks_90d"] is None

    def test_once_withdrawn_leaves_nothing_of_them(self, lin):
        cast.withdraw(lin, DEVICE)

        builders.decide(lin)

        kept = builders.figures_in(FeatureVector.objects.get())
        assert {kept[name] for name in OPTIONAL} == {None}

    def test_changes_nothing_that_cannot_be_replayed(self, lin):
        decided = builders.decide(lin)

        assert queries.replay(decided.assessment_id) == decided.verdict
        assert not list(queries.breaches())
