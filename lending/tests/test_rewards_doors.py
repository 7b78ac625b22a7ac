"""The borrower's doors to rewards: codes shown once, things given back, nobody else's."""

from datetime import timedelta

import pytest
from django.db import transaction

from borrowers.tests import cast
from common.templatetags.dates import day
from lending.rewards import actions as rewards
from lending.rewards import queries
from lending.rewards.models import Fulfilment, PointsLot, RewardProgramme
from lending.tests import doors, rewarding
from lending.tests.builders import TODAY
from lending.tests.rewarding import buy, figures, give

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


@pytest.fixture
def lin():
    card = cast.borrower("Lin")
    give(card, 200)
    rewarding.coupon(stock=1)
    return card


@pytest.fixture
def tea(lin):
    return buy(lin, benefit="TEA")


class TestThePages:
    def test_show_a_code_once_and_keep_only_its_hash(self, lin, tea):
        page = doors.web_of(lin).post(f"/rewards/{tea.public_id}/code/")

        assert page.context["code"] in doors.shown(page)
        assert page.context["code"] not in doors.shown(doors.web_of(lin).get("/rewards/"))
        assert "no-store" in page["Cache-Control"]
        assert Fulfilment.objects.get().code_sha256

    def test_give_back_what_was_not_used(self, lin, tea):
        page = doors.web_of(lin).post(f"/rewards/{tea.public_id}/return/", follow=True)

        assert "Given back." in doors.shown(page)
        assert figures(lin) == (200, 0, 0)

    @pytest.mark.parametrize("what", ["code", "return"])
    def test_open_nothing_of_lins_to_zhao(self, tea, what):
        zhao = cast.borrower("Zhao")

        assert doors.web_of(zhao).post(f"/rewards/{tea.public_id}/{what}/").status_code == 404
        assert doors.api_of(zhao).post(f"/api/v1/rewards/{tea.public_id}/{what}").status_code == 404

        assert Fulfilment.objects.get().code_sha256 is None
        tea.refresh_from_db()
        assert tea.state == "ISSUED"


class TestWhatIsNotWithinReach:
    def test_that_do_not_suffice_yet_show_how_many_are_missing(self, lin):
        web = doors.web_of(lin)
        web.post("/rewards/", {"benefit": "RATE_100", "request_key": doors.KEY})
        before = web.get("/rewards/")
        points = before.context["points"]
        radios = {
            each.data["value"]: each.data for each in before.context["form"]["benefit"].subwidgets
        }

        for each in points.benefits:
            missing = each.cost_points - points.available
            radio = radios[each.code]
            assert radio["attrs"].get("disabled", False) is (missing > 0)
            assert (f"{missing} more point" in radio["label"]) is (missing > 0)
        assert any(radio["attrs"].get("disabled") for radio in radios.values())


class TestABudgetThatIsUsedUp:
    def test_is_said_plainly_on_page_and_in_answer(self, lin):
        with transaction.atomic():
            RewardProgramme.objects.update(cost_fen=RewardProgramme.objects.get().budget_fen)
        assert rewarding.reward(lin, rewarding.paid(7)) == 0

        words = doors.shown(doors.web_of(lin).get("/rewards/"))
        assert f"On {day(TODAY)} the money set aside for points was used up" in words
        assert doors.api_of(lin).get("/api/v1/rewards").json()["not_given_on"] == str(TODAY)
        assert figures(lin) == (200, 0, 0)

    def test_is_not_spoken_of_while_it_lasts(self, lin):
        assert rewarding.reward(lin, rewarding.paid(7)) == 100

        words = doors.shown(doors.web_of(lin).get("/rewards/"))
        assert "You can use 200 points" in words
        assert "set aside" not in words
        assert doors.api_of(lin).get("/api/v1/rewards").json()["not_given_on"] is None


class TestTheHistory:
    def test_shows_what_was_used_with_a_minus_and_what_came_with_its_last_day(self, lin, tea):
        words = " ".join(doors.shown(doors.web_of(lin).get("/rewards/")).split())

        assert "−60" in words
        assert "+200" in words
        assert words.count(f"until {day(PointsLot.objects.get().expires_on)}") >= 1


class TestTheApi:
    def test_tells_days_tier_and_what_was_bought(self, lin, tea):
        rewarding.reward(lin, rewarding.paid(7))

        found = doors.api_of(lin).get("/api/v1/rewards").json()

        assert (found["balance"], found["available"], found["pending"]) == (240, 140, 100)
        assert found["waiting"][0]["points"] == 100
        assert found["tier"]["next"]["code"] == "BRONZE"
        assert found["bought"][0]["handing_over"] == "ORDERED"

    def test_gives_a_code_and_takes_things_back(self, lin, tea):
        api = doors.api_of(lin)

        code = api.post(f"/api/v1/rewards/{tea.public_id}/code")
        back = api.post(f"/api/v1/rewards/{tea.public_id}/return")

        assert (code.status_code, back.json()["state"]) == (200, "REFUNDED")
        assert len(code.json()["code"].replace("-", "")) == 26
        assert figures(lin) == (200, 0, 0)


class TestTheDayOfAMovement:
    """Days of the books, not of the clock: a demonstration runs years in minutes."""

    def test_is_the_business_date_on_which_it_happened(self, lin):
        bought_on = TODAY + timedelta(days=300)
        bought = buy(lin, benefit="TEA", on=bought_on)
        rewards.return_bought(
            entitlement_id=bought.pk, borrower_id=lin.id, on=bought_on + timedelta(days=1),
            by=cast.self_of(lin),
        )  # fmt: skip
        rewarding.take_back(lin, 1, on=bought_on + timedelta(days=2))

        entries = queries.dated(queries.points_of(lin.id).entries)

        assert [(each.entry.kind, each.on) for each in reversed(entries)] == [
            ("EARN", TODAY),
            ("SPEND", bought_on),
            ("REFUND", bought_on + timedelta(days=1)),
            ("REVERSE", bought_on + timedelta(days=2)),
        ]
        page = doors.shown(doors.web_of(lin).get("/rewards/"))
        assert day(bought_on) in page
        answer = doors.api_of(lin).get("/api/v1/rewards").json()
        assert answer["entries"][-2]["on"] == bought_on.isoformat()

    def test_of_points_that_ended_is_their_last_day(self, lin):
        rewarding.skip_to(TODAY + timedelta(days=701))
        rewards.mature(on=TODAY + timedelta(days=701))
        rewarding.skip_to(TODAY + timedelta(days=732))
        rewards.mature(on=TODAY + timedelta(days=732))

        newest = queries.dated(queries.points_of(lin.id).entries)[0]

        assert (newest.entry.kind, newest.on) == ("EXPIRE", newest.entry.lot.expires_on)
