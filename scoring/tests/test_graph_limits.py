"""Links send a case to a person; they never move a limit, a rate or a tier, and decline nobody."""

from dataclasses import asdict

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.consent.purposes import PURPOSES, SHARED_LINKS
from scoring.decisions import queries
from scoring.decisions.engine import RANK
from scoring.decisions.models import Assessment
from scoring.decisions.reasons import Words, words
from scoring.tests.builders import REQUEST, decide, load_defaults, steady
from scoring.tests.members import Circle
from scoring.tests.test_decisions_engine import LIN, WEI, decided

UNTOUCHED = (
    "tier",
    "score",
    "pd",
    "limit_fen",
    "annual_rate_ppm",
    "affordable_instalment_fen",
    "max_term_months",
)
requests = st.fixed_dictionaries(
    {
        "amount_fen": st.integers(1, 8_000_000),
        "term_months": st.sampled_from([1, 3, 6, 12, 24]),
        "age_years": st.integers(15, 70),
        "outstanding_fen": st.integers(0, 25_000_000),
        "days_past_due": st.integers(0, 40),
        "has_consumption_consent": st.booleans(),
        "are_records_whole": st.booleans(),
    }
)


@given(asked=requests, features=st.sampled_from([LIN, WEI]))
@settings(max_examples=150, deadline=None)
def test_a_linked_case_has_the_limit_rate_and_tier_of_any_other(asked, features):
    plain = decided(features, **asked)
    linked = decided(features, **asked, is_linked_case=True)

    assert {name: getattr(linked, name) for name in UNTOUCHED} == {
        name: getattr(plain, name) for name in UNTOUCHED
    }
    assert linked.outcome == min(plain.outcome, "REFERRED", key=RANK.__getitem__)


@given(asked=requests, features=st.sampled_from([LIN, WEI]))
@settings(max_examples=60, deadline=None)
def test_links_never_decline_anybody_by_themselves(asked, features):
    if decided(features, **asked).outcome != "DECLINED":
        assert decided(features, **asked, is_linked_case=True).outcome == "REFERRED"


def test_the_reason_accuses_nobody():
    (reason,) = [
        each for each in decided(LIN, is_linked_case=True).reasons if each.code == "LINKED_CASE"
    ]
    told = words(reason)
    assert isinstance(told, Words)
    said = f"{told} {told.to_staff}"

    assert reason.points == 0
    assert "accuse" in said
    assert not {"fraud", "ring", "suspect"} & set(said.lower().split())


def test_the_notice_says_that_refusing_changes_nothing():
    purpose = PURPOSES[SHARED_LINKS]

    assert not purpose.is_necessary
    assert purpose.refusal.startswith("Nothing changes.")


@pytest.mark.django_db
def test_what_links_said_is_kept_with_the_decision():
    circle = Circle()
    lin = circle.add("Lin")
    load_defaults()
    steady(lin)
    linked = REQUEST.__class__(**{**asdict(REQUEST), "is_linked_case": True})

    found = decide(lin, request=linked)

    row = Assessment.objects.get(pk=found.assessment_id)
    assert row.request["is_linked_case"] is True
    assert queries.request_in(row) == linked
    with transaction.atomic():
        assert queries.verdict_in(row) == found.verdict
