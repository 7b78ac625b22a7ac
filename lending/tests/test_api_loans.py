"""Loans through the API: paying once, paying off, points; and the bank's webhook."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings

from common import clock
from common.api import signatures
from common.processes.models import Process
from lending.channels.models import ChannelEvent, Transfer
from lending.loans.models import Loan
from lending.rewards.models import Entitlement
from lending.tests import builders, doors
from lending.tests.builders import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


def url(loan: Loan, name: str = "") -> str:
    return f"/api/v1/loans/{loan.public_id}{name}"


def pay(api, loan, amount_fen=10_000, *, key=doors.KEY, way="repayments"):
    headers = {"Idempotency-Key": key} if key else {}
    return api.post(url(loan, f"/{way}"), {"amount_fen": amount_fen}, headers=headers)


def collecting() -> Transfer:
    return Transfer.objects.exclude(purpose="DISBURSEMENT").get()


def code(answer) -> str:
    assert answer["Content-Type"] == "application/problem+json"
    return str(answer.json()["code"])


class TestALoan:
    def test_says_where_it_stands(self, api, loan):
        found = api.get(url(loan)).json()

        assert (found["state"], found["payout"]) == ("ACTIVE", "SUCCEEDED")
        assert found["standing"]["on"] == TODAY.isoformat()
        assert found["standing"]["next_due"]["number"] == 1
        assert found["transactions"][0]["kind"] == "DISBURSEMENT"

    def test_stands_nowhere_before_it_was_paid_out(self, api, lin):
        loan = builders.signed(lin)

        found = api.get(url(loan)).json()

        assert (found["state"], found["payout"]) == ("PENDING_DISBURSEMENT", "INTENT")
        assert found["standing"] is None
        assert code(api.get(url(loan, "/schedule"))) == "LOAN_NOT_OPEN"
        assert code(api.get(url(loan, "/payoff-quote"))) == "LOAN_NOT_OPEN"

    def test_has_a_schedule_that_adds_up(self, api, loan):
        rows = api.get(url(loan, "/schedule")).json()["results"]

        assert sum(row["principal_fen"] for row in rows) == 300_000
        assert [row["number"] for row in rows] == [1, 2, 3]
        assert all(row["paid_on"] is None for row in rows)

    def test_keeps_the_contract(self, api, loan):
        file = api.get(url(loan, "/contract.pdf"), headers={"accept": "application/pdf"})

        assert file.content.startswith(b"%PDF-")

    def test_is_listed_for_its_borrower_only(self, api, loan):
        builders.paid_out(builders.person("Wei"))

        found = api.get("/api/v1/loans").json()["results"]

        assert [each["id"] for each in found] == [loan.public_id]

    @pytest.mark.parametrize(
        "name", ["", "/schedule", "/contract.pdf", "/repayments", "/payoff-quote"]
    )
    def test_is_nowhere_for_others(self, loan, name):
        zhao = doors.api_of(builders.person("Zhao"))

        assert zhao.get(url(loan, name)).status_code == 404


class TestPaying:
    def test_is_once_for_a_key(self, api, loan):
        first, again = pay(api, loan), pay(api, loan)

        assert (first.status_code, again["Idempotency-Replayed"]) == (201, "true")
        assert first.json() == again.json()
        assert collecting().amount_fen == 10_000
        assert first.json()["state"] == "INTENT"

    def test_shows_where_the_payment_is(self, api, loan):
        number = pay(api, loan).json()["id"]
        builders.collected(collecting(), on=TODAY)

        found = api.get(url(loan, f"/repayments/{number}")).json()

        assert (found["state"], found["is_booked"]) == ("SUCCEEDED", True)
        assert api.get(url(loan, "/repayments")).json()["results"] == [found]
        assert api.get(url(loan)).json()["transactions"][0]["amount_fen"] == 10_000

    @pytest.mark.parametrize(
        ("amount_fen", "status"), [(0, 400), (-1, 400), ("x", 400), (9_999_999, 422)]
    )
    def test_refuses_what_is_no_payment_and_moves_nothing(self, api, loan, amount_fen, status):
        assert pay(api, loan, amount_fen).status_code == status
        assert Transfer.objects.count() == 1

    def test_needs_a_key(self, api, loan):
        assert pay(api, loan, key="").status_code == 400
        assert Transfer.objects.count() == 1

    def test_of_somebody_elses_loan_is_not_possible(self, loan):
        zhao = doors.api_of(builders.person("Zhao"))

        assert pay(zhao, loan).status_code == 404
        assert Transfer.objects.count() == 1

    def test_shows_no_payout_as_a_payment(self, api, loan):
        payout = Transfer.objects.get()

        assert api.get(url(loan, f"/repayments/{payout.out_trade_no}")).status_code == 404


class TestPayingOff:
    def test_closes_the_loan_at_the_quoted_amount(self, api, loan):
        quote = api.get(url(loan, "/payoff-quote")).json()

        answer = pay(api, loan, quote["total_fen"], way="payoff")
        builders.collected(collecting(), on=TODAY)

        assert answer.json()["purpose"] == "PAYOFF"
        assert quote["saved_fen"] > 0
        assert api.get(url(loan)).json()["state"] == "SETTLED"

    def test_at_another_amount_is_refused_with_todays(self, api, loan):
        answer = pay(api, loan, 299_999, way="payoff")

        assert (answer.status_code, code(answer)) == (409, "PAYOFF_QUOTE_CHANGED")
        assert "¥3,000.00" in answer.json()["title"]
        assert Transfer.objects.count() == 1


class TestRewards:
    @pytest.fixture
    def earned(self, loan):
        builders.rewarded(loan.borrower_id)

    def redeem(self, api, benefit="RATE_050", key=doors.KEY):
        return api.post(
            "/api/v1/rewards/redeem", {"benefit": benefit}, headers={"Idempotency-Key": key}
        )

    def test_show_the_balance_and_what_it_buys(self, api, earned):
        found = api.get("/api/v1/rewards").json()

        assert found["balance"] == sum(each["points"] for each in found["entries"])
        assert {each["code"] for each in found["benefits"]} == {"RATE_050", "RATE_100"}

    def test_are_spent_once_for_a_key_and_used_on_an_application(self, api, earned):
        first, again = self.redeem(api), self.redeem(api)

        assert first.json() == again.json()
        bought = Entitlement.objects.get()
        wanted = {
            "product": "DAILY",
            "amount_fen": 100_000,
            "term_months": 6,
            "entitlement": first.json()["id"],
        }
        draft = api.post("/api/v1/applications", wanted, headers={"Idempotency-Key": "k" * 9})
        assert draft.json()["discount_ppm"] == bought.discount_ppm == 5_000
        assert [each["id"] for each in api.get("/api/v1/rewards").json()["usable"]] == [
            bought.public_id
        ]

    def test_that_do_not_suffice_are_refused(self, api):
        assert code(self.redeem(api)) == "NOT_ENOUGH_POINTS"
        assert code(self.redeem(api, benefit="CASH", key="other-key")) == "NOT_FOUND"
        assert not Entitlement.objects.exists()


class TestTheBanksWebhook:
    def notice(self, transfer, **changes):
        return {
            "event_id": "evt-1",
            "out_trade_no": transfer.out_trade_no,
            "state": "SUCCEEDED",
            "amount_fen": transfer.amount_fen,
            "bank_reference": "ref-1",
            "occurred_at": clock.now().isoformat(),
            **changes,
        }

    def send(self, client, content, *, secret=None, sent_at=None, **changes):
        body = json.dumps(content).encode()
        sent_at = sent_at or clock.now()
        signature = signatures.sign(
            secret=secret or settings.BANK_WEBHOOK_SECRETS[0],
            event_id=content["event_id"],
            sent_at=sent_at,
            body=body,
        )
        headers = {
            "webhook-id": content["event_id"],
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": signature,
        }
        return client.post(
            "/webhooks/sandbox-bank",
            body,
            content_type="application/json",
            headers={**headers, **changes},
        )

    def test_is_kept_once_and_hastens_the_transfer(self, client, lin):
        builders.signed(lin)
        transfer = Transfer.objects.get()
        Process.objects.update(next_attempt_at=clock.now() + timedelta(days=365))

        first = self.send(client, self.notice(transfer))
        again = self.send(client, self.notice(transfer))

        assert (first.status_code, again.status_code) == (200, 200)
        assert ChannelEvent.objects.get().out_trade_no == transfer.out_trade_no
        moving = Process.objects.get(kind="TRANSFER")
        assert moving.next_attempt_at < clock.now() + timedelta(days=364)

    def test_books_nothing_by_itself(self, client, lin):
        builders.signed(lin)
        transfer = Transfer.objects.get()

        self.send(client, self.notice(transfer))

        transfer.refresh_from_db()
        assert (transfer.state, transfer.booked_at) == ("INTENT", None)

    def test_of_an_unknown_transfer_is_kept_all_the_same(self, client, lin):
        builders.signed(lin)
        unknown = self.notice(Transfer.objects.get(), out_trade_no="R-unknown")

        assert self.send(client, unknown).status_code == 200
        assert ChannelEvent.objects.count() == 1

    def test_with_a_wrong_signature_is_refused_and_not_kept(self, client, lin):
        builders.signed(lin)
        notice = self.notice(Transfer.objects.get())
        foreign = "whsec_" + "A" * 32

        answers = [
            self.send(client, notice, secret=foreign),
            self.send(client, notice, **{"webhook-signature": ""}),
            self.send(client, notice, **{"webhook-id": "evt-2"}),
            self.send(client, notice, sent_at=clock.now() - timedelta(minutes=6)),
        ]

        assert [each.status_code for each in answers] == [401] * 4
        assert code(answers[0]) == "WEBHOOK_SIGNATURE_REFUSED"
        assert not ChannelEvent.objects.exists()

    @pytest.mark.parametrize(
        "wrong", [{"amount_fen": -1}, {"state": "MAYBE"}, {"occurred_at": "yesterday"}]
    )
    def test_that_makes_no_sense_is_refused_and_not_kept(self, client, lin, wrong):
        builders.signed(lin)

        answer = self.send(client, self.notice(Transfer.objects.get(), **wrong))

        assert (answer.status_code, code(answer)) == (422, "WEBHOOK_NOTICE_UNREADABLE")
        assert not ChannelEvent.objects.exists()

    def test_that_is_too_long_is_refused_before_it_is_read(self, client, lin):
        builders.signed(lin)
        notice = self.notice(Transfer.objects.get(), memo="x" * 200_000)

        assert self.send(client, notice).status_code == 422
        assert not ChannelEvent.objects.exists()

    def test_is_told_by_post_only(self, client):
        assert client.get("/webhooks/sandbox-bank").status_code == 405

    def test_signed_by_the_secret_before_the_last_is_kept(self, client, lin, settings):
        builders.signed(lin)
        older = settings.BANK_WEBHOOK_SECRETS[0]
        settings.BANK_WEBHOOK_SECRETS = ["whsec_" + "B" * 32, older]

        with time_machine.travel(builders.NOW, tick=True):
            answer = self.send(client, self.notice(Transfer.objects.get()), secret=older)

        assert answer.status_code == 200
