"""The watch over kept decisions: figures once a day, alarms that people look at, no exception."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from borrowers import tasks as borrowers_tasks
from borrowers.people.contracts import BorrowerCard
from borrowers.tests import cast
from common.actors import SYSTEM, Actor
from common.errors import NotFound
from scoring.oversight import actions, queries, watch
from scoring.oversight.contracts import Finding, Lack, Level, Measured
from scoring.oversight.models import ModelAlarm, ModelWatch, WatchReference
from scoring.registry import actions as registry
from scoring.registry.models import ModelStep, ModelVersion
from scoring.tests import builders, watched

DAY = date(2026, 3, 1)
CASES = 240


@pytest.fixture
def model(db):
    builders.load_defaults()
    return ModelVersion.objects.get(state="CHAMPION")


@pytest.fixture
def crowd(model):
    return watched.borrowers(8, allow=False)


def months(number):
    return DAY + timedelta(days=31 * number)


def measured_on(model, day):
    actions.measure(model_id=model.pk, on=day + timedelta(days=1))
    rows = ModelWatch.objects.filter(model_version=model, on_date=day + timedelta(days=1))
    return {(row.measure, row.segment): row for row in rows}


def drift_of(rows):
    return {key: row for key, row in rows.items() if key[0] in {"PSI", "CSI", "NULL_RISE"}}


class TestDrift:
    def test_first_makes_the_reference_without_anybodys_figures(self, model, crowd):
        watched.decide(crowd, DAY, cases=CASES, first=1)
        rows = drift_of(measured_on(model, DAY))
        kept = WatchReference.objects.get()
        assert kept.cases == CASES
        assert set(kept.bins["score"]) == {"edges", "counts"}
        assert rows["PSI", ""].value == 0

    def test_is_quiet_while_people_stay_as_they_were(self, model, crowd):
        for month in range(3):
            watched.decide(crowd, months(month), cases=CASES, first=month * 1000, seed=month)
            rows = drift_of(measured_on(model, months(month)))
            assert {row.level for row in rows.values()} == {"GOOD"}
        assert not ModelAlarm.objects.exists()

    def test_is_found_where_it_was_planted_and_nowhere_else(self, model, crowd):
        watched.decide(crowd, DAY, cases=CASES, first=1)
        measured_on(model, DAY)
        watched.decide(crowd, months(1), cases=CASES, first=1000, seed=5, income_times=2.5)
        rows = drift_of(measured_on(model, months(1)))
        loud = {key for key, row in rows.items() if row.level != "GOOD"}
        assert loud == {("CSI", "income_monthly_180d")}
        assert rows["CSI", "income_monthly_180d"].level == "ACT"
        assert ModelAlarm.objects.get().watch.segment == "income_monthly_180d"

    def test_of_too_few_is_said_so_and_alarms_nobody(self, model, crowd):
        watched.decide(crowd, DAY, cases=CASES, first=1)
        measured_on(model, DAY)
        watched.decide(crowd, months(1), cases=20, first=1000, income_times=5.0)
        rows = drift_of(measured_on(model, months(1)))
        assert {row.level for row in rows.values()} == {"NOT_ENOUGH"}
        assert {row.lack for row in rows.values()} == {"TOO_FEW_CASES"}
        assert not ModelAlarm.objects.exists()

    def test_without_a_single_decision_is_no_fault(self, model):
        rows = measured_on(model, DAY)
        assert drift_of(rows) == {}
        assert rows["CALIBRATION_ERROR", ""].level == "NOT_ENOUGH"
        assert rows["APPROVAL_RATIO", "SEX"].lack == "TOO_FEW_GROUPS"


class TestTwice:
    def test_is_once(self, model, crowd):
        watched.decide(crowd, DAY, cases=CASES, first=1)
        on = DAY + timedelta(days=1)
        assert actions.measure(model_id=model.pk, on=on) > 0
        before = list(ModelWatch.objects.values())
        assert actions.measure(model_id=model.pk, on=on) == 0
        assert list(ModelWatch.objects.values()) == before

    def test_is_refused_by_the_database_too(self, model):
        row = {"model_version": model, "on_date": DAY, "measure": "PSI", "cases": 1}
        ModelWatch.objects.create(**row, value_ppm=0, level="GOOD")
        with pytest.raises(IntegrityError), transaction.atomic():
            ModelWatch.objects.create(**row, value_ppm=9, level="GOOD")
        with pytest.raises(IntegrityError), transaction.atomic():
            ModelWatch.objects.create(**{**row, "measure": "CSI"}, level="GOOD")


class TestOutcomes:
    def told(self, crowd, *, today, pd_times=1.0, months_of=4):
        found = []
        for month in range(months_of):
            found += watched.decide(
                crowd, months(month), cases=CASES, first=month * 1000, seed=month, pd_times=pd_times
            )
        return watched.label(found, today=today)

    def test_count_only_once_their_horizon_has_passed(self, model, crowd):
        today = months(1) + timedelta(days=watched.HORIZON_DAYS)
        assert self.told(crowd, today=today) == 2 * CASES
        rows = measured_on(model, today)
        by_month = sorted(
            segment for measure, segment in rows if measure == "MATURED_AUC" and segment
        )
        assert by_month == ["2026-03", "2026-04"]
        assert rows["MATURED_AUC", ""].cases == 2 * CASES
        assert rows["MATURED_AUC", ""].value > 0.6
        assert rows["CALIBRATION_ERROR", ""].level == "GOOD"

    def test_far_from_what_was_said_are_an_alarm(self, model, crowd):
        today = months(3) + timedelta(days=watched.HORIZON_DAYS)
        self.told(crowd, today=today, pd_times=0.3)
        row = measured_on(model, today)["CALIBRATION_ERROR", ""]
        assert row.level == "ACT"
        assert row.detail["p_value"] < 0.01
        assert len(row.detail["bins"]) > 5

    def test_of_one_class_are_said_so(self, model, crowd):
        found = watched.decide(crowd, DAY, cases=CASES, first=1)
        today = DAY + timedelta(days=watched.HORIZON_DAYS)
        watched.label([(who, at, False) for who, at, _ in found], today=today)
        rows = measured_on(model, today)
        assert rows["MATURED_AUC", "2026-03"].lack == "ONE_CLASS"
        assert rows["GINI_LOSS", ""].lack == "TOO_FEW_PERIODS"

    def test_keep_the_place_of_a_month_without_decisions(self):
        chance = np.random.default_rng(1)
        pd = chance.random(600)
        days = np.repeat([20_000, 20_100], 300)
        outcomes = watch.Outcomes(pd, chance.random(600) < pd, days)
        names = [each.segment for each in watch.discrimination(outcomes, trained_auc=0.9, on=DAY)]
        assert "2024-11" in names
        empty = [
            each
            for each in watch.discrimination(outcomes, trained_auc=0.9, on=DAY)
            if each.segment == "2024-11"
        ]
        assert {each.measured.lack for each in empty} == {Lack.TOO_FEW_CASES}


def in_the_shadow():
    registered = registry.register(document=builders.another_card(), by=SYSTEM)
    ModelStep.objects.create(version_id=registered, from_state="DRAFT", to_state="SHADOW")
    ModelVersion.objects.filter(pk=registered).update(state="SHADOW")
    return registered


class TestChallenger:
    def test_that_looked_on_is_compared_on_the_same_cases(self, model, crowd):
        registered = in_the_shadow()
        other = ModelVersion.objects.get(pk=registered)
        found = watched.decide(crowd, DAY, cases=CASES, first=1, beside=[(other, 1.5)])
        today = DAY + timedelta(days=watched.HORIZON_DAYS)
        watched.label(found, today=today)
        row = measured_on(model, today)["CHALLENGER_GAIN", other.version]
        assert row.cases == CASES
        assert row.value < 0
        assert row.level == "GOOD"
        assert row.detail["first"] > row.detail["second"]

    def test_that_said_nothing_yet_is_said_so(self, model, crowd):
        in_the_shadow()
        row = measured_on(model, DAY)["CHALLENGER_GAIN", "challenger-1"]
        assert row.lack == "TOO_FEW_CASES"


class TestFairness:
    def test_is_told_by_group_and_never_of_a_few(self, model):
        people = watched.borrowers(96)
        borrowers_tasks.keep_protected_traits()
        watched.decide(people, DAY, cases=CASES, first=1)
        rows = measured_on(model, DAY)
        assert {segment for measure, segment in rows if measure == "APPROVAL_RATE"} >= {
            "SEX:F",
            "SEX:M",
            "HOUSEHOLD:COUNTY",
            "HOUSEHOLD:DISTRICT",
        }
        fairness = [row for (measure, _), row in rows.items() if measure.startswith("APPROVAL")]
        assert all(row.value is None or row.cases >= 30 for row in fairness)
        assert rows["APPROVAL_RATIO", "SEX"].level == "GOOD"
        assert rows["PROXY_AUC", "SEX"].cases == CASES

    def test_is_not_told_of_a_few_whose_loans_ended_however_many_loans(self, model):
        people = watched.borrowers(96)
        borrowers_tasks.keep_protected_traits()
        watched.decide(people, DAY, cases=96, first=1)
        many = watched.decide(people[:4], DAY - timedelta(days=1), cases=CASES, first=200)
        today = DAY + timedelta(days=watched.HORIZON_DAYS)
        watched.label(many, today=today)

        rows = measured_on(model, today)

        told = {"GOOD_APPROVAL_RATE", "GROUP_AUC"}
        assert rows["APPROVAL_RATE", "SEX:F"].value is not None
        assert not [row for (measure, _), row in rows.items() if measure in told and row.value]
        assert rows["TPR_GAP", "SEX"].lack == rows["AUC_GAP", "SEX"].lack == "TOO_FEW_GROUPS"

    def test_without_a_consent_knows_nobody(self, model, crowd):
        borrowers_tasks.keep_protected_traits()
        watched.decide(crowd, DAY, cases=CASES, first=1)
        rows = measured_on(model, DAY)
        assert rows["APPROVAL_RATIO", "SEX"].lack == "TOO_FEW_GROUPS"
        assert rows["PROXY_AUC", "REGION"].lack == "TOO_FEW_GROUPS"


class TestAlarms:
    def finding(self, level, measure="PSI"):
        return Finding(measure, "", Measured(0.3, 500), level)

    def kept(self, model, day, level):
        actions.keep(model_id=model.pk, on=day, findings=[self.finding(level)])
        return ModelAlarm.objects.filter(acknowledged_at=None).count()

    def test_are_raised_once_while_nobody_has_looked_and_again_when_worse(self, model):
        assert self.kept(model, months(0), Level.WARN) == 1
        assert self.kept(model, months(1), Level.WARN) == 1
        assert self.kept(model, months(2), Level.ACT) == 2
        assert self.kept(model, months(3), Level.WARN) == 2

    def test_are_not_raised_every_night_after_somebody_looked(self, model):
        self.kept(model, months(0), Level.WARN)
        self.looked(ModelAlarm.objects.get())
        assert self.kept(model, months(1), Level.WARN) == 0
        assert self.kept(model, months(2), Level.ACT) == 1

    def test_are_raised_again_when_it_was_in_order_in_between(self, model):
        self.kept(model, months(0), Level.WARN)
        self.looked(ModelAlarm.objects.get())
        assert self.kept(model, months(1), Level.GOOD) == 0
        assert self.kept(model, months(2), Level.WARN) == 1

    def test_are_seen_by_one_person_and_the_first_stands(self, model):
        self.kept(model, months(0), Level.ACT)
        alarm = ModelAlarm.objects.get()
        mei = self.looked(alarm)
        again = self.looked(alarm, name="Zhao")
        alarm.refresh_from_db()
        assert alarm.acknowledged_by_id == mei != again

    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE scoring_modelalarm SET acknowledged_by_id = NULL, acknowledged_at = NULL",
            "UPDATE scoring_modelalarm SET acknowledged_at = now()",
            "DELETE FROM scoring_modelalarm",
            "UPDATE scoring_modelwatch SET level = 'GOOD'",
            "DELETE FROM scoring_modelwatch",
        ],
    )
    def test_are_neither_forgotten_nor_unseen_in_sql(self, model, attack):
        self.kept(model, months(0), Level.ACT)
        self.looked(ModelAlarm.objects.get())
        before = list(ModelAlarm.objects.values()), list(ModelWatch.objects.values())

        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack)

        assert (list(ModelAlarm.objects.values()), list(ModelWatch.objects.values())) == before

    def test_that_are_none_are_not_found(self, model):
        with pytest.raises(NotFound):
            actions.acknowledge(
                alarm_id=404, at=builders.NOW, by=Actor(kind="STAFF", account_id=None)
            )

    def looked(self, alarm, name="Mei"):
        account = cast.officer() if name == "Mei" else cast.borrower(name)
        pk = account.account_id if isinstance(account, BorrowerCard) else account.pk
        actions.acknowledge(
            alarm_id=alarm.pk, at=builders.NOW, by=Actor(kind="STAFF", account_id=pk)
        )
        return pk


class TestQueries:
    def test_read_what_was_said_in_the_order_of_time(self, model, crowd):
        watched.decide(crowd, DAY, cases=30, first=1)
        said = queries.said_by(model.pk, since=DAY, until=DAY + timedelta(days=1))
        assert len(said) == 30
        assert list(said.assessment_ids) == sorted(said.assessment_ids)
        assert np.isnan(said.columns()["own_on_time_share"]).any()

    def test_read_nothing_of_other_days_or_models(self, model, crowd):
        watched.decide(crowd, DAY, cases=30, first=1)
        other = registry.register(document=builders.another_card(), by=SYSTEM)
        tomorrow = DAY + timedelta(days=1)
        assert len(queries.said_by(other, since=DAY, until=tomorrow)) == 0
        assert len(queries.said_by(model.pk, since=tomorrow, until=months(1))) == 0
