"""Every number of the rewards programme at its edge, by hand."""

from dataclasses import replace
from datetime import date, timedelta
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.rewards import rules
from lending.rewards.rules import Outcome, Paid

DOCUMENT = import_module("lending.migrations.0010_rewards_programmes").TERMS
TERMS = rules.read(DOCUMENT)
DUE = date(2026, 12, 20)
LENT = date(2026, 11, 20)
RANKS = ["", "BRONZE", "SILVER", "GOLD"]


def paid(*, principal_fen=100_000, short_fen=0, late_days=0):
    return Paid(
        instalment_id=1,
        principal_fen=principal_fen,
        interest_fen=1_000,
        interest_due_fen=1_000 - short_fen,
        due_on=DUE,
        paid_on=DUE + timedelta(days=late_days),
    )


def points(lent_on=LENT, terms=TERMS, **changes):
    return rules.points_for(paid(**changes), lent_on=lent_on, terms=terms)


class TestPoints:
    @pytest.mark.parametrize(
        ("principal_fen", "expected"),
        [(0, 0), (999, 0), (1_000, 1), (1_999, 1), (2_000, 2), (100_000, 100), (123_456, 123)],
    )
    def test_are_whole_and_one_for_ten_yuan(self, principal_fen, expected):
        assert points(principal_fen=principal_fen) == expected

    @pytest.mark.parametrize(
        ("late_days", "expected"), [(-30, 0), (-10, 100), (-1, 100), (0, 100), (1, 0), (30, 0)]
    )
    def test_come_for_paying_by_the_day_when_the_money_was_lent_long_enough(
        self, late_days, expected
    ):
        # Thirty days before the due date is the day of the payout.
        assert points(late_days=late_days) == expected

    @pytest.mark.parametrize(
        ("days_lent", "expected"), [(0, 0), (19, 0), (20, 100), (21, 100), (365, 100)]
    )
    def test_need_twenty_days(self, days_lent, expected):
        assert points(lent_on=DUE - timedelta(days=days_lent)) == expected

    @pytest.mark.parametrize(("short_fen", "expected"), [(0, 100), (1, 0), (1_000, 0)])
    def test_need_the_whole_interest(self, short_fen, expected):
        assert points(short_fen=short_fen) == expected

    def test_follow_the_price_of_a_point(self):
        assert points(terms=replace(TERMS, fen_per_point=333)) == 300


class TestValue:
    @pytest.mark.parametrize(
        ("count", "value_fen", "breakage_ppm", "expected"),
        [
            (0, 10, 100_000, 0),
            (1, 10, 100_000, 9),
            (1, 1, 100_000, 0),
            (10, 1, 100_000, 9),
            (100, 10, 0, 1_000),
            (100, 10, 999_999, 0),
            (3, 10, 333_333, 20),
        ],
    )
    def test_is_rounded_down(self, count, value_fen, breakage_ppm, expected):
        terms = replace(TERMS, point_value_fen=value_fen, breakage_ppm=breakage_ppm)

        assert rules.value_fen(count, terms) == expected

    @pytest.mark.parametrize(
        ("value_fen", "count", "remaining", "expected"),
        [(900, 100, 100, 900), (900, 100, 0, 0), (900, 100, 1, 9), (10, 3, 2, 6), (10, 3, 1, 3)],
    )
    def test_of_what_is_left_of_a_lot(self, value_fen, count, remaining, expected):
        found = rules.carried_fen(value_fen=value_fen, points=count, remaining=remaining)

        assert found == expected


class TestLots:
    @pytest.mark.parametrize(
        ("remaining", "count", "expected"),
        [
            ({1: 10}, 1, {1: 1}),
            ({1: 10}, 10, {1: 10}),
            ({1: 10, 2: 10}, 11, {1: 10, 2: 1}),
            ({2: 10, 1: 10}, 11, {2: 10, 1: 1}),
            ({1: 0, 2: 5}, 5, {2: 5}),
            ({1: 3, 2: 0, 3: 4}, 7, {1: 3, 3: 4}),
        ],
    )
    def test_are_spent_in_their_order(self, remaining, count, expected):
        assert rules.oldest_first(remaining, count) == expected

    @pytest.mark.parametrize(("remaining", "count"), [({1: 10}, 0), ({1: 10}, 11), ({}, 1)])
    def test_never_give_nothing_nor_more_than_they_hold(self, remaining, count):
        with pytest.raises(AssertionError):
            rules.oldest_first(remaining, count)

    @pytest.mark.parametrize(
        ("wanted", "caps", "expected"),
        [
            (100, [], 100),
            (100, [(100, 0)], 100),
            (100, [(100, 1)], 99),
            (100, [(100, 100)], 0),
            (100, [(100, 150)], 0),
            (100, [(3_000, 2_950), (2_000, 1_990)], 10),
            (0, [(100, 0)], 0),
        ],
    )
    def test_are_filled_up_to_the_nearest_cap(self, wanted, caps, expected):
        assert rules.room(wanted=wanted, given=caps) == expected


def months(*told):
    """Outcomes of months of 2026: 3 is March in time, -3 is March late."""
    return [Outcome(date(2026, abs(each), 5), is_on_time=each > 0) for each in told]


class TestStreaks:
    @pytest.mark.parametrize(
        ("outcomes", "month", "expected"),
        [
            ([], 3, 0),
            (months(3), 3, 1),
            (months(1, 2, 3), 3, 3),
            (months(3, 1, 2), 3, 3),
            (months(1, -2, 3), 3, 1),
            (months(1, 2, -3), 3, 0),
            (months(1, 2, 3, -3), 3, 0),
            (months(1, 2, 3), 2, 2),
            # A month in which nothing was due neither breaks a streak nor adds to it.
            (months(1, 3), 3, 2),
            (months(1, 2), 3, 0),
            # What is to come says nothing yet.
            (months(1, 2, 3, -4), 3, 3),
            (months(-1, 2, 2, 2, 3), 3, 2),
        ],
    )
    def test_are_months_in_a_row(self, outcomes, month, expected):
        key = rules.month_of(date(2026, month, 28))

        assert rules.streak_months(outcomes, month=key) == expected

    def test_run_over_the_turn_of_the_year(self):
        told = [
            Outcome(date(2026, 12, 31), is_on_time=True),
            Outcome(date(2027, 1, 1), is_on_time=True),
        ]

        assert rules.streak_months(told, month=rules.month_of(date(2027, 1, 15))) == 2


class TestTiers:
    @pytest.mark.parametrize(
        ("held", "days_held", "count", "on_time", "late", "expected"),
        [
            ("", 0, 0, 0, 0, ""),
            ("", 0, 3, 3, 0, "BRONZE"),
            ("BRONZE", 0, 6, 6, 0, "SILVER"),
            ("BRONZE", 400, 1, 1, 0, "BRONZE"),
            ("BRONZE", 90, 0, 0, 0, ""),
            ("BRONZE", 89, 0, 0, 0, "BRONZE"),
            ("SILVER", 90, 4, 4, 0, "SILVER"),
            ("SILVER", 90, 3, 3, 0, "BRONZE"),
            ("SILVER", 90, 20, 19, 0, "SILVER"),
            ("SILVER", 90, 20, 18, 0, "BRONZE"),
            ("GOLD", 90, 50, 49, 0, "GOLD"),
            ("GOLD", 90, 50, 48, 0, "SILVER"),
            ("GOLD", 89, 50, 0, 30, "GOLD"),
            ("GOLD", 0, 50, 50, 31, ""),
            ("PLATINUM", 0, 0, 0, 0, ""),
        ],
    )
    def test_from_one_to_the_next(self, held, days_held, count, on_time, late, expected):
        found = rules.tier_next(
            TERMS,
            held=held,
            days_held=days_held,
            count=count,
            on_time=on_time,
            days_past_due=late,
        )

        assert found == expected

    @given(
        st.sampled_from(RANKS), st.integers(0, 400), st.integers(0, 40), st.integers(0, 40),
        st.integers(0, 30),
    )  # fmt: skip
    def test_fall_by_one_step_at_most_without_a_long_delay(self, held, days, count, late, behind):
        found = rules.tier_next(
            TERMS,
            held=held,
            days_held=days,
            count=count,
            on_time=max(count - late, 0),
            days_past_due=behind,
        )

        assert RANKS.index(found) >= RANKS.index(held) - 1

    @given(st.integers(0, 60), st.integers(0, 60))
    def test_take_more_off_the_higher_they_are(self, count, on_time):
        discounts = [rules.tier_discount_ppm(TERMS, each) for each in RANKS]
        reached = rules.tier_reached(TERMS, count=count, on_time=min(on_time, count))

        assert discounts == sorted(discounts)
        assert rules.tier_discount_ppm(TERMS, reached) <= TERMS.most_discount_ppm


class TestDays:
    @pytest.mark.parametrize(
        ("on", "days", "expected"),
        [
            (date(2026, 11, 20), 0, date(2026, 11, 20)),
            (date(2026, 11, 20), 730, date(2028, 11, 19)),
            (date(2028, 2, 28), 1, date(2028, 2, 29)),
        ],
    )
    def test_the_last_one(self, on, days, expected):
        assert rules.last_day(on, days) == expected

    @pytest.mark.parametrize(
        ("on", "back", "expected"),
        [
            (date(2026, 11, 20), 12, date(2025, 11, 20)),
            (date(2026, 3, 31), 1, date(2026, 2, 28)),
            (date(2028, 3, 31), 1, date(2028, 2, 29)),
            (date(2026, 1, 15), 1, date(2025, 12, 15)),
            (date(2026, 1, 15), 0, date(2026, 1, 15)),
        ],
    )
    def test_so_many_months_before(self, on, back, expected):
        assert rules.months_before(on, back) == expected


class TestUnreadableTerms:
    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"pending_days": -1}, "whole number"),
            ({"fen_per_point": 0}, "whole number"),
            ({"point_value_fen": True}, "whole number"),
            ({"most_discount_ppm": 14_999}, "more off"),
            ({"breakage_ppm": 1_000_000}, "worth something"),
            ({"told_days": 730}, "longer than their notice"),
            ({"tiers": DOCUMENT["tiers"][::-1]}, "tiers rise"),
        ],
    )
    def test_say_what_is_wrong(self, changes, words):
        with pytest.raises(rules.TermsUnreadable, match=words):
            rules.read({**DOCUMENT, **changes})

    @pytest.mark.parametrize(
        "changes",
        [
            {"most_discount_ppm": 15_000},
            {"told_days": 729},
            {"breakage_ppm": 999_999},
            {"tiers": []},
            {"streaks": []},
            {"pending_days": 0},
        ],
    )
    def test_begin_only_behind_the_edge(self, changes):
        rules.read({**DOCUMENT, **changes})
