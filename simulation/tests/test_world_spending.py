"""What people mean to buy: habits, prices, ways to pay, what comes back, what renews itself."""

from datetime import date
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest

from simulation.words import Scene
from simulation.world import income, spending
from simulation.world.events import Funding, Kind, Numbers, Shop, Wallet
from simulation.world.lives import CITY
from simulation.world.personas import populate
from simulation.world.setting.days import calendar
from simulation.world.setting.merchants import EACH, SCENES, SERVICES, open_shops

MONTHS, PEOPLE = 14, 250


@lru_cache
def town():
    chance = np.random.default_rng(23)
    people = populate(chance, PEOPLE)
    days = calendar(date(2025, 6, 1), MONTHS)
    shops = open_shops(np.random.default_rng(CITY))
    return people, income.earn(chance, people, MONTHS), days, shops


@lru_cache
def wished():
    """All that the town means to buy."""
    people, earnings, days, shops = town()
    return spending.everything(np.random.default_rng(5), Numbers(), people, earnings, days, shops)


def of_kind(kind, rows=None):
    rows = wished() if rows is None else rows
    return rows.taken(rows.kind == kind)


def day_of(rows):
    return (rows.seconds - town()[2].begins[0]) // 86_400


class TestPurchases:
    def test_are_of_a_shop_of_their_scene(self):
        bought = of_kind(Kind.PURCHASE)

        assert (town()[3].scene[bought.merchant] == bought.scene).all()
        assert bought.merchant.max() < town()[3].first_service

    def test_cost_a_yuan_at_least(self):
        assert of_kind(Kind.PURCHASE).amount_fen.min() >= 100

    def test_at_a_shop_on_line_go_through_wechat_or_straight(self):
        bought = of_kind(Kind.PURCHASE)
        at_shops = bought.taken(bought.shop > 0)

        assert town()[3].is_online[at_shops.merchant].all()
        assert set(at_shops.wallet.tolist()) == {int(Wallet.NONE), int(Wallet.WECHAT)}

    def test_at_meituan_are_meals(self):
        bought = of_kind(Kind.PURCHASE)

        assert set(bought.scene[bought.shop == Shop.MEITUAN].tolist()) == {int(Scene.DINING)}
        at_jd = set(bought.scene[bought.shop == Shop.JD].tolist())
        assert at_jd <= {int(scene) for scene in spending.JD_SCENES}

    def test_without_a_wallet_never_come_out_of_a_wallet(self):
        bought = of_kind(Kind.PURCHASE)
        straight = bought.taken(bought.wallet == Wallet.NONE)

        assert not (straight.funding == Funding.BALANCE).any()

    def test_on_credit_are_for_those_who_have_it(self):
        people = town()[0]
        bought = of_kind(Kind.PURCHASE)

        on_card = bought.person[bought.funding == Funding.CREDIT]
        later = bought.taken(bought.funding == Funding.BNPL)
        assert (people.credit_limit_fen[on_card] > 0).all()
        assert (people.bnpl_limit_fen[later.person] > 0).all()
        assert not ((later.wallet == Wallet.WECHAT) & (later.shop == Shop.NONE)).any()

    def test_of_thin_people_leave_fewer_traces(self):
        people = town()[0]
        counts = np.bincount(of_kind(Kind.PURCHASE).person, minlength=PEOPLE)

        assert counts[people.is_thin].mean() < 0.5 * counts[~people.is_thin].mean()


class TestPrices:
    def test_end_as_shops_like_them(self):
        fen = spending.prices(
            np.random.default_rng(2), np.zeros(50_000, dtype=np.int64), np.ones(50_000)
        )

        assert (fen % 100 == 0).mean() == pytest.approx(0.40, abs=0.03)
        assert (fen % 100 == 90).mean() == pytest.approx(0.14, abs=0.03)
        assert (fen % 100 == 80).mean() == pytest.approx(0.08, abs=0.03)

    def test_lie_between_a_yuan_and_thirty_thousand(self):
        place = np.repeat(np.arange(16), 2_000)
        fen = spending.prices(np.random.default_rng(2), place, np.full(len(place), 6.0))

        assert fen.min() >= 100
        assert fen.max() <= 3_000_090

    def test_rise_with_what_people_can_spend(self):
        place = np.zeros(20_000, dtype=np.int64)
        poor, rich = (
            np.median(spending.prices(np.random.default_rng(2), place, np.full(20_000, free)))
            for free in (0.5, 4.0)
        )

        assert rich > 2 * poor


class TestHabits:
    def test_are_shops_of_the_right_scene_and_place(self):
        people, _, _, shops = town()
        habits = spending.form_habits(np.random.default_rng(4), people, shops)

        for index, scene in enumerate(SCENES):
            for place in (0, 1):
                favourites = habits.favourites[:, index, place]
                assert (shops.scene[favourites] == scene).all()
                assert (shops.is_online[favourites] == bool(place)).all()
                start = shops.starts[int(scene), place]
                assert start <= favourites.min()
                assert favourites.max() < start + EACH

    def test_follow_income_slowly(self):
        people, earnings, _, _ = town()
        free = spending.ease(people, earnings)
        idle = (~earnings.has_work & people.is_salaried[:, None]).any(axis=1)
        person = int(np.nonzero(idle & (free.max(axis=1) < 6) & (free.min(axis=1) > 0.1))[0][0])
        off = ~earnings.has_work[person]

        assert free[person, off].mean() < free[person, ~off].mean()
        assert free[person, off].mean() > 0.45 * free[person, ~off].mean()


class TestMoneyBack:
    def test_comes_after_the_order_and_within_two_weeks(self):
        bought = dict(zip(wished().number.tolist(), wished().seconds.tolist(), strict=True))
        back = of_kind(Kind.REFUND)

        waits = [
            (at - bought[parent]) / 86_400
            for at, parent in zip(back.seconds.tolist(), back.parent.tolist(), strict=True)
        ]
        assert min(waits) > 0
        assert max(waits) <= spending.LONGEST_REFUND_DAYS + 0.01

    def test_is_never_more_than_was_paid_and_mostly_all_of_it(self):
        paid = dict(zip(wished().number.tolist(), wished().amount_fen.tolist(), strict=True))
        back = of_kind(Kind.REFUND)
        shares = np.array(
            [
                fen / paid[parent]
                for fen, parent in zip(back.amount_fen.tolist(), back.parent.tolist(), strict=True)
            ]
        )

        assert shares.max() == 1
        assert 0.6 < (shares == 1).mean() < 0.9

    def test_comes_once_for_an_order_and_for_none_over_the_counter(self):
        back = of_kind(Kind.REFUND)

        assert len(np.unique(back.parent)) == len(back)
        assert town()[3].is_online[back.merchant].all()


class TestSubscriptions:
    def test_cost_the_same_each_month(self):
        renewed = of_kind(Kind.SUBSCRIPTION)
        which = renewed.merchant - town()[3].first_service

        assert renewed.amount_fen.tolist() == [SERVICES[place][2] for place in which.tolist()]

    def test_of_one_person_are_each_another_service(self):
        renewed = of_kind(Kind.SUBSCRIPTION)
        for person in range(60):
            own = renewed.taken(renewed.person == person)
            pairs = {*zip(own.series.tolist(), own.merchant.tolist(), strict=True)}
            assert len({series for series, _ in pairs}) == len({name for _, name in pairs})
            assert len(pairs) == len({series for series, _ in pairs})

    def test_come_once_a_month_at_most(self):
        renewed = of_kind(Kind.SUBSCRIPTION)
        month = town()[2].month[day_of(renewed)]
        keys = [*zip(renewed.person.tolist(), renewed.series.tolist(), month.tolist(), strict=True)]

        assert len(set(keys)) == len(keys)

    def test_are_paid_through_one_wallet(self):
        renewed = of_kind(Kind.SUBSCRIPTION)
        ways = {*zip(renewed.person.tolist(), renewed.merchant.tolist(), renewed.wallet.tolist(),
                     strict=True)}  # fmt: skip

        assert len(ways) == len({way[:2] for way in ways})


class TestRent:
    def test_is_the_same_round_sum_each_month(self):
        rent = of_kind(Kind.RENT)

        for person in np.unique(rent.person)[:50]:
            own = rent.amount_fen[rent.person == person]
            assert len(own) == MONTHS
            assert len(set(own.tolist())) == 1
        assert (rent.amount_fen % 5_000 == 0).all()
        assert rent.amount_fen.min() >= 30_000

    def test_is_paid_in_the_first_three_days_by_nobody_who_studies(self):
        people, _, days, _ = town()
        rent = of_kind(Kind.RENT)

        assert {days.dates[day].day for day in day_of(rent).tolist()} == {1, 2, 3}
        assert not people.is_student[rent.person].any()


class TestBlows:
    def test_strike_the_endangered_and_are_large(self):
        people, _, days, shops = town()
        rows = spending.blows(np.random.default_rng(8), Numbers(), people, days, shops)

        share = rows.amount_fen / people.income_fen[rows.person]
        assert share.min() > 0.29
        assert share.max() < 1.31
        assert set(rows.scene.tolist()) == {int(Scene.MEDICAL)}
        assert people.hazard[rows.person].mean() > people.hazard.mean()


def test_everything_has_a_number_of_its_own():
    assert len(np.unique(wished().number)) == len(wished())
    numbers = sorted(wished().number.tolist())
    assert all(before < after for before, after in pairwise(numbers))
