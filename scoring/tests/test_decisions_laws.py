"""Laws of the engine, drawn at random: what is asked, earned or owed more never helps or harms."""

from dataclasses import replace
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.decisions.contracts import CreditRequest
from scoring.decisions.engine import RANK, assess, used
from scoring.features.catalogue import OPTIONAL
from scoring.policy import rules, table
from scoring.registry.expert import scorecard
from scoring.tests.test_decisions_engine import LIN, NUMBERS, REQUEST, WEI, codes, decided

NOTHING: dict[str, float] = {}
people = st.sampled_from([LIN, WEI, NOTHING, {"own_instalments": 6.0, "own_on_time_share": 1.0}])
requests = st.builds(
    CreditRequest,
    amount_fen=st.integers(1, 6_000_000),
    term_months=st.sampled_from([3, 6, 7, 12, 24]),
    scene=st.sampled_from(["CONSUMPTION", "EDUCATION"]),
    age_years=st.integers(15, 80),
    is_enrolment_proved=st.booleans(),
    outstanding_fen=st.integers(0, 25_000_000),
    has_consumption_consent=st.booleans(),
    days_past_due=st.sampled_from([0, 1, 90]),
    monthly_instalments_fen=st.integers(0, 500_000),
    are_records_whole=st.booleans(),
    is_linked_case=st.booleans(),
)


def of(person, request, numbers=NUMBERS):
    return assess(
        request,
        features=person,
        card=scorecard.expert(),
        policy=table.demonstration(),
        numbers=numbers,
    )


class TestAskingAndOwing:
    @given(people, requests, st.integers(0, 5_000_000))
    def test_owing_more_never_brings_more(self, person, request, more_fen):
        one = of(person, request)
        other = of(person, replace(request, outstanding_fen=request.outstanding_fen + more_fen))

        assert other.limit_fen <= one.limit_fen
        assert RANK[other.outcome] <= RANK[one.outcome]

    @given(people, requests, st.integers(0, 300_000))
    def test_paying_more_instalments_already_never_brings_more(self, person, request, more_fen):
        paying = request.monthly_instalments_fen + more_fen

        one, other = (
            of(person, request),
            of(person, replace(request, monthly_instalments_fen=paying)),
        )

        assert other.limit_fen <= one.limit_fen

    @given(people, requests)
    def test_what_is_asked_sets_neither_price_nor_tier_nor_score(self, person, request):
        one = of(person, replace(request, amount_fen=NUMBERS.minimum_fen))
        other = of(person, replace(request, amount_fen=NUMBERS.maximum_fen))

        assert (one.score, one.pd, one.tier, one.annual_rate_ppm) == (
            other.score,
            other.pd,
            other.tier,
            other.annual_rate_ppm,
        )

    @given(people, requests, st.integers(18, 80))
    def test_the_age_of_a_grown_person_says_nothing(self, person, request, age):
        grown = replace(request, age_years=30)

        assert of(person, replace(request, age_years=age)) == of(person, grown)

    @given(people, requests)
    def test_links_set_no_price_and_no_limit(self, person, request):
        clear = of(person, replace(request, is_linked_case=False))
        linked = of(person, replace(request, is_linked_case=True))

        assert (linked.limit_fen, linked.annual_rate_ppm, linked.score, linked.tier) == (
            clear.limit_fen,
            clear.annual_rate_ppm,
            clear.score,
            clear.tier,
        )
        assert linked.outcome == ("DECLINED" if clear.outcome == "DECLINED" else "REFERRED")


class TestReasons:
    @given(people, requests)
    def test_of_every_guard_that_speaks_are_told(self, person, request):
        spoken = [each.code for each in rules.guards(request, NUMBERS)]

        assert codes(of(person, request))[: len(spoken)] == spoken

    @given(people, requests)
    def test_of_a_refusal_are_its_guards_alone(self, person, request):
        found = of(person, request)

        if found.outcome == "DECLINED":
            assert {each.group for each in found.reasons} == {"GUARD"}
            assert (found.limit_fen, found.policy_trace["bound_by"]) == (0, "GUARD")

    @given(people, requests)
    def test_are_each_told_once(self, person, request):
        told = codes(of(person, request))

        assert len(told) == len(set(told))

    @given(people, requests)
    def test_have_points_only_where_they_are_weighed(self, person, request):
        for each in of(person, request).reasons:
            assert (each.points == 0) == (each.group in {"GUARD", "POLICY", "TERMS"})

    @given(people, requests)
    def test_of_less_than_was_asked_are_told_just_then(self, person, request):
        found = of(person, request)

        if found.outcome != "DECLINED":
            is_less = found.limit_fen < request.amount_fen
            assert ("LESS_THAN_ASKED" in codes(found)) is is_less
            is_shorter = found.max_term_months < request.term_months
            assert ("SHORTER_THAN_ASKED" in codes(found)) is is_shorter

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"age_years": 17, "amount_fen": 1}, ["UNDER_AGE", "AMOUNT_TOO_SMALL"]),
            ({"term_months": 7, "amount_fen": 9_999_999}, ["AMOUNT_TOO_LARGE", "TERM_NOT_OFFERED"]),
            (
                {"outstanding_fen": 20_000_000, "days_past_due": 3},
                ["OVERDUE_WITH_US", "EXPOSURE_REACHED"],
            ),
            (
                {"age_years": 17, "scene": "EDUCATION", "is_linked_case": True},
                ["UNDER_AGE", "ENROLMENT_NOT_PROVED", "LINKED_CASE"],
            ),
        ],
    )
    def test_of_a_refusal_are_all_of_them_in_the_order_of_the_rules(self, changes, told):
        assert codes(decided(LIN, **changes)) == told


class TestWhatIsRead:
    @given(requests)
    def test_without_shared_records_is_what_was_done_with_us(self, request):
        read = used(request, {**LIN, "device_days_90d": 80.0})

        assert all(name.startswith("own_") for name in read) or request.has_consumption_consent
        assert not OPTIONAL & set(read)

    def test_of_a_gap_is_nothing_and_not_nought(self):
        read = used(REQUEST, {"cover_90d": nan, "confidence": None, "own_instalments": 0.0})

        assert read == {"cover_90d": None, "confidence": None, "own_instalments": 0.0}

    @given(people, requests)
    def test_the_trace_holds_what_the_table_was_asked(self, person, request):
        inputs = of(person, request).policy_trace["inputs"]

        assert inputs["has_records"] is request.has_consumption_consent
        assert (inputs["amount_fen"], inputs["scene"]) == (request.amount_fen, request.scene)
        assert not {"age_years", "sex", "outstanding_fen"} & set(inputs)


class TestLawAndProduct:
    @given(people, requests, st.integers(0, 400_000))
    def test_the_rate_is_never_over_the_legal_ceiling(self, person, request, cap_ppm):
        numbers = replace(NUMBERS, annual_rate_cap_ppm=cap_ppm)

        assert of(person, request, numbers).annual_rate_ppm <= cap_ppm

    @given(people, requests, st.integers(10_000, 10_000_000))
    def test_the_limit_is_never_over_the_product_nor_the_ceiling_for_one_person(
        self, person, request, maximum_fen
    ):
        numbers = replace(NUMBERS, maximum_fen=maximum_fen, exposure_cap_fen=2 * maximum_fen)

        found = of(person, request, numbers)

        assert found.limit_fen <= maximum_fen
        assert found.limit_fen == 0 or (
            found.limit_fen + request.outstanding_fen <= numbers.exposure_cap_fen
        )

    @given(people, requests, st.integers(1, 6_000_000))
    def test_an_offer_is_never_under_the_least_that_is_lent(self, person, request, minimum_fen):
        found = of(person, request, replace(NUMBERS, minimum_fen=minimum_fen))

        assert found.outcome != "OFFERED" or found.limit_fen >= minimum_fen
