"""The night computes everybody who may be read, once a day, and one who fails fails alone."""

import os
import time
from datetime import date, timedelta
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from borrowers.behaviour import queries as behaviour
from borrowers.tests import cast
from common.business_date import actions as business_date
from common.processes.actions import LeaseLost
from common.processes.models import Process
from common.tests.jobs import claimed, let_the_lease_run_out
from scoring import tasks
from scoring.features import kernel
from scoring.features.models import FeatureSnapshot
from scoring.features.nightly import actions, queries
from scoring.features.nightly.outcomes import Failure, outcomes, start_of
from scoring.tests import builders, events
from tests.machinery.installations import run_python
from tests.machinery.races import together

DAY = date(2026, 11, 20)


def steady(*names):
    found = [cast.borrower(name) for name in names]
    for card in found:
        builders.steady(card)
    return found


def compute(day=DAY):
    for process_id in actions.start_round(day=day):
        tasks.compute_range(process_id=process_id)


def kept(card, day=DAY):
    return FeatureSnapshot.objects.get(borrower_id=card.id, day=day)


def online(card, day=DAY):
    return kernel.plain(kernel.vector(behaviour.columns_of(card.id), as_of=start_of(day)))


def spoil(card, **changes):
    """Store something in a line that no reader of bills writes."""
    (name, value), *_ = changes.items()
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE borrowers_event SET {name} = %s WHERE borrower_id = %s", [value, card.id]
        )


@pytest.mark.django_db
class TestTheNight:
    def test_keeps_for_everybody_what_a_decision_would_have_seen(self):
        lin, wei = steady("Lin", "Wei")

        compute()

        for card in (lin, wei):
            assert kept(card).features == online(card)
            assert (kept(card).kernel_version, kept(card).failure) == (kernel.VERSION, "")
            assert kept(card).as_of == start_of(DAY)

    def test_does_not_see_the_day_itself(self):
        (lin,) = steady("Lin")
        compute()
        before = kept(lin).features
        FeatureSnapshot.objects.all().delete()
        Process.objects.all().delete()

        first_second = cast.event(
            9_001, occurred_at=start_of(DAY), amount_fen=99_999_900, merchant="Tomorrow"
        )
        builders.share(lin, [first_second], content=b"tomorrow's bill")
        compute()

        assert kept(lin).features == before
        compute(DAY + timedelta(days=1))
        assert kept(lin, DAY + timedelta(days=1)).features != before

    def test_leaves_out_chen_who_withdrew_and_zhao_who_never_allowed_it(self):
        lin, chen = steady("Lin", "Chen")
        cast.borrower("Zhao")
        cast.withdraw(chen)

        compute()

        assert [row.borrower_id for row in FeatureSnapshot.objects.all()] == [lin.id]

    def test_twice_is_once(self):
        lin, _ = steady("Lin", "Wei")
        compute()
        before = list(FeatureSnapshot.objects.order_by("pk").values())

        assert actions.start_round(day=DAY) == []
        for process in Process.objects.filter(kind=actions.ROUND):
            tasks.compute_range(process_id=process.pk)

        assert list(FeatureSnapshot.objects.order_by("pk").values()) == before
        assert Process.objects.get(kind=actions.ROUND).attempts == 1
        assert kept(lin).day == DAY

    def test_the_next_day_is_another_row(self):
        (lin,) = steady("Lin")

        compute(DAY)
        compute(DAY + timedelta(days=1))

        assert FeatureSnapshot.objects.filter(borrower_id=lin.id).count() == 2

    def test_ranges_are_cut_by_id_and_hold_everybody_once(self):
        (lin,) = steady("Lin")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(nextval(pg_get_serial_sequence('borrowers_borrower', 'id')))"
                " FROM generate_series(1, %s)",
                [2 * queries.RANGE_IDS],
            )
        (wei,) = steady("Wei")

        numbers = list(queries.ranges())

        assert numbers == [lin.id // queries.RANGE_IDS, wei.id // queries.RANGE_IDS]
        assert [queries.still_owed(each, DAY) for each in numbers] == [[lin.id], [wei.id]]

    def test_slices_smaller_than_a_range_give_the_same(self, monkeypatch):
        people = steady("Lin", "Wei", "Mei")
        monkeypatch.setattr(actions, "SLICE_PEOPLE", 2)

        compute()

        assert [kept(card).features for card in people] == [online(card) for card in people]

    def test_before_the_books_are_opened_nothing_is_promised(self):
        steady("Lin")

        tasks.compute_features()

        assert not Process.objects.filter(kind=actions.ROUND).exists()

    def test_the_task_of_the_night_promises_the_business_date(self):
        steady("Lin")
        business_date.open_books(on=DAY)

        tasks.compute_features()

        process = Process.objects.get(kind=actions.ROUND)
        assert (process.process_key, process.task) == (DAY.isoformat(), actions.TASK)

    def test_what_was_kept_is_not_read_after_a_withdrawal(self):
        lin, chen = steady("Lin", "Chen")
        compute()
        assert set(queries.kept([lin.id, chen.id], DAY)) == {lin.id, chen.id}

        cast.withdraw(chen)

        assert queries.kept([lin.id, chen.id], DAY) == {lin.id: online(lin)}


@pytest.mark.django_db
class TestOneWhoFails:
    def test_is_kept_as_failed_and_nobody_else_is_touched(self):
        lin, wei = steady("Lin", "Wei")
        spoil(wei, category=99)

        compute()

        failed = kept(wei)
        assert failed.features is None
        assert (failed.failure, failed.failed_feature) == ("KindUnheardOf", "")
        assert kept(lin).features == online(lin)
        assert queries.tally(DAY) == (2, 1)
        assert set(queries.kept([lin.id, wei.id], DAY)) == {lin.id}
        assert Process.objects.get(kind=actions.ROUND).state == "DONE"

    def test_a_row_is_whole_or_says_why_not(self):
        (lin,) = steady("Lin")
        compute()

        for changes in ({"features": None}, {"failure": "IndexError"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                FeatureSnapshot.objects.update(**changes)

        assert kept(lin).features == online(lin)

    def test_an_infinite_figure_is_an_error_of_its_feature(self, monkeypatch):
        columns = events.columns_of(events.daily_purchases(40), events.daily_purchases(50))
        honest = kernel.features

        def overflowing(*given):
            values = honest(*given)
            values["cover_90d"][0] = float("inf")
            return values

        monkeypatch.setattr(kernel, "features", overflowing)
        first, second = outcomes(columns, 2, events.AS_OF)

        assert first == Failure(feature="cover_90d", error="NOT_FINITE")
        assert not isinstance(second, Failure)


@pytest.mark.django_db
class TestTheCommand:
    def test_computes_each_day_of_a_stretch(self, capsys):
        (lin,) = steady("Lin")

        call_command("compute_features", "--as-of", "2026-11-18", "--through", "2026-11-20")

        assert capsys.readouterr().out.splitlines() == [
            f"2026-11-{day}: 1 people are kept, 0 of them failed." for day in (18, 19, 20)
        ]
        assert FeatureSnapshot.objects.filter(borrower_id=lin.id).count() == 3

    @pytest.mark.parametrize(
        "words",
        [
            ("--as-of", "2026-11-20", "--through", "2026-11-19"),
            ("--as-of", "2026-11-20", "--through", "2999-01-01"),
        ],
    )
    def test_refuses_days_that_are_none_and_writes_nothing(self, words):
        steady("Lin")

        with pytest.raises(CommandError):
            call_command("compute_features", *words)

        assert not FeatureSnapshot.objects.exists()
        assert not Process.objects.filter(kind=actions.ROUND).exists()


# One person a slice, so that there is a moment between two.
WORKER = f"""
import django
django.setup()
from scoring import tasks
from scoring.features.nightly import actions
actions.SLICE_PEOPLE = 1
for process_id in actions.start_round(day=__import__("datetime").date.fromisoformat("{DAY}")):
    tasks.compute_range(process_id=process_id)
"""
KEEP_NOTHING = """
INSERT INTO scoring_featuresnapshot
       (borrower_id, day, as_of, kernel_version, features, failed_feature, failure)
VALUES (%s, %s, now(), '', '{}', '', '')
"""


def wait_until_kept(count):
    deadline = time.monotonic() + 60
    while FeatureSnapshot.objects.count() < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.commits
class TestManyWorkers:
    def test_rounds_and_workers_at_once_keep_each_person_once(self):
        people = steady("Lin", "Wei", "Mei")
        together(*[partial(actions.start_round, day=DAY)] * 3)
        process = Process.objects.get(kind=actions.ROUND)

        together(*[partial(tasks.compute_range, process_id=process.pk)] * 3)

        process.refresh_from_db()
        assert (process.state, process.attempts) == ("DONE", 1)
        assert [kept(card).features for card in people] == [online(card) for card in people]

    def test_what_a_killed_worker_left_is_done_by_its_heir(self, monkeypatch):
        people = steady("Lin", "Wei", "Mei")
        monkeypatch.setattr(actions, "SLICE_PEOPLE", 1)
        (process_id,) = actions.start_round(day=DAY)
        zombie = claimed(process_id)
        first = queries.still_owed(zombie.subject_id, DAY)[:1]
        actions.compute_slice(borrower_ids=first, day=DAY, claim=zombie)
        before = kept(people[0]).pk
        let_the_lease_run_out(process_id)

        tasks.compute_range(process_id=process_id)

        assert kept(people[0]).pk == before
        assert FeatureSnapshot.objects.count() == 3
        with pytest.raises(LeaseLost):
            actions.compute_slice(borrower_ids=first, day=DAY, claim=zombie)
        assert FeatureSnapshot.objects.count() == 3
        assert Process.objects.get(pk=process_id).attempts == 2

    def test_a_worker_killed_between_two_people_has_kept_the_first_and_lost_nothing(
        self, committed
    ):
        people = steady("Lin", "Wei", "Mei")
        with transaction.atomic():
            # Whoever wants to keep Wei's row waits for ours: the worker is held in this moment.
            with connection.cursor() as cursor:
                cursor.execute(KEEP_NOTHING, [people[1].id, DAY])
            worker = run_python(WORKER, {**os.environ, **committed.environment})
            wait_until_kept(2)
            worker.kill()
            worker.communicate()
            transaction.set_rollback(True)
        assert FeatureSnapshot.objects.get().borrower_id == people[0].id
        first = kept(people[0]).pk
        process = Process.objects.get(kind=actions.ROUND)
        assert process.state == "RUNNING"
        let_the_lease_run_out(process.pk)

        tasks.compute_range(process_id=process.pk)

        process.refresh_from_db()
        assert (process.state, process.attempts) == ("DONE", 2)
        assert kept(people[0]).pk == first
        assert [kept(card).features for card in people] == [online(card) for card in people]
