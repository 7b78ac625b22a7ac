"""What a lower rate would add to the tier is said before points are spent on it."""

from datetime import timedelta

import pytest

from borrowers.tests import cast
from lending.lines.models import CreditLine
from lending.rewards import rules
from lending.rewards.models import Entitlement, TierMembership
from lending.tests import doors
from lending.tests.builders import TODAY
from lending.tests.rewarding import give, programme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
NOTHING = "It would add nothing now"
ONLY = "It would take only"


@pytest.fixture
def lin():
    card = cast.borrower("Lin")
    give(card, 300)
    return card


@pytest.fixture
def page(lin):
    def read() -> str:
        return doors.shown(doors.web_of(lin).get("/rewards/"))

    return read


def hold(lin, tier: str) -> None:
    TierMembership.objects.create(
        borrower_id=lin.id, tier=tier, from_date=TODAY, count=12, on_time=12
    )


def decided(lin, *, rate_ppm: int, floor_ppm: int) -> None:
    CreditLine.objects.update_or_create(
        borrower_id=lin.id,
        defaults={"tier": "B", "annual_rate_ppm": rate_ppm, "floor_rate_ppm": floor_ppm},
    )


class TestWhatItWouldAdd:
    def test_is_not_spoken_of_where_all_of_it_serves(self, page, lin):
        hold(lin, "SILVER")
        decided(lin, rate_ppm=120_000, floor_ppm=80_000)

        assert NOTHING not in page()
        assert ONLY not in page()

    def test_is_nothing_where_the_tier_takes_the_rate_to_its_lowest(self, page, lin):
        hold(lin, "SILVER")
        decided(lin, rate_ppm=90_000, floor_ppm=80_000)

        assert page().count(NOTHING) == 2
        assert not Entitlement.objects.exists()

    def test_is_what_the_programme_leaves_beside_the_highest_tier(self, page, lin):
        hold(lin, "GOLD")
        decided(lin, rate_ppm=200_000, floor_ppm=80_000)

        shown = page()

        assert shown.count(ONLY) == 1
        assert f"{ONLY} 0.50" in shown, "2 % at most: 1.5 % are the tier's"

    def test_is_all_of_it_while_nothing_was_decided_yet(self, page):
        assert NOTHING not in page()


class TestWhatKeepsATier:
    def test_is_said_with_its_day(self, page, lin):
        hold(lin, "SILVER")

        shown = page()

        assert "You keep Silver with 4 instalments in twelve months" in shown
        assert "95%" in shown
        last = TODAY + timedelta(days=rules.read(programme().terms).tier_least_days)
        assert str(last.day) in shown.split("not before", 1)[1][:40]

    def test_is_not_spoken_of_to_who_has_none(self, page):
        assert "You keep" not in page()
