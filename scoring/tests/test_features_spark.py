"""The cluster computes what the night computes, to the last bit, under numbers of nobody."""

import importlib.util
import shutil
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command

from borrowers.behaviour.contracts import Direction
from borrowers.tests import cast
from common.processes.models import Process
from scoring.features.models import FeatureSnapshot
from scoring.features.nightly import actions, cluster, spark
from scoring.features.nightly.outcomes import Failure, outcomes, start_of
from scoring.tests import builders, events
from scoring.tests.test_features_nightly import compute, spoil

DAY = date(2026, 11, 20)
# A kind that a newer version may have written.
UNHEARD_OF: Any = 99
HAS_SPARK = all(importlib.util.find_spec(each) for each in ("pyspark", "pyarrow"))
needs_arrow = pytest.mark.skipif(
    not HAS_SPARK, reason="needs pyspark and pyarrow: pip install -r requirements-spark.txt"
)
needs_spark = pytest.mark.skipif(
    not (HAS_SPARK and shutil.which("java")), reason="needs requirements-spark.txt and Java 17"
)


def kept():
    names = ("borrower_id", "as_of", "kernel_version", "features", "failed_feature", "failure")
    return list(FeatureSnapshot.objects.filter(day=DAY).order_by("borrower_id").values(*names))


@needs_spark
# None of Spark's ways through pandas is used.
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
# Spark takes longer to start than PostgreSQL lets a transaction lie idle.
@pytest.mark.commits
class TestSpark:
    def test_keeps_bit_for_bit_what_the_night_keeps(self):
        people = {name: cast.borrower(name) for name in ("Lin", "Wei", "Chen", "Mei", "Zhao")}
        for name in ("Lin", "Wei", "Chen", "Mei"):
            builders.steady(people[name])
        cast.withdraw(people["Chen"])
        spoil(people["Mei"], category=99)
        cast.allow(people["Zhao"])  # who has not shared anything yet
        compute(DAY)
        by_night = kept()
        FeatureSnapshot.objects.all().delete()
        Process.objects.all().delete()

        call_command("compute_features", "--as-of", DAY.isoformat(), "--spark", "local[2]")

        assert kept() == by_night
        assert len(by_night) == 4
        assert [row["borrower_id"] for row in by_night if row["failure"]] == [people["Mei"].id]


@needs_arrow
@pytest.mark.django_db
class TestWhatLeavesTheHouse:
    def test_says_nothing_of_who_anybody_is(self, tmp_path):
        import pyarrow.parquet as pq  # noqa: PLC0415 (only where Arrow is)

        lin = cast.borrower("Lin")
        builders.steady(lin)

        numbers = cluster.write_events(tmp_path / "events", day=DAY, tell=lambda: None)

        table = pq.read_table(tmp_path / "events")
        assert set(table.column_names) == {spark.PERSON, *spark.stored()} - {"segment"}
        assert list(numbers.values()) == [lin.id]
        assert set(table.column(spark.PERSON).to_pylist()) == set(numbers)
        assert lin.id not in numbers

    def test_is_nothing_of_those_who_may_not_be_read_or_are_kept_already(self, tmp_path):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")
        builders.steady(lin)
        builders.steady(wei)
        compute(DAY)
        cast.withdraw(wei)
        FeatureSnapshot.objects.filter(borrower_id=wei.id).delete()

        numbers = cluster.write_events(tmp_path / "events", day=DAY, tell=lambda: None)

        assert numbers == {}
        assert list((tmp_path / "events").iterdir()) == []

    def test_who_withdrew_while_the_cluster_worked_is_not_kept(self):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")
        for card in (lin, wei):
            builders.steady(card)
        cast.withdraw(wei)

        assert cluster.keep_slice(found={lin.id: {}, wei.id: {}}, day=DAY) == 1

        assert FeatureSnapshot.objects.get().borrower_id == lin.id


@needs_arrow
class TestAWorker:
    def rows(self, *people):
        """The events as Spark hands them over: sorted by person."""
        import pyarrow as pa  # noqa: PLC0415 (only where Arrow is)

        columns = events.columns_of(*people)
        stored = {name: getattr(columns, name) for name in spark.stored() if name != spark.PERSON}
        return pa.table({spark.PERSON: columns.segment * 10 + 7, **stored})

    @pytest.mark.parametrize("size", [1, 7, 41, 1_000])
    def test_finds_the_same_however_the_rows_are_cut(self, size):
        people = [events.daily_purchases(days) for days in (40, 1, 90, 33)]

        batches = self.rows(*people).to_batches(max_chunksize=size)
        found = [
            row
            for batch in spark.computed(batches, as_of=events.AS_OF)
            for row in batch.to_pylist()
        ]

        straight = outcomes(events.columns_of(*people), len(people), events.AS_OF)
        assert [spark.outcome_of(row) for row in found] == [
            (place * 10 + 7, each) for place, each in enumerate(straight)
        ]

    def test_hands_a_failure_over_as_one(self):
        strange = events.Event(events.days_ago(3), 100, Direction.OUT, UNHEARD_OF)

        (batch,) = spark.computed(self.rows([strange]).to_batches(), as_of=start_of(DAY))

        (row,) = batch.to_pylist()
        assert isinstance(spark.outcome_of(row)[1], Failure)
        assert actions.SLICE_PEOPLE > 1

    def test_of_no_rows_there_is_nothing(self):
        assert list(spark.computed([], as_of=events.AS_OF)) == []
