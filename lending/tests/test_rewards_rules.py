"""The rules of rewards by themselves: what counts, what it is worth, streaks, tiers, caps."""

from dataclasses import asdict, replace
from datetime import date, timedelta
from importlib import import_module

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lending.rewards import rules
from lending.rewards.rules import Outcome, Paid

DOCUMENT = import_module("lending.migrations.0010_rewards_programmes").TERMS
TERMS = rules.read(DOCUMENT)
DUE = date(2026, 12, 20)
LENT = DUE - timedelta(days=60)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def instalment(**changes) -> Paid:
    plain = Paid(
        instalment_id=1,
        principal_fen=100_000,
        interest_fen=1_000,
        interest_due_fen=1_000,
        due_on=DUE,
        paid_on=DUE,
    )
    return replace(plain, **changes)


class TestPoints:
    @given(principal_fen=st.integers(0, 10**9), early=st.integers(0, 40))
    def test_are_one_for_every_ten_yuan_paid_by_the_day(self, principal_fen, early):
        paid = instalment(principal_fen=principal_fen, paid_on=DUE - timedelta(days=early))

        assert rules.points_for(paid, lent_on=LENT, terms=TERMS) == principal_fen // 1_000

    @given(late=st.integers(1, 400))
    def test_are_none_for_what_comes_late(self, late):
        paid = instalment(paid_on=DUE + timedelta(days=late))

        assert rules.points_for(paid, lent_on=LENT, terms=TERMS) == 0
        assert rules.counts(paid, lent_on=LENT, terms=TERMS)

    def test_are_none_where_a_pay_off_saved_the_interest_but_that_is_on_time(self):
        paid = instalment(interest_due_fen=100, paid_on=DUE - timedelta(days=20))

        assert rules.points_for(paid, lent_on=LENT, terms=TERMS) == 0
        assert rules.is_on_time(paid)
        assert rules.counts(paid, lent_on=LENT, terms=TERMS)

    @given(days=st.integers(0, 19))
    def test_are_none_for_money_that_was_hardly_lent(self, days):
        paid = instalment(paid_on=DUE, due_on=DUE + timedelta(days=30))
        lent_on = DUE - timedelta(days=days)

        assert rules.points_for(paid, lent_on=lent_on, terms=TERMS) == 0
        assert not rules.counts(paid, lent_on=lent_on, terms=TERMS)

    @given(first=st.integers(0, 10**7), second=st.integers(0, 10**7))
    def test_are_no_more_for_splitting_a_loan(self, first, second):
        whole = rules.points_for(
            instalment(principal_fen=first + second), lent_on=LENT, terms=TERMS
        )
        parts = sum(
            rules.points_for(instalment(principal_fen=each), lent_on=LENT, terms=TERMS)
            for each in (first, second)
        )

        assert parts <= whole


class TestValue:
    @given(points=st.integers(1, 10**6), taken=st.lists(st.integers(1, 1_000), max_size=20))
    def test_of_a_lot_is_freed_to_the_last_fen_in_any_portions(self, points, taken):
        value = rules.value_fen(points, TERMS)
        left, freed = points, 0
        for wanted in [*taken, points]:
            fewer = max(left - wanted, 0)
            carried = [
                rules.carried_fen(value_fen=value, points=points, remaining=each)
                for each in (left, fewer)
            ]
            freed += carried[0] - carried[1]
            left = fewer

        assert (left, freed) == (0, value)

    @given(points=st.integers(0, 10**6))
    def test_is_fair_value_less_breakage(self, points):
        assert rules.value_fen(points, TERMS) == points * 9
        assert rules.value_fen(points, replace(TERMS, breakage_ppm=0)) == points * 10


class TestLots:
    @given(
        remaining=st.dictionaries(st.integers(1, 50), st.integers(0, 500), min_size=1),
        share=st.floats(0.01, 1),
    )
    def test_are_taken_in_their_order_and_exactly(self, remaining, share):
        assume(sum(remaining.values()) > 0)
        points = max(int(sum(remaining.values()) * share), 1)

        taken = rules.oldest_first(remaining, points)

        assert sum(taken.values()) == points
        assert all(0 < count <= remaining[lot] for lot, count in taken.items())
        passed = [lot for lot in remaining if remaining[lot]]
        touched = [lot for lot in passed if lot in taken]
        assert touched == passed[: len(touched)]
        assert all(taken[lot] == remaining[lot] for lot in touched[:-1])

    @given(
        wanted=st.integers(0, 5_000),
        given_=st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 6_000)), max_size=4),
    )
    def test_never_pass_a_cap(self, wanted, given_):
        fitting = rules.room(wanted=wanted, given=given_)

        assert 0 <= fitting <= wanted
        assert all(fitting + so_far <= max(cap, so_far) for cap, so_far in given_)


class TestStreaks:
    def test_count_months_and_not_instalments(self):
        ten_at_once = [Outcome(DUE, is_on_time=True)] * 10

        assert rules.streak_months(ten_at_once, month=rules.month_of(DUE)) == 1

    @given(months=st.integers(1, 24))
    def test_grow_by_one_a_month_and_end_with_one_late(self, months):
        good = [
            Outcome(date(2026 + at // 12, at % 12 + 1, 5), is_on_time=True) for at in range(months)
        ]
        last = rules.month_of(good[-1].due_on)

        assert rules.streak_months(good, month=last) == months
        spoilt = [*good, Outcome(good[-1].due_on, is_on_time=False)]
        assert rules.streak_months(spoilt, month=last) == 0

    @given(st.lists(st.builds(Outcome, DAYS, st.booleans()), max_size=30), DAYS)
    def test_never_pass_the_months_in_which_something_was_due(self, outcomes, day):
        month = rules.month_of(day)
        due = {rules.month_of(each.due_on) for each in outcomes}

        found = rules.streak_months(outcomes, month=month)

        assert 0 <= found <= len([each for each in due if each <= month])

    @given(borrower=st.integers(1, 10**9), other=st.integers(1, 10**9), day=DAYS, later=DAYS)
    def test_have_a_source_of_their_own_for_each_person_and_month(
        self, borrower, other, day, later
    ):
        ours = rules.streak_key(borrower, rules.month_of(day))
        theirs = rules.streak_key(other, rules.month_of(later))
        same = borrower == other and rules.month_of(day) == rules.month_of(later)

        assert (ours == theirs) is same
        assert ours % rules.MONTHS_OF_A_STREAK_KEY == rules.month_of(day)


class TestTiers:
    @pytest.mark.parametrize(
        ("count", "on_time", "tier"),
        [
            (0, 0, ""),
            (2, 2, ""),
            (3, 3, "BRONZE"),
            (5, 5, "BRONZE"),
            (6, 6, "SILVER"),
            (11, 11, "SILVER"),
            (12, 12, "GOLD"),
            (12, 11, ""),
            (20, 19, "BRONZE"),
            (50, 49, "SILVER"),
        ],
    )
    def test_are_reached_by_count_and_share(self, count, on_time, tier):
        assert rules.tier_reached(TERMS, count=count, on_time=on_time) == tier

    @given(count=st.integers(0, 40), late=st.integers(0, 40))
    def test_never_fall_because_somebody_paid_once_more_in_time(self, count, late):
        assume(late <= count)
        ranks = ["", *(each.code for each in TERMS.tiers)]
        before = rules.tier_reached(TERMS, count=count, on_time=count - late)
        after = rules.tier_reached(TERMS, count=count + 1, on_time=count - late + 1)

        assert ranks.index(after) >= ranks.index(before)

    def move(self, **changes) -> str:
        given_ = {"held": "GOLD", "days_held": 200, "count": 12, "on_time": 12, "days_past_due": 0}
        return rules.tier_next(TERMS, **{**given_, **changes})

    def test_rise_at_once_over_several_steps(self):
        assert self.move(held="", days_held=0) == "GOLD"

    def test_are_kept_by_less_than_reaches_them(self):
        assert self.move(count=9, on_time=9) == "GOLD"

    def test_fall_by_one_step_and_not_soon(self):
        assert self.move(count=1, on_time=1) == "SILVER"
        assert self.move(count=1, on_time=1, days_held=89) == "GOLD"

    def test_end_for_who_is_far_behind(self):
        assert self.move(days_past_due=31) == ""
        assert self.move(days_past_due=30) == "GOLD"

    def test_that_a_new_programme_no_longer_knows_are_reached_anew(self):
        assert self.move(held="DIAMOND", count=6, on_time=6) == "SILVER"

    def test_take_off_what_the_programme_says(self):
        rates = [rules.tier_discount_ppm(TERMS, tier) for tier in ("", "BRONZE", "SILVER", "GOLD")]

        assert rates == [0, 5_000, 10_000, 15_000]


class TestReading:
    def test_gives_back_what_was_written(self):
        kept = asdict(TERMS)

        assert rules.read(kept) == TERMS

    @pytest.mark.parametrize(
        "changes",
        [
            {"fen_per_point": 0},
            {"pending_days": -1},
            {"pending_days": 7.5},
            {"pending_days": "7"},
            {"breakage_ppm": 1_000_000},
            {"told_days": 730},
            {"most_discount_ppm": 100},
            {"tiers": [{"code": "X"}]},
            {"tiers": list(reversed(DOCUMENT["tiers"]))},
            {"tiers": [{**DOCUMENT["tiers"][0], "keep_count": 9}]},
            {"streaks": [["a", 1]]},
            {"prize_draw": 1},
        ],
    )
    def test_refuses_what_no_programme_can_mean(self, changes):
        with pytest.raises(rules.TermsUnreadable):
            rules.read({**DOCUMENT, **changes})

    @pytest.mark.parametrize("name", sorted(DOCUMENT))
    def test_misses_every_number_that_is_left_out(self, name):
        with pytest.raises(rules.TermsUnreadable, match=name):
            rules.read({key: value for key, value in DOCUMENT.items() if key != name})
