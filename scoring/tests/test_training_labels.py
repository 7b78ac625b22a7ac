"""Outcomes are recorded once and when they are known; tables see nothing of the future."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from borrowers.behaviour import queries as behaviour
from borrowers.behaviour.contracts import Source
from borrowers.tests import cast
from common.actors import SYSTEM
from common.audit.models import AuditEntry
from scoring.features import kernel
from scoring.features.catalogue import FEATURES
from scoring.tests import builders
from scoring.tests.builders import NOW
from scoring.tests.events import columns_of, daily_purchases
from scoring.training import refusals
from scoring.training.labels.actions import (
    Label,
    LabelContradicts,
    LabelNotMatured,
    record_labels,
)
from scoring.training.labels.datasets import dataset, only
from scoring.training.labels.models import TrainingLabel

TODAY = date(2026, 11, 20)
AS_OF = NOW - timedelta(days=60)
HORIZON_DAYS = 30


def label(card, *, as_of: datetime = AS_OF, is_bad: bool = False, **changes) -> Label:
    said = Label(
        borrower_id=card.id,
        as_of=as_of,
        horizon_days=HORIZON_DAYS,
        is_bad=is_bad,
        cause="UNABLE" if is_bad else "NONE",
        source="OWN_LOANS",
        matured_on=(as_of + timedelta(days=HORIZON_DAYS + 1)).date(),
    )
    return replace(said, **changes)


def record(*labels: Label, today: date = TODAY) -> int:
    return record_labels(labels=labels, today=today, by=SYSTEM)


@pytest.mark.django_db
class TestRecordLabels:
    def test_keeps_outcomes_and_says_so_in_the_audit(self):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")

        assert record(label(lin), label(wei, is_bad=True)) == 2

        assert TrainingLabel.objects.filter(is_bad=True).get().borrower_id == wei.id
        entry = AuditEntry.objects.get(action="scoring.labels.recorded")
        assert entry.facts == {"labels": 2, "bads": 1}

    def test_twice_is_once(self):
        lin = cast.borrower("Lin")
        record(label(lin))

        assert record(label(lin), label(lin)) == 0
        assert TrainingLabel.objects.count() == 1
        assert AuditEntry.objects.filter(action="scoring.labels.recorded").count() == 1

    def test_refuses_another_outcome_of_the_same_loan_and_keeps_none(self):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")
        record(label(lin))

        with pytest.raises(LabelContradicts):
            record(label(wei), label(lin, is_bad=True))

        assert TrainingLabel.objects.get().is_bad is False

    def test_refuses_two_outcomes_of_one_loan_in_one_go(self):
        lin = cast.borrower("Lin")

        with pytest.raises(LabelContradicts):
            record(label(lin), label(lin, is_bad=True))

        assert not TrainingLabel.objects.exists()

    @pytest.mark.parametrize(
        "changes",
        [
            {"matured_on": TODAY + timedelta(days=1)},
            {"matured_on": AS_OF.date() + timedelta(days=HORIZON_DAYS - 1)},
            {"horizon_days": 90},
        ],
    )
    def test_refuses_what_is_not_known_yet_and_keeps_none(self, changes):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")

        with pytest.raises(LabelNotMatured):
            record(label(wei), label(lin, **changes))

        assert not TrainingLabel.objects.exists()


@pytest.mark.django_db
class TestTheTable:
    def row(self, card, **changes):
        values = {
            "borrower_id": card.id,
            "as_of": AS_OF,
            "horizon_days": HORIZON_DAYS,
            "is_bad": False,
            "cause": "NONE",
            "source": "OWN_LOANS",
            "matured_on": TODAY,
        }
        return TrainingLabel.objects.create(**{**values, **changes})

    def test_refuses_the_same_loan_twice(self):
        lin = cast.borrower("Lin")
        self.row(lin)

        with (
            pytest.raises(IntegrityError, match="training_label_is_said_once"),
            transaction.atomic(),
        ):
            self.row(lin, is_bad=True, cause="UNABLE")

        assert TrainingLabel.objects.count() == 1

    def test_refuses_a_cause_of_a_good_loan(self):
        lin = cast.borrower("Lin")

        with pytest.raises(IntegrityError, match="cause_fits_outcome"), transaction.atomic():
            self.row(lin, cause="FRAUD")

        assert not TrainingLabel.objects.exists()


@pytest.mark.django_db
class TestDataset:
    def test_has_a_row_for_each_matured_label_in_the_order_of_time(self):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")
        builders.steady(lin)
        builders.steady(wei)
        earlier = AS_OF - timedelta(days=40)
        record(label(wei, is_bad=True), label(lin), label(lin, as_of=earlier))

        found = dataset(labels_until=TODAY)

        assert found.borrower.tolist() == [lin.id, wei.id, lin.id]
        assert found.is_bad.tolist() == [0, 1, 0]
        assert list(found.frame.columns) == list(FEATURES)

    def test_never_learns_from_a_label_before_it_has_matured(self):
        lin = cast.borrower("Lin")
        builders.steady(lin)
        record(label(lin), label(lin, as_of=AS_OF - timedelta(days=10), is_bad=True))

        found = dataset(labels_until=AS_OF.date() + timedelta(days=HORIZON_DAYS - 5))

        assert found.bads == len(found) == 1

    def test_gives_the_values_that_a_decision_at_that_moment_would_have_seen(self):
        lin = cast.borrower("Lin")
        builders.steady(lin)
        record(label(lin))

        found = dataset(labels_until=TODAY)

        seen = kernel.vector(behaviour.columns_of(lin.id), as_of=AS_OF)
        for name, value in seen.items():
            assert np.array_equal(found.frame[name][0], value, equal_nan=True), name

    def test_does_not_see_what_happened_later(self):
        lin = cast.borrower("Lin")
        cast.allow(lin)
        builders.share(lin, builders.purchases(100, until=AS_OF))
        record(label(lin))
        before = dataset(labels_until=TODAY)
        builders.share(lin, builders.purchases(50, yuan=900), content=b"a later bill")

        after = dataset(labels_until=TODAY)

        assert after.sha256 == before.sha256

    def test_leaves_out_who_may_not_be_read(self):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")
        builders.steady(lin)
        builders.steady(wei)
        record(label(lin), label(wei))
        cast.withdraw(wei)

        assert dataset(labels_until=TODAY).borrower.tolist() == [lin.id]

    def test_refuses_where_nothing_may_be_learned(self):
        cast.borrower("Lin")

        with pytest.raises(refusals.NothingToLearnFrom):
            dataset(labels_until=TODAY)

    def test_of_one_source_counts_its_events_alone(self):
        lin = cast.borrower("Lin")
        builders.steady(lin)
        record(label(lin))

        found = dataset(labels_until=TODAY, sources=[Source.ICBC])

        assert found.frame["events_180d"][0] == 0

    def test_of_the_same_rows_has_the_same_hash_and_of_others_another(self):
        lin = cast.borrower("Lin")
        builders.steady(lin)
        record(label(lin))
        one = dataset(labels_until=TODAY)
        record(label(lin, as_of=AS_OF - timedelta(days=1), is_bad=True))

        assert dataset(labels_until=TODAY - timedelta(days=29)).sha256 != one.sha256
        assert (
            dataset(labels_until=TODAY, sources=list(Source)).sha256
            == dataset(labels_until=TODAY).sha256
        )


def test_only_without_sources_is_everything():
    columns = columns_of(daily_purchases(5))

    assert only(columns, None) is columns
    assert len(only(columns, [Source.ALIPAY])) == 0
