"""The nightly round and the look at new records: promised on paper, done once, whoever does it."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction

from common.business_date import actions as business_date
from common.processes.models import Process
from lending.tests import builders as lending
from lending.tests.builders import TODAY
from monitoring import tasks
from monitoring.alerts import actions, queries
from monitoring.alerts.models import Alert
from monitoring.tests import builders
from scoring.tests.builders import purchases, share
from tests.machinery.races import together

LATE_ON = TODAY + timedelta(days=33)


def promised(kind="WATCH_LOANS"):
    return Process.objects.filter(kind=kind).order_by("pk")


def advance(*, to):
    with transaction.atomic():
        business_date.advance(to=to)


def wei_is_late():
    wei = builders.running("Wei")
    builders.days_go_by(wei, through=LATE_ON)
    advance(to=LATE_ON)
    return wei


@pytest.mark.django_db
class TestWatchLoans:
    def test_promises_one_look_at_each_range_a_day_and_keeps_it(self):
        wei = wei_is_late()

        tasks.watch_loans()
        tasks.watch_loans()

        process = promised().get()
        assert process.subject_id == wei.pk // queries.RANGE_LOANS
        assert (process.process_key, process.queue) == (LATE_ON.isoformat(), "monitoring")
        tasks.watch_range(process_id=process.pk)
        process.refresh_from_db()
        assert process.state == "DONE"
        assert Alert.objects.get().loan_id == wei.pk

    def test_done_work_is_not_done_again(self):
        wei_is_late()
        tasks.watch_loans()
        process = promised().get()

        for _ in range(3):
            tasks.watch_range(process_id=process.pk)

        process.refresh_from_db()
        assert process.attempts == 1
        assert Alert.objects.count() == 1

    def test_the_next_business_date_is_another_round(self):
        wei_is_late()
        tasks.watch_loans()
        advance(to=LATE_ON + timedelta(days=1))

        tasks.watch_loans()

        assert [each.process_key for each in promised()] == [
            LATE_ON.isoformat(),
            (LATE_ON + timedelta(days=1)).isoformat(),
        ]

    def test_a_round_without_running_loans_promises_nothing(self):
        lending.open_books()
        lending.signed(lending.person("Lin"))

        assert actions.start_round(on=TODAY) == 0
        assert not promised().exists()

    def test_before_the_books_are_opened_there_is_no_round(self):
        tasks.watch_loans()

        assert not promised().exists()

    def test_ranges_are_cut_by_id_and_touch_each_loan_once(self):
        first = builders.running("Wei")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(nextval('lending_loan_id_seq')) FROM generate_series(1, %s)",
                [2 * queries.RANGE_LOANS],
            )
        second = builders.running("Lin")

        assert actions.start_round(on=TODAY) == 2
        ranges = [queries.loans_in_range(each.subject_id) for each in promised()]
        assert ranges == [[first.pk], [second.pk]]


@pytest.mark.django_db
class TestWatchBorrower:
    def test_new_records_are_looked_at_as_soon_as_they_come(self):
        lin = builders.running()
        builders.watched(lin)
        advance(to=builders.LATER)
        builders.falling_income(lin)

        process = promised("WATCH_BORROWER").get()
        tasks.watch_borrower(process_id=process.pk)

        process.refresh_from_db()
        assert (process.subject_id, process.task) == (
            lin.borrower_id,
            "monitoring.tasks.watch_borrower",
        )
        assert process.state == "DONE"
        assert Alert.objects.get().rule == "INCOME_DROP"

    def test_a_person_without_loans_has_nothing_to_look_at(self):
        lin = lending.person("Lin")
        share(lin, purchases(30))

        tasks.watch_borrower(process_id=promised("WATCH_BORROWER").get().pk)

        assert promised("WATCH_BORROWER").get().state == "DONE"
        assert not Alert.objects.exists()

    def test_somebody_elses_loan_is_not_looked_at(self):
        wei = wei_is_late()
        lin = lending.person("Lin")
        share(lin, purchases(30))

        tasks.watch_borrower(process_id=promised("WATCH_BORROWER").get().pk)

        assert not Alert.objects.filter(loan_id=wei.pk).exists()


@pytest.mark.commits
class TestManyWorkers:
    def test_two_workers_and_two_rounds_are_one(self):
        wei_is_late()
        assert together(tasks.watch_loans, tasks.watch_loans) == [None, None]
        process = promised().get()

        together(*[partial(tasks.watch_range, process_id=process.pk)] * 3)

        process.refresh_from_db()
        assert (process.state, process.attempts) == ("DONE", 1)
        assert Alert.objects.count() == 1
