"""The forecast of three months: laws that hold whatever a person's months were."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from borrowers.behaviour.contracts import Category, Direction, Source
from scoring.features.forecast.flows import MONTHS, monthly
from scoring.features.forecast.forecaster import (
    MONTHS_AHEAD,
    Forecaster,
    averages,
    spread,
    usual,
)
from scoring.tests.events import AS_OF, Event, bought, columns_of, daily_purchases, earned, seconds
from scoring.training import refusals
from scoring.training.forecast.fitting import FEWEST_PEOPLE, fitted

NETS = arrays(np.float64, (3, MONTHS), elements=st.integers(-5_000_000, 5_000_000).map(float))
SIMPLE = Forecaster(weights=(0.2, 0.1, 0.3, 0.2), low=-1.0, high=1.5)


def steady(months: int, net: float = 1_000.0) -> np.ndarray:
    row = np.full((1, MONTHS), np.nan)
    row[0, :months] = net
    return row


class TestForecast:
    @given(nets=NETS, times=st.sampled_from([2.0, 0.5, 1_024.0]))
    def test_grows_with_the_money_as_money_grows(self, nets, times):
        once, more = SIMPLE.forecast(nets), SIMPLE.forecast(nets * times)

        assert more.expected_fen == pytest.approx(once.expected_fen * times, rel=1e-9, abs=1e-6)
        assert more.low_fen == pytest.approx(once.low_fen * times, rel=1e-9, abs=1e-6)
        assert more.high_fen == pytest.approx(once.high_fen * times, rel=1e-9, abs=1e-6)

    @given(nets=NETS)
    def test_lies_within_its_bounds(self, nets):
        found = SIMPLE.forecast(nets)

        assert (found.low_fen <= found.expected_fen).all()
        assert (found.expected_fen <= found.high_fen).all()

    @given(nets=NETS)
    def test_of_one_person_is_that_of_the_same_among_many(self, nets):
        many, alone = usual().forecast(nets), usual().forecast(nets[1:2])

        assert alone.expected_fen[0] == pytest.approx(many.expected_fen[1], rel=1e-12, abs=1e-6)
        assert alone.low_fen[0] == pytest.approx(many.low_fen[1], rel=1e-12, abs=1e-6)

    @pytest.mark.parametrize("months", [0, 1, 2])
    def test_is_not_made_of_too_few_months(self, months):
        found = usual().forecast(steady(months))

        assert np.isnan(found.expected_fen).all()
        assert np.isnan(found.low_fen).all()
        assert np.isnan(found.high_fen).all()

    def test_of_the_same_every_month_is_near_three_of_them(self):
        found = usual().forecast(steady(12))

        assert 0.5 * 3_000 <= found.expected_fen[0] <= 1.1 * 3_000
        assert found.low_fen[0] < found.expected_fen[0] < found.high_fen[0]

    def test_is_wider_where_months_are_further_apart(self):
        calm = steady(12)
        wild = calm + np.where(np.arange(MONTHS) % 2, 5_000.0, -5_000.0)

        assert spread(wild)[0] > spread(calm)[0]


class TestAverages:
    def test_are_three_times_the_mean_of_what_was_seen(self):
        nets = np.array([[1.0, 2.0, 3.0, 4.0, *[np.nan] * (MONTHS - 4)]])

        assert averages(nets)[0].tolist() == [6.0, 7.5, 7.5, 7.5]


class TestMonthly:
    def test_is_what_came_less_what_went(self):
        months = [earned(30 * month + 3, 5_000) for month in range(4)]
        columns = columns_of([*months, *daily_purchases(120, yuan=10)])

        nets = monthly(columns, 1, seconds(AS_OF))

        assert nets[0, :3].tolist() == [(5_000 - 300) * 100.0] * 3
        assert np.isnan(nets[0, 6:]).all()

    @given(days=st.floats(0, 100), yuan=st.integers(1, 10_000))
    def test_sees_nothing_at_or_after_the_moment(self, days, yuan):
        past = daily_purchases(100)
        later = bought(-days, yuan)

        before = monthly(columns_of(past), 1, seconds(AS_OF))
        after = monthly(columns_of([*past, later]), 1, seconds(AS_OF))

        assert np.array_equal(before, after, equal_nan=True)

    def test_leaves_out_own_loans_and_own_money_that_only_moved(self):
        past = daily_purchases(100)
        repaid = Event(
            AS_OF.replace(year=2026, month=2, day=20), 90_000, Direction.OUT,
            Category.CREDIT_REPAYMENT, Source.OWN_LOANS,
        )  # fmt: skip
        moved = Event(
            AS_OF.replace(year=2026, month=2, day=21), 90_000, Direction.NEUTRAL, Category.CASH
        )

        one = monthly(columns_of(past), 1, seconds(AS_OF))
        two = monthly(columns_of([*past, repaid, moved]), 1, seconds(AS_OF))

        assert np.array_equal(one, two, equal_nan=True)


class TestFitted:
    def people(self, count: int = 400, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
        chance = np.random.default_rng(seed)
        level = chance.normal(0, 200_000, (count, 1))
        months = level + chance.normal(0, 100_000, (count, MONTHS + MONTHS_AHEAD))
        return months[:, MONTHS_AHEAD:], months[:, :MONTHS_AHEAD].sum(axis=1)

    def test_covers_eight_in_ten_of_people_it_has_not_seen(self):
        forecaster = fitted(*self.people())
        nets, actual = self.people(seed=2)

        said = forecaster.forecast(nets)

        assert 0.75 <= ((said.low_fen <= actual) & (actual <= said.high_fen)).mean() <= 0.88

    def test_is_the_same_for_the_same_people(self):
        assert fitted(*self.people()) == fitted(*self.people())

    def test_refuses_too_few_people(self):
        nets, actual = self.people(FEWEST_PEOPLE - 1)

        with pytest.raises(refusals.NothingToLearnFrom):
            fitted(nets, actual)

    def test_leaves_out_people_without_three_months(self):
        nets, actual = self.people()
        short = np.full((50, MONTHS), np.nan)

        both = fitted(np.concatenate([nets, short]), np.concatenate([actual, np.zeros(50)]))

        assert both.high > both.low
