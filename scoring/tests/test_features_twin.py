"""PostgreSQL computes the features from the same rows by itself, and comes to the same numbers."""

from datetime import timedelta
from io import StringIO
from math import isclose, isnan

import numpy as np
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from borrowers.behaviour.contracts import Category, Direction, EventColumns, Source
from scoring.features.catalogue import FEATURES
from scoring.features.kernel import features
from scoring.tests import twin
from scoring.tests.events import AS_OF, Event, bought, columns_of, days_ago, earned, seconds
from scoring.tests.lives import lived

PEOPLE, MONTHS = 60, 13
# Beyond rounding: a sum in another order, a logarithm of another library.
CLOSE = 1e-12
TABLES = """
CREATE TEMPORARY TABLE event (person bigint, seconds bigint, amount_fen bigint, direction smallint,
                              category smallint, source smallint);
CREATE TEMPORARY TABLE asked (person bigint, as_of_seconds bigint);
"""


@pytest.fixture
def postgres(db):
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    return second_opinion


def second_opinion(
    columns: EventColumns, people: int, as_of_seconds
) -> dict[str, list[float | None]]:
    """What the twin says, one list for each feature; None where it knows nothing."""
    names = ("segment", "seconds", "amount_fen", "direction", "category", "source")
    events = np.column_stack([getattr(columns, name) for name in names])
    asked = np.column_stack([np.arange(people), np.broadcast_to(as_of_seconds, people)])
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE event, asked")
        for table, rows in (("event", events), ("asked", asked)):
            text = "\n".join("\t".join(map(str, row)) for row in rows.tolist())
            cursor.copy_expert(f"COPY {table} FROM STDIN", StringIO(text))
        cursor.execute(twin.QUERY)
        rows = cursor.fetchall()
    assert [row[0] for row in rows] == list(range(people))
    return dict(
        zip(twin.NAMES, map(list, zip(*(row[1:] for row in rows), strict=True)), strict=True)
    )


def differences(
    columns: EventColumns, people: int, as_of_seconds
) -> list[tuple[str, int, float, float | None]]:
    """Where the kernel and PostgreSQL do not agree: the feature, the person, both values."""
    ours = features(columns, people, as_of_seconds, names=twin.NAMES)
    theirs = second_opinion(columns, people, as_of_seconds)
    return [
        (name, person, float(ours[name][person]), theirs[name][person])
        for name in twin.NAMES
        for person in range(people)
        if not agree(name, float(ours[name][person]), theirs[name][person])
    ]


def agree(name, ours, theirs) -> bool:
    if theirs is None or isnan(ours):
        return theirs is None and isnan(ours)
    if name in twin.EXACT:
        return bool(ours == theirs)
    # A difference of two like sums is held to the size of the sums.
    return isclose(ours, theirs, rel_tol=CLOSE, abs_tol=CLOSE)


@pytest.fixture(scope="module")
def columns():
    return lived(PEOPLE, MONTHS, seed=11)


class TestSimulatedPeople:
    @pytest.mark.parametrize("days", [0, 1, 45, 200, 360])
    def test_get_the_same_numbers_whenever_they_are_looked_at(self, postgres, columns, days):
        as_of = np.full(PEOPLE, int(days_ago(days).timestamp()), dtype=np.int64)

        assert differences(columns, PEOPLE, as_of) == []

    def test_get_the_same_numbers_each_at_their_own_moment(self, postgres, columns):
        as_of = int(AS_OF.timestamp()) - 86_400 * 3 * np.arange(PEOPLE) - np.arange(PEOPLE) * 977

        assert differences(columns, PEOPLE, as_of) == []

    def test_show_every_feature_of_the_twin(self, columns):
        """Agreement on nothing but missing values would prove little."""
        as_of = np.full(PEOPLE, int(AS_OF.timestamp()), dtype=np.int64)
        ours = features(columns, PEOPLE, as_of, names=twin.NAMES)

        assert [name for name in twin.NAMES if np.isnan(ours[name]).all()] == []
        assert set(twin.NAMES) <= set(FEATURES)
        assert set(twin.NAMES) >= twin.EXACT


events = st.builds(
    Event,
    at=st.integers(-3 * 86_400, 400 * 86_400).map(lambda ago: AS_OF - timedelta(seconds=ago)),
    amount_fen=st.integers(0, 3_000_000),
    direction=st.sampled_from(Direction),
    category=st.sampled_from(Category),
    source=st.sampled_from([Source.WECHAT, Source.ICBC, Source.OWN_LOANS]),
    merchant=st.integers(0, 5),
)


class TestAnybody:
    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(people=st.lists(st.lists(events, max_size=40), min_size=1, max_size=4))
    def test_gets_the_same_numbers(self, postgres, people):
        as_of = seconds(*[AS_OF] * len(people))

        assert differences(columns_of(*people), len(people), as_of) == []

    def test_with_nothing_to_go_by_has_the_same_unknowns(self, postgres):
        assert differences(columns_of([], []), 2, seconds(AS_OF, AS_OF)) == []

    def test_who_is_quiet_for_a_while_has_the_same_history(self, postgres):
        people = [
            [bought(day, 10) for day in days] for days in ([1, 91, 182], [1, 92], [91], [200])
        ]

        assert differences(columns_of(*people), 4, seconds(*[AS_OF] * 4)) == []

    def test_a_difference_would_be_seen(self, postgres):
        columns = columns_of([earned(10 + 30 * month, 9_000) for month in range(6)])
        ours = features(columns, 1, seconds(AS_OF))

        assert not agree("income_recent_30d", ours["income_recent_30d"][0], 900_001.0)
        assert not agree("cover_90d", 0.5, 0.5 + 1e-11)
        assert not agree("cover_90d", float("nan"), 0.0)
