"""Giving a loan back through the pages and the API: what it means first, then one press."""

import pytest

from lending.channels.models import Transfer
from lending.tests import builders, doors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


def page(loan):
    return f"/loans/{loan.public_id}/give-back/"


def address(loan):
    return f"/api/v1/loans/{loan.public_id}/withdrawal"


class TestThePage:
    def test_says_until_when_and_for_how_much_and_moves_nothing(self, lin):
        loan = builders.paid_out(lin)
        browser = doors.web_of(lin)

        words = doors.shown(browser.get(page(loan)))

        assert "No interest and no fee is charged" in words
        assert "3,000.00" in words
        assert page(loan) in doors.shown(browser.get(f"/loans/{loan.public_id}/"))
        assert not Transfer.objects.filter(purpose="WITHDRAWAL").exists()

    def test_gives_back_once(self, lin):
        loan = builders.paid_out(lin)
        form = {"amount_fen": "300000", "request_key": "k" * 22}
        for _ in range(2):
            assert doors.web_of(lin).post(page(loan), form).status_code == 302

        builders.collected(Transfer.objects.get(purpose="WITHDRAWAL"), on=builders.TODAY)
        words = doors.shown(doors.web_of(lin).get(f"/loans/{loan.public_id}/"))
        assert "You gave this loan back" in words
        assert page(loan) not in words

    def test_calls_off_what_was_not_paid_out(self, lin):
        loan = builders.signed(lin)
        browser = doors.web_of(lin)
        assert "has not been paid out yet" in doors.shown(browser.get(page(loan)))

        browser.post(page(loan), {"amount_fen": "0"})

        loan.refresh_from_db()
        assert loan.state == "CANCELLED"

    @pytest.mark.parametrize("amount", ["", "x", "1", "-300000"])
    def test_takes_no_other_amount(self, lin, amount):
        loan = builders.paid_out(lin)
        doors.web_of(lin).post(page(loan), {"amount_fen": amount, "request_key": "k" * 22})

        assert not Transfer.objects.filter(purpose="WITHDRAWAL").exists()

    def test_is_nobody_elses(self, lin):
        loan = builders.paid_out(lin)
        zhao = doors.web_of(builders.person("Zhao"))

        assert zhao.get(page(loan)).status_code == 404
        assert zhao.post(page(loan), {"amount_fen": "300000"}).status_code == 404
        assert not Transfer.objects.filter(purpose="WITHDRAWAL").exists()


class TestTheApi:
    def test_says_what_it_means(self, lin):
        loan = builders.paid_out(lin)

        assert doors.api_of(lin).get(address(loan)).json() == {
            "is_before_payout": False,
            "amount_fen": 300_000,
            "until": "2026-11-27",
            "is_by_merchant": False,
        }

    def test_gives_back_once_for_a_key(self, lin):
        loan = builders.paid_out(lin)
        api = doors.api_of(lin)
        answers = [
            api.post(address(loan), {"amount_fen": 300_000}, headers={"idempotency-key": doors.KEY})
            for _ in range(2)
        ]

        assert [each.status_code for each in answers] == [201, 201]
        assert answers[0].json() == {"id": loan.public_id, "state": "ACTIVE"}
        assert Transfer.objects.filter(purpose="WITHDRAWAL").count() == 1

    def test_calls_off_before_the_payout(self, lin):
        loan = builders.signed(lin)
        answer = doors.api_of(lin).post(
            address(loan), {"amount_fen": 0}, headers={"idempotency-key": doors.KEY}
        )

        assert answer.json()["state"] == "CANCELLED"

    def test_refuses_another_amount(self, lin):
        loan = builders.paid_out(lin)
        answer = doors.api_of(lin).post(
            address(loan), {"amount_fen": 1}, headers={"idempotency-key": doors.KEY}
        )

        assert (answer.status_code, answer.json()["code"]) == (409, "PAYOFF_QUOTE_CHANGED")
        assert not Transfer.objects.filter(purpose="WITHDRAWAL").exists()

    def test_is_nobody_elses(self, lin):
        loan = builders.paid_out(lin)

        assert doors.api_of(builders.person("Zhao")).get(address(loan)).status_code == 404
