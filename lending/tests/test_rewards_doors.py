"""The borrower's doors to rewards: codes shown once, things given back, nobody else's."""

import pytest
from django.db import transaction

from borrowers.tests import cast
from common.templatetags.dates import day
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
