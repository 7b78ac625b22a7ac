"""The policy for anybody: its edges, its order, and that a better case never fares worse."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.rates import PPM
from scoring.policy import rules, table
from scoring.policy.contracts import TIERS, CreditRequest, Inputs, Numbers, Ruling
from scoring.tests.test_policy_table import GOOD

few = settings(deadline=None, max_examples=100)
RANK = {tier: place for place, tier in enumerate(TIERS)}
WORSE = {"OFFERED": 0, "REFERRED": 1, "DECLINED": 2}

NUMBERS = Numbers(
    minimum_age_years=18,
    minimum_fen=50_000,
    maximum_fen=5_000_000,
    terms_months=(3, 6, 12),
    floor_rate_ppm=60_000,
    annual_rate_cap_ppm=240_000,
    exposure_cap_fen=20_000_000,
)
ASKED = CreditRequest(
    amount_fen=300_000,
    term_months=6,
    scene="CONSUMPTION",
    age_years=30,
    is_enrolment_proved=False,
    outstanding_fen=0,
    has_consumption_consent=True,
)

maybe = st.one_of(st.none(), st.floats(0, 1))
inputs = st.builds(
    Inputs,
    has_records=st.booleans(),
    score=st.one_of(st.none(), st.integers(300, 850)),
    pd=maybe,
    confidence=maybe,
    history_months=st.one_of(st.none(), st.floats(0, 120)),
    income_monthly_fen=st.one_of(st.none(), st.floats(0, 1e8)),
    own_instalments=st.one_of(st.none(), st.integers(0, 60).map(float)),
    own_on_time_share=maybe,
    scene=st.sampled_from(["CONSUMPTION", "EDUCATION", "TRAVEL", ""]),
    amount_fen=st.integers(1, 10_000_000),
    term_months=st.integers(1, 60),
)
requests = st.builds(
    CreditRequest,
    amount_fen=st.integers(0, 10_000_000),
    term_months=st.sampled_from([1, 3, 5, 6, 12, 24]),
    scene=st.sampled_from(["CONSUMPTION", "EDUCATION"]),
    age_years=st.integers(0, 100),
    is_enrolment_proved=st.booleans(),
    outstanding_fen=st.integers(0, 30_000_000),
    has_consumption_consent=st.booleans(),
    days_past_due=st.integers(0, 100),
    monthly_instalments_fen=st.integers(0, 2_000_000),
    are_records_whole=st.booleans(),
)
rulings = st.builds(
    Ruling,
    outcome=st.just("OFFERED"),
    tier=st.sampled_from(TIERS),
    limit_fen=st.integers(0, 30_000_000),
    annual_rate_ppm=st.integers(0, 600_000),
    instalment_share_ppm=st.integers(0, PPM),
    max_term_months=st.integers(0, 36),
    reason=st.just(""),
    rule=st.just("x"),
)
incomes = st.one_of(st.none(), st.floats(0, 1e7, allow_nan=False))


def ruled(**changes) -> Ruling:
    return table.remembered(table.demonstration(), replace(GOOD, **changes))


def room(ruling, request, *, income=None, surplus=None):
    return rules.room(
        ruling, request, NUMBERS, income_monthly_fen=income, surplus_monthly_fen=surplus
    )


class TestTheTable:
    @given(inputs)
    @few
    def test_answers_everybody_with_something_that_can_be_read(self, asked):
        found = table.evaluate(table.demonstration(), asked)

        assert found.tier in TIERS
        assert found.outcome in WORSE
        assert min(found.limit_fen, found.annual_rate_ppm, found.max_term_months) >= 0
        assert found.instalment_share_ppm <= PPM

    @given(inputs)
    @few
    def test_never_declines_by_itself(self, asked):
        """What the table cannot offer goes to a person; a machine's no comes from the law alone."""
        assert table.evaluate(table.demonstration(), asked).outcome != "DECLINED"

    @given(inputs)
    @few
    def test_says_the_same_when_it_is_asked_again(self, asked):
        policy = table.demonstration()

        assert table.evaluate(policy, asked) == table.remembered(policy, asked)

    @given(inputs)
    @few
    def test_promises_nothing_to_whom_it_sends_to_a_person(self, asked):
        found = table.evaluate(table.demonstration(), asked)

        if found.outcome == "REFERRED":
            assert found.rule
            assert found.tier == "E"

    @pytest.mark.parametrize(
        ("name", "steps"),
        [
            ("score", [300, 500, 549, 550, 569, 570, 599, 600, 624, 625, 700, 850]),
            ("confidence", [0.0, 0.14, 0.15, 0.34, 0.35, 0.5, 0.79, 0.8, 1.0]),
            ("history_months", [0.0, 1.0, 3.0, 5.9, 6.0, 12.0, 60.0]),
        ],
    )
    def test_never_treats_more_of_what_is_good_worse(self, name, steps):
        found = [ruled(**{"score": 640, "confidence": 0.9, name: step}) for step in steps]

        for worse, better in pairwise(found):
            assert WORSE[better.outcome] <= WORSE[worse.outcome]
            if better.outcome == worse.outcome == "OFFERED":
                assert RANK[better.tier] <= RANK[worse.tier]
                assert better.annual_rate_ppm <= worse.annual_rate_ppm
                assert better.limit_fen >= worse.limit_fen

    @pytest.mark.parametrize("amount_fen", [1, 300_000, 10_000_000])
    def test_gives_no_tier_for_the_amount_that_is_asked(self, amount_fen):
        """Who asks for less is not thereby a better borrower, nor who asks for more a worse."""
        assert ruled(amount_fen=amount_fen).tier == ruled().tier


class TestGuards:
    @given(requests)
    @few
    def test_speak_once_each_and_in_their_order(self, asked):
        codes = [guard.code for guard in rules.guards(asked, NUMBERS)]

        assert len(codes) == len(set(codes))
        assert len(codes) <= len(rules.RULES)

    @given(requests)
    @few
    def test_hold_back_each_by_itself(self, asked):
        """Each rule says the same alone as among the others: none hides another."""
        alone = [rule(asked, NUMBERS) for rule in rules.RULES]

        assert rules.guards(asked, NUMBERS) == tuple(each for each in alone if each is not None)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"age_years": 17}, "UNDER_AGE"),
            ({"days_past_due": 1}, "OVERDUE_WITH_US"),
            ({"are_records_whole": False}, "RECORDS_INCOMPLETE"),
            ({"amount_fen": 49_999}, "AMOUNT_TOO_SMALL"),
            ({"amount_fen": 5_000_001}, "AMOUNT_TOO_LARGE"),
            ({"term_months": 5}, "TERM_NOT_OFFERED"),
            ({"outstanding_fen": 19_950_001}, "EXPOSURE_REACHED"),
            ({"scene": "EDUCATION"}, "ENROLMENT_NOT_PROVED"),
        ],
    )
    def test_begin_one_step_beyond_the_line(self, changes, code):
        assert rules.guards(ASKED, NUMBERS) == ()
        assert [each.code for each in rules.guards(replace(ASKED, **changes), NUMBERS)] == [code]

    @pytest.mark.parametrize(
        "changes",
        [
            {"age_years": 18},
            {"amount_fen": 50_000},
            {"amount_fen": 5_000_000},
            {"outstanding_fen": 19_950_000},
            {"scene": "EDUCATION", "is_enrolment_proved": True},
            {"are_records_whole": False, "has_consumption_consent": False},
        ],
    )
    def test_are_silent_on_the_line_itself(self, changes):
        assert rules.guards(replace(ASKED, **changes), NUMBERS) == ()


class TestRoom:
    @given(rulings, requests, incomes)
    @few
    def test_never_grows_by_what_is_owed_already(self, ruling, asked, income):
        free = room(
            ruling, replace(asked, outstanding_fen=0, monthly_instalments_fen=0), income=income
        )
        bound = room(ruling, asked, income=income)

        assert bound.limit_fen <= free.limit_fen

    @given(rulings, requests, st.floats(0, 1e7), st.floats(0, 1e7))
    @few
    def test_never_shrinks_by_more_income(self, ruling, asked, one, other):
        less, more = sorted((one, other))

        assert (
            room(ruling, asked, income=less).limit_fen <= room(ruling, asked, income=more).limit_fen
        )

    @given(rulings, requests, incomes, st.floats(-1e7, 0))
    @few
    def test_of_who_has_nothing_left_over_is_nothing(self, ruling, asked, income, surplus):
        if income is None:
            return

        found = room(ruling, asked, income=income, surplus=surplus)

        assert (found.limit_fen, found.affordable_instalment_fen) == (0, 0)

    @given(rulings, requests, incomes)
    @few
    def test_is_said_in_whole_hundreds_of_yuan_and_names_what_bounds_it(
        self, ruling, asked, income
    ):
        found = room(ruling, asked, income=income)

        assert found.limit_fen % rules.LIMIT_STEP_FEN == 0
        assert found.bound_by in {"POLICY", "PRODUCT", "EXPOSURE", "INCOME"}
        assert (found.bound_by == "INCOME") <= (income is not None)

    @given(rulings)
    @few
    def test_is_priced_between_floor_and_cap(self, ruling):
        rate = rules.annual_rate_ppm(ruling, NUMBERS)

        assert NUMBERS.floor_rate_ppm <= rate <= NUMBERS.annual_rate_cap_ppm

    @given(rulings, requests, st.floats(1_000, 1e7))
    @few
    def test_can_be_paid_back_by_the_instalment_that_it_names(self, ruling, asked, income):
        found = room(ruling, asked, income=income)
        months = min(asked.term_months, ruling.max_term_months)

        if found.limit_fen:
            assert (
                rules.least_instalment_fen(
                    principal_fen=found.limit_fen,
                    annual_rate_ppm=rules.annual_rate_ppm(ruling, NUMBERS),
                    months=months,
                )
                <= found.affordable_instalment_fen
            )
