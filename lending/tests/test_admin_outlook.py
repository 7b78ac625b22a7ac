"""Whoever decides sees what is likely left in three months, with how far that may be off."""

from datetime import timedelta

import pytest

from borrowers.tests import cast
from lending.admin import outlook
from scoring.features.queries import Outlook, outlook_of
from scoring.tests import builders
from scoring.tests.builders import NOW


@pytest.mark.django_db
class TestOutlook:
    def test_is_told_with_its_bounds_and_the_months_behind_it(self):
        lin = cast.borrower("Lin")
        builders.steady(lin)

        found = outlook_of(lin.id, as_of=NOW)

        assert found is not None
        assert found.low_fen <= found.expected_fen <= found.high_fen
        assert len(found.months_fen) == 6
        assert found.months_fen[0] > 0

    def test_is_not_told_of_short_records(self):
        lin = cast.borrower("Lin")
        cast.allow(lin)
        builders.share(lin, builders.purchases(50))

        assert outlook.shown(lin.id, NOW) == {}

    def test_is_not_told_once_the_consent_is_taken_back(self):
        lin = cast.borrower("Lin")
        builders.steady(lin)
        cast.withdraw(lin)

        assert outlook.shown(lin.id, NOW) == {}

    def test_sees_nothing_of_what_came_after(self):
        lin = cast.borrower("Lin")
        builders.steady(lin)
        before = outlook_of(lin.id, as_of=NOW - timedelta(days=20))
        builders.share(lin, builders.purchases(10, yuan=9_000), content=b"of the last days")

        assert outlook_of(lin.id, as_of=NOW - timedelta(days=20)) == before


@pytest.mark.parametrize(
    ("low", "expected", "high"),
    [(-500_00, 200_00, 900_00), (100_00, 200_00, 300_00), (-3_00, -2_00, -1_00), (0, 0, 0)],
)
def test_the_picture_says_in_words_what_it_draws(low, expected, high):
    drawn = outlook.interval(Outlook(expected, low, high, (expected,) * 3))

    assert 'role="img"' in drawn
    assert f"{expected / 100:,.2f}" in drawn
    assert drawn.count("<rect") == 2
