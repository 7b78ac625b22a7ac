"""The decision as a whole: deterministic, explained, never to the harm of who shares records."""

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.behaviour.contracts import Category, Direction, Source
from scoring.decisions.contracts import CreditRequest, Numbers, Reason
from scoring.decisions.engine import RANK, assess
from scoring.decisions.reasons import SENTENCES, words
from scoring.features.catalogue import FEATURES
from scoring.features.kernel import vector
from scoring.policy import rules, table
from scoring.registry.expert import scorecard
from scoring.tests.events import (
    AS_OF,
    Event,
    bought,
    columns_of,
    daily_purchases,
    days_ago,
    earned,
)

NUMBERS = Numbers(
    minimum_age_years=18,
    minimum_fen=50_000,
    maximum_fen=5_000_000,
    terms_months=(3, 6, 12, 24),
    floor_rate_ppm=60_000,
    annual_rate_cap_ppm=240_000,
    exposure_cap_fen=20_000_000,
)
REQUEST = CreditRequest(
    amount_fen=1_000_000,
    term_months=12,
    scene="CONSUMPTION",
    age_years=30,
    is_enrolment_proved=False,
    outstanding_fen=0,
    has_consumption_consent=True,
)
LIN = vector(
    columns_of(
        [*daily_purchases(200, 60), *(earned(30 * month + 12, 12_000) for month in range(6))],
    ),
    as_of=AS_OF,
)
WEI = vector(
    columns_of(
        [
            *daily_purchases(120, 150),
            earned(15, 1_200),
            *(earned(30 * month + 12, 5_000) for month in (1, 2, 3)),
        ],
    ),
    as_of=AS_OF,
)
FEW = vector(columns_of([bought(day, 30) for day in range(5)]), as_of=AS_OF)


def decided(features, *, numbers=NUMBERS, policy=None, **changes):
    return assess(
        replace(REQUEST, **changes),
        features=features,
        card=scorecard.expert(),
        policy=policy or table.demonstration(),
        numbers=numbers,
    )


def codes(verdict):
    return [reason.code for reason in verdict.reasons]


class TestPeople:
    def test_lin_who_earns_steadily_is_offered_a_good_tier(self):
        found = decided(LIN)

        assert (found.outcome, found.tier) == ("OFFERED", "A")
        assert found.limit_fen == 5_000_000
        assert found.annual_rate_ppm == 90_000
        assert [reason.direction for reason in found.reasons] == ["UP"] * 4

    def test_wei_whose_income_fell_is_told_so_and_seen_by_a_person(self):
        found = decided(WEI)

        assert found.outcome == "REFERRED"
        (fall,) = [each for each in found.reasons if each.code == "INCOME_TREND"]
        assert (fall.direction, fall.value, fall.threshold) == ("DOWN", 120_000.0, 500_000.0)
        assert str(words(fall)) == "Income in the latest month: ¥1,200 (typical before: ¥5,000)"

    def test_a_handful_of_payments_leads_to_the_base_product_by_a_person(self):
        found = decided(FEW)

        assert (found.outcome, found.tier, found.limit_fen) == ("REFERRED", "E", 300_000)
        assert codes(found)[0] == "SCARCE_RECORDS"
        assert found.max_term_months == 6

    def test_chen_who_shares_nothing_is_never_declined_for_it(self):
        found = decided({}, has_consumption_consent=False)

        assert (found.outcome, found.limit_fen) == ("REFERRED", 300_000)
        assert codes(found)[0] == "NO_RECORDS"

    def test_chen_is_judged_without_records_even_where_some_are_handed_in(self):
        assert decided(LIN, has_consumption_consent=False) == decided(
            {name: value for name, value in LIN.items() if name.startswith("own_")},
            has_consumption_consent=False,
        )

    def test_chen_who_repaid_us_on_time_is_offered_the_base_product_at_once(self):
        own = {"own_instalments": 6.0, "own_on_time_share": 1.0}

        found = decided(own, has_consumption_consent=False)

        assert (found.outcome, found.limit_fen) == ("OFFERED", 300_000)
        assert "REPAID_ON_TIME" in codes(found)


class TestGuards:
    def test_decline_with_their_reasons_and_no_limit(self):
        found = decided(LIN, age_years=17)

        assert (found.outcome, found.limit_fen, found.affordable_instalment_fen) == (
            "DECLINED",
            0,
            0,
        )
        assert codes(found) == ["UNDER_AGE"]

    def test_hold_back_an_offer_that_lacks_evidence(self):
        found = decided(LIN, scene="EDUCATION")

        assert found.outcome == "REFERRED"
        assert codes(found)[0] == "ENROLMENT_NOT_PROVED"
        assert found.limit_fen == 5_000_000

    def test_decline_before_they_refer(self):
        assert decided(LIN, scene="EDUCATION", age_years=17).outcome == "DECLINED"

    def test_keep_the_rate_under_the_legal_ceiling(self):
        strict = replace(NUMBERS, annual_rate_cap_ppm=80_000)

        assert decided(LIN, numbers=strict).annual_rate_ppm == 80_000


class TestTerms:
    def test_say_why_it_is_less_than_was_asked(self):
        earning_little = {**LIN, "income_monthly_90d": 150_000.0, "surplus_monthly_90d": 40_000.0}

        found = decided(earning_little)

        assert found.affordable_instalment_fen == 40_000
        assert found.limit_fen < REQUEST.amount_fen
        assert codes(found)[:2] == ["LESS_THAN_ASKED", "INCOME_BEARS"]

    def test_say_when_other_loans_take_the_room(self):
        found = decided(LIN, amount_fen=5_000_000, outstanding_fen=1_000_000)

        assert found.limit_fen == 4_000_000
        assert codes(found)[:2] == ["LESS_THAN_ASKED", "OTHER_LOANS_COUNT"]

    def test_say_when_the_time_is_shorter(self):
        found = decided(FEW, amount_fen=100_000)

        (shorter,) = [each for each in found.reasons if each.code == "SHORTER_THAN_ASKED"]
        assert (shorter.value, shorter.threshold) == (12, 6)

    def test_give_an_offer_too_small_to_be_made_to_a_person(self):
        poor = {**LIN, "income_monthly_90d": 10_000.0, "surplus_monthly_90d": 1_000.0}

        found = decided(poor)

        assert found.outcome == "REFERRED"
        assert found.limit_fen == 300_000
        assert "BASE_PRODUCT" in codes(found)


vectors = st.fixed_dictionaries(
    {},
    optional={
        name: st.none() | st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)
        for name in FEATURES
    },
)
requests = st.builds(
    CreditRequest,
    amount_fen=st.integers(min_value=1, max_value=6_000_000),
    term_months=st.sampled_from([3, 6, 7, 12, 24]),
    scene=st.sampled_from(["CONSUMPTION", "EDUCATION"]),
    age_years=st.integers(min_value=15, max_value=80),
    is_enrolment_proved=st.booleans(),
    outstanding_fen=st.integers(min_value=0, max_value=25_000_000),
    has_consumption_consent=st.booleans(),
)


@given(features=vectors, request=requests)
@settings(max_examples=300, deadline=None)
def test_sharing_records_is_never_to_the_harm_of_who_shares(features, request):
    def of(consent):
        asked = replace(request, has_consumption_consent=consent)
        return assess(
            asked,
            features=features,
            card=scorecard.expert(),
            policy=table.demonstration(),
            numbers=NUMBERS,
        )

    shared, kept = of(consent=True), of(consent=False)

    assert RANK[shared.outcome] >= RANK[kept.outcome]
    assert shared.limit_fen >= kept.limit_fen
    assert shared.annual_rate_ppm <= kept.annual_rate_ppm
    assert shared.max_term_months >= kept.max_term_months


@given(features=vectors, request=requests)
@settings(max_examples=200, deadline=None)
def test_any_verdict_holds_together(features, request):
    found = assess(
        request,
        features=features,
        card=scorecard.expert(),
        policy=table.demonstration(),
        numbers=NUMBERS,
    )

    declined_by_rule = any(guard.outcome == "DECLINED" for guard in rules.guards(request, NUMBERS))
    assert (found.outcome == "DECLINED") == declined_by_rule
    assert found.outcome == "OFFERED" or found.reasons
    assert 0 <= found.limit_fen <= NUMBERS.exposure_cap_fen
    assert found.annual_rate_ppm <= NUMBERS.annual_rate_cap_ppm
    if found.outcome == "OFFERED":
        assert found.limit_fen >= NUMBERS.minimum_fen
    assert all(str(words(reason)) for reason in found.reasons)


@given(features=vectors, request=requests)
@settings(max_examples=100, deadline=None)
def test_a_verdict_can_be_replayed_from_what_was_kept(features, request):
    card, policy = scorecard.document_of_expert(), table.document_of_demonstration()
    found = assess(
        request,
        features=features,
        card=scorecard.load(card),
        policy=table.load(policy),
        numbers=NUMBERS,
    )
    kept = json.loads(json.dumps([asdict(request), features, card, policy, asdict(NUMBERS)]))
    numbers = Numbers(**{**kept[4], "terms_months": tuple(kept[4]["terms_months"])})

    again = assess(
        CreditRequest(**kept[0]),
        features=kept[1],
        card=scorecard.load(kept[2]),
        policy=table.load(kept[3]),
        numbers=numbers,
    )

    assert again == found
    assert json.dumps(asdict(again)) == json.dumps(asdict(found))


def test_the_trace_names_the_rule_and_what_it_read():
    trace = decided(LIN).policy_trace

    assert trace["rule"] == "tier-a"
    assert trace["inputs"]["score"] == decided(LIN).score
    assert trace["ruling"]["limit_fen"] == 5_000_000
    assert (trace["is_base"], trace["guards"]) == (False, [])


class TestWords:
    def test_exist_for_every_reason_of_the_card_and_of_the_guards(self):
        card = {each.reason for each in scorecard.expert().characteristics}
        assert card <= set(SENTENCES)

    @pytest.mark.parametrize("code", SENTENCES)
    def test_can_be_said_with_and_without_figures(self, code):
        full = words(Reason(code, "G", -3, "DOWN", 12_345.0, 0.5))
        bare = words(Reason(code, "G", -3, "DOWN"))

        assert "%(" not in str(full)
        assert "%(" not in str(bare)

    def test_read_the_figure_in_its_unit(self):
        reason = Reason("GAMBLING", "CONDUCT", -9, "DOWN", 0.042, 0.005)

        assert "4%" in str(words(reason))


class TestRepayingUs:
    """Who repays us on time is never lent less for it."""

    @given(
        days=st.integers(0, 200),
        spent_yuan=st.integers(10, 150),
        income_yuan=st.integers(0, 12_000),
        paid=st.lists(
            st.tuples(st.integers(1, 175), st.integers(1, 20_000)), min_size=1, max_size=9
        ),
        running_fen=st.integers(0, 400_000),
    )
    @settings(max_examples=150, deadline=None)
    def test_on_time_never_lowers_the_limit(self, days, spent_yuan, income_yuan, paid, running_fen):
        before = [
            *daily_purchases(days, spent_yuan),
            *(earned(30 * month + 12, income_yuan) for month in range(6)),
        ]
        repaid = [
            Event(
                days_ago(day + 0.4),
                yuan * 100,
                Direction.OUT,
                Category.CREDIT_REPAYMENT,
                Source.OWN_LOANS,
            )
            for day, yuan in paid
        ]

        without, then = (
            decided(
                vector(columns_of(events), as_of=AS_OF),
                monthly_instalments_fen=running_fen,
                outstanding_fen=running_fen,
            )
            for events in (before, [*before, *repaid])
        )

        assert then.limit_fen >= without.limit_fen
        assert RANK[then.outcome] >= RANK[without.outcome]
        assert then.score >= without.score
