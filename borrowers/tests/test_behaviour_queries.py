"""Reading events: in sums, in segments, and each person their own only."""

import pytest

from borrowers.behaviour import actions, queries
from borrowers.behaviour.contracts import Category, Direction
from borrowers.tests import cast
from common.errors import NotFound

pytestmark = pytest.mark.django_db

EVENTS = [cast.event(number) for number in range(12)]


def upload(card, events):
    return actions.upload_bill(
        borrower_id=card.id,
        reading=cast.reading(events),
        content=b"a bill",
        media_type="text/csv",
        by=cast.self_of(card),
    )


def who_allows(name):
    card = cast.borrower(name)
    cast.allow(card)
    return card


class TestQueries:
    def test_months_and_categories_add_up(self):
        lin = who_allows("Lin")
        spent = [cast.event(number, amount_fen=1_000) for number in range(40)]
        salary = cast.event(
            100,
            amount_fen=800_000,
            direction=Direction.IN,
            category=Category.INCOME_SALARY,
        )
        upload(lin, [*spent, salary])

        overview = queries.overview(lin.id)

        assert overview.events == 41
        assert [(each.first_day.month, each.in_fen, each.out_fen) for each in overview.months] == [
            (5, 0, 31_000),
            (6, 0, 9_000),
            (7, 0, 0),
            (8, 800_000, 0),
        ]
        assert [(each.category, each.out_fen) for each in overview.categories] == [
            (Category.DINING, 40_000)
        ]

    def test_many_peoples_events_come_in_segments(self):
        lin, wei = who_allows("Lin"), who_allows("Wei")
        upload(lin, EVENTS)
        upload(wei, EVENTS[:5])

        columns = queries.columns_of_many([wei.id, lin.id])

        segment_of = {each: place for place, each in enumerate(sorted([lin.id, wei.id]))}
        assert columns.segment.tolist().count(segment_of[lin.id]) == 12
        assert columns.segment.tolist().count(segment_of[wei.id]) == 5

    def test_a_bill_is_shown_to_its_owner_only(self):
        lin = who_allows("Lin")
        outcome = upload(lin, EVENTS)

        assert queries.batch(outcome.public_id, lin.id).imported == 12
        with pytest.raises(NotFound):
            queries.batch(outcome.public_id, cast.borrower("Zhao").id)
