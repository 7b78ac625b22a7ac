"""From events to windows: what is covered counts, what is missing is missing and not zero."""

from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.behaviour.columns import joined
from borrowers.behaviour.contracts import Category, Direction, EventColumns, Source
from common.periods import SHANGHAI
from monitoring.tests.test_watch_rules import LOAN, STUDY
from monitoring.watch.records import activity, incomes, read

TODAY = date(2026, 11, 20)
SCHOOL = 4_711
GROCER = 12


def noon(days_ago: int) -> int:
    day = TODAY - timedelta(days=days_ago)
    return int(datetime.combine(day, clock_time(12), tzinfo=SHANGHAI).timestamp())


def row(days_ago, fen, direction=Direction.OUT, category=Category.GROCERIES, **changes):
    return (
        changes.get("segment", 0),
        changes.get("seconds", noon(days_ago)),
        fen,
        direction,
        category,
        changes.get("merchant", GROCER),
        changes.get("source", Source.WECHAT),
    )


def pay(days_ago, yuan, **changes):
    return row(days_ago, yuan * 100, Direction.IN, Category.INCOME_SALARY, **changes)


def daily(days, *, until_days_ago=0, **changes):
    return [row(day + until_days_ago, 4_000, **changes) for day in range(days)]


def columns(*rows):
    table = np.array([tuple(int(each) for each in line) for line in rows], dtype=np.int64)
    table = table.reshape(-1, 7)
    return EventColumns(
        segment=table[:, 0],
        seconds=table[:, 1],
        amount_fen=table[:, 2],
        direction=table[:, 3].astype(np.int8),
        category=table[:, 4].astype(np.int16),
        merchant=table[:, 5],
        source=table[:, 6].astype(np.int8),
    ).ordered()


def income(*rows, on=TODAY):
    return incomes(read(columns(*rows), segments=1, on=on))[0]


class TestIncomes:
    def test_windows_end_with_the_last_day_of_the_records(self):
        pays = [pay(12 + 30 * month, 5_000) for month in range(6)]

        found = income(*daily(200, until_days_ago=2), *pays)

        assert found is not None
        assert found.seen_until == TODAY - timedelta(days=2)
        assert found.recent_fen == 500_000
        assert found.earlier_fen == (500_000,) * 5
        assert found.is_whole

    def test_a_person_without_records_has_no_income_to_judge(self):
        assert income() is None
        assert income(pay(3, 5_000, source=Source.OWN_LOANS)) is None

    def test_what_the_business_date_has_not_reached_is_not_seen(self):
        found = income(*daily(40), pay(5, 5_000), pay(20, 700), on=TODAY - timedelta(days=10))

        assert found is not None
        assert found.seen_until == TODAY - timedelta(days=10)
        assert found.recent_fen == 70_000

    def test_only_windows_that_the_records_cover_are_compared(self):
        found = income(*daily(100), *(pay(10 + 30 * month, 5_000) for month in range(6)))

        assert found is not None
        # The first pay came 160 days ago: the window that it stands in is not covered whole.
        assert len(found.earlier_fen) == 4

    def test_a_short_history_has_few_windows(self):
        found = income(*daily(80), pay(10, 5_000), pay(40, 5_000))

        assert found is not None
        assert found.earlier_fen == (500_000,)

    def test_a_gap_between_two_bills_is_no_month_without_income(self):
        found = income(*daily(60), *daily(60, until_days_ago=120), pay(10, 5_000), pay(40, 5_000))

        assert found is not None
        # The windows of the gap have no record at all and are left out.
        assert found.earlier_fen == (500_000, 0, 0)

    def test_a_pay_day_that_comes_late_is_no_drop(self):
        found = income(*daily(200), *(pay(31 + 30 * month, 5_000) for month in range(5)))

        assert found is not None
        assert found.recent_fen == 500_000

    def test_a_month_with_hardly_any_records_is_not_whole(self):
        found = income(*daily(90, until_days_ago=30), row(0, 100), row(20, 100))

        assert found is not None
        assert not found.is_whole

    def test_transfers_from_friends_and_refunds_are_no_income(self):
        found = income(
            *daily(60),
            row(3, 99_900, Direction.IN, Category.TRANSFER_SOCIAL),
            row(4, 99_900, Direction.IN, Category.REFUND),
        )

        assert found is not None
        assert found.recent_fen == 0

    @settings(max_examples=40)
    @given(
        people=st.lists(
            st.lists(
                st.tuples(st.integers(0, 250), st.integers(0, 10**7), st.booleans()), max_size=40
            ),
            min_size=1,
            max_size=4,
        )
    )
    def test_many_people_at_once_are_the_same_as_one_by_one(self, people):
        parts = [
            columns(
                *(
                    row(
                        days,
                        fen,
                        Direction.IN if is_pay else Direction.OUT,
                        Category.INCOME_OTHER if is_pay else Category.DINING,
                        segment=segment,
                    )
                    for days, fen, is_pay in events
                )
            )
            for segment, events in enumerate(people)
        ]
        alone = [income(*((0, *line[1:]) for line in _rows(part))) for part in parts]

        together = incomes(read(joined(parts), segments=len(people), on=TODAY))

        assert together == alone


def _rows(part):
    names = ("segment", "seconds", "amount_fen", "direction", "category", "merchant", "source")
    return list(zip(*(getattr(part, name) for name in names), strict=True))


class TestActivity:
    def seen(self, loan, *rows, place=0, segments=1, merchants=(SCHOOL,)):
        return activity(
            read(columns(*rows), segments=segments, on=TODAY), place, loan, merchants=merchants
        )

    def test_counts_purchases_and_what_was_spent_on_the_scene(self):
        found = self.seen(
            STUDY,
            *daily(20, until_days_ago=40),
            row(45, 88_000, category=Category.EDUCATION),
            row(100, 99_000, category=Category.EDUCATION),
        )

        assert found is not None
        # Paid out 80 days ago: 45 days are watched, what was before or after is not.
        assert (found.purchases, found.scene_spent_fen) == (21, 88_000)

    def test_money_from_the_school_is_money_that_came_back(self):
        found = self.seen(
            STUDY,
            row(5, 300_000, Direction.IN, Category.INCOME_OTHER, merchant=SCHOOL),
            row(6, 20_000, Direction.IN, Category.EDUCATION),
            row(7, 55_500, Direction.IN, Category.INCOME_SALARY),
            row(100, 70_000, Direction.IN, Category.REFUND, merchant=SCHOOL),
        )

        assert found is not None
        assert (found.returned_fen, found.returns) == (320_000, 2)

    def test_a_merchant_without_a_code_matches_nothing(self):
        found = self.seen(
            STUDY, row(5, 300_000, Direction.IN, Category.REFUND, merchant=0), merchants=(0,)
        )

        assert found is not None
        assert found.returned_fen == 0

    def test_looks_at_the_one_borrower_only(self):
        rows = [row(5, 100, category=Category.EDUCATION, segment=segment) for segment in (0, 1, 1)]

        found = self.seen(
            STUDY, *rows, row(50, 7, category=Category.EDUCATION, segment=1), place=1, segments=2
        )

        assert found is not None
        assert found.scene_spent_fen == 7

    @pytest.mark.parametrize("loan", [LOAN, STUDY], ids=["no purpose", "no records"])
    def test_is_nothing_where_there_is_nothing_to_look_at(self, loan):
        rows = daily(5) if loan is LOAN else [row(1, 5, source=Source.OWN_LOANS)]

        assert self.seen(loan, *rows) is None


class TestDays:
    def test_a_day_begins_at_midnight_in_shanghai(self):
        late = int(datetime(2026, 11, 19, 16, 30, tzinfo=UTC).timestamp())

        found = income(row(0, 100, seconds=late))

        assert found is not None
        assert found.seen_until == TODAY
