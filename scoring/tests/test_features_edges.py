"""Each definition at its edges, worked out by hand: one fen, one hour, one row on either side."""

from dataclasses import replace
from datetime import datetime, timedelta
from math import isnan, nan

import pytest

from borrowers.behaviour.contracts import Category, Direction, Source
from common.periods import SHANGHAI
from scoring.features.kernel import vector
from scoring.tests.events import (
    AS_OF,
    Event,
    bought,
    columns_of,
    daily_purchases,
    days_ago,
    earned,
)
from scoring.tests.test_features_stories import (
    LIFE,
    PAY,
    balance,
    drawn,
    fact,
    moved,
    of,
    owed,
    repaid,
)

IN, OUT = Direction.IN, Direction.OUT
SECOND = timedelta(seconds=1)


def at_clock(day, clock, yuan=400, category=Category.GROCERIES):
    """A purchase on a day of February 2026, by the clock in Shanghai."""
    moment = datetime.fromisoformat(f"2026-02-{day:02d}T{clock}").replace(tzinfo=SHANGHAI)
    return Event(moment, yuan * 100, OUT, category)


def renewed(*ages, amount_fen=3_000, merchant=77):
    return [
        Event(days_ago(age + 0.5), amount_fen, OUT, Category.ENTERTAINMENT, merchant=merchant)
        for age in ages
    ]


class TestEvidence:
    """What is too little is unknown, one step more is said."""

    @pytest.mark.parametrize(
        "name",
        ["spending_monthly_90d", "essential_share_90d", "night_share_90d", "weekend_share_90d"],
    )
    def test_ten_purchases_of_a_quarter_are_enough_and_nine_are_not(self, name):
        assert isnan(of(name, *daily_purchases(9)))
        assert not isnan(of(name, *daily_purchases(10)))

    @pytest.mark.parametrize(
        "name",
        ["dining_share_180d", "gambling_share_180d", "merchants_180d", "top_merchant_share_180d"],
    )
    def test_ten_purchases_of_half_a_year_are_enough_and_nine_are_not(self, name):
        old = [bought(100 + day, 40) for day in range(10)]

        assert isnan(of(name, *old[:9]))
        assert not isnan(of(name, *old))

    def test_what_is_drawn_or_repaid_is_no_purchase_that_could_be_evidence(self):
        moves = [repaid(day + 0.5, 40) for day in range(5)] + [drawn(3, 40)]

        assert isnan(of("spending_monthly_90d", *daily_purchases(9), *moves))

    @pytest.mark.parametrize(("fen", "seen"), [(49_999, False), (50_000, True)])
    def test_an_income_is_seen_from_five_hundred_yuan(self, fen, seen):
        pay = replace(earned(3, 1), amount_fen=fen)

        assert isnan(of("income_monthly_90d", *LIFE, pay)) is not seen

    @pytest.mark.parametrize(("days", "seen"), [(24, False), (25, True)])
    def test_an_income_is_seen_from_records_of_twenty_five_days(self, days, seen):
        told = of("income_monthly_90d", *daily_purchases(days), earned(3, 900))

        assert isnan(told) is not seen

    def test_an_income_of_three_months_ago_alone_is_nought_now_and_not_unknown(self):
        assert of("income_monthly_90d", *daily_purchases(180), earned(120, 5_000)) == 0.0

    @pytest.mark.parametrize(
        "name", ["balance_last", "balance_mean_90d", "balance_low_90d", "low_balance_days_90d"]
    )
    def test_five_balances_are_enough_and_four_are_not(self, name):
        five = [balance(day, 300) for day in range(1, 6)]

        assert isnan(of(name, *five[:4]))
        assert not isnan(of(name, *five))

    def test_fourteen_days_of_devices_are_enough_and_thirteen_are_not(self):
        days = [fact(Source.DEVICE, day, 60, 3) for day in range(1, 15)]

        assert isnan(of("device_uses_90d", *days[:13]))
        assert of("device_uses_90d", *days) == 3.0

    def test_thirteen_days_told_twice_are_not_fourteen(self):
        days = [fact(Source.DEVICE, day, 60, 3) for day in range(1, 14)]

        assert isnan(of("device_minutes_90d", *days, *days))

    def test_four_weeks_of_activity_are_enough_and_three_are_not(self):
        weeks = [fact(Source.SOCIAL_ACTIVITY, 7 * week + 1, 5) for week in range(4)]

        assert isnan(of("social_active_days_90d", *weeks[:3]))
        assert of("social_active_days_90d", *weeks) == 5.0

    def test_two_waits_between_salaries_are_enough_whoever_else_pays(self):
        pays = [earned(5, 900), earned(35, 900), earned(65, 900)]
        other = earned(20, 900, Category.INCOME_OTHER)

        assert isnan(of("salary_drift_180d", *LIFE, *pays[:2], other))
        assert of("salary_drift_180d", *LIFE, *pays, other) == pytest.approx(0.4375)


class TestTheClockInShanghai:
    """28 February 2026 is a Saturday, and the last day that the decision sees."""

    @pytest.mark.parametrize(
        ("clock", "is_night"),
        [
            ("22:59:59", False),
            ("23:00:00", True),
            ("00:00:00", True),
            ("05:59:59", True),
            ("06:00:00", False),
            ("12:00:00", False),
        ],
    )
    def test_night_is_from_eleven_until_six(self, clock, is_night):
        share = of("night_share_90d", *LIFE, at_clock(20, clock))

        assert share == pytest.approx(0.1 if is_night else 0.0)

    @pytest.mark.parametrize(("fen", "share"), [(49_999, 0.0), (50_000, 500 / 4_100)])
    def test_large_at_night_is_from_five_hundred_yuan(self, fen, share):
        late = replace(at_clock(20, "23:30:00"), amount_fen=fen)

        assert of("night_large_share_90d", *LIFE, late) == pytest.approx(share)

    @pytest.mark.parametrize(
        ("day", "clock", "is_weekend"),
        [
            (20, "23:59:59", False),
            (21, "00:00:00", True),
            (22, "23:59:59", True),
            (23, "00:00:00", False),
        ],
    )
    def test_a_weekend_begins_and_ends_at_midnight(self, day, clock, is_weekend):
        before = of("weekend_share_90d", *LIFE)
        extra = at_clock(day, clock, yuan=3_600)

        share = of("weekend_share_90d", *LIFE, extra)

        assert share == pytest.approx((before + is_weekend) / 2)

    def test_a_second_before_midnight_and_midnight_are_two_days(self):
        pair = [at_clock(10, "23:59:59"), at_clock(11, "00:00:00")]

        assert of("active_days_90d", *pair) == 2
        assert of("active_days_90d", pair[1], replace(pair[1], at=pair[1].at + SECOND)) == 1

    def test_midnight_in_london_divides_no_day(self):
        pair = [at_clock(10, "07:59:59"), at_clock(10, "08:00:00")]

        assert of("active_days_90d", *pair) == 1

    def test_a_decision_at_noon_sees_the_morning_as_its_last_day(self):
        noon = AS_OF + timedelta(hours=12)
        morning = replace(bought(0, 1), at=AS_OF + timedelta(hours=7))

        assert vector(columns_of([morning]), as_of=noon)["last_seen_days"] == 0
        assert vector(columns_of([bought(0.1, 1)]), as_of=noon)["last_seen_days"] == 1


class TestRefunds:
    def test_are_taken_off_the_spending_and_are_no_income(self):
        back = moved(3, 600, IN, Category.REFUND)

        assert of("spending_monthly_90d", *LIFE, back) == 100_000
        assert isnan(of("income_monthly_90d", *LIFE, back))
        assert isnan(of("out_to_in_90d", *LIFE, back))

    def test_beyond_what_was_spent_leave_nothing_and_no_debt(self):
        assert of("spending_monthly_90d", *LIFE, moved(3, 9_000, IN, Category.REFUND)) == 0.0

    def test_that_are_larger_than_the_spending_never_raise_what_is_left(self):
        back = moved(3, 9_000, IN, Category.REFUND)

        assert of("surplus_monthly_90d", *LIFE, *PAY, back) == 500_000
        assert of("cover_90d", *LIFE, *PAY, back) == 1.0

    def test_count_whichever_way_the_source_writes_them(self):
        told = [
            of("spending_monthly_90d", *LIFE, moved(3, 300, way, Category.REFUND))
            for way in Direction
        ]

        assert told == [110_000.0] * 3

    def test_leave_the_shares_of_scenes_as_they_were_spent(self):
        back = moved(3, 600, IN, Category.REFUND)

        assert of("dining_share_180d", *LIFE, back) == of("dining_share_180d", *LIFE)


class TestAmounts:
    @pytest.mark.parametrize(("fen", "count"), [(9_999, 1), (10_000, 0)])
    def test_a_small_charge_is_under_a_hundred_yuan(self, fen, count):
        charge = replace(bought(3, 1, Category.INSURANCE_FINANCE), amount_fen=fen)

        assert of("bank_charges_180d", charge) == count

    @pytest.mark.parametrize(("fen", "days"), [(9_999, 1), (10_000, 0)])
    def test_an_account_is_low_under_a_hundred_yuan(self, fen, days):
        low = replace(balance(2, 1), balance_fen=fen)

        assert of("low_balance_days_90d", *(balance(day, 300) for day in range(3, 8)), low) == days

    def test_a_day_that_was_low_twice_is_one_day(self):
        rows = [balance(2.2, 5), balance(2.3, 6), *(balance(day, 300) for day in range(3, 8))]

        assert of("low_balance_days_90d", *rows) == 1

    def test_an_overdrawn_account_carries_for_no_day_and_owes_none(self):
        rows = [balance(day, 300) for day in range(3, 8)]
        last = replace(balance(1, 1), balance_fen=-50_000)

        assert of("balance_last", *rows, last) == -50_000
        assert of("balance_low_90d", *rows, last) == -50_000
        assert of("buffer_days", *LIFE, *rows, last) == 0.0

    def test_yuan_and_fen_of_large_sums_stay_exact(self):
        """A million purchases of ¥99,999.99 would still be exact; a dozen surely are."""
        large = [replace(bought(day + 0.5, 1), amount_fen=9_999_999) for day in range(12)]

        assert of("spending_monthly_90d", *large) == 12 * 9_999_999


class TestTies:
    def test_of_two_balances_in_one_second_the_larger_payment_is_the_later(self):
        rows = [balance(day, 300) for day in range(3, 8)]
        small, large = balance(1, 500), replace(balance(1, 800), amount_fen=900)

        assert of("balance_last", *rows, small, large) == 80_000
        assert of("balance_last", *rows, large, small) == 80_000

    def test_two_shops_that_got_the_same_share_the_first_place(self):
        one, other = ([replace(bought(d + 0.5, 10), merchant=m) for d in range(6)] for m in (1, 2))

        assert of("top_merchant_share_180d", *one, *other) == 0.5

    def test_a_loan_that_was_drawn_on_the_day_of_a_repayment_rolls_over_once(self):
        assert of("rollovers_180d", repaid(10.5, 9), repaid(10.4, 9), drawn(10.6, 9)) == 1

    @pytest.mark.parametrize(("drawn_on", "count"), [(6, 0), (7, 1), (13, 1), (14, 0)])
    def test_a_rollover_is_within_three_days_on_either_side(self, drawn_on, count):
        assert of("rollovers_180d", repaid(10.5, 9), drawn(drawn_on + 0.5, 9)) == count

    def test_two_instalments_on_one_day_both_count_and_the_late_one_breaks_the_streak(self):
        late, paid = owed(10.5, on_time=False), owed(10.4)

        assert of("own_instalments", late, paid) == 2
        assert of("own_on_time_share", late, paid) == 0.5
        assert of("own_on_time_streak", late, paid) == 1
        assert of("own_on_time_streak", owed(10.6), late) == 0

    def test_a_latest_bucket_is_of_the_latest_week_though_it_be_smaller(self):
        weeks = [fact(Source.SOCIAL_ACTIVITY, 15, 5, 4), fact(Source.SOCIAL_ACTIVITY, 8, 5, 0)]

        assert of("social_breadth", *weeks) == 0


class TestSubscriptions:
    @pytest.mark.parametrize(
        ("ages", "count"),
        [
            ((5, 35), 0),
            ((5, 35, 66), 1),
            ((34, 64, 95), 1),
            ((35, 65, 96), 0),
            ((5, 31, 66), 0),
            ((5, 32, 62), 1),
            ((5, 39, 70), 1),
            ((5, 40, 70), 0),
            ((5, 96, 187), 1),
            ((5, 127, 249), 0),
        ],
    )
    def test_run_while_payments_come_a_month_apart_within_four_days(self, ages, count):
        assert of("subscriptions", *renewed(*ages)) == count

    def test_of_two_prices_are_two_and_cost_their_sum(self):
        both = [*renewed(5, 35, 66), *renewed(5, 35, 66, amount_fen=1_500)]

        assert of("subscriptions", *both) == 2
        assert of("subscriptions_monthly", *both) == 4_500

    def test_that_end_half_a_year_ago_are_forgotten_and_a_day_later_are_missed(self):
        assert of("missed_renewals", *renewed(179, 209, 240)) == 1
        assert of("missed_renewals", *renewed(180, 210, 241)) == 0

    def test_are_not_rent_nor_schooling_nor_groceries(self):
        for category in (Category.HOUSING, Category.EDUCATION, Category.GROCERIES):
            same = [replace(each, category=category) for each in renewed(5, 35, 66)]
            assert of("subscriptions", *same) == 0

    def test_need_somebody_who_is_paid(self):
        assert of("subscriptions", *renewed(5, 35, 66, merchant=0)) == 0


class TestHistory:
    @pytest.mark.parametrize(("age", "days"), [(90, 91), (91, 1)])
    def test_goes_over_ninety_days_of_silence_and_not_over_ninety_one(self, age, days):
        assert of("history_months", bought(0.5, 1), bought(age + 0.5, 1)) == days / 30

    @pytest.mark.parametrize(("age", "days"), [(90, 91), (91, 0)])
    def test_of_records_that_ended_is_counted_for_ninety_days(self, age, days):
        assert of("history_months", bought(age + 0.5, 1)) == days / 30

    def test_is_not_made_of_our_own_loans_nor_of_facts(self):
        alone = [owed(5), fact(Source.DEVICE, 3, 60, 3), fact(Source.SOCIAL_ACTIVITY, 3, 5)]

        assert of("history_months", *alone) == 0
        assert of("events_180d", *alone) == 0
        assert of("confidence", *alone) == 0

    @pytest.mark.parametrize(
        ("days", "confidence"), [(0, 0), (9, 1 / 10), (45, 1 / 2), (90, 1), (180, 1)]
    )
    def test_of_a_payment_a_day_is_full_after_a_quarter(self, days, confidence):
        assert of("confidence", *daily_purchases(days)) == pytest.approx(confidence)

    @pytest.mark.parametrize(
        ("ages", "gap"),
        [((0, 29), 28), ((5, 29), 23), ((29,), 29), ((0, 28), nan), ((0, 10, 40), 29)],
    )
    def test_has_its_longest_silence_from_a_month_on(self, ages, gap):
        told = of("longest_gap_180d", *(bought(age + 0.5, 1) for age in ages))

        assert told == pytest.approx(gap, nan_ok=True)


class TestWhoPaysWhom:
    def test_what_friends_send_back_lowers_what_was_sent_but_never_below_nothing(self):
        sent = moved(3, 900, OUT, Category.TRANSFER_SOCIAL)
        more = moved(4, 1_200, IN, Category.TRANSFER_SOCIAL)

        assert of("surplus_monthly_90d", *LIFE, *PAY, sent) == 350_000
        assert of("surplus_monthly_90d", *LIFE, *PAY, sent, more) == 380_000

    def test_one_lender_that_gives_and_takes_is_one(self):
        assert of("lenders_180d", drawn(9, 9, 5), repaid(3, 9, 5)) == 1

    def test_a_lender_without_a_name_is_none(self):
        assert of("lenders_180d", drawn(9, 9, 0), repaid(3, 9, 0)) == 0

    def test_our_own_instalments_are_no_lender(self):
        assert of("lenders_180d", owed(9)) == 0
        assert of("overlapping_lenders_90d", owed(9), repaid(9, 9, 4)) == 1

    def test_lenders_of_two_months_do_not_overlap_and_of_one_month_do(self):
        assert of("overlapping_lenders_90d", repaid(29.5, 9, 1), repaid(30.5, 9, 2)) == 1
        assert of("overlapping_lenders_90d", repaid(28.5, 9, 1), repaid(29.5, 9, 2)) == 2
