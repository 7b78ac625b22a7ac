"""Any kind of model may decide: its reasons have words, and who shares records never loses."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from common.templatetags.words import said, said_to_staff
from scoring.decisions.contracts import Reason
from scoring.decisions.engine import RANK, assess
from scoring.decisions.explanation import explain
from scoring.decisions.reasons import words
from scoring.features.catalogue import FEATURES
from scoring.policy import table
from scoring.registry.artefact import seal
from scoring.registry.expert import scorecard
from scoring.registry.life import trial
from scoring.registry.loading import load
from scoring.tests.builders import NOW, NUMBERS, REQUEST

NAMES = sorted(FEATURES)
POLICY = table.demonstration()
log_odds = st.floats(min_value=-6, max_value=6)
values = st.one_of(
    st.none(),
    st.floats(min_value=-1e9, max_value=1e9),
    st.sampled_from([0.0, 1.0, 0.5, 3.0, 12.0, 1_200_000.0]),
)


def characteristic(name, edges, points, **more):
    return {
        "feature": name,
        "kind": "NUMERIC",
        "edges": list(edges),
        "categories": [],
        "points": list(points),
        "missing": 0.0,
        "other": 0.0,
        "neutral": 0.0,
        "group": FEATURES[name].group,
        **more,
    }


def fitted(characteristics, *, kind="WOE", version="woe-1", intercept=-3.0):
    return seal(
        {
            "format": 1,
            "kind": kind,
            "version": version,
            "target": "bad",
            "scale": {"pdo": 20, "score": 600, "odds": 50},
            "trained": {"rows": 900, "bads": 90, "data_sha256": "a" * 64, "seed": 2024},
            "calibration": {"method": "NONE"},
            "intercept": intercept,
            "characteristics": list(characteristics),
        }
    )


@st.composite
def fitted_cards(draw):
    """Any monotone or crooked card that the registry would keep."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True))
    rows = []
    for name in names:
        edges = sorted(draw(st.sets(st.floats(-1e6, 1e6), min_size=1, max_size=4)))
        points = draw(st.lists(log_odds, min_size=len(edges) + 1, max_size=len(edges) + 1))
        more = {key: draw(log_odds) for key in ("missing", "neutral")}
        rows.append(characteristic(name, edges, points, **more))
    document = fitted(
        rows, kind=draw(st.sampled_from(["WOE", "ADDITIVE"])), intercept=draw(log_odds)
    )
    # As it comes back from a file or a table.
    return load(json.loads(json.dumps(document)))


people = st.dictionaries(st.sampled_from(NAMES), values, max_size=len(NAMES))


class TestAnyFittedCard:
    @given(card=fitted_cards(), person=people, amount=st.integers(50_000, 6_000_000))
    @settings(max_examples=150, deadline=None)
    def test_who_shares_records_never_gets_less_than_who_shares_none(self, card, person, amount):
        request = replace(REQUEST, amount_fen=amount)
        with_records = decide(card, person, request)
        without = decide(card, person, replace(request, has_consumption_consent=False))

        assert RANK[with_records.outcome] >= RANK[without.outcome]
        assert with_records.limit_fen >= without.limit_fen
        assert with_records.annual_rate_ppm <= without.annual_rate_ppm
        assert with_records.max_term_months >= without.max_term_months

    @given(card=fitted_cards(), person=people)
    @settings(max_examples=60, deadline=None)
    def test_decides_the_same_twice_and_every_reason_has_words(self, card, person):
        verdict = decide(card, person)

        assert decide(card, person) == verdict
        assert 0.0 <= verdict.pd <= 1.0
        for reason in explained(verdict).reasons:
            assert said(reason.words)
            assert said_to_staff(reason.words)

    @given(card=fitted_cards(), person=people)
    @settings(max_examples=40, deadline=None)
    def test_a_score_never_declines_anybody(self, card, person):
        assert decide(card, person).outcome != "DECLINED"

    @given(card=fitted_cards())
    @settings(max_examples=30, deadline=None)
    def test_passes_the_trial_of_the_registry(self, card):
        trial.insist(card)


def decide(card, person, request=REQUEST):
    return assess(request, features=person, card=card, policy=POLICY, numbers=NUMBERS)


def explained(verdict) -> Any:
    return explain(
        assessment_public_id="x",
        reasons=verdict.reasons,
        request=REQUEST,
        features={},
        as_of=NOW,
        decided_at=NOW,
        review=None,
    )


class TestThinFiles:
    def test_a_fitted_card_that_loves_everybody_lends_little_on_thin_records(self):
        card = load(fitted([characteristic("cover_90d", [0.0], [-6.0, -6.0])], intercept=-6.0))
        person = {"confidence": 0.25, "history_months": 2.0, "income_monthly_90d": 1_500_000.0}

        thin = decide(card, person)
        whole = decide(card, {**person, "confidence": 0.95, "history_months": 12.0})

        assert thin.limit_fen < whole.limit_fen
        assert thin.policy_trace["ruling"]["reason"] == "THIN_RECORDS"


class TestBlend:
    def test_rates_between_its_two_models_and_says_the_reasons_of_the_heavier(self):
        woe = fitted([characteristic("cover_90d", [0.0], [2.0, -2.0])])
        expert = scorecard.document_of_expert()
        document = seal(
            {
                "format": 1,
                "kind": "BLEND",
                "version": "blend-1",
                "weight": 0.8,
                "scale": woe["scale"],
                "fitted": woe,
                "expert": expert,
            }
        )
        blend, person = load(document), {"cover_90d": 0.4, "active_weeks_90d": 2.0}

        ends = sorted(load(each).pd(person) for each in (woe, expert))
        assert ends[0] <= blend.pd(person) <= ends[1]
        assert blend.rate(person).contributions == load(woe).rate(person).contributions
        assert set(blend.features) >= {"cover_90d", "active_weeks_90d"}
        trial.insist(blend)


class TestWords:
    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("direction", ["UP", "DOWN"])
    def test_every_feature_speaks_both_languages_for_and_against(self, name, direction):
        points = 7 if direction == "UP" else -7
        found = words(Reason(name, "G", points, direction, 0.5, 0.25))

        feature = FEATURES[name]
        told = feature.better if direction == "UP" else feature.worse
        with translation.override("zh-hans"):
            assert said(found).startswith(told.zh)
        with translation.override("en"):
            assert said(found).startswith(told.en)

    def test_a_code_that_nobody_knows_is_told_neutrally(self):
        found = words(Reason("moon_phase", "MOON", -9, "DOWN", 0.5, 0.25))

        with translation.override("en"):
            assert said(found) == "Our score weighed what your records show."
            assert said_to_staff(found) == "The score weighed what the records show."

    def test_a_rule_that_nobody_knows_is_named(self):
        found = words(Reason("STAFF_RULE", "POLICY", 0, "DOWN"))

        with translation.override("en"):
            assert said(found) == "One of our rules applies: STAFF_RULE"
