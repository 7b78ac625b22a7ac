"""The calendar of a world and its shops: days, feasts, sales, hours, names and prices."""

from collections import Counter
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.periods import add_months
from simulation.words import Scene
from simulation.world.lives import CITY
from simulation.world.setting.days import (
    HOURS,
    SPRING_FESTIVALS,
    calendar,
    is_holiday,
    is_sale,
    near_spring_festival,
    season,
    seconds_of_day,
    working_day_before,
)
from simulation.world.setting.merchants import (
    EACH,
    HERE,
    ONLINE,
    SCENES,
    SERVICES,
    TRADES,
    open_shops,
    popularity,
)

FIRSTS = st.dates(date(2018, 1, 1), date(2035, 12, 1)).map(lambda day: day.replace(day=1))


@pytest.fixture(scope="module")
def shops():
    return open_shops(np.random.default_rng(CITY))


class TestTheCalendar:
    def test_of_two_months_is_this(self):
        days = calendar(date(2026, 2, 1), 2)

        assert len(days) == 28 + 31
        assert (days.dates[0], days.dates[-1]) == (date(2026, 2, 1), date(2026, 3, 31))
        assert days.first_of_month == (date(2026, 2, 1), date(2026, 3, 1))
        assert days.month.tolist() == [0] * 28 + [1] * 31
        assert days.weekday[:8].tolist() == [6, 0, 1, 2, 3, 4, 5, 6]

    def test_begins_its_days_at_midnight_in_shanghai(self):
        days = calendar(date(2026, 2, 1), 1)

        assert datetime.fromtimestamp(int(days.begins[0]), UTC) == datetime(
            2026, 1, 31, 16, tzinfo=UTC
        )

    @given(first=FIRSTS, months=st.integers(1, 24))
    def test_has_every_day_once_and_whole_months(self, first, months):
        days = calendar(first, months)

        assert len(days.dates) == len(days.begins) == len(days.month) == len(days.weekday)
        assert days.first_of_month == tuple(add_months(first, index) for index in range(months))
        assert [day.weekday() for day in days.dates] == days.weekday.tolist()
        assert set(np.diff(days.begins).tolist()) == {86_400}
        assert days.month[-1] == months - 1

    @given(first=FIRSTS, months=st.integers(1, 24), place=st.integers(0, 365))
    def test_finds_a_day_where_it_stands(self, first, months, place):
        days = calendar(first, months)
        place %= len(days)

        assert days.index_of(days.dates[place]) == place

    def test_places_days_outside_before_or_behind(self):
        days = calendar(date(2026, 2, 1), 1)

        assert days.index_of(date(2026, 1, 31)) == -1
        assert days.index_of(date(2026, 3, 1)) == len(days)

    def test_drifts_from_the_thirteenth_month_on(self):
        days = calendar(date(2025, 1, 1), 14)

        assert not days.has_drifted[days.index_of(date(2025, 12, 31))]
        assert days.has_drifted[days.index_of(date(2026, 1, 1))]


class TestPaydays:
    @pytest.mark.parametrize(
        ("day", "paid"),
        [
            (date(2026, 5, 15), date(2026, 5, 15)),
            (date(2026, 8, 15), date(2026, 8, 14)),
            (date(2026, 2, 15), date(2026, 2, 13)),
            (date(2026, 3, 1), date(2026, 2, 27)),
        ],
    )
    def test_on_a_weekend_move_to_the_friday_before(self, day, paid):
        assert working_day_before(day) == paid

    @given(day=st.dates(date(2018, 1, 1), date(2035, 1, 1)))
    def test_fall_on_a_working_day_two_days_earlier_at_most(self, day):
        paid = working_day_before(day)

        assert paid.weekday() < 5
        assert 0 <= (day - paid).days <= 2


class TestSeasons:
    @pytest.mark.parametrize(
        ("day", "is_one"),
        [
            (date(2026, 6, 9), False),
            (date(2026, 6, 10), True),
            (date(2026, 6, 20), True),
            (date(2026, 6, 21), False),
            (date(2026, 11, 1), True),
            (date(2026, 11, 12), True),
            (date(2026, 11, 13), False),
            (date(2026, 10, 11), False),
        ],
    )
    def test_of_sales_are_in_june_and_november(self, day, is_one):
        assert is_sale(day) is is_one

    @pytest.mark.parametrize(
        ("day", "is_one"),
        [
            (date(2026, 10, 7), True),
            (date(2026, 10, 8), False),
            (date(2026, 5, 5), True),
            (date(2026, 5, 6), False),
            (date(2026, 7, 1), True),
            (date(2026, 8, 31), True),
            (date(2026, 9, 1), False),
            (date(2026, 2, 17), True),
        ],
    )
    def test_of_travel_are_holidays(self, day, is_one):
        assert is_holiday(day) is is_one

    @pytest.mark.parametrize(("offset", "is_near"), [(-4, 0), (-3, 1), (0, 1), (7, 1), (8, 0)])
    def test_of_spring_festival_last_eleven_days(self, offset, is_near):
        feast = SPRING_FESTIVALS[3]
        day = date.fromordinal(feast.toordinal() + offset)

        assert near_spring_festival(day) is bool(is_near)

    @pytest.mark.parametrize(
        ("scene", "busy", "quiet", "times"),
        [
            (Scene.ONLINE_SHOPPING, date(2026, 11, 11), date(2026, 11, 18), 2.6),
            (Scene.EDUCATION, date(2026, 9, 2), date(2026, 10, 7), 1.9 / 0.8),
            (Scene.TRAVEL, date(2026, 7, 1), date(2026, 6, 24), 2.0 / 0.9),
            (Scene.UTILITIES_TELECOM, date(2026, 7, 1), date(2026, 6, 24), 1.35 / 0.9),
            (Scene.DINING, date(2026, 11, 11), date(2026, 11, 18), 1.0),
        ],
    )
    def test_lift_a_scene_above_the_same_weekday_elsewhere(self, scene, busy, quiet, times):
        days = calendar(date(2026, 6, 1), 7)
        factor = season(days, scene)

        assert factor[days.index_of(busy)] / factor[days.index_of(quiet)] == pytest.approx(times)

    def test_make_saturdays_busier_than_mondays(self):
        days = calendar(date(2026, 6, 1), 1)
        factor = season(days, Scene.DINING)

        assert factor[days.index_of(date(2026, 6, 6))] > factor[days.index_of(date(2026, 6, 1))]


class TestHours:
    def test_of_payment_lie_within_a_day(self):
        seconds = seconds_of_day(np.random.default_rng(3), 20_000)

        assert seconds.min() >= 0
        assert seconds.max() < 86_400

    def test_of_payment_come_as_often_as_the_table_says(self):
        seconds = seconds_of_day(np.random.default_rng(3), 200_000)
        share = np.bincount(seconds // 3_600, minlength=24) / 200_000

        assert share == pytest.approx(np.array(HOURS) / sum(HOURS), abs=0.004)


class TestShops:
    def test_are_sixty_of_each_scene_on_line_and_over_the_counter(self, shops):
        counts = Counter(zip(shops.scene.tolist(), shops.is_online.tolist(), strict=True))

        assert len(SCENES) == 16
        for scene in SCENES:
            for is_online in (False, True):
                services = sum(each[3] == scene for each in SERVICES) if is_online else 0
                assert counts[int(scene), is_online] == EACH + services

    def test_stand_where_the_table_of_starts_says(self, shops):
        for (scene, place), start in shops.starts.items():
            assert set(shops.scene[start : start + EACH].tolist()) == {scene}
            assert set(shops.is_online[start : start + EACH].tolist()) == {place == ONLINE}

    def test_end_with_the_services_that_renew_themselves(self, shops):
        assert shops.names[shops.first_service :] == tuple(each[0] for each in SERVICES)
        assert shops.first_service == 16 * 2 * EACH

    def test_are_the_same_in_every_world(self, shops):
        assert open_shops(np.random.default_rng(CITY)).names == shops.names

    def test_say_their_trade_by_their_name_but_for_one_in_eight(self, shops):
        telling = 0
        for scene in SCENES:
            for place, words in ((HERE, TRADES[scene].counters), (ONLINE, TRADES[scene].shops)):
                start = shops.starts[int(scene), place]
                telling += sum(name.endswith(words) for name in shops.names[start : start + EACH])

        assert 0.85 < telling / shops.first_service < 0.93

    def test_that_are_most_popular_always_say_it(self, shops):
        start = shops.starts[int(Scene.DINING), HERE]

        assert [name[-2:] for name in shops.names[start : start + 3]] == ["面馆", "子馆", "茶铺"]

    def test_are_visited_as_zipf_says(self):
        weights = np.diff(popularity(), prepend=0)

        assert popularity()[-1] == pytest.approx(1)
        assert weights[0] / weights[1] == pytest.approx(2**1.1)
        assert (np.diff(weights) < 0).all()

    @pytest.mark.parametrize("scene", SCENES)
    def test_of_each_scene_have_goods_a_price_and_a_share_on_line(self, scene):
        trade = TRADES[scene]

        assert trade.counters
        assert trade.shops
        assert trade.goods
        assert trade.price_fen > 0
        assert 0 < trade.online < 1
