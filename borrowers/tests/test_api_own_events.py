"""A borrower reads their own events page by page, and the sum of them: nobody else's, ever."""

from datetime import timedelta

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from borrowers.behaviour import actions as behaviour
from borrowers.behaviour.contracts import Category, Direction
from borrowers.people.models import Account
from borrowers.tests import cast, partner_door
from borrowers.tests import record_papers as papers
from borrowers.tests.test_behaviour_records import give

pytestmark = pytest.mark.django_db
EVENTS, SUMMARY = "/api/v1/behaviour-events", "/api/v1/behaviour-summary"


def client_of(card) -> APIClient:
    client = APIClient(headers={"accept-language": "en"})
    client.force_authenticate(Account.objects.get(pk=card.account_id))
    return client


@pytest.fixture
def lin():
    card = cast.borrower("Lin")
    cast.allow(card)
    return card


@pytest.fixture
def api(lin):
    return client_of(lin)


def upload(card, events):
    behaviour.upload_bill(
        borrower_id=card.id,
        reading=cast.reading(events),
        content=repr(events).encode(),
        media_type="text/csv",
        by=cast.self_of(card),
    )


def pages(api, size):
    """Every page, followed to the last."""
    cursor, found = "", []
    while True:
        answer = api.get(EVENTS, {"page_size": size, "cursor": cursor})
        assert answer.status_code == 200
        found.append(answer.json()["results"])
        cursor = answer.json()["next"]
        if cursor is None:
            return found


class TestEvents:
    def test_come_newest_first_with_their_words(self, api, lin):
        upload(lin, [cast.event(number) for number in range(3)])
        (shown,) = pages(api, 50)

        assert [each["occurred_at"] for each in shown] == sorted(
            (each["occurred_at"] for each in shown), reverse=True
        )
        event = cast.event(2)
        assert shown[0]["amount_fen"] == event.amount_fen
        assert shown[0]["merchant"] == event.merchant
        assert shown[0]["source"] == "WECHAT"
        assert shown[0]["assurance"] == "uploaded"

    @pytest.mark.parametrize("size", [1, 3, 7, 100])
    def test_every_page_follows_the_one_before_and_none_is_told_twice(self, api, lin, size):
        upload(lin, [cast.event(number) for number in range(7)])
        found = pages(api, size)
        times = [each["occurred_at"] for page in found for each in page]

        assert all(len(page) <= size for page in found)
        assert len(times) == len(set(times)) == 7

    def test_of_one_instant_are_parted_between_pages(self, api, lin):
        at = cast.event(0).occurred_at
        upload(lin, [cast.event(number, occurred_at=at) for number in range(5)])

        assert [len(page) for page in pages(api, 2)] == [2, 2, 1]

    def test_of_another_person_are_never_there(self, lin):
        zhao = cast.borrower("Zhao")
        cast.allow(zhao)
        upload(lin, [cast.event(1)])

        assert client_of(zhao).get(EVENTS).json() == {"next": None, "results": []}

    def test_end_with_the_consent(self, api, lin):
        upload(lin, [cast.event(1)])
        cast.withdraw(lin)

        assert api.get(EVENTS).json()["results"] == []

    def test_that_move_no_money_tell_their_figures(self, api, lin):
        cast.allow(lin, "SOCIAL_INSURANCE")
        give(lin, papers.insurance_csv())
        (shown,) = pages(api, 50)

        assert shown[0]["metrics"]["insurance"] in {"PENSION", "MEDICAL"}
        assert (shown[0]["amount_fen"], shown[0]["direction"]) == (0, "neutral")
        assert shown[0]["precision"] == "month"

    def test_of_a_partner_are_there_at_once(self, api, lin, client):
        key = partner_door.partner()
        partner_door.allow(lin)
        partner_door.send(client, key, [partner_door.bought(lin.public_id)])

        assert [each["assurance"] for each in api.get(EVENTS).json()["results"]] == ["signed"]

    @pytest.mark.parametrize(
        "cursor", ["x", "////", "MTIz", "OTk5OTk5OTk5OTk5OTk5OTk5LjE=", "é", "MS4x" * 500]
    )
    def test_a_cursor_that_we_did_not_make_leads_nowhere(self, api, cursor):
        assert api.get(EVENTS, {"cursor": cursor}).status_code == 404

    @pytest.mark.parametrize("size", ["0", "-5", "x", "999999999999", "1.5", ""])
    def test_any_size_of_a_page_is_made_a_fitting_one(self, api, size):
        assert api.get(EVENTS, {"page_size": size}).status_code == 200

    def test_are_for_borrowers_only(self):
        staff = APIClient()
        staff.force_authenticate(cast.officer())

        assert APIClient().get(EVENTS).status_code == 401
        assert staff.get(EVENTS).status_code == 403


class TestSummary:
    def test_of_nothing_is_nothing(self, api):
        told = api.get(SUMMARY).json()

        assert (told["events"], told["months"], told["scenes"], told["streams"]) == (0, [], [], [])

    def test_tells_months_scenes_income_and_refunds(self, api, lin):
        upload(
            lin,
            [
                cast.event(0, amount_fen=1_000, category=Category.DINING),
                cast.event(
                    1, amount_fen=900_000, direction=Direction.IN, category=Category.INCOME_SALARY
                ),
                cast.event(
                    2, amount_fen=5_000, direction=Direction.IN, category=Category.INCOME_OTHER
                ),
                cast.event(3, amount_fen=300, direction=Direction.IN, category=Category.REFUND),
            ],
        )
        told = api.get(SUMMARY).json()

        # What came back of the noodles is taken off them, and is no line of its own any more.
        assert told["events"] == 3
        assert told["scenes"] == [{"category": "DINING", "out_fen": 700, "events": 1}]
        assert (told["salary_fen"], told["other_income_fen"]) == (900_000, 5_000)
        assert (told["refunds_fen"], told["refunds"]) == (300, 1)

    def test_tells_what_comes_again_by_the_name_of_its_party(self, api, lin):
        first = cast.event(0).occurred_at
        upload(
            lin,
            [
                cast.event(
                    number,
                    occurred_at=first + timedelta(days=30 * number),
                    amount_fen=2_500,
                    merchant="示例视频会员",
                    category=Category.ENTERTAINMENT,
                )
                for number in range(5)
            ],
        )
        (stream,) = api.get(SUMMARY).json()["streams"]

        assert stream["party"] == "示例视频会员"
        assert (stream["kind"], stream["frequency"]) == ("SUBSCRIPTION", "MONTHLY")
        assert (stream["average_fen"], stream["occurrences"]) == (2_500, 5)

    def test_what_is_our_own_loan_is_no_income(self, api, lin):
        with transaction.atomic():
            behaviour.record_own(
                borrower_id=lin.id,
                contract_id=1,
                occurred_at=cast.event(1).occurred_at,
                amount_fen=10_000,
                category=Category.CREDIT_DRAWDOWN,
                ext_text="drawn",
                direction=Direction.IN,
            )
        told = api.get(SUMMARY).json()

        assert (told["salary_fen"], told["other_income_fen"]) == (0, 0)
