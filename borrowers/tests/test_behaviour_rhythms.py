"""Rhythms of days, what is due after them, refunds noted on rows: the sums below the stories."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from borrowers.behaviour.columns import counted, from_events
from borrowers.behaviour.contracts import Category, Direction
from borrowers.behaviour.recurrence.finding import most_common
from borrowers.behaviour.recurrence.streams import (
    Frequency,
    due_after,
    is_active,
    overdue_periods,
    rhythm,
    variation,
)
from borrowers.connectors.registry import read_bill
from borrowers.tests.bill_texts import number, wechat, wechat_row

WEEKLY, FORTNIGHTLY, MONTHLY = Frequency.WEEKLY, Frequency.FORTNIGHTLY, Frequency.MONTHLY
QUARTERLY, YEARLY = Frequency.QUARTERLY, Frequency.YEARLY


def ordinals(*days):
    return np.array([date.fromisoformat(day).toordinal() for day in days])


# Days of payments: their rhythm, and how many times it was skipped.
RHYTHMS = [
    (["2026-01-10", "2026-02-10", "2026-03-10"], MONTHLY, 0),
    (["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"], MONTHLY, 0),
    (["2026-01-09", "2026-02-10", "2026-03-10", "2026-04-09"], MONTHLY, 0),
    (["2026-01-10", "2026-02-10", "2026-04-10", "2026-05-10"], MONTHLY, 1),
    (["2026-01-10", "2026-02-10", "2026-03-10", "2026-06-10", "2026-07-10"], MONTHLY, 2),
    (["2026-01-05", "2026-01-12", "2026-01-19"], WEEKLY, 0),
    (["2026-01-05", "2026-01-12", "2026-01-26", "2026-02-02"], WEEKLY, 1),
    (["2026-01-05", "2026-01-11", "2026-01-19", "2026-01-26"], WEEKLY, 0),
    (["2026-01-05", "2026-01-19", "2026-02-02"], FORTNIGHTLY, 0),
    (["2026-01-05", "2026-01-20", "2026-02-03", "2026-02-17"], FORTNIGHTLY, 0),
    (["2025-07-01", "2025-10-01", "2026-01-01"], QUARTERLY, 0),
    (["2025-01-15", "2025-04-15", "2025-07-15", "2025-10-15"], QUARTERLY, 0),
    (["2024-03-01", "2025-03-01", "2026-03-01"], YEARLY, 0),
    (["2024-02-29", "2025-02-28", "2026-02-28"], YEARLY, 0),
]
NO_RHYTHMS = [
    [],
    ["2026-01-10"],
    ["2026-01-10", "2026-02-10"],
    ["2026-01-10", "2026-01-10", "2026-01-10"],
    ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"],
    ["2026-01-01", "2026-01-21", "2026-02-10", "2026-03-02"],
    ["2026-01-01", "2026-01-09", "2026-03-01", "2026-03-04", "2026-05-29"],
]


@pytest.mark.parametrize(("days", "frequency", "skipped"), RHYTHMS)
class TestRhythm:
    def test_is_known(self, days, frequency, skipped):
        found = rhythm(ordinals(*days))

        assert found is not None
        assert (found.frequency, found.skipped) == (frequency, skipped)

    def test_is_the_same_a_week_later(self, days, frequency, skipped):
        found = rhythm(ordinals(*days) + 7)

        assert found is not None
        assert (found.frequency, found.skipped) == (frequency, skipped)


@pytest.mark.parametrize("days", NO_RHYTHMS)
def test_no_rhythm_is_seen_where_none_is(days):
    assert rhythm(ordinals(*days)) is None


@pytest.mark.parametrize(
    ("last", "frequency", "due"),
    [
        ("2026-01-31", MONTHLY, "2026-02-28"),
        ("2024-01-31", MONTHLY, "2024-02-29"),
        ("2026-02-28", MONTHLY, "2026-03-28"),
        ("2026-12-10", MONTHLY, "2027-01-10"),
        ("2026-11-30", QUARTERLY, "2027-02-28"),
        ("2024-02-29", YEARLY, "2025-02-28"),
        ("2026-03-01", WEEKLY, "2026-03-08"),
        ("2026-12-28", WEEKLY, "2027-01-04"),
        ("2024-02-20", FORTNIGHTLY, "2024-03-05"),
    ],
)
def test_the_next_is_due_by_the_calendar(last, frequency, due):
    assert due_after(date.fromisoformat(last), frequency) == date.fromisoformat(due)


# Days since the last payment: payments that did not come, and whether it still goes on.
LATENESS = [
    (MONTHLY, 0, 0, True),
    (MONTHLY, 30, 0, True),
    (MONTHLY, 34, 0, True),
    (MONTHLY, 36, 1, True),
    (MONTHLY, 45, 1, True),
    (MONTHLY, 46, 1, False),
    (MONTHLY, 66, 2, False),
    (WEEKLY, 7, 0, True),
    (WEEKLY, 8, 0, True),
    (WEEKLY, 9, 1, True),
    (WEEKLY, 11, 1, False),
    (FORTNIGHTLY, 16, 0, True),
    (FORTNIGHTLY, 17, 1, True),
    (FORTNIGHTLY, 22, 1, False),
    (QUARTERLY, 104, 0, True),
    (QUARTERLY, 136, 1, True),
    (QUARTERLY, 138, 1, False),
    (YEARLY, 400, 0, True),
    (YEARLY, 547, 1, True),
    (YEARLY, 549, 1, False),
]


@pytest.mark.parametrize(("frequency", "days", "missed", "goes_on"), LATENESS)
def test_what_did_not_come_is_counted_until_it_has_ended(frequency, days, missed, goes_on):
    last = date(2025, 1, 10)
    today = last + timedelta(days=days)

    assert overdue_periods(last, today, frequency) == missed
    assert is_active(last, today, frequency) is goes_on


@pytest.mark.parametrize(
    ("amounts", "spread"),
    [([100, 100, 100], 0.0), ([90, 110], 0.1), ([0, 0], 0.0), ([50, 150], 0.5), ([7], 0.0)],
)
def test_spread_over_mean(amounts, spread):
    assert variation(np.array(amounts)) == pytest.approx(spread)


@pytest.mark.parametrize(
    ("values", "most"), [([1, 2, 2], 2), ([3, 1], 1), ([5], 5), ([2, 2, 9, 9, 1], 2)]
)
def test_the_commonest_value_and_of_equals_the_smallest(values, most):
    assert most_common(values) == most


# --- refunds noted on the rows of purchases -------------------------------------------------------

(SAMPLE,) = read_bill(wechat(wechat_row()), "").events
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


def bought(fen, back_fen=0, *, hours=0, native="", merchant="示例小面馆"):
    return replace(
        SAMPLE, amount_fen=fen, refunded_fen=back_fen, native_id=native, merchant=merchant,
        occurred_at=NOON + timedelta(hours=hours),
    )  # fmt: skip


def came_back(fen, *, hours=1, parent="", merchant="示例小面馆"):
    return replace(
        SAMPLE, amount_fen=fen, category=Category.REFUND, direction=Direction.NEUTRAL,
        native_id="", parent_native_id=parent, merchant=merchant,
        occurred_at=NOON + timedelta(hours=hours),
    )  # fmt: skip


# Rows: what each counts for, in their order; a refund that is left out counts nowhere.
NOTED = {
    "no refund": ([bought(2_000)], [2_000]),
    "a note alone": ([bought(2_000, 500)], [1_500]),
    "a note and its row": ([bought(2_000, 500), came_back(500)], [1_500]),
    "a row alone": ([bought(2_000), came_back(500)], [2_000, 500]),
    "a row before its note": ([came_back(500), bought(2_000, 500)], [1_500]),
    "two parts": ([bought(2_000, 900), came_back(400), came_back(500)], [1_100]),
    "a part too many": ([bought(2_000, 500), came_back(500), came_back(500)], [1_500, 500]),
    "more than the note": ([bought(2_000, 500), came_back(501)], [1_500, 501]),
    "by number": (
        [bought(2_000, 500, native="A"), bought(900, 500, native="B"), came_back(500, parent="B")],
        [1_500, 400],
    ),
    "nobody's number": ([bought(2_000, 500, native="A"), came_back(500, parent="C")], [1_500, 500]),
    "another merchant": ([bought(2_000, 500), came_back(500, merchant="示例书店")], [1_500, 500]),
    "before it was bought": ([bought(2_000, 500, hours=5), came_back(500)], [1_500, 500]),
    "at the same moment": ([bought(2_000, 500, hours=1), came_back(500, hours=1)], [1_500]),
    "the first that has room": (
        [bought(900, 300), bought(900, 700), came_back(700), came_back(300)],
        [600, 200],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTED)
class TestNotedRefunds:
    def test_are_taken_off_once(self, name):
        events, expected = NOTED[name]

        assert [net_fen for _, net_fen in counted(events)] == expected

    def test_of_another_source_are_not_asked(self, name):
        events, expected = NOTED[name]
        stranger = replace(came_back(1), source=type(SAMPLE.source).ALIPAY)

        found = [net_fen for _, net_fen in counted([*events, stranger])]

        assert found == [*expected, 1]


def test_a_bill_of_nothing_but_refunds_by_one_merchant_is_counted_to_its_end():
    """Each row must not ask all the others: such a bill would hold up everybody behind it."""
    count = 20_000
    paid = [bought(100, 100, native=number(each)) for each in range(count)]
    large = [came_back(101) for _ in range(count)]
    back = [came_back(100, parent=number(each)) for each in reversed(range(count))]

    columns = from_events([*paid, *large, *back])

    assert len(columns) == 2 * count
    assert int(columns.amount_fen.sum()) == 101 * count
