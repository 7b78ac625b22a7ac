"""Training tables without a database: whose events, before which moment, under which hash."""

from dataclasses import fields
from datetime import date, timedelta

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.behaviour.contracts import Category, Direction, EventColumns, Source
from scoring.tests.events import AS_OF, Event, bought, columns_of, days_ago, seconds
from scoring.training.labels.actions import Label, LabelContradicts, _insist_matured, _unique
from scoring.training.labels.datasets import Dataset, by_label, hash_of, only

NOON = int(AS_OF.timestamp())
LIN = [bought(day, 10 * day) for day in (1, 5, 9)]
WEI = [bought(2, 7)]
events_of = st.lists(st.integers(1, 60), max_size=6)


def whole(*values):
    return np.array(values, dtype=np.int64)


def of_each(columns, count):
    """The amounts in yuan of each segment, in order."""
    return [sorted(columns.amount_fen[columns.segment == at] // 100) for at in range(count)]


def cut(people, *asked):
    """`asked` as (person, days ago): what each label's segment holds."""
    columns = columns_of(*people)
    person = whole(*(who for who, _ in asked))
    as_of = seconds(*(days_ago(days) for _, days in asked))
    return of_each(by_label(columns, person, as_of), len(asked))


class TestSegments:
    @pytest.mark.parametrize(
        ("days", "yuan"),
        [(0, [10, 50, 90]), (1, [50, 90]), (0.99, [10, 50, 90]), (5, [90]), (9, []), (99, [])],
    )
    def test_hold_what_came_strictly_before_the_moment(self, days, yuan):
        assert cut([LIN], (0, days)) == [yuan]

    def test_of_one_person_are_as_many_as_their_labels(self):
        assert cut([LIN], (0, 0), (0, 5), (0, 1)) == [[10, 50, 90], [90], [50, 90]]

    def test_of_two_people_are_their_own(self):
        assert cut([LIN, WEI], (1, 0), (0, 5), (1, 3)) == [[7], [90], []]

    def test_of_somebody_without_events_are_empty(self):
        assert cut([LIN, [], WEI], (1, 0), (2, 0)) == [[], [7]]

    def test_of_no_labels_are_none(self):
        found = by_label(columns_of(LIN), whole(), whole())

        assert len(found) == 0

    @given(st.lists(events_of, min_size=1, max_size=4), st.data())
    def test_are_those_of_a_slow_look(self, people, data):
        asked = data.draw(
            st.lists(st.tuples(st.integers(0, len(people) - 1), st.integers(0, 60)), max_size=6)
        )
        told = [[bought(day, day) for day in days] for days in people]

        assert cut(told, *asked) == [
            sorted(day for day in people[who] if day > ago) for who, ago in asked
        ]

    @given(st.lists(events_of, min_size=1, max_size=3))
    def test_keep_every_column_beside_its_event(self, people):
        columns = columns_of(*([bought(day, day) for day in days] for days in people))
        found = by_label(columns, np.arange(len(people)), np.full(len(people), NOON))

        for each in fields(EventColumns):
            assert np.array_equal(getattr(found, each.name), getattr(columns, each.name))


class TestSources:
    TOLD = tuple(
        Event(days_ago(day), day * 100, Direction.OUT, Category.DINING, source=source)
        for day, source in enumerate((Source.WECHAT, Source.ALIPAY, Source.OWN_LOANS), start=1)
    )

    @pytest.mark.parametrize(
        ("sources", "yuan"),
        [
            (None, {1, 2, 3}),
            ((), set()),
            ((Source.WECHAT,), {1}),
            ([Source.WECHAT, Source.OWN_LOANS], {1, 3}),
            ({Source.JD}, set()),
            (frozenset(Source), {1, 2, 3}),
        ],
    )
    def test_leave_out_all_others(self, sources, yuan):
        found = only(columns_of(self.TOLD), sources)

        assert set((found.amount_fen // 100).tolist()) == yuan

    @given(st.sets(st.sampled_from(list(Source))))
    def test_and_the_rest_are_the_whole(self, sources):
        columns = columns_of(self.TOLD, self.TOLD[:1])
        parts = only(columns, sources), only(columns, set(Source) - sources)

        assert sum(len(each) for each in parts) == len(columns)
        assert sum(each.amount_fen.sum() for each in parts) == columns.amount_fen.sum()


FRAME = pandas.DataFrame({"a": [1.0, 2.0, np.nan], "b": [0.5, -1.0, 4.0]})
ENDS, MOMENTS = np.array([0, 1, 0], dtype=np.int8), whole(10, 20, 30)


class TestHash:
    def test_is_the_same_for_the_same_table(self):
        assert hash_of(FRAME, ENDS, MOMENTS) == hash_of(FRAME.copy(), ENDS.copy(), MOMENTS.copy())

    def test_does_not_know_in_which_type_a_figure_was_kept(self):
        figures = pandas.DataFrame({"a": [1, 2], "b": [3, 4]})

        assert hash_of(figures, ENDS[:2], MOMENTS[:2]) == hash_of(
            figures.astype("float32"), ENDS[:2].astype(np.int64), MOMENTS[:2].astype(np.int32)
        )

    @pytest.mark.parametrize(
        "other",
        [
            (FRAME.rename(columns={"a": "c"}), ENDS, MOMENTS),
            (FRAME[["b", "a"]], ENDS, MOMENTS),
            (FRAME.fillna(0.0), ENDS, MOMENTS),
            (FRAME.iloc[::-1], ENDS, MOMENTS),
            (FRAME + 1e-12, ENDS, MOMENTS),
            (FRAME, 1 - ENDS, MOMENTS),
            (FRAME, ENDS, MOMENTS + 1),
            (FRAME, ENDS, MOMENTS[::-1]),
            (FRAME.iloc[:2], ENDS[:2], MOMENTS[:2]),
        ],
    )
    def test_is_another_for_any_other_table(self, other):
        assert hash_of(*other) != hash_of(FRAME, ENDS, MOMENTS)

    @settings(max_examples=30)
    @given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6), st.data())
    def test_is_another_where_one_figure_is(self, values, data):
        place = data.draw(st.integers(0, len(values) - 1))
        changed = [*values]
        changed[place] += 1.0
        ends, moments = np.zeros(len(values), dtype=np.int8), np.arange(len(values))
        one, two = (pandas.DataFrame({"a": each}) for each in (values, changed))

        assert hash_of(one, ends, moments) != hash_of(two, ends, moments)


class TestTaken:
    def table(self):
        return Dataset(
            frame=FRAME,
            is_bad=ENDS,
            as_of=MOMENTS,
            borrower=whole(7, 8, 9),
            cause=np.array(["NONE", "FRAUD", "NONE"], dtype=object),
            sha256="whole",
        )

    @pytest.mark.parametrize("rows", [[True] * 3, [False] * 3, [True, False, True]])
    def test_rows_stay_beside_their_outcomes(self, rows):
        chosen = np.array(rows)
        found = self.table().taken(chosen)

        assert len(found) == sum(rows)
        assert found.borrower.tolist() == whole(7, 8, 9)[chosen].tolist()
        assert found.frame["b"].tolist() == FRAME["b"][chosen].tolist()
        assert list(found.frame.index) == list(range(sum(rows)))
        assert found.bads == int(ENDS[chosen].sum())

    def test_rows_bear_the_hash_of_the_whole(self):
        assert self.table().taken(np.array([True, False, False])).sha256 == "whole"


TODAY = date(2026, 11, 20)


def label(*, person=1, days=60, horizon=30, matured=30, is_bad=False, cause="NONE"):
    as_of = AS_OF.replace(year=2026, month=11, day=20) - timedelta(days=days)
    return Label(
        person, as_of, horizon, is_bad, cause, "OWN_LOANS", as_of.date() + timedelta(days=matured)
    )


class TestLabels:
    @pytest.mark.parametrize(
        "known", [label(), label(days=30), label(days=90, matured=90), label(matured=31)]
    )
    def test_are_known_when_their_horizon_has_passed(self, known):
        _insist_matured(known, TODAY)

    @pytest.mark.parametrize(
        "unknown",
        [label(days=29), label(matured=29), label(matured=61), label(days=-1), label(horizon=31)],
    )
    def test_are_not_known_a_day_before(self, unknown):
        with pytest.raises(Exception, match="not known") as refused:
            _insist_matured(unknown, TODAY)

        assert type(refused.value).__name__ == "LabelNotMatured"

    @pytest.mark.parametrize(
        ("is_bad", "cause"), [(True, "NONE"), (False, "FRAUD"), (True, "BAD LUCK"), (True, "")]
    )
    def test_never_contradict_their_cause(self, is_bad, cause):
        with pytest.raises(AssertionError):
            _insist_matured(label(is_bad=is_bad, cause=cause), TODAY)

    def test_said_twice_are_one(self):
        assert len(_unique([label(), label(), label(person=2), label(days=61)])) == 3

    @pytest.mark.parametrize("other", [label(is_bad=True, cause="UNABLE"), label(matured=31)])
    def test_said_otherwise_of_one_loan_are_refused(self, other):
        with pytest.raises(LabelContradicts):
            _unique([label(), other])
