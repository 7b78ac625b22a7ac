"""Fees of a quote at every moment that one may have, counted by hand and inside the yearly rate."""

from datetime import date
from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import Refused
from lending.calc.plans import FeeBase, PlanFee
from lending.management import spellings
from lending.management.quote_answer import answer
from lending.management.quote_terms import asked

# Wei borrows six thousand yuan for half a year; 500 to 1,000 of it come back each month.
WEI = {
    "principal_fen": 600_000,
    "annual_rate_percent": "12",
    "first_disbursed_on": "2026-01-10",
    "periods": 6,
    "method": "EQUAL_PRINCIPAL",
}
INTEREST_FEN = 6_000 + 5_000 + 4_000 + 3_000 + 2_000 + 1_000
IN_MARCH = "2026-03-05"


def told(*fees, **terms):
    return answer(WEI | terms | {"fees": list(fees)})


def fees_of_rows(found):
    return [row["fee_fen"] for row in found["instalments"]]


def fee_of(**words):
    (found,) = asked(WEI | {"fees": [words]}).plan.fees
    return found


def refused(**words):
    with pytest.raises(Refused) as caught:
        answer(WEI | {"fees": [words]})
    return caught.value.code, caught.value.context.get("name")


def worth_of(found, out_fen):
    """What the flows are worth at the month's rate that was told: nothing, if it is right."""
    rate = found["apr_x12_percent"] / 1200
    rows = enumerate(found["instalments"], start=1)
    return out_fen - sum(row["total_fen"] / (1 + rate) ** number for number, row in rows)


class TestAFeeOnADay:
    @pytest.mark.parametrize(
        ("on", "number"),
        [
            pytest.param("2026-01-10", 1, id="the day of the payout"),
            pytest.param("2026-02-10", 1, id="the first due date"),
            pytest.param("2026-02-11", 2, id="the day after it"),
            pytest.param(IN_MARCH, 2, id="within a period"),
            pytest.param("2026-07-10", 6, id="the last day of all"),
        ],
    )
    def test_is_paid_with_the_instalment_whose_period_holds_the_day(self, on, number):
        found = told({"on": on, "amount_fen": 700})

        assert fees_of_rows(found) == [700 if each == number else 0 for each in range(1, 7)]
        assert (found["fee_at_start_fen"], found["total_fee_fen"]) == (0, 700)
        assert found["total_fen"] == 600_000 + INTEREST_FEN + 700

    def test_is_a_part_of_the_whole_loan_where_it_is_in_percent(self):
        parts = {"PRINCIPAL": 6_000, "INTEREST": 210, "INSTALMENT": 6_210}

        for base, fee_fen in parts.items():
            found = told({"on": IN_MARCH, "percent": 1, "base": base})
            assert fees_of_rows(found)[1] == fee_fen

    def test_takes_tranches_for_the_whole_loan_too(self):
        paid = [
            {"on": "2026-01-10", "amount_fen": 600_000},
            {"on": IN_MARCH, "amount_fen": 400_000},
        ]
        found = told({"on": IN_MARCH, "percent": 1}, {"percent": 2}, disbursements=paid)

        assert (fees_of_rows(found)[1], found["fee_at_start_fen"]) == (10_000, 20_000)

    def test_costs_the_more_the_earlier_it_is(self):
        days = ("2026-01-10", IN_MARCH, "2026-07-10")
        rates = [told({"on": on, "amount_fen": 3_000})["apr_x12_percent"] for on in days]

        assert told({"amount_fen": 3_000})["apr_x12_percent"] > rates[0] > rates[1] > rates[2] > 12

    def test_moves_with_no_due_date_that_rolls(self):
        # The second due date is the 10th of March; it moves to the 12th and takes no fee along.
        rolled = {"holidays": ["2026-03-10", "2026-03-11"]}
        found = told({"on": "2026-03-11", "amount_fen": 700}, **rolled)

        assert found["instalments"][1]["due_on"] == "2026-03-12"
        assert fees_of_rows(found) == [0, 0, 700, 0, 0, 0]

    @pytest.mark.parametrize("on", ["2026-01-09", "2026-07-11", "2020-01-01"])
    def test_outside_the_loan_makes_no_plan(self, on):
        assert refused(on=on, amount_fen=700)[0] == "IMPOSSIBLE_TERMS"

    def test_after_a_fixed_instalment_repaid_all_makes_no_plan(self):
        terms = {"periods": None, "fixed_instalment_fen": 300_000, "method": None}
        last = told({"on": "2026-04-10", "amount_fen": 7}, **terms)["instalments"][-1]

        assert (last["number"], last["fee_fen"]) == (3, 7)
        with pytest.raises(Refused):
            told({"on": "2026-04-11", "amount_fen": 7}, **terms)

    def test_stays_where_it_was_when_money_comes_early(self):
        found = told(
            {"on": IN_MARCH, "amount_fen": 700},
            payments=[{"on": "2026-02-01", "amount_fen": 50_000}],
        )

        assert fees_of_rows(found) == [0, 700, 0, 0, 0, 0]


class TestAFeeOfOneInstalment:
    @pytest.mark.parametrize(("number", "index"), [(1, 0), (4, 3), (6, 5), (-1, 5), (-6, 0)])
    def test_is_paid_with_it(self, number, index):
        fees = fees_of_rows(told({"instalment": number, "amount": "7.00"}))

        assert fees == [700 if each == index else 0 for each in range(6)]

    @pytest.mark.parametrize("when", sorted(spellings.AT_END))
    def test_may_be_the_last(self, when):
        assert fees_of_rows(told({"when": when, "amount_fen": 700}))[5] == 700

    @pytest.mark.parametrize("number", [0, 7, -7, 600])
    def test_that_is_not_there_makes_no_plan(self, number):
        assert refused(instalment=number, amount_fen=700)[0] == "IMPOSSIBLE_TERMS"


class TestFeesTogether:
    def test_add_up_row_by_row_and_in_all(self):
        found = told(
            {"percent": 1},
            {"when": "EACH_INSTALMENT", "percent": "0.5", "base": "INSTALMENT"},
            {"on": IN_MARCH, "amount_fen": 700},
            {"instalment": 2, "amount_fen": 30},
        )

        assert found["fee_at_start_fen"] == 6_000
        # Half a percent of 100,000 and of the interest, half a fen up.
        assert fees_of_rows(found) == [530, 525 + 730, 520, 515, 510, 505]
        assert found["total_fee_fen"] == 6_000 + sum(fees_of_rows(found))

    @given(
        st.lists(
            st.fixed_dictionaries(
                {
                    "amount_fen": st.integers(0, 9_000),
                    "percent": st.sampled_from(["0", "0.3", "1"]),
                },
                optional={"base": st.sampled_from([each.value for each in FeeBase])},
            ).flatmap(
                lambda fee: st.sampled_from(
                    [
                        fee,
                        fee | {"when": "EACH_INSTALMENT"},
                        fee | {"on": IN_MARCH},
                        fee | {"instalment": 5},
                    ]
                )
            ),
            max_size=4,
        )
    )
    @settings(deadline=None, max_examples=60)
    def test_leave_interest_alone_and_are_inside_the_rate(self, fees):
        found = told(*fees)
        plain = told()

        for row, same in zip(found["instalments"], plain["instalments"], strict=True):
            assert (row["principal_fen"], row["interest_fen"]) == (
                same["principal_fen"],
                same["interest_fen"],
            )
            assert row["total_fen"] == row["principal_fen"] + row["interest_fen"] + row["fee_fen"]
        assert found["total_fee_fen"] == found["fee_at_start_fen"] + sum(fees_of_rows(found))
        assert worth_of(found, 600_000 - found["fee_at_start_fen"]) == pytest.approx(0, abs=5)

    def test_paid_by_the_borrower_are_in_the_sums_of_every_rate(self):
        found = told({"on": IN_MARCH, "amount_fen": 7_000})
        paid = list(accumulate(row["total_fen"] for row in found["instalments"]))

        assert paid[-1] == found["total_fen"] == 600_000 + INTEREST_FEN + 7_000
        assert found["apr_compounded_percent"] > found["apr_x12_percent"] > 12
        assert found["xirr_percent"] > told()["xirr_percent"]


class TestWords:
    @pytest.mark.parametrize("key", ["on", "due_on", "date", "dueDate", "specified-due-date"])
    def test_of_a_day_need_no_moment_beside_them(self, key):
        assert fee_of(**{key: IN_MARCH, "amount": 7}) == PlanFee(
            code="FEE", amount_fen=700, on=date(2026, 3, 5)
        )

    @pytest.mark.parametrize("when", sorted(spellings.ON_A_DAY))
    def test_may_name_the_moment_and_the_day(self, when):
        assert fee_of(when=when, on=IN_MARCH, amount_fen=700).on == date(2026, 3, 5)

    @pytest.mark.parametrize("key", ["on", "at", "due", "charged"])
    def test_of_a_moment_may_stand_where_a_day_could(self, key):
        assert fee_of(**{key: "disbursement", "amount": 7}) == fee_of(amount_fen=700)
        assert fee_of(**{key: "each instalment", "amount": 7}).is_each_instalment
        assert fee_of(**{key: IN_MARCH, "amount": 7}).on == date(2026, 3, 5)

    def test_may_give_the_day_as_the_moment(self):
        assert fee_of(when=IN_MARCH, amount_fen=700) == fee_of(on=IN_MARCH, amount_fen=700)

    @pytest.mark.parametrize(
        ("how", "base"),
        [
            ("% Amount", FeeBase.PRINCIPAL),
            ("PERCENT_OF_AMOUNT", FeeBase.PRINCIPAL),
            ("PERCENT_OF_DISBURSEMENT_AMOUNT", FeeBase.PRINCIPAL),
            ("percentage of interest", FeeBase.INTEREST),
            ("% Loan Amount + Interest", FeeBase.INSTALMENT),
            ("PERCENT_OF_AMOUNT_AND_INTEREST", FeeBase.INSTALMENT),
        ],
    )
    def test_of_a_part_make_the_amount_a_percentage(self, how, base):
        found = fee_of(calculationType=how, amount=Decimal("1.5"), type="INSTALMENT_FEE")

        assert (found.rate_ppm, found.base, found.amount_fen) == (15_000, base, 0)
        assert found.is_each_instalment

    @pytest.mark.parametrize(
        "words",
        [
            {"percent_of_interest": 2},
            {"interest_percent": 2},
            {"percentage": 2, "of": "interest"},
            {"type": "PERCENT_OF_INTEREST", "value": 2},
            {"type": "percentage", "percent": 2, "base": "INTEREST"},
        ],
    )
    def test_of_a_percentage_may_name_what_it_is_of(self, words):
        assert fee_of(**words) == fee_of(percent=2, base="INTEREST")

    def test_of_an_amount_may_say_so(self):
        assert fee_of(type="FLAT", when="UPFRONT", amount=7) == fee_of(amount_fen=700)

    @pytest.mark.parametrize(
        ("words", "code", "name"),
        [
            ({"when": "ON_DATE"}, "MISSING_TERM", "fees.on"),
            ({"when": "UPFRONT", "on": IN_MARCH}, "UNCLEAR_TERM", "fees.when"),
            ({"when": "EACH", "on": IN_MARCH}, "UNCLEAR_TERM", "fees.when"),
            ({"when": "EACH", "instalment": 2}, "UNCLEAR_TERM", "fees.when"),
            ({"on": IN_MARCH, "instalment": 2}, "UNCLEAR_TERM", "fees.when"),
            ({"when": "EACH", "type": "DISBURSEMENT"}, "UNCLEAR_TERM", "fees.type"),
            ({"when": "OVERDUE"}, "UNCLEAR_TERM", "fees.when"),
            ({"when": "2026-02-30"}, "UNCLEAR_TERM", "fees.when"),
            ({"type": "STRANGE"}, "UNCLEAR_TERM", "fees.type"),
            ({"calculation": "PERCENT_OF_MOON"}, "UNCLEAR_TERM", "fees.calculation"),
            ({"percent": 1, "percent_of_interest": 1}, "UNCLEAR_TERM", "fees.percent_of_interest"),
            ({"percent": 1, "value": 2}, "UNKNOWN_TERM", "fees.value"),
            ({"on": "DISBURSEMENT", "when": "EACH"}, "UNKNOWN_TERM", "fees.when"),
            ({"on": "SOMETIMES"}, "UNCLEAR_TERM", "fees.on"),
            ({"then": IN_MARCH}, "UNKNOWN_TERM", "fees.then"),
        ],
    )
    def test_that_say_two_things_or_none_are_refused(self, words, code, name):
        assert refused(**words) == (code, name)

    @pytest.mark.parametrize("more", [{"on": IN_MARCH}, {"instalment": 2}, {"when": "EACH"}])
    def test_of_a_fee_that_is_lent_on_top_leave_it_no_time_of_its_own(self, more):
        assert refused(financed=True, amount_fen=700, **more)[0] == "IMPOSSIBLE_TERMS"
