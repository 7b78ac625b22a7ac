"""Directions that must hold whoever asks: better records, no worse an answer."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.decisions.contracts import CreditRequest
from scoring.decisions.engine import RANK, assess
from scoring.features.catalogue import FEATURES
from scoring.policy import table
from scoring.policy.contracts import Inputs
from scoring.registry.expert import scorecard
from scoring.tests.test_decisions_engine import LIN, NUMBERS, REQUEST, WEI, decided

scores = st.integers(min_value=440, max_value=660)
shares = st.floats(min_value=0, max_value=1)
incomes = st.none() | st.floats(min_value=0, max_value=5_000_000)


def ruled(score, confidence, months, income, scene):
    inputs = Inputs(
        has_records=True,
        score=score,
        pd=scorecard.expert().probability(score),
        confidence=confidence,
        history_months=months,
        income_monthly_fen=income,
        own_instalments=0.0,
        own_on_time_share=None,
        scene=scene,
        amount_fen=1_000_000,
        term_months=12,
    )
    return table.evaluate(table.demonstration(), inputs)


@given(
    score=scores,
    more=st.integers(min_value=1, max_value=100),
    confidence=shares,
    months=st.floats(min_value=0, max_value=24),
    income=incomes,
    scene=st.sampled_from(["CONSUMPTION", "EDUCATION"]),
)
@settings(max_examples=200, deadline=None)
def test_a_higher_score_never_gives_a_worse_ruling(score, more, confidence, months, income, scene):
    lower = ruled(score, confidence, months, income, scene)
    higher = ruled(score + more, confidence, months, income, scene)

    assert RANK[higher.outcome] >= RANK[lower.outcome]
    assert higher.limit_fen >= lower.limit_fen
    assert higher.annual_rate_ppm <= lower.annual_rate_ppm
    assert higher.max_term_months >= lower.max_term_months


@given(
    score=scores,
    confidence=shares,
    more=shares,
    months=st.floats(min_value=0, max_value=24),
    income=incomes,
)
@settings(max_examples=200, deadline=None)
def test_fuller_records_never_give_a_worse_ruling(score, confidence, more, months, income):
    fuller = min(confidence + more, 1.0)

    thin = ruled(score, confidence, months, income, "CONSUMPTION")
    full = ruled(score, fuller, months, income, "CONSUMPTION")

    assert RANK[full.outcome] >= RANK[thin.outcome]
    assert full.limit_fen >= thin.limit_fen


@given(
    scene=st.sampled_from(["CONSUMPTION", "EDUCATION"]),
    owed=st.integers(min_value=0, max_value=10_000_000),
    more=st.integers(min_value=0, max_value=10_000_000),
    features=st.sampled_from([LIN, WEI]),
)
@settings(max_examples=60, deadline=None)
def test_owing_more_never_raises_the_limit(scene, owed, more, features):
    asked = {"scene": scene, "is_enrolment_proved": True}

    assert (
        decided(features, outstanding_fen=owed + more, **asked).limit_fen
        <= decided(features, outstanding_fen=owed, **asked).limit_fen
    )


@given(age=st.integers(min_value=18, max_value=90))
@settings(max_examples=30, deadline=None)
def test_no_age_of_an_adult_changes_anything(age):
    assert decided(LIN, age_years=age) == decided(LIN)


@pytest.mark.parametrize("name", FEATURES)
def test_hiding_one_feature_never_breaks_a_decision(name):
    found = decided({**LIN, name: None})

    assert found.outcome in RANK
    assert decided({key: value for key, value in LIN.items() if key != name}) == found


@pytest.mark.parametrize("amount_fen", [50_000, 500_000, 5_000_000])
def test_the_limit_does_not_depend_on_the_amount_that_was_asked(amount_fen):
    assert decided(LIN, amount_fen=amount_fen).limit_fen == decided(LIN).limit_fen


def test_a_proved_enrolment_never_gives_less_than_an_unproved_one():
    student = replace(REQUEST, scene="EDUCATION", age_years=20)

    def of(request: CreditRequest):
        return assess(
            request,
            features=WEI,
            card=scorecard.expert(),
            policy=table.demonstration(),
            numbers=NUMBERS,
        )

    proved, unproved = of(replace(student, is_enrolment_proved=True)), of(student)
    assert RANK[proved.outcome] >= RANK[unproved.outcome]
    assert proved.limit_fen == unproved.limit_fen
