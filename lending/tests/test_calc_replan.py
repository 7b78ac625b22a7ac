"""The rest of a plan, made again: its periods, levels and rows by hand, and what always holds."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc.effects import replan
from lending.calc.fold import fold
from lending.tests.calc_loans import opening, repayment, stories, terms_of

EXAMPLES = settings(deadline=None, max_examples=80)
LEVEL, PRINCIPAL, AT_THE_END = "EQUAL_INSTALMENT", "EQUAL_PRINCIPAL", "INTEREST_ONLY"
ONE_PERCENT = Fraction(1, 100)
MONTHS = terms_of()
WEEKS = replace(MONTHS, step_days=7)
QUARTERS = replace(MONTHS, step_months=3)


def day(text):
    return date.fromisoformat(text)


class TestHalfUp:
    @pytest.mark.parametrize(
        ("amount", "expected"),
        [
            (Fraction(0), 0),
            (Fraction(49, 100), 0),
            (Fraction(1, 2), 1),
            (Fraction(3, 2), 2),
            (Fraction(5, 2), 3),
            (Fraction(249, 100), 2),
            (Fraction(10**15 * 2 + 1, 2), 10**15 + 1),
        ],
    )
    def test_to_the_fen(self, amount, expected):
        assert replan.half_up(amount) == expected


class TestLevels:
    @pytest.mark.parametrize(
        ("principal_fen", "factors", "method", "expected"),
        [
            (300_000, [ONE_PERCENT] * 3, LEVEL, 102_007),
            (300_000, [ONE_PERCENT] * 3, PRINCIPAL, 100_000),
            (300_000, [Fraction(0)] * 3, LEVEL, 100_000),
            (100_000, [Fraction(0)] * 3, LEVEL, 33_333),
            (200_000, [Fraction(0)] * 3, PRINCIPAL, 66_667),
            (100_000, [ONE_PERCENT], LEVEL, 101_000),
            (0, [ONE_PERCENT] * 12, LEVEL, 0),
            # The level of two unequal periods: growth 1.0302 over weights of 2.02.
            (100_000, [ONE_PERCENT, 2 * ONE_PERCENT], LEVEL, 51_000),
            (1_200_000, [Fraction(12, 1_000)] * 12, LEVEL, 107_971),
        ],
    )
    def test_by_hand(self, principal_fen, factors, method, expected):
        assert replan.level_of(principal_fen, factors, method=method) == expected

    @given(st.integers(0, 10**8), st.integers(0, 30_000), st.integers(1, 36))
    @EXAMPLES
    def test_repay_the_debt_but_for_half_a_fen_each(self, principal_fen, rate_ppm, periods):
        factor = Fraction(rate_ppm, 1_000_000)
        level_fen = replan.level_of(principal_fen, [factor] * periods, method=LEVEL)
        present = sum(level_fen / (1 + factor) ** number for number in range(1, periods + 1))

        assert abs(present - principal_fen) <= Fraction(periods, 2)


class TestRows:
    @pytest.mark.parametrize(
        ("method", "level_fen", "expected"),
        [
            (LEVEL, 102_007, [(99_007, 3_000), (99_997, 2_010), (100_996, 1_010)]),
            (LEVEL, 150_000, [(147_000, 3_000), (148_470, 1_530), (4_530, 45)]),
            # An instalment that does not even cover the interest repays nothing until the end.
            (LEVEL, 2_000, [(0, 3_000), (0, 3_000), (300_000, 3_000)]),
            (LEVEL, 400_000, [(300_000, 3_000), (0, 0), (0, 0)]),
            (PRINCIPAL, 100_000, [(100_000, 3_000), (100_000, 2_000), (100_000, 1_000)]),
            (PRINCIPAL, 140_000, [(140_000, 3_000), (140_000, 1_600), (20_000, 200)]),
            (AT_THE_END, 100_000, [(0, 3_000), (0, 3_000), (300_000, 3_000)]),
        ],
    )
    def test_of_three_months_at_one_percent(self, method, level_fen, expected):
        rows = replan.amortise(300_000, [ONE_PERCENT] * 3, level_fen, method=method)

        assert rows == expected

    @pytest.mark.parametrize(
        ("is_cut", "expected"),
        [(False, [(100, 2), (0, 0)]), (True, [(100, 1), (0, 0)])],
    )
    def test_of_a_cut_period_are_rounded_down(self, is_cut, expected):
        factors = [Fraction(15, 1_000), ONE_PERCENT]

        assert replan.amortise(100, factors, 102, method=LEVEL, is_cut=is_cut) == expected

    def test_never_ask_more_interest_than_was_agreed(self):
        rows = replan.amortise(
            300_000, [ONE_PERCENT] * 3, 102_007, method=LEVEL, ceilings_fen=(2_500, 5_000, 0)
        )

        assert rows == [(99_507, 2_500), (100_002, 2_005), (100_491, 0)]

    @given(
        st.integers(0, 10**8),
        st.lists(st.integers(0, 40_000), min_size=1, max_size=24),
        st.integers(0, 10**7),
        st.sampled_from([LEVEL, PRINCIPAL, AT_THE_END]),
        st.booleans(),
    )
    @EXAMPLES
    def test_give_back_exactly_what_was_lent(self, principal_fen, rates, level_fen, method, cut):
        factors = [Fraction(rate, 1_000_000) for rate in rates]
        rows = replan.amortise(principal_fen, factors, level_fen, method=method, is_cut=cut)

        assert sum(principal for principal, _ in rows) == principal_fen
        assert all(principal >= 0 and interest >= 0 for principal, interest in rows)


class TestSteps:
    @pytest.mark.parametrize(
        ("terms", "start", "periods", "anchor", "expected"),
        [
            (MONTHS, "2026-01-31", 1, 31, "2026-02-28"),
            (MONTHS, "2026-02-28", 1, 31, "2026-03-31"),
            (MONTHS, "2026-02-28", 1, 28, "2026-03-28"),
            (MONTHS, "2028-01-31", 1, 31, "2028-02-29"),
            (MONTHS, "2026-12-15", 1, 15, "2027-01-15"),
            (MONTHS, "2026-03-31", -1, 31, "2026-02-28"),
            (MONTHS, "2026-01-15", 0, 15, "2026-01-15"),
            (QUARTERS, "2026-11-30", 1, 30, "2027-02-28"),
            (QUARTERS, "2026-11-30", 4, 30, "2027-11-30"),
            (WEEKS, "2026-02-26", 1, 31, "2026-03-05"),
            (WEEKS, "2026-02-26", 52, 26, "2027-02-25"),
        ],
    )
    def test_are_months_or_days(self, terms, start, periods, anchor, expected):
        assert replan.later(terms, day(start), periods, anchor_day=anchor) == day(expected)

    @pytest.mark.parametrize(
        ("terms", "start", "due", "expected"),
        [
            (MONTHS, "2026-01-15", "2026-02-15", Fraction(1)),
            (MONTHS, "2026-01-15", "2026-04-15", Fraction(3)),
            (MONTHS, "2026-02-15", "2026-02-15", Fraction(0)),
            # Whole months are counted back from the end, the rest by the days of its month.
            (MONTHS, "2026-01-20", "2026-02-15", Fraction(26, 31)),
            (MONTHS, "2026-02-01", "2026-02-15", Fraction(14, 31)),
            (MONTHS, "2026-02-20", "2026-04-15", 1 + Fraction(23, 28)),
            (QUARTERS, "2026-01-15", "2026-04-15", Fraction(1)),
            (QUARTERS, "2026-03-15", "2026-04-15", Fraction(31, 90)),
            (WEEKS, "2026-02-01", "2026-02-15", Fraction(2)),
            (WEEKS, "2026-02-01", "2026-02-04", Fraction(3, 7)),
        ],
    )
    def test_and_parts_of_them_are_worth(self, terms, start, due, expected):
        assert replan.worth(terms, day(start), day(due)) == expected

    @given(
        st.dates(date(2024, 1, 1), date(2030, 1, 1)),
        st.integers(0, 800),
        st.sampled_from([MONTHS, WEEKS, QUARTERS]),
    )
    @EXAMPLES
    def test_are_worth_more_with_every_day(self, start, days, terms):
        due_on = start + timedelta(days=days + 1)
        longer = replan.worth(terms, start, due_on)
        shorter = replan.worth(terms, start + timedelta(days=1), due_on)

        assert shorter < longer


class TestGathering:
    TERMS = terms_of(principal_fen=300_000, annual_rate_ppm=120_000, months=3)

    def on(self, text, *payments):
        state = fold(self.TERMS, [opening(self.TERMS), *payments], day(text))
        return replan.gather(state, day(text))

    def test_on_the_first_day_is_the_whole_loan(self):
        found = self.on("2026-01-31")

        assert (found.principal_fen, found.kept, found.numbers) == (300_000, (), (1, 2, 3, 3))
        assert found.ceilings_fen == (3_000, 2_010, 1_010)
        assert [span.worth for span in found.spans] == [1, 1, 1]

    def test_within_a_period_cuts_it(self):
        # Fourteen of the twenty-eight days to the end of February.
        found = self.on("2026-02-14")

        assert found.spans[0].worth == Fraction(1, 2)
        assert found.spans[0].starts_on == day("2026-02-14")
        assert found.first.scheduled.carried_fen == 1_500
        assert found.ceilings_fen == (1_500, 2_010, 1_010)

    def test_on_a_due_date_leaves_what_is_due_behind(self):
        found = self.on("2026-02-28")

        assert [line.number for line in found.kept] == [1]
        assert found.principal_fen == 300_000 - 99_007
        assert found.numbers == (2, 3, 3)

    def test_takes_money_that_was_paid_ahead_off_the_debt(self):
        # The first instalment whole, on the day after the payout: its interest is hardly earned.
        found = self.on("2026-02-01", repayment(2, day("2026-02-01"), 102_007 + 2_010))

        assert [line.number for line in found.kept] == [1]
        assert found.principal_fen == 300_000 - 99_007 - 2_010

    def test_after_the_last_day_is_nothing(self):
        assert self.on("2026-04-30") is None
        assert self.on("2027-01-01") is None

    @given(stories(with_reversals=False), st.integers(0, 400))
    @EXAMPLES
    def test_neither_loses_nor_finds_principal(self, story, days):
        on = story.terms.disbursed_on + timedelta(days=days)
        state = fold(story.terms, story.log, on)
        found = replan.gather(state, on)
        if found is None:
            assert not any(replan.is_ahead(line, on) for line in state.instalments)
            return

        behind_fen = sum(line.principal.due_fen for line in found.kept)
        assert behind_fen + found.first.principal.due_fen + found.principal_fen == (
            state.terms.principal_fen
        )
        assert found.principal_fen >= 0
        assert all(fen >= 0 for fen in found.ceilings_fen)

    @given(stories(with_reversals=False), st.integers(0, 400), st.integers(0, 240_000))
    @EXAMPLES
    def test_and_spreading_again_owes_the_same_principal(self, story, days, rate_ppm):
        on = story.terms.disbursed_on + timedelta(days=days)
        state = fold(story.terms, story.log, on)
        found = replan.gather(state, on)
        if found is None:
            return
        again = replan.spread(state, found, spans=found.spans, rate_ppm=rate_ppm)

        due_fen = sum(line.principal.due_fen for line in again.instalments)
        assert due_fen == state.terms.principal_fen
        numbers = [line.number for line in again.instalments]
        assert numbers == sorted(set(numbers))
        assert all(line.interest.outstanding_fen >= 0 for line in again.instalments)


class TestIsAhead:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2026-02-27", [True, True, True]),
            ("2026-02-28", [False, True, True]),
            ("2026-03-30", [False, True, True]),
            ("2026-03-31", [False, False, True]),
            ("2026-04-30", [False, False, False]),
        ],
    )
    def test_ends_with_the_due_date(self, text, expected):
        terms = terms_of(principal_fen=300_000, annual_rate_ppm=120_000, months=3)
        state = fold(terms, [opening(terms)], day(text))

        assert [replan.is_ahead(line, day(text)) for line in state.instalments] == expected
