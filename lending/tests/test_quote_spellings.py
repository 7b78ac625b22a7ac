"""One plan in many dresses: whichever word a lender's system has for a term, it means the same."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Refused
from lending.calc.plans import (
    DayCount,
    FeeBase,
    Frequency,
    Grace,
    Method,
    PlanFee,
    Roll,
    Rounding,
    Tranche,
)
from lending.management import spellings
from lending.management.quote_terms import Occasion, asked

# Lin borrows ten thousand yuan for a year.
LIN = {
    "principal_fen": 1_000_000,
    "annual_rate_percent": "14.4",
    "first_disbursed_on": "2026-01-31",
    "periods": 12,
}


def plan_of(**terms):
    return asked(LIN | terms).plan


def without(*names, **terms):
    return asked({name: value for name, value in LIN.items() if name not in names} | terms)


def refused(**terms):
    with pytest.raises(Refused) as caught:
        asked(LIN | terms)
    return caught.value.code, caught.value.context.get("name")


class TestAPlanInFewWords:
    def test_has_the_house_manner_for_all_that_was_not_said(self):
        plan = plan_of()

        assert (plan.principal_fen, plan.annual_rate_ppm, plan.periods) == (1_000_000, 144_000, 12)
        assert (plan.frequency, plan.every) == (Frequency.MONTHLY, 1)
        assert (plan.method, plan.day_count) == (Method.EQUAL_INSTALMENT, DayCount.PERIODIC)
        assert (plan.rounding, plan.instalment_rounding) == (Rounding.HALF_UP, None)
        assert (plan.grace, plan.fees, plan.tranches, plan.holidays) == (Grace(), (), (), "")
        assert not plan.tune_last_instalment
        assert not plan.is_level_nominal

    def test_tells_nothing_that_happened_and_asks_for_no_payoff(self):
        found = asked(LIN)

        assert found.occasions == ()
        assert found.payoff_on is None


class TestAKey:
    @pytest.mark.parametrize(
        ("left_out", "said"),
        [
            ("principal_fen", {"principal": "10000"}),
            ("principal_fen", {"principal": "10000.00"}),
            ("principal_fen", {"principalFen": "1000000"}),
            ("principal_fen", {"PRINCIPAL": 10_000}),
            ("annual_rate_percent", {"annual_rate_ppm": 144_000}),
            ("annual_rate_percent", {"annualRatePercent": Decimal("14.4")}),
            ("annual_rate_percent", {"annual_nominal_rate_percent": "72/5"}),
            ("annual_rate_percent", {"annual-rate-percent": "1.44e1"}),
            ("first_disbursed_on", {"disbursed_on": "2026-01-31"}),
            ("first_disbursed_on", {"startOn": "2026-01-31"}),
            ("periods", {"number_of_periods": 12}),
            ("periods", {"numberOfRepayments": "12"}),
            ("periods", {"months": Decimal("12.0")}),
        ],
    )
    def test_may_be_any_of_its_names_in_any_dress(self, left_out, said):
        assert without(left_out, **said).plan == plan_of()

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            ({"frequency": "WEEKLY"}, {"repayment_frequency": "weeks"}),
            ({"every": 3}, {"repayEvery": 3}),
            ({"method": "FLAT"}, {"amortization": "flat"}),
            ({"method": "FLAT"}, {"amortisation": "Flat"}),
            ({"day_count": "ACT/360"}, {"dayCountConvention": "actual/360"}),
            ({"rounding": "DOWN"}, {"rounding_mode": "floor"}),
            ({"roll": "FOLLOWING"}, {"holiday_roll": "next working day"}),
            ({"roll": "FOLLOWING"}, {"rollRule": "NEXT"}),
            ({"holidays": "CN"}, {"calendar": "china"}),
            ({"holidays": ""}, {"calendar": "none"}),
            ({"anchor_day": 15}, {"due_day": 15}),
            ({"first_due_on": "2026-03-05"}, {"repaymentsStartingFrom": "2026-03-05"}),
            ({"first_due_on": "2026-03-05"}, {"first_repayment_on": "2026-03-05"}),
            ({"tune_last_instalment": True}, {"tune_last_installment": True}),
            ({"instalment_multiple_fen": 100}, {"installmentMultiple": "1"}),
            ({"balloon_fen": 5_000, "method": "BALLOON"}, {"balloon": 50, "method": "balloon"}),
            ({"fixed_instalment_fen": 90_000}, {"fixedInstallment": "900.00"}),
        ],
    )
    def test_of_another_house_is_ours(self, ours, theirs):
        assert plan_of(**ours) == plan_of(**theirs)

    def test_that_is_given_as_null_is_as_good_as_left_out(self):
        everything = ("grace", "fees", "roll", "holidays", "due_dates", "payments", "payoff_on")

        assert asked(LIN | dict.fromkeys(everything) | {"colour": None}) == asked(LIN)

    def test_of_which_there_are_two_is_refused_rather_than_chosen(self):
        assert refused(disbursed_on="2026-01-31") == ("UNKNOWN_TERM", "disbursed_on")
        assert refused(months=12) == ("UNKNOWN_TERM", "months")
        assert refused(principal=10_000) == ("UNKNOWN_TERM", "principal")

    def test_of_an_inner_object_is_named_with_its_place(self):
        assert refused(grace={"colour": 1}) == ("UNKNOWN_TERM", "grace.colour")
        assert refused(fees=[{"percent": "much"}]) == ("UNCLEAR_TERM", "fees.percent")
        assert refused(payments=[{"amount_fen": 5}]) == ("MISSING_TERM", "payments.on")
        assert refused(disbursements=[{"on": "2026-01-31"}]) == (
            "MISSING_TERM",
            "disbursements.amount_fen",
        )


class TestARate:
    def test_finer_than_a_millionth_stays_a_fraction_and_is_never_rounded(self):
        assert plan_of(annual_rate_percent="1/3").annual_rate_ppm == Fraction(10_000, 3)

    def test_in_parts_per_million_may_be_such_a_fraction_too(self):
        found = without("annual_rate_percent", annual_rate_ppm="100001/2").plan

        assert found.annual_rate_ppm == Fraction(100_001, 2)

    def test_that_went_through_a_float_is_refused_because_it_is_another_one(self):
        assert refused(annual_rate_percent=14.4) == ("UNCLEAR_TERM", "annual_rate_percent")

    @given(st.integers(0, 10_000_000))
    def test_in_percent_and_in_parts_per_million_is_one_rate(self, ppm):
        percent = f"{ppm // 10_000}.{ppm % 10_000:04d}"

        assert plan_of(annual_rate_percent=percent).annual_rate_ppm == ppm


class TestAWord:
    @pytest.mark.parametrize("kind", [Method, Frequency, Rounding, Roll])
    def test_that_is_ours_means_itself_in_capitals_or_not(self, kind):
        for each in kind:
            spaced = each.value.lower().replace("_", " ")
            assert spellings.chosen(kind, spaced, {}) is each
            assert spellings.chosen(kind, f" {each.value.replace('_', '-')} ", {}) is each

    @pytest.mark.parametrize(
        ("kind", "known"),
        [
            (Method, spellings.METHODS),
            (Frequency, spellings.FREQUENCIES),
            (Rounding, spellings.ROUNDINGS),
            (Roll, spellings.ROLLS),
            (FeeBase, spellings.FEE_BASES),
        ],
    )
    def test_of_another_house_never_hides_one_of_ours(self, kind, known):
        for theirs, meant in known.items():
            assert theirs not in kind.__members__
            assert spellings.code_of(theirs) == theirs
            assert spellings.chosen(kind, theirs, known) is meant

    @pytest.mark.parametrize(
        ("words", "method"),
        [
            ("等额本息", Method.EQUAL_INSTALMENT),
            ("等额本金", Method.EQUAL_PRINCIPAL),
            ("先息后本", Method.INTEREST_ONLY),
            ("一次还本付息", Method.BULLET),
            ("到期还本付息", Method.BULLET),
        ],
    )
    def test_may_be_chinese(self, words, method):
        assert plan_of(method=words).method is method

    @pytest.mark.parametrize("words", [7, None, ["FLAT"], b"FLAT"])
    def test_is_words_and_nothing_else(self, words):
        with pytest.raises(TypeError):
            spellings.code_of(words)


class TestADayCount:
    @pytest.mark.parametrize("each", list(DayCount))
    def test_by_our_own_name_is_itself(self, each):
        assert spellings.day_count_of(each.value) is each

    @pytest.mark.parametrize(("pair", "each"), spellings.PAIRS.items())
    def test_reads_the_same_with_month_or_year_in_front(self, pair, each):
        month, year = pair

        assert spellings.day_count_of(f"{month}/{year}") is each
        assert spellings.day_count_of(f"{year}/{month}") is each
        assert spellings.day_count_of_pair(month, year) is each

    @pytest.mark.parametrize("words", ["30", "ACT/365/360", "31/360", "ACT/366", "", "360/365"])
    def test_that_nobody_uses_is_refused(self, words):
        with pytest.raises(ValueError, match=r".*"):
            spellings.day_count_of(words)

    def test_keeps_the_half_that_was_not_said_again(self):
        assert plan_of(day_count="30/360", days_in_year=365).day_count is DayCount.THIRTY_365
        assert plan_of(day_count="30/360", days_in_month="actual").day_count is DayCount.ACT_360
        assert plan_of(days_in_year=360).day_count is DayCount.ACT_360

    def test_of_days_that_do_not_go_together_names_both_terms(self):
        code, name = refused(days_in_month="ACTUAL", days_in_year=366)

        assert (code, name) == ("UNCLEAR_TERM", "days_in_month, days_in_year")

    def test_of_interest_for_whole_periods_outweighs_the_days_that_were_named(self):
        found = plan_of(day_count="ACT/365", interest_period="same as repayment period")

        assert found.day_count is DayCount.PERIODIC
        assert not found.is_level_nominal

    def test_of_daily_interest_may_still_take_its_level_from_the_periods(self):
        assert plan_of(interest_period="DAILY").is_level_nominal
        assert not plan_of(interest_period="DAILY", level_from="periods").is_level_nominal
        assert refused(level_from="MOON") == ("UNCLEAR_TERM", "level_from")


class TestGrace:
    @pytest.mark.parametrize(
        ("words", "grace"),
        [
            ("principal", Grace(principal_periods=2)),
            ("onPrincipalPayment", Grace(principal_periods=2)),
            ("interest", Grace(interest_payment_periods=2)),
            ("on_interest_payment", Grace(interest_payment_periods=2)),
            ("graceOnPrincipalPayment", Grace(principal_periods=2)),
            ("graceOnInterestPayment", Grace(interest_payment_periods=2)),
            ("interestFreePeriod", Grace(interest_free_periods=2)),
            ("interest_free", Grace(interest_free_periods=2)),
            ("onInterestCharged", Grace(interest_free_periods=2)),
        ],
    )
    def test_says_what_waits(self, words, grace):
        assert plan_of(grace={words: 2}).grace == grace


class TestAFee:
    @pytest.mark.parametrize("when", sorted(spellings.EACH))
    def test_of_each_instalment_is_asked_with_each(self, when):
        assert plan_of(fees=[{"when": when, "amount": 3}]).fees == (
            PlanFee(code="FEE", amount_fen=300, is_each_instalment=True),
        )

    @pytest.mark.parametrize("when", sorted(spellings.AT_START))
    def test_at_the_start_is_asked_once(self, when):
        (fee,) = plan_of(charges=[{"timing": when, "amount_fen": 300}]).fees

        assert not fee.is_each_instalment

    def test_in_percent_and_in_parts_per_million_add_up(self):
        (fee,) = plan_of(fees=[{"rate_ppm": 5_000, "rate_percent": "0.5"}]).fees

        assert fee.rate_ppm == 10_000

    @pytest.mark.parametrize("base", ["instalment", "installment", "Principal and Interest"])
    def test_may_be_a_part_of_all_that_is_paid(self, base):
        (fee,) = plan_of(fees=[{"percent": 1, "percent_of": base}]).fees

        assert fee.base is FeeBase.INSTALMENT


class TestPayouts:
    def test_are_the_principal_and_its_first_day(self):
        paid = [{"on": "2026-02-01", "amount": 60}, {"date": "2026-03-01", "amount_fen": 4_000}]
        found = without("principal_fen", "first_disbursed_on", tranches=paid).plan

        assert (found.first_disbursed_on, found.principal_fen) == (date(2026, 2, 1), 6_000)
        assert found.tranches == (Tranche(disbursed_on=date(2026, 3, 1), amount_fen=4_000),)

    @pytest.mark.parametrize("principal_fen", [6_000, 10_000])
    def test_may_be_told_beside_the_first_amount_or_the_whole(self, principal_fen):
        paid = [{"on": "2026-01-31", "amount": 60}, {"on": "2026-03-01", "amount": 40}]
        found = plan_of(principal_fen=principal_fen, disbursements=paid)

        assert found.principal_fen == 6_000
        assert len(found.tranches) == 1

    def test_that_come_later_stand_beside_the_first_amount(self):
        found = plan_of(disbursements=[{"on": "2026-03-01", "amount": 40}])

        assert found.principal_fen == 1_000_000
        assert found.tranches == (Tranche(disbursed_on=date(2026, 3, 1), amount_fen=4_000),)

    def test_that_contradict_the_first_day_are_refused(self):
        assert refused(disbursements=[{"on": "2026-01-31", "amount": 40}]) == (
            "UNCLEAR_TERM",
            "disbursements",
        )

    def test_that_happened_first_are_what_the_plan_is_about(self):
        events = [
            {"op": "disburse", "on": "2026-01-31", "amount": 10_000},
            {"op": "pay", "on": "2026-02-28", "amount": 900},
        ]
        found = without("principal_fen", "first_disbursed_on", events=events)

        assert found.plan == plan_of()
        assert [each.kind for each in found.occasions] == ["PAYMENT"]


class TestWhatHappened:
    @pytest.mark.parametrize("op", ["PAYMENT", "repayment", "Pay"])
    @pytest.mark.parametrize("key", ["op", "type", "kind"])
    @pytest.mark.parametrize("on", ["on", "date", "valueDate", "paid_on", "transactionDate"])
    def test_may_be_told_in_any_of_its_words(self, op, key, on):
        (found,) = asked(LIN | {"events": [{key: op, on: "2026-02-28", "amount": 9}]}).occasions

        assert found == Occasion(kind="PAYMENT", on=date(2026, 2, 28), amount_fen=900)

    def test_to_one_part_of_the_debt_is_kept_apart(self):
        day = date(2026, 2, 28)
        events = [
            {"op": "pay_principal", "on": "2026-02-28", "amount": 9},
            {"op": "payInterest", "on": "2026-02-28", "amount": 4},
            {"op": "PAYMENT", "on": "2026-02-28", "principal": 9, "interest": 4},
        ]

        assert asked(LIN | {"events": events}).occasions == (
            Occasion(kind="PAYMENT", on=day, principal_fen=900),
            Occasion(kind="PAYMENT", on=day, interest_fen=400),
            Occasion(kind="PAYMENT", on=day, principal_fen=900, interest_fen=400),
        )

    @pytest.mark.parametrize("about", ["instalment", "installment", "periodNumber", "number"])
    def test_may_be_about_one_instalment(self, about):
        (found,) = asked(LIN | {"payable": [{"on": "2026-02-28", about: 3}]}).occasions

        assert (found.kind, found.instalment, found.amount_fen) == ("PAYABLE", 3, 0)

    def test_stands_in_the_order_of_events_payments_and_questions(self):
        one = {"on": "2026-02-28", "amount_fen": 5}
        found = asked(
            LIN
            | {"payable": [{"on": "2026-02-28"}], "payments": [one]}
            | {"events": [one | {"op": "ADD_DISBURSEMENT"}]}
        )

        assert [each.kind for each in found.occasions] == ["DISBURSEMENT", "PAYMENT", "PAYABLE"]

    @pytest.mark.parametrize("amounts", [{}, {"amount": -1}, {"principal": 5, "interest": -1}])
    def test_without_money_or_with_less_is_no_payment(self, amounts):
        code, name = refused(payments=[{"on": "2026-02-28", **amounts}])

        assert (code, name) == ("UNCLEAR_TERM", "payment.amount_fen")


class TestDueDates:
    def test_may_be_listed_alone_and_are_as_many_as_periods(self):
        found = without("periods", due_dates=["2026-02-28", "2026-03-31"]).plan

        assert (found.periods, found.period_starts) == (2, ())
        assert found.due_dates == (date(2026, 2, 28), date(2026, 3, 31))

    def test_may_each_say_where_their_period_starts(self):
        listed = [
            {"from_date": "2026-01-31", "to": "2026-02-28"},
            {"startsOn": "2026-02-28", "ends_on": "2026-03-31"},
        ]
        found = without("periods", period_dates=listed).plan

        assert found.period_starts == (date(2026, 1, 31), date(2026, 2, 28))

    def test_say_it_all_or_none(self):
        half = [{"from": "2026-01-31", "to": "2026-02-28"}, {"to": "2026-03-31"}]

        assert refused(periods=half) == ("UNCLEAR_TERM", "periods")

    def test_other_than_as_many_as_periods_make_no_plan(self):
        assert refused(due_dates=["2026-02-28"])[0] == "IMPOSSIBLE_TERMS"
