"""The frame under all features, against a plain reading with dates; and what the forecast asks."""

from datetime import timedelta
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour.contracts import Category, Direction, Source
from scoring.features.definitions.trend import median
from scoring.features.forecast.forecaster import Forecaster, averages, from_document, spread
from scoring.features.frame import (
    INCOME,
    SPENDING,
    added,
    cut,
    distinct,
    flags_set,
    known,
    ratio,
    shared,
    variation,
)
from scoring.tests.events import AS_OF, Event, bought, columns_of, days_ago, earned, seconds
from scoring.tests.test_features_stories import fact, owed

moments = st.floats(0.001, 220).map(days_ago)
events = st.builds(
    Event,
    at=moments,
    amount_fen=st.integers(0, 10**9),
    direction=st.sampled_from(Direction),
    category=st.sampled_from(Category),
    source=st.sampled_from([Source.WECHAT, Source.ALIPAY, Source.OWN_LOANS]),
    merchant=st.integers(0, 4),
)
people = st.lists(st.lists(events, max_size=12), min_size=1, max_size=3)


def frame_of(*rows):
    return cut(columns_of(*rows), len(rows), seconds(*[AS_OF] * len(rows)))


def age(event):
    return (AS_OF - timedelta(seconds=1)).date().toordinal() - event.at.date().toordinal()


def recorded(rows):
    return [
        each
        for each in rows
        if each.source != Source.OWN_LOANS and each.category != Category.MEDICAL
    ]


class TestSums:
    @given(people, st.sampled_from([30, 60, 90, 120, 180]))
    def test_by_whole_periods_are_those_of_a_plain_reading(self, rows, days):
        frame = frame_of(*rows)

        for way, kinds in ((Direction.OUT, SPENDING), (Direction.IN, INCOME)):
            mine = [
                [
                    e
                    for e in recorded(r)
                    if e.direction == way and e.category in kinds and age(e) < days
                ]
                for r in rows
            ]
            sums = [float(sum(each.amount_fen for each in found)) for found in mine]
            assert frame.moved_fen(way, kinds, days=days).tolist() == sums
            assert frame.moved_count(way, kinds, days=days).tolist() == [len(each) for each in mine]

    @given(people)
    def test_of_the_periods_add_up_to_the_window(self, rows):
        frame = frame_of(*rows)

        whole = frame.moved_fen(Direction.OUT, SPENDING, days=180)

        assert added(frame.periods_fen(Direction.OUT, SPENDING)).tolist() == whole.tolist()
        assert frame.total(frame.spending, days=180).tolist() == whole.tolist()
        assert added(frame.by_scene(frame.spending, days=180)).tolist() == whole.tolist()

    @given(people, st.integers(0, 60), st.integers(1, 6))
    def test_of_shifted_periods_leave_out_what_lies_beyond(self, rows, offset, periods):
        frame = frame_of(*rows)

        sums = frame.by_period(frame.spending, offset_days=offset, periods=periods)

        for row, found in zip(rows, sums.tolist(), strict=True):
            for place, value in enumerate(found):
                start = offset + 30 * place
                assert value == sum(
                    e.amount_fen
                    for e in recorded(row)
                    if e.direction == Direction.OUT
                    and e.category in SPENDING
                    and start <= age(e) < start + 30
                )

    @given(people)
    def test_of_spending_are_net_of_what_came_back(self, rows):
        frame = frame_of(*rows)
        back = frame.total(frame.recorded & (frame.category == Category.REFUND), days=180)

        net = added(frame.spending_fen)

        assert net.tolist() == (frame.total(frame.spending, days=180) - back).tolist()

    @given(people)
    def test_hold_nothing_of_health(self, rows):
        assert Category.MEDICAL not in frame_of(*rows).category.tolist()


class TestHistory:
    @given(people)
    def test_is_that_of_a_plain_reading(self, rows):
        found = []
        for row in rows:
            history = 0
            for each in sorted({age(event) for event in recorded(row)}):
                if each - max(history - 1, 0) > 90:
                    break
                history = each + 1
            found.append(history)

        assert frame_of(*rows).history_days.tolist() == found

    @pytest.mark.parametrize(
        ("days", "months"), [(1, 1.0), (30, 1.0), (45, 1.5), (90, 3.0), (180, 3.0)]
    )
    def test_makes_between_one_month_and_three(self, days, months):
        rows = [bought(day + 0.5, 1) for day in range(days)]

        assert frame_of(rows).months.tolist() == [months]

    @pytest.mark.parametrize(
        ("days", "offset", "seen"),
        [(24, 0, 0), (25, 0, 1), (54, 0, 1), (55, 0, 2), (175, 0, 6), (29, 5, 0), (30, 5, 1)],
    )
    def test_sees_a_period_from_its_twenty_fifth_day(self, days, offset, seen):
        frame = frame_of([bought(day + 0.5, 1) for day in range(days)])

        assert flags_set(frame.seen_periods(offset_days=offset)).tolist() == [seen]

    def test_of_nobody_is_none(self):
        assert frame_of([], [owed(3)], [fact(Source.DEVICE, 3, 60)]).history_days.tolist() == [
            0,
            0,
            0,
        ]


class TestWhatIsCut:
    def test_each_person_has_an_own_moment(self):
        rows = [bought(10.5, 1), bought(5.5, 1)]
        early, late = AS_OF - timedelta(days=7), AS_OF

        frame = cut(columns_of(rows, rows), 2, seconds(early, late))

        assert frame.segment.tolist() == [0, 1, 1]
        assert frame.age_days.tolist() == [3, 10, 5]

    def test_one_moment_may_stand_for_all(self):
        frame = cut(columns_of([bought(1, 1)], [bought(2, 1)]), 2, seconds(AS_OF))

        assert frame.segment.tolist() == [0, 1]

    @given(people)
    def test_an_hour_is_that_of_the_clock_in_shanghai(self, rows):
        frame = frame_of(*rows)
        kept = [
            sorted(int(e.at.timestamp()) for e in row if e.category != Category.MEDICAL)
            for row in rows
        ]

        hours = [(second + 8 * 3_600) // 3_600 % 24 for row in kept for second in row]

        assert frame.hour.tolist() == hours

    def test_what_is_shared_is_computed_once_for_a_frame_and_anew_for_the_next(self):
        asked = []

        @shared
        def counting(frame):
            asked.append(frame)
            return len(frame.rows)

        one, other = frame_of([bought(1, 1)]), frame_of([])

        assert [counting(each) for each in (one, one, other)] == [1, 1, 0]
        assert asked == [one, other]


class TestArithmetic:
    @pytest.mark.parametrize(
        ("top", "bottom", "quotient"),
        [
            (6, 3, 2),
            (0, 3, 0),
            (-3, 6, -0.5),
            (3, 0, nan),
            (0, 0, nan),
            (3, -1, nan),
            (3, nan, nan),
        ],
    )
    def test_a_quotient_is_known_over_more_than_nothing(self, top, bottom, quotient):
        found = ratio(np.array([float(top)]), np.array([float(bottom)]))

        assert found[0] == pytest.approx(quotient, nan_ok=True)

    def test_without_evidence_nothing_is_known(self):
        evidence = np.array([True, False])

        assert ratio(np.ones(2), np.ones(2), where=evidence).tolist()[0] == 1.0
        assert np.isnan(known(np.ones(2), evidence)).tolist() == [False, True]

    @pytest.mark.parametrize(
        ("values", "at_least", "found"),
        [
            ([4, 4, 4], 3, 0.0),
            ([2, 4, 6], 3, np.sqrt(8 / 3) / 4),
            ([0, 8, None], 2, 1.0),
            ([4, 4, None], 3, nan),
            ([0, 0, 0], 1, nan),
            ([None, None, None], 0, nan),
        ],
    )
    def test_ups_and_downs_are_the_deviation_over_the_mean_of_what_was_seen(
        self, values, at_least, found
    ):
        seen = np.array([[each is not None for each in values]])
        row = np.array([[99.0 if each is None else each for each in values]])

        assert variation(row, seen, at_least=at_least)[0] == pytest.approx(found, nan_ok=True)

    @pytest.mark.parametrize(
        ("values", "found"),
        [
            ([3, 1, 2], 2),
            ([4, 1, 2, 3], 2.5),
            ([5, None, 1], 3),
            ([5, None, None], nan),
            ([7, 7], 7),
        ],
    )
    def test_a_median_is_of_what_was_seen(self, values, found):
        seen = np.array([[each is not None for each in values]])
        row = np.array([[99.0 if each is None else float(each) for each in values]])

        assert median(row, seen, at_least=2)[0] == pytest.approx(found, nan_ok=True)

    @given(people)
    def test_different_parties_are_counted_by_person(self, rows):
        frame = frame_of(*rows)

        counts = distinct(frame, np.arange(len(frame.rows)), frame.party)

        kept = [{e.merchant for e in row if e.category != Category.MEDICAL} for row in rows]
        assert counts.tolist() == [len(each) for each in kept]


class TestForecasting:
    """`averages` and `spread`, which everything the forecast says is made of."""

    @pytest.mark.parametrize(
        ("nets", "found"),
        [
            ([100.0] * 12, [300.0] * 4),
            ([300.0, 0.0, 0.0] + [nan] * 9, [300.0, 300.0, 300.0, 0.0]),
            ([0.0] * 3 + [600.0] * 3 + [nan] * 6, [0.0, 900.0, 900.0, 900.0]),
            ([0.0] * 6 + [1_200.0] * 6, [0.0, 0.0, 1_800.0, 1_800.0]),
        ],
    )
    def test_averages_are_of_three_six_and_twelve_months_and_the_middle_one(self, nets, found):
        assert averages(np.array([nets])).tolist() == [found]

    @pytest.mark.parametrize(
        ("nets", "found"),
        [
            ([100.0] * 12, 30.0),
            ([0.0, 100.0, 200.0] + [nan] * 9, 200.0),
            ([-100.0, 100.0, 0.0] + [nan] * 9, 200.0),
            ([0.0] * 12, 0.0),
        ],
    )
    def test_a_spread_is_how_far_months_lie_apart_and_never_none_where_money_moves(
        self, nets, found
    ):
        assert spread(np.array([nets]))[0] == pytest.approx(found)

    @pytest.mark.parametrize("gap", [0, 1, 2])
    def test_a_gap_among_the_latest_three_months_leaves_all_unknown(self, gap):
        nets = np.array([[100.0] * 12])
        nets[0, gap] = nan

        assert np.isnan(averages(nets)).all()
        assert isnan(spread(nets)[0])

    def test_a_forecast_is_the_weighed_sum_and_its_bounds_in_spreads(self):
        forecaster = from_document({"weights": [0.5, 0.25, 0.0, 0.25], "low": -2.0, "high": 1.0})

        found = forecaster.forecast(np.array([[300.0, 0.0, 0.0] + [nan] * 9]))

        assert isinstance(forecaster, Forecaster)
        assert found.expected_fen.tolist() == [150.0 + 75.0 + 0.0]
        assert found.low_fen[0] == pytest.approx(225.0 - 2 * 300.0)
        assert found.high_fen[0] == pytest.approx(225.0 + 300.0)

    @given(st.lists(st.floats(-1e9, 1e9), min_size=3, max_size=12), st.floats(0.01, 100))
    def test_a_spread_grows_as_money_grows(self, months, times):
        nets = np.full((1, 12), nan)
        nets[0, : len(months)] = months

        assert spread(nets * times)[0] == pytest.approx(spread(nets)[0] * times, rel=1e-9, abs=1e-6)


def test_an_income_of_today_is_in_the_first_period_and_one_of_thirty_days_ago_in_the_second():
    frame = frame_of([earned(0.5, 1), earned(29.5, 2), earned(30.5, 4), earned(179.5, 8)])

    assert frame.periods_fen(Direction.IN, INCOME).tolist() == [[300, 400, 0, 0, 0, 800]]
