"""What comes in, and who gets it: salaries, gigs, allowances, takings, and the insured months."""

from datetime import date
from functools import lru_cache

import numpy as np
import pytest

from common.periods import add_months
from simulation.words import Scene
from simulation.world import income
from simulation.world.events import Funding, Kind, Numbers, Wallet
from simulation.world.personas import GROUP_INCOME, PAY_DAYS, Persona, populate
from simulation.world.setting.days import calendar, working_day_before

FIRST_DAY = date(2025, 6, 1)
MONTHS = 15


@lru_cache
def town():
    """Six hundred people and their months."""
    chance = np.random.default_rng(17)
    people = populate(chance, 600)
    return people, income.earn(chance, people, MONTHS), calendar(FIRST_DAY, MONTHS)


def drawn(source):
    people, earnings, days = town()
    return source(np.random.default_rng(5), Numbers(), people, earnings, days)


def day_of(rows):
    _, _, days = town()
    return (rows.seconds - days.begins[0]) // 86_400


class TestPeople:
    def test_are_drawn_in_the_shares_that_are_meant(self):
        people = populate(np.random.default_rng(3), 20_000)

        counts = np.bincount(people.persona, minlength=5) / 20_000
        assert counts == pytest.approx([0.37, 0.33, 0.12, 0.09, 0.09], abs=0.012)

    def test_have_states_within_their_bounds(self):
        people = populate(np.random.default_rng(3), 5_000)

        for name in ("discipline", "support", "online", "prefers_wechat", "volatility"):
            values = getattr(people, name)
            assert values.min() >= 0, name
            assert values.max() <= 1, name
        assert people.income_fen.min() > 0
        assert set(people.pay_day.tolist()) == set(PAY_DAYS)
        assert (people.credit_limit_fen % 100_000 == 0).all()
        assert (people.bnpl_limit_fen % 100_000 == 0).all()

    def test_who_study_are_young_and_have_no_credit_card_and_no_bad_intent(self):
        people = populate(np.random.default_rng(3), 5_000)
        students = people.is_student

        assert people.age[students].min() == 18
        assert people.age[students].max() == 24
        assert people.age[~students].min() >= 22
        assert not people.credit_limit_fen[students].any()
        assert not people.has_fraud_intent[students].any()

    def test_of_the_group_earn_less_by_one_factor_only(self):
        people = populate(np.random.default_rng(3), 60_000)
        office = people.persona == Persona.OFFICE
        low, high = (np.median(people.income_fen[office & (people.group == one)]) for one in (1, 0))

        assert low / high == pytest.approx(GROUP_INCOME, abs=0.02)

    def test_are_as_disciplined_whatever_they_earn(self):
        people = populate(np.random.default_rng(3), 20_000)
        office = people.persona == Persona.OFFICE

        tie = np.corrcoef(people.discipline[office], people.income_fen[office])[0, 1]
        assert abs(tie) < 0.04


class TestWork:
    def test_is_never_lost_by_students(self):
        people, earnings, _ = town()

        assert earnings.has_work[people.is_student].all()

    def test_is_lost_and_found_again(self):
        people, earnings, _ = town()
        work = earnings.has_work[~people.is_student]
        lost = (work[:, :-1] & ~work[:, 1:]).sum()
        found = (~work[:, :-1] & work[:, 1:]).sum()

        assert lost > 50
        assert found > 20

    def test_that_is_gone_pays_no_salary_but_some_takings(self):
        people, earnings, _ = town()
        idle = ~earnings.has_work

        assert not earnings.income_fen[idle & people.is_salaried[:, None]].any()
        assert (earnings.income_fen[idle & ~people.is_salaried[:, None]] > 0).all()

    def test_is_lost_more_often_by_whoever_has_more_hazard(self):
        people, earnings, _ = town()
        months_idle = (~earnings.has_work).sum(axis=1)
        risky = people.hazard > np.median(people.hazard)

        assert months_idle[risky].mean() > 1.2 * months_idle[~risky].mean()


class TestInsurance:
    def test_has_round_bases_of_at_most_the_wage(self):
        people, earnings, _ = town()
        bases = earnings.insured_base_fen

        assert (bases % 100 == 0).all()
        assert (bases <= people.income_fen[:, None]).all()

    def test_is_not_for_students(self):
        people, earnings, _ = town()

        assert not earnings.insured_base_fen[people.is_student].any()

    def test_is_the_same_base_all_along_for_one_person(self):
        _, earnings, _ = town()

        for row in earnings.insured_base_fen:
            assert len(set(row[row > 0].tolist())) <= 1


class TestSalaries:
    def test_are_paid_to_the_salaried_on_their_card(self):
        people, _, _ = town()
        pay = drawn(income.wages)

        assert people.is_salaried[pay.person].all()
        assert set(pay.funding.tolist()) == {int(Funding.DEBIT)}
        assert set(pay.wallet.tolist()) == {int(Wallet.NONE)}
        assert set(pay.scene.tolist()) == {int(Scene.INCOME_SALARY)}

    def test_come_on_the_working_day_on_or_before_the_payday(self):
        people, _, days = town()
        pay = drawn(income.wages)

        for person, day in zip(pay.person.tolist(), day_of(pay).tolist(), strict=True):
            paid_on = days.dates[day]
            nominal = paid_on.replace(day=int(people.pay_day[person]))
            assert paid_on.weekday() < 5
            assert 0 <= (nominal - paid_on).days <= 2

    def test_come_once_a_month_with_work(self):
        people, earnings, _ = town()
        pay = drawn(income.wages)
        usual = pay.taken(pay.series == 0)

        counts = np.bincount(usual.person, minlength=len(people))
        expected = earnings.has_work.sum(axis=1) * people.is_salaried
        assert np.abs(counts - expected).max() == 0

    def test_bring_a_bonus_in_january_only(self):
        _, _, days = town()
        pay = drawn(income.wages)
        bonus = pay.taken(pay.series == 1)

        assert len(bonus) > 20
        assert {days.dates[day].month for day in day_of(bonus).tolist()} == {1}


class TestGigs:
    def test_are_paid_on_mondays_before_noon(self):
        people, _, days = town()
        pay = drawn(income.gigs)

        assert set(people.persona[pay.person].tolist()) == {int(Persona.GIG)}
        assert {days.dates[day].weekday() for day in day_of(pay).tolist()} == {0}
        hour = (pay.seconds - days.begins[0]) % 86_400 // 3_600
        assert set(hour.tolist()) == {9, 10, 11}

    def test_go_to_a_card_or_a_wallet_and_always_to_the_same(self):
        pay = drawn(income.gigs)

        for person in np.unique(pay.person)[:40]:
            own = pay.taken(pay.person == person)
            assert len(set(own.funding.tolist())) == 1
            to_card = own.funding[0] == Funding.DEBIT
            assert bool(to_card) is bool(own.wallet[0] == Wallet.NONE)

    def test_are_twenty_yuan_at_least(self):
        assert drawn(income.gigs).amount_fen.min() >= 2_000


class TestAllowances:
    def test_come_to_students_each_month_in_its_first_days_and_round(self):
        people, _, days = town()
        sent = drawn(income.allowances)

        counts = np.bincount(sent.person, minlength=len(people))
        assert (counts == MONTHS * people.is_student).all()
        assert {days.dates[day].day for day in day_of(sent).tolist()} == {1, 2, 3, 4}
        assert (sent.amount_fen % 10_000 == 0).all()


class TestTakings:
    def test_are_a_shopkeepers_and_add_up_to_about_the_income(self):
        people, earnings, _ = town()
        taken = drawn(income.takings)
        keepers = people.persona == Persona.SHOPKEEPER

        assert set(taken.person.tolist()) == set(np.nonzero(keepers)[0].tolist())
        total = taken.amount_fen.sum() / earnings.income_fen[keepers].sum()
        assert total == pytest.approx(1.0, abs=0.08)

    def test_come_into_both_wallets_and_never_to_a_card(self):
        taken = drawn(income.takings)

        assert set(taken.wallet.tolist()) == {int(Wallet.WECHAT), int(Wallet.ALIPAY)}
        assert set(taken.funding.tolist()) == {int(Funding.BALANCE)}
        assert taken.amount_fen.min() >= 100
        assert set(taken.kind.tolist()) == {int(Kind.RECEIPT)}


class TestPaydaysOfAWorld:
    def test_that_begins_in_the_middle_of_a_month_never_lie_outside_unseen(self):
        days = calendar(date(2026, 5, 20), 3)
        places = income.pay_day_indexes(days)

        for number, row in zip(PAY_DAYS, places.tolist(), strict=True):
            for month, place in enumerate(row):
                wanted = add_months(date(2026, 5, number), month)
                assert place == days.index_of(working_day_before(wanted))
        assert (places[:, 0] < 0).all()
