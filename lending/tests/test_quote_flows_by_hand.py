"""Yearly rates of payments that no schedule describes: by hand, in every dress, or refused."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Refused
from lending.calc.rates import irr
from lending.calc.rates.costs import flow_at, yearly
from lending.management.quote_flows import LARGEST_FEN, percent, rates_of_flows

# Mei gets a thousand yuan and gives back 1,010 a month later.
MEI = {"advance": 1_000, "series": [{"amount": 1_010}]}
YEAR = [
    {"on": "2026-01-01", "amount_fen": -100_000},
    {"on": "2027-01-01", "amount_fen": 112_000},
]


def refused(content):
    with pytest.raises(Refused) as caught:
        rates_of_flows(content)
    return caught.value.code, caught.value.context.get("name")


class TestUnitPeriods:
    def test_of_one_payment_after_a_month_are_twelve_times_its_interest(self):
        assert rates_of_flows(MEI) == {
            "apr_x12_percent": 12.0,
            "apr_compounded_percent": 12.682503,
        }

    @pytest.mark.parametrize(
        "content",
        [
            {"flows": MEI},
            {"advanceFen": 100_000, "payments": [{"amountFen": "101000"}]},
            {"advance": "1000.00", "series": [{"amount": "1010.00", "count": 1}]},
            MEI | {"unitPeriodsPerYear": 12},
            MEI | {"periods_per_year": "12"},
            {"advance": 1_000, "series": [{"amount": 1_010, "fullPeriods": 1, "fraction": "0"}]},
        ],
    )
    def test_may_be_told_in_any_dress(self, content):
        assert rates_of_flows(content) == rates_of_flows(MEI)

    @pytest.mark.parametrize(("a_year", "nominal"), [(1, 1.0), (4, 4.0), (52, 52.0), (365, 365.0)])
    def test_are_as_many_a_year_as_is_said(self, a_year, nominal):
        assert rates_of_flows(MEI | {"periods_per_year": a_year})["apr_x12_percent"] == nominal

    def test_may_be_half_a_period_and_bear_simple_interest_for_it(self):
        half = {"amount": 1_005, "full_periods": 0, "fraction": "1/2"}

        assert rates_of_flows(MEI | {"series": [half]})["apr_x12_percent"] == 12.0

    def test_of_several_series_are_the_same_as_of_each_payment(self):
        last = {"amount": 500, "full_periods": 6}
        series = [{"amount": 200, "count": 3, "full_periods": 2}, last]
        single = [*({"amount": 200, "full_periods": number} for number in (2, 3, 4)), last]

        assert rates_of_flows(MEI | {"series": series}) == rates_of_flows(MEI | {"series": single})

    def test_of_money_given_back_at_no_cost_are_nothing(self):
        free = {"advance": 1_200, "series": [{"amount": 100, "count": 12}]}

        assert rates_of_flows(free) == {"apr_x12_percent": 0.0, "apr_compounded_percent": 0.0}

    @pytest.mark.parametrize(
        ("change", "code", "name"),
        [
            ({"advance": None}, "MISSING_TERM", "advance"),
            ({"advance": "much"}, "UNCLEAR_TERM", "advance"),
            ({"advance": "0.001"}, "UNCLEAR_TERM", "advance"),
            ({"series": None}, "MISSING_TERM", "series"),
            ({"series": {"amount": 5}}, "UNCLEAR_TERM", "series"),
            ({"series": [5]}, "UNCLEAR_TERM", "series"),
            ({"series": [{}]}, "MISSING_TERM", "series.amount"),
            ({"series": [{"amount": 5, "times": 2}]}, "UNKNOWN_TERM", "series.times"),
            ({"series": [{"amount": 5, "count": "1/2"}]}, "UNCLEAR_TERM", "series.count"),
            ({"series": [{"amount": 5, "fraction": True}]}, "UNCLEAR_TERM", "series.fraction"),
            ({"colour": "red"}, "UNKNOWN_TERM", "colour"),
            ({"periods_per_year": 367}, "UNCLEAR_TERM", "unit_periods_per_year"),
            ({"periods_per_year": -1}, "UNCLEAR_TERM", "unit_periods_per_year"),
        ],
    )
    def test_that_cannot_be_read_say_which_word(self, change, code, name):
        assert refused(MEI | change) == (code, name)

    @pytest.mark.parametrize(
        "change",
        [
            {"series": []},
            {"series": [{"amount": 0}]},
            {"series": [{"amount": 5, "count": 601}]},
            {"series": [{"amount": 5, "full_periods": -1}]},
            {"series": [{"amount": 5, "full_periods": 601}]},
            {"series": [{"amount": 5, "fraction": 1}]},
            {"series": [{"amount_fen": LARGEST_FEN + 1}]},
            {"advance": None, "advance_fen": LARGEST_FEN + 1},
        ],
    )
    def test_that_make_no_loan_are_impossible(self, change):
        assert refused(MEI | change)[0] == "IMPOSSIBLE_TERMS"


class TestDays:
    def test_of_a_year_of_365_are_what_was_paid_above(self):
        assert rates_of_flows({"flows": YEAR}) == {"xirr_percent": 12.0}

    def test_may_be_told_from_either_side_and_in_any_order(self):
        other_side = [
            each | {"amount_fen": amount_fen}
            for each, amount_fen in zip(YEAR, (100_000, -112_000), strict=True)
        ]

        assert rates_of_flows({"flows": other_side}) == rates_of_flows({"flows": YEAR})
        assert rates_of_flows({"flows": YEAR[::-1]}) == rates_of_flows({"flows": YEAR})

    def test_may_be_in_yuan_and_called_dates(self):
        told = [{"date": "2026-01-01", "amount": "-1000"}, {"date": "2027-01-01", "amount": 1_120}]

        assert rates_of_flows({"flows": told}) == {"xirr_percent": 12.0}

    @pytest.mark.parametrize(
        ("flows", "code", "name"),
        [
            ([], "UNCLEAR_TERM", "flows"),
            (["2026-01-01"], "UNCLEAR_TERM", "flows"),
            ([{"amount_fen": 5}], "MISSING_TERM", "flows.on"),
            ([{"on": "2026-01-01"}], "MISSING_TERM", "flows.amount"),
            ([{"on": "2026-1-1", "amount": 5}], "UNCLEAR_TERM", "flows.on"),
            ([YEAR[0] | {"to": "Mei"}], "UNKNOWN_TERM", "flows.to"),
            ([YEAR[0]] * 601, "UNCLEAR_TERM", "flows"),
            ("some", "UNCLEAR_TERM", "flows"),
        ],
    )
    def test_that_cannot_be_read_say_which_word(self, flows, code, name):
        assert refused({"flows": flows}) == (code, name)

    @pytest.mark.parametrize(
        "amounts_fen", [(5, 5), (-5, -5), (0, 0), (-5, 15, -12, 3), (5,), (0, 5)]
    )
    def test_without_one_rate_have_none(self, amounts_fen):
        flows = [
            {"on": f"2026-0{month}-01", "amount_fen": amount_fen}
            for month, amount_fen in enumerate(amounts_fen, start=1)
        ]

        assert refused({"flows": flows})[0] == "IMPOSSIBLE_TERMS"

    def test_stand_alone_beside_no_other_term(self):
        assert refused({"flows": YEAR, "periods": 12}) == ("UNKNOWN_TERM", "periods")


class TestARateAsTold:
    @pytest.mark.parametrize(
        ("rate", "said"), [(0.144, 14.4), (-0.0, 0.0), (-1e-12, 0.0), (0.123456789, 12.345679)]
    )
    def test_has_six_decimals_and_no_minus_before_nothing(self, rate, said):
        assert percent(rate) == said
        assert str(percent(rate)) == str(said)


class TestAPosition:
    @given(st.integers(0, 600), st.integers(0, 29))
    def test_is_whole_periods_and_the_part_beside_them(self, whole, days):
        flow = flow_at(-5, whole + Fraction(days, 30))

        assert (flow.amount_fen, flow.periods) == (-5, whole)
        assert flow.fraction == pytest.approx(days / 30)

    @given(st.integers(1, 5_000), st.sampled_from([1, 4, 12, 52]))
    def test_one_period_away_gives_the_rate_back_by_hand(self, interest_fen, a_year):
        flows = [irr.Flow(100_000, 0), irr.Flow(-100_000 - interest_fen, 1)]
        nominal, compounded = yearly(flows, float(a_year))
        rate = Decimal(interest_fen) / 100_000

        assert nominal == pytest.approx(float(rate * a_year), rel=1e-9)
        assert compounded == pytest.approx(float((1 + rate) ** a_year - 1), rel=1e-9)

    @given(st.integers(1, 3_650), st.integers(1, 50_000))
    def test_in_days_gives_the_rate_back_by_hand(self, days, interest_fen):
        start = date(2026, 1, 1)
        end = start + timedelta(days=days)
        rate = irr.rate_of_days([(start, -100_000), (end, 100_000 + interest_fen)])

        assert 100_000 * (1 + rate) ** (days / 365) == pytest.approx(100_000 + interest_fen)

    @given(st.integers(-1_000_000, 1_000_000).filter(bool), st.integers(2, 48))
    def test_of_flows_told_by_the_other_side_gives_the_same_rate(self, fen, months):
        flows = [-months * fen, *[fen + fen // 10] * months]

        assert irr.monthly_irr(flows) == irr.monthly_irr([-each for each in flows])
