"""Papers that are no money agree with the lives behind them."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from simulation.folders import papers
from simulation.folders.people import faces
from simulation.world import simulate

SEED = 31


@pytest.fixture(scope="module")
def world():
    return simulate(people=120, months=14, seed=SEED, first_day=date(2025, 5, 1))


def chance(person):
    return np.random.default_rng((SEED, 79, person))


def first(flags):
    return int(np.nonzero(flags)[0][0])


class TestInsurance:
    def test_has_the_months_with_a_base_and_no_others(self, world):
        for person in range(len(world.people)):
            bases = world.earnings.insured_base_fen[person]
            months = papers.insured_months(world, person)
            assert [each.first_day for each in months] == [
                day for day, base in zip(world.days.first_of_month, bases, strict=True) if base
            ]
            assert [each.base_fen for each in months] == [base for base in bases.tolist() if base]

    def test_names_the_employer_who_pays_the_salary(self, world):
        person = first(world.earnings.insured_base_fen.all(axis=1))

        employers = {each.employer for each in papers.insured_months(world, person)}
        assert employers == {faces.employer(person)}

    def test_has_a_gap_where_work_was_lost(self, world):
        has_base = world.earnings.insured_base_fen > 0
        has_work = world.earnings.has_work
        person = first(has_base.any(axis=1) & ~has_work.all(axis=1) & world.people.is_salaried)

        months = papers.insured_months(world, person)
        assert len(months) == has_work[person].sum() < world.days.months


class TestEnrolment:
    def students(self, world):
        return np.nonzero(world.people.is_student)[0].tolist()

    def test_lasts_from_september_to_july_four_years_on(self, world):
        for person in self.students(world):
            paper = papers.enrolment(world, person)
            assert (paper.since.month, paper.since.day) == (9, 1)
            assert paper.until == date(paper.since.year + 4, 7, 1)

    def test_holds_on_the_day_of_the_report(self, world):
        for person in self.students(world):
            paper = papers.enrolment(world, person)
            assert paper.since < paper.on < paper.until

    def test_names_the_student_and_a_region_that_does_not_exist(self, world):
        paper = papers.enrolment(world, self.students(world)[0])

        assert paper.name == faces.name(self.students(world)[0])
        assert paper.id_number.startswith("990101")
        assert "虚构" in paper.school


class TestDevices:
    def test_count_no_more_minutes_than_a_day_has(self, world):
        for person in range(20):
            for day in papers.device_days(world, person, chance(person)):
                assert 0 <= day.on_minutes <= 1_440
                assert day.events >= 0
                assert world.days.dates[0] <= day.day <= world.days.dates[-1]

    def test_tell_each_device_once_a_day_at_most(self, world):
        rows = papers.device_days(world, 4, chance(4))

        seen = [(row.device_id, row.day) for row in rows]
        assert len(set(seen)) == len(seen)

    def test_have_one_type_each(self, world):
        rows = papers.device_days(world, 4, chance(4))

        types = {row.device_id: row.device_type for row in rows}
        assert all(types[row.device_id] == row.device_type for row in rows)
        assert set(types.values()) <= {"LAMP", "TELEVISION", "WASHING_MACHINE", "CAMERA"}

    def test_are_silent_on_some_days(self, world):
        rows = papers.device_days(world, 4, chance(4))
        devices = {row.device_id for row in rows}

        share = len(rows) / len(devices) / len(world.days)
        assert 0.93 < share < 1

    def test_are_used_more_by_whoever_has_lost_work(self, world):
        has_work = world.earnings.has_work
        person = first((~has_work).sum(axis=1) >= 4)
        lamp = [
            row
            for row in papers.device_days(world, person, chance(person))
            if row.device_type == "LAMP"
        ]
        month_of = dict(zip(world.days.dates, world.days.month.tolist(), strict=True))
        busy = [row.on_minutes for row in lamp if has_work[person, month_of[row.day]]]
        idle = [row.on_minutes for row in lamp if not has_work[person, month_of[row.day]]]

        assert np.mean(idle) > 1.3 * np.mean(busy)


class TestSocialLife:
    def test_is_told_in_whole_weeks_from_monday_on(self, world):
        weeks = papers.social_weeks(world, 6, chance(6))

        assert all(each.week.weekday() == 0 for each in weeks)
        assert all(
            after.week - before.week == timedelta(days=7) for before, after in pairwise(weeks)
        )
        assert weeks[0].week >= world.days.dates[0]
        assert weeks[-1].week + timedelta(days=7) <= world.days.dates[-1]

    def test_is_told_in_counts_that_fit_a_week(self, world):
        for person in range(30):
            for week in papers.social_weeks(world, person, chance(person)):
                assert 0 <= week.active_days <= 7
                assert 0 <= week.contacts_bucket <= 4
                assert min(week.own_posts, week.interactions) >= 0

    def test_differs_from_person_to_person_and_not_from_time_to_time(self, world):
        assert papers.social_weeks(world, 6, chance(6)) == papers.social_weeks(world, 6, chance(6))
        assert papers.social_weeks(world, 6, chance(6)) != papers.social_weeks(world, 7, chance(7))
