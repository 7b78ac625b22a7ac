"""Guards and limits: every reason is told, and the income bears what is offered."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.policy import rules
from scoring.policy.contracts import CreditRequest, Numbers, Ruling

NUMBERS = Numbers(
    minimum_age_years=18,
    minimum_fen=50_000,
    maximum_fen=5_000_000,
    terms_months=(3, 6, 12, 24),
    floor_rate_ppm=60_000,
    annual_rate_cap_ppm=240_000,
    exposure_cap_fen=20_000_000,
)
LIN = CreditRequest(
    amount_fen=1_000_000,
    term_months=12,
    scene="CONSUMPTION",
    age_years=30,
    is_enrolment_proved=False,
    outstanding_fen=0,
    has_consumption_consent=True,
)
TIER_C = Ruling("OFFERED", "C", 1_500_000, 150_000, 300_000, 12, "", "tier-c")

amounts = st.integers(min_value=0, max_value=10_000_000)
rates = st.integers(min_value=0, max_value=360_000)
terms = st.integers(min_value=1, max_value=60)


def codes(request, numbers=NUMBERS):
    return [(each.code, each.outcome) for each in rules.guards(request, numbers)]


class TestGuards:
    def test_let_an_ordinary_request_through(self):
        assert codes(LIN) == []

    @pytest.mark.parametrize(
        ("changes", "code", "outcome"),
        [
            ({"age_years": 17}, "UNDER_AGE", "DECLINED"),
            ({"scene": "EDUCATION"}, "ENROLMENT_NOT_PROVED", "REFERRED"),
            ({"amount_fen": 5_000_001}, "AMOUNT_TOO_LARGE", "DECLINED"),
            ({"amount_fen": 49_999}, "AMOUNT_TOO_SMALL", "DECLINED"),
            ({"term_months": 7}, "TERM_NOT_OFFERED", "DECLINED"),
            ({"outstanding_fen": 19_950_001}, "EXPOSURE_REACHED", "DECLINED"),
        ],
    )
    def test_speak_with_their_own_code(self, changes, code, outcome):
        assert codes(replace(LIN, **changes)) == [(code, outcome)]

    @pytest.mark.parametrize(
        "changes",
        [
            {"age_years": 18},
            {"scene": "EDUCATION", "is_enrolment_proved": True},
            {"amount_fen": 5_000_000},
            {"amount_fen": 50_000},
            {"outstanding_fen": 19_950_000},
        ],
    )
    def test_are_silent_at_the_very_limit(self, changes):
        assert codes(replace(LIN, **changes)) == []

    def test_tell_every_reason_and_not_only_the_first(self):
        found = codes(replace(LIN, age_years=17, scene="EDUCATION", amount_fen=1))

        assert [code for code, _ in found] == [
            "UNDER_AGE",
            "ENROLMENT_NOT_PROVED",
            "AMOUNT_TOO_SMALL",
        ]

    def test_take_the_legal_age_as_a_number_and_not_from_the_code(self):
        assert codes(LIN, replace(NUMBERS, minimum_age_years=31)) == [("UNDER_AGE", "DECLINED")]

    def test_give_the_own_figure_and_the_threshold(self):
        (guard,) = rules.guards(replace(LIN, age_years=16), NUMBERS)

        assert (guard.value, guard.threshold) == (16, 18)


class TestRate:
    @pytest.mark.parametrize(
        ("asked", "given_ppm"), [(150_000, 150_000), (30_000, 60_000), (300_000, 240_000)]
    )
    def test_stays_between_the_floor_and_the_legal_ceiling(self, asked, given_ppm):
        assert rules.annual_rate_ppm(replace(TIER_C, annual_rate_ppm=asked), NUMBERS) == given_ppm

    def test_never_passes_the_ceiling_even_where_the_floor_would(self):
        odd = replace(NUMBERS, floor_rate_ppm=300_000)

        assert rules.annual_rate_ppm(TIER_C, odd) == 240_000


class TestRoom:
    def given_income(self, income, surplus=None, request=LIN, ruling=TIER_C):
        return rules.room(
            ruling, request, NUMBERS, income_monthly_fen=income, surplus_monthly_fen=surplus
        )

    def test_is_what_the_policy_grants_when_the_income_bears_more(self):
        found = self.given_income(2_000_000.0)

        assert (found.limit_fen, found.bound_by) == (1_500_000, "POLICY")
        assert found.affordable_instalment_fen == 600_000

    def test_is_what_the_income_bears_when_that_is_less(self):
        found = self.given_income(200_000.0)

        assert found.affordable_instalment_fen == 60_000
        assert (found.limit_fen, found.bound_by) == (660_000, "INCOME")

    def test_never_asks_for_more_than_is_left_over(self):
        assert self.given_income(200_000.0, 20_000.0).affordable_instalment_fen == 20_000
        assert self.given_income(200_000.0, -1.0).limit_fen == 0

    def test_is_less_by_what_is_owed_already(self):
        found = self.given_income(2_000_000.0, request=replace(LIN, outstanding_fen=400_000))

        assert (found.limit_fen, found.bound_by) == (1_100_000, "POLICY")

    def test_ends_at_the_legal_ceiling(self):
        owing = replace(LIN, outstanding_fen=19_900_000)
        generous = replace(TIER_C, limit_fen=90_000_000)

        found = self.given_income(9_000_000.0, request=owing, ruling=generous)

        assert (found.limit_fen, found.bound_by) == (100_000, "EXPOSURE")

    def test_of_an_unseen_income_is_the_policy_alone(self):
        found = self.given_income(None)

        assert (found.limit_fen, found.bound_by) == (1_500_000, "POLICY")
        assert found.affordable_instalment_fen == rules.least_instalment_fen(
            principal_fen=1_500_000, annual_rate_ppm=150_000, months=12
        )

    def test_counts_with_the_shorter_of_the_two_terms(self):
        long = self.given_income(200_000.0, request=replace(LIN, term_months=24))

        assert long.limit_fen == self.given_income(200_000.0).limit_fen

    def test_of_a_table_that_promises_nothing_is_nothing(self):
        nothing = Ruling("REFERRED", "E", 0, 0, 0, 0, "NO_RULE_FITS", "")

        assert self.given_income(200_000.0, ruling=nothing).limit_fen == 0
        assert self.given_income(None, ruling=nothing).affordable_instalment_fen == 0

    @given(
        income=st.none() | st.floats(min_value=0, max_value=1e9),
        surplus=st.none() | st.floats(min_value=-1e9, max_value=1e9),
        outstanding=amounts,
        cap=amounts,
        rate=rates,
        term=terms,
    )
    def test_is_never_negative_nor_above_any_bound(
        self, income, surplus, outstanding, cap, rate, term
    ):
        ruling = replace(TIER_C, limit_fen=cap, annual_rate_ppm=rate)
        request = replace(LIN, outstanding_fen=outstanding, term_months=term)

        found = self.given_income(income, surplus, request, ruling)

        assert 0 <= found.limit_fen <= max(cap - outstanding, 0)
        assert found.limit_fen % 10_000 == 0
        assert found.affordable_instalment_fen >= 0
        assert (
            rules.least_instalment_fen(
                principal_fen=found.limit_fen,
                annual_rate_ppm=rules.annual_rate_ppm(ruling, NUMBERS),
                months=min(term, 12),
            )
            <= found.affordable_instalment_fen
        )


class TestDuesThatAreNotLevel:
    """The income bears every due: what is repaid at once is put by for, in a quarter at most."""

    def largest(self, method, step_months=1, months=12, rate=120_000):
        return rules.largest_principal_fen(
            instalment_fen=100_000,
            annual_rate_ppm=rate,
            months=months,
            method=method,
            step_months=step_months,
        )

    @pytest.mark.parametrize(
        ("method", "step_months", "heaviest", "months_put_by"),
        [
            # A twelfth of the principal and a month's interest on all of it.
            pytest.param("EQUAL_PRINCIPAL", 1, 1 / 12 + 0.01, 1, id="equal principal"),
            pytest.param("EQUAL_PRINCIPAL", 3, 1 / 4 + 0.03, 3, id="equal principal, quarterly"),
            pytest.param("INTEREST_ONLY", 1, 1.01, 1, id="interest only"),
            pytest.param("INTEREST_ONLY", 3, 1.03, 3, id="interest only, quarterly"),
            pytest.param("BULLET", 12, 1.12, 3, id="all at once"),
            pytest.param("EQUAL_PRINCIPAL", 12, 1.12, 3, id="once a year"),
        ],
    )
    def test_are_borne_at_their_heaviest(self, method, step_months, heaviest, months_put_by):
        expected = 100_000 * months_put_by / heaviest

        assert self.largest(method, step_months) == pytest.approx(expected, abs=1)

    def test_of_every_quarter_are_borne_by_three_months(self):
        quarterly, monthly = self.largest("EQUAL_INSTALMENT", 3), self.largest("EQUAL_INSTALMENT")

        # A little less, as what is owed shrinks later.
        assert monthly * 0.97 < quarterly < monthly

    def test_leave_far_less_where_the_principal_waits(self):
        level = self.largest("EQUAL_INSTALMENT")

        assert self.largest("INTEREST_ONLY") < self.largest("BULLET") < level / 3

    def test_of_two_months_at_once_have_only_these_to_be_put_by(self):
        assert self.largest("BULLET", 2, months=2) == pytest.approx(200_000 / 1.02, abs=1)

    @pytest.mark.parametrize("months", [0, 1, 2])
    def test_of_a_quarter_fit_into_no_shorter_time(self, months):
        assert self.largest("EQUAL_INSTALMENT", 3, months=months) == 0

    @given(
        method=st.sampled_from(["EQUAL_INSTALMENT", "EQUAL_PRINCIPAL", "INTEREST_ONLY", "BULLET"]),
        step_months=st.sampled_from([1, 3, 12]),
        periods=st.integers(1, 10),
        rate=rates,
        instalment=amounts,
    )
    def test_and_the_largest_loan_belong_together(
        self, method, step_months, periods, rate, instalment
    ):
        terms = {
            "annual_rate_ppm": rate,
            "months": step_months * periods,
            "method": method,
            "step_months": step_months,
        }
        largest = rules.largest_principal_fen(instalment_fen=instalment, **terms)

        assert rules.least_instalment_fen(principal_fen=largest, **terms) <= instalment
        assert rules.least_instalment_fen(principal_fen=largest + 1, **terms) >= instalment

    def test_are_those_of_the_request(self):
        asked = {"income_monthly_fen": 1_000_000.0, "surplus_monthly_fen": None}
        found = {
            method: rules.room(TIER_C, replace(LIN, method=method), NUMBERS, **asked)
            for method in ("EQUAL_INSTALMENT", "INTEREST_ONLY", "BULLET")
        }

        # Three tenths of the income is 3,000 yuan a month.
        assert found["EQUAL_INSTALMENT"].bound_by == "POLICY"
        assert found["INTEREST_ONLY"].limit_fen == 290_000
        assert found["BULLET"].limit_fen == 780_000
        assert found["BULLET"].bound_by == found["INTEREST_ONLY"].bound_by == "INCOME"
        assert {each.affordable_instalment_fen for each in found.values()} == {300_000}


class TestAnnuity:
    @given(instalment=amounts, rate=rates, months=terms)
    def test_the_largest_loan_fits_and_one_yuan_more_does_not(self, instalment, rate, months):
        largest = rules.largest_principal_fen(
            instalment_fen=instalment, annual_rate_ppm=rate, months=months
        )

        def least(principal_fen):
            return rules.least_instalment_fen(
                principal_fen=principal_fen, annual_rate_ppm=rate, months=months
            )

        assert least(largest) <= instalment
        assert least(largest + 100) >= instalment

    def test_agrees_with_the_textbook(self):
        rate = Decimal("0.15") / 12
        factor = rate / (1 - (1 + rate) ** -12)
        expected = (Decimal(1_000_000) * factor).quantize(Decimal(1), rounding=ROUND_HALF_UP)

        found = rules.least_instalment_fen(
            principal_fen=1_000_000, annual_rate_ppm=150_000, months=12
        )

        assert found - expected in (0, 1)
