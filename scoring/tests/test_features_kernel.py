"""The kernel as a person would check it: by cases whose answer is plain."""

from datetime import timedelta

import numpy as np
import pytest

from borrowers.behaviour.contracts import Category, Direction, Source
from scoring.features.catalogue import FEATURES
from scoring.features.frame import KindUnheardOf
from scoring.features.kernel import features, plain, vector
from scoring.tests.events import (
    AS_OF,
    Event,
    bought,
    columns_of,
    daily_purchases,
    days_ago,
    earned,
    seconds,
)


def of(*events: Event, as_of=AS_OF):
    return vector(columns_of(events), as_of=as_of)


def unknown(value: float) -> bool:
    return bool(np.isnan(value))


class TestIncome:
    def test_is_a_monthly_average_over_the_records_of_ninety_days(self):
        pay = [earned(10, 6_000), earned(40, 6_000), earned(70, 6_000)]

        assert of(*pay, bought(89.5, 10))["income_monthly_90d"] == 600_000

    def test_of_a_short_history_is_not_blown_up(self):
        assert of(earned(5, 3_000), bought(27, 1))["income_monthly_90d"] == 300_000

    def test_is_not_told_by_a_few_days_or_a_few_yuan(self):
        assert unknown(of(earned(5, 3_000), bought(20, 1))["income_monthly_90d"])
        assert unknown(of(earned(5, 499), *daily_purchases(90))["income_monthly_90d"])

    def test_leaves_out_what_friends_send_and_what_comes_back(self):
        gift = Event(days_ago(3), 90_000_00, Direction.IN, Category.TRANSFER_SOCIAL)
        refund = Event(days_ago(4), 5_000_00, Direction.IN, Category.REFUND)
        sold_fund = Event(days_ago(4), 5_000_00, Direction.IN, Category.INVESTMENT)

        found = of(earned(5, 3_000), bought(27, 1), gift, refund, sold_fund)

        assert found["income_monthly_90d"] == 300_000

    def test_that_was_never_seen_is_unknown_and_not_zero(self):
        assert unknown(of(*daily_purchases(90))["income_monthly_90d"])

    def test_that_stopped_is_zero_and_not_unknown(self):
        assert of(earned(120, 6_000), *daily_purchases(90))["income_monthly_90d"] == 0

    def test_trend_sets_the_latest_month_against_the_median_before(self):
        pay = [earned(30 * month + 15, 5_000) for month in range(1, 6)]
        found = of(earned(15, 2_000), *pay, bought(179, 1))

        assert found["income_recent_30d"] == 200_000
        assert found["income_typical_30d"] == 500_000
        assert found["income_trend"] == 0.4

    def test_trend_forgives_a_pay_day_that_is_a_few_days_late(self):
        pay = [earned(30 * month + 3, 5_000) for month in range(1, 6)]

        assert of(*pay, bought(179, 1))["income_trend"] == 1.0

    def test_a_month_counts_as_seen_from_its_twenty_fifth_day(self):
        pay = [earned(15, 2_000), earned(45, 5_000), earned(75, 5_000)]

        assert not unknown(of(*pay, bought(84.5, 1))["income_trend"])
        assert unknown(of(*pay, bought(83.5, 1))["income_trend"])

    def test_trend_is_unknown_without_two_earlier_months(self):
        assert unknown(of(earned(15, 2_000), earned(50, 5_000))["income_trend"])

    def test_of_a_monthly_salary_does_not_vary_wherever_the_periods_are_cut(self):
        for shift in range(30):
            pay = [earned(30 * month + shift + 0.5, 5_000) for month in range(6)]

            assert of(*pay, bought(179, 1))["income_variation_180d"] == pytest.approx(0)

    def test_that_just_fell_varies_even_where_a_cut_would_hide_it(self):
        pay = [earned(30 * month + 15, 5_000) for month in range(1, 6)]

        assert of(earned(15, 1_000), *pay, bought(179, 1))["income_variation_180d"] > 0.3

    def test_that_comes_and_goes_varies(self):
        pay = [earned(day, yuan) for day, yuan in [(15, 9_000), (45, 0), (75, 200), (105, 7_000)]]

        assert of(*pay, bought(179, 1))["income_variation_180d"] > 0.7


class TestSpending:
    def test_is_net_of_refunds_that_stand_on_their_own(self):
        refund = Event(days_ago(3), 400_00, Direction.IN, Category.REFUND)

        found = of(*daily_purchases(90), refund)

        assert found["spending_monthly_90d"] == pytest.approx((90 * 4_000 - 40_000) / 3)

    def test_is_unknown_under_ten_purchases(self):
        assert unknown(of(*daily_purchases(9))["spending_monthly_90d"])
        assert not unknown(of(*daily_purchases(10))["spending_monthly_90d"])

    def test_leaves_out_moving_money_between_own_pockets(self):
        moved = [
            Event(days_ago(5), 900_000, Direction.NEUTRAL, Category.INVESTMENT),
            Event(days_ago(5), 900_000, Direction.NEUTRAL, Category.CASH),
            Event(days_ago(5), 900_000, Direction.NEUTRAL, Category.CREDIT_REPAYMENT),
        ]
        base = of(*daily_purchases(90))

        assert of(*daily_purchases(90), *moved)["spending_monthly_90d"] == pytest.approx(
            base["spending_monthly_90d"]
        )

    def test_surplus_counts_what_goes_to_people_and_no_repaid_debt(self):
        sent = Event(days_ago(5), 900_00, Direction.OUT, Category.TRANSFER_SOCIAL)
        received = Event(days_ago(6), 300_00, Direction.IN, Category.TRANSFER_SOCIAL)
        debts = [
            Event(days_ago(7), 150_00, Direction.OUT, Category.CREDIT_REPAYMENT, source)
            for source in Source
        ]
        pay = [earned(30 * month + 15, 5_000) for month in range(3)]

        found = of(*daily_purchases(90), sent, received, *debts, *pay)

        assert found["surplus_monthly_90d"] == pytest.approx(500_000 - 30 * 4_000 - 600_00 / 3)

    def test_surplus_is_not_raised_by_what_people_send(self):
        received = Event(days_ago(6), 900_00, Direction.IN, Category.TRANSFER_SOCIAL)
        pay = [earned(30 * month + 15, 5_000) for month in range(3)]
        base = of(*daily_purchases(90), *pay)

        assert (
            of(*daily_purchases(90), *pay, received)["surplus_monthly_90d"]
            == base["surplus_monthly_90d"]
        )

    def test_cover_of_an_income_that_stopped_is_as_bad_as_can_be(self):
        assert of(earned(150, 5_000), *daily_purchases(90))["cover_90d"] == -1

    def test_one_scene_has_no_variety_and_all_alike_have_full(self):
        groceries = [bought(day + 0.5, 40) for day in range(30)]
        everything = [
            bought(day + 0.5, 40, category)
            for day in range(30)
            for category in Category
            if 1 <= category <= 16 and category not in {9, 14}
        ]

        assert of(*groceries)["scene_diversity_180d"] == 0
        assert of(*everything)["scene_diversity_180d"] == pytest.approx(1)

    def test_essential_share_is_by_amount(self):
        events = [bought(day + 0.5, 30) for day in range(10)]
        events += [bought(day + 0.6, 10, Category.ENTERTAINMENT) for day in range(10)]

        assert of(*events)["essential_share_90d"] == 0.75


class TestConduct:
    def test_night_is_local_and_only_large_purchases_count(self):
        at_two = AS_OF - timedelta(days=3) + timedelta(hours=2)
        small = Event(at_two, 499_99, Direction.OUT, Category.ONLINE_SHOPPING)
        large = Event(at_two, 500_00, Direction.OUT, Category.ONLINE_SHOPPING)
        by_day = [bought(day + 0.5, 50) for day in range(10)]

        assert of(*by_day, small)["night_large_share_90d"] == 0
        assert of(*by_day, large)["night_large_share_90d"] == 0.5

    def test_credit_and_gambling_are_shares_of_the_payments(self):
        repaid = Event(days_ago(5), 500_00, Direction.NEUTRAL, Category.CREDIT_REPAYMENT)
        played = Event(days_ago(5), 500_00, Direction.OUT, Category.GAMBLING_RISK)
        by_day = [bought(day + 0.5, 50) for day in range(10)]

        found = of(*by_day, repaid, played)

        assert found["credit_share_90d"] == 0.5
        assert found["gambling_share_180d"] == 0.5

    def test_our_instalment_in_the_wallet_is_no_credit_of_others(self):
        by_day = [bought(day + 0.5, 50) for day in range(10)]
        ours = [
            Event(days_ago(5), 500_00, Direction.OUT, Category.CREDIT_REPAYMENT, source)
            for source in (Source.OWN_LOANS, Source.ALIPAY)
        ]
        others = Event(days_ago(6), 500_00, Direction.NEUTRAL, Category.CREDIT_REPAYMENT)

        assert of(*by_day, *ours)["credit_share_90d"] == 0
        assert of(*by_day, *ours, others)["credit_share_90d"] == 0.5

    def test_own_loans_are_counted_by_instalment_and_never_as_records(self):
        def instalment(day: int, direction: Direction) -> Event:
            return Event(
                days_ago(day), 50_000, direction, Category.CREDIT_REPAYMENT, Source.OWN_LOANS
            )

        kept = [instalment(30 * month, Direction.OUT) for month in range(1, 4)]
        found = of(*kept, instalment(120, Direction.NEUTRAL))

        assert found["own_instalments"] == 4
        assert found["own_on_time_share"] == 0.75
        assert found["events_180d"] == found["history_months"] == found["confidence"] == 0


class TestActivity:
    def test_counts_days_weeks_and_the_longest_silence(self):
        found = of(*[bought(day + 0.5, 10) for day in (0, 1, 2, 40, 41)])

        assert found["active_days_90d"] == 5
        assert found["active_weeks_90d"] == 2
        assert found["longest_gap_180d"] == 37
        assert found["history_months"] == 1.4

    def test_silence_up_to_now_counts_too(self):
        assert of(bought(60.5, 10), bought(50.5, 10))["longest_gap_180d"] == 50

    def test_confidence_is_full_after_a_busy_quarter_and_small_for_a_handful(self):
        assert of(*daily_purchases(90))["confidence"] == 1
        assert of(*daily_purchases(5))["confidence"] == pytest.approx(5 / 90)

    def test_confidence_is_only_as_good_as_its_weakest_part(self):
        three_busy_days = [bought(day + 0.5, 10) for day in (0, 40, 89) for _ in range(60)]

        assert of(*three_busy_days)["confidence"] == pytest.approx(3 / 9)
        assert of(*daily_purchases(60), *daily_purchases(60))["confidence"] == pytest.approx(2 / 3)

    def test_a_stray_payment_of_years_ago_is_no_history(self):
        found = of(bought(2_000.5, 10), bought(1_000.5, 10), bought(100.5, 10), bought(11.5, 10))

        assert found["history_months"] == pytest.approx(101 / 30)
        assert found["confidence"] < 0.05

    def test_records_that_ended_a_season_ago_are_no_history(self):
        assert of(bought(91.5, 10))["history_months"] == 0
        assert of(bought(90.5, 10))["history_months"] == pytest.approx(91 / 30)


class TestWhatCannotBeSeen:
    def test_an_event_at_the_very_instant_belongs_to_the_future(self):
        at_once = Event(AS_OF, 100, Direction.OUT, Category.GROCERIES)
        a_second_before = Event(days_ago(1 / 86_400), 100, Direction.OUT, Category.GROCERIES)

        assert of(at_once)["events_180d"] == 0
        assert of(a_second_before)["events_180d"] == 1

    def test_nothing_medical_changes_anything(self):
        lin = [*daily_purchases(100), earned(10, 6_000), earned(40, 6_000)]
        doctor = [bought(day, 3_000, Category.MEDICAL) for day in (0.1, 20, 60, 170, 400)]

        assert plain(of(*lin, *doctor)) == plain(of(*lin))

    def test_a_day_is_a_shanghai_day(self):
        late = Event(AS_OF - timedelta(minutes=1), 100, Direction.OUT, Category.GROCERIES)
        early = Event(AS_OF - timedelta(hours=23), 100, Direction.OUT, Category.GROCERIES)

        assert of(late, early)["active_days_90d"] == 1


class TestSegments:
    def test_each_has_its_own_point_in_time(self):
        lin = daily_purchases(100)
        earlier = AS_OF - timedelta(days=50)

        both = features(columns_of(lin, lin), 2, seconds(AS_OF, earlier))

        assert both["events_180d"].tolist() == [100, 50]
        assert plain(vector(columns_of(lin), as_of=earlier)) == plain(
            {name: float(column[1]) for name, column in both.items()}
        )

    def test_without_events_are_unknown_and_disturb_nobody(self):
        wei = daily_purchases(30)

        found = features(columns_of([], wei, []), 3, seconds(AS_OF, AS_OF, AS_OF))

        assert found["events_180d"].tolist() == [0, 30, 0]
        assert np.isnan(found["spending_monthly_90d"]).tolist() == [True, False, True]
        assert found["confidence"].tolist()[0] == 0

    def test_none_at_all_is_an_empty_table(self):
        found = features(columns_of(), 0, seconds())

        assert all(column.shape == (0,) for column in found.values())


def test_every_feature_has_a_name_a_unit_and_words():
    assert set(of()) == set(FEATURES)


def test_a_vector_as_json_has_null_for_the_unknown():
    assert plain({"income_trend": float("nan"), "events_180d": 3.0}) == {
        "income_trend": None,
        "events_180d": 3.0,
    }


class TestRowsOfNoKind:
    """Sums stand side by side: a row of another width would be counted for somebody else."""

    @pytest.mark.parametrize(("direction", "category"), [(3, 1), (2, 99), (2, -1)])
    def test_are_refused_before_anything_is_summed(self, direction, category):
        strange = Event(days_ago(3), 100, direction, category)

        with pytest.raises(KindUnheardOf):
            features(columns_of([strange], daily_purchases(40)), 2, seconds(AS_OF, AS_OF))
