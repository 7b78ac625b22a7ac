"""From the offer to the signature through the API, and what every call may answer."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command

from lending.applications.models import CostDisclosure, LoanApplication
from lending.channels.models import Transfer
from lending.loans.models import Loan
from lending.tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
LATER = builders.NOW + timedelta(minutes=2)


@pytest.fixture
def offer(lin):
    return builders.offered(lin)


def url(offer, name) -> str:
    return f"/api/v1/applications/{offer.application.public_id}/{name}"


def confirmed(api, offer):
    """Accept, read for two minutes, confirm."""
    api.post(url(offer, "accept"))
    shown = api.get(url(offer, "cost")).json()
    with time_machine.travel(LATER, tick=True):
        return api.post(url(offer, "cost"), {"disclosure": shown["disclosure"]})


def code(answer) -> str:
    assert answer["Content-Type"] == "application/problem+json"
    return str(answer.json()["code"])


class TestTheOffer:
    def test_stands_in_the_application_with_its_whole_cost(self, api, offer):
        found = api.get(f"/api/v1/applications/{offer.application.public_id}").json()["offer"]

        cost = found["cost"]
        assert (found["amount_fen"], found["annual_rate_ppm"]) == (300_000, 120_000)
        assert cost["total_fen"] == 300_000 + cost["total_interest_fen"]
        assert sum(row["principal_fen"] for row in cost["schedule"]) == 300_000
        assert [each["name"] for each in cost["items"]] == ["Interest"]
        assert cost["contingent"][0]["grace_days"] == 3

    def test_can_be_taken_smaller(self, api, offer):
        answer = api.post(url(offer, "offer/change"), {"amount_fen": 100_000, "term_months": 6})

        assert answer.json()["offer"]["amount_fen"] == 100_000
        assert answer.json()["offer"]["annual_rate_ppm"] == 120_000

    @pytest.mark.parametrize(
        ("amount_fen", "months", "refused"),
        [(300_001, 3, "AMOUNT_NOT_OFFERED"), (100_000, 4, "TERM_NOT_OFFERED")],
    )
    def test_goes_no_further(self, api, offer, amount_fen, months, refused):
        wanted = {"amount_fen": amount_fen, "term_months": months}

        assert code(api.post(url(offer, "offer/change"), wanted)) == refused
        offer.refresh_from_db()
        assert offer.amount_fen == 300_000

    def test_whose_time_is_over_is_refused(self, api, offer):
        with time_machine.travel(builders.NOW + timedelta(days=1), tick=True):
            assert code(api.post(url(offer, "accept"))) == "OFFER_OVER"

        assert LoanApplication.objects.get().state == "OFFERED"


class TestTheCost:
    def test_says_when_it_may_be_confirmed(self, api, offer):
        api.post(url(offer, "accept"))

        shown = api.get(url(offer, "cost")).json()

        assert shown["step"] == "SHOWN"
        assert shown["ready_at"] > shown["recorded_at"]
        assert shown["cost"]["irr_nominal_ppm"] == pytest.approx(120_000, abs=50)

    def test_too_early_is_refused_and_not_kept(self, api, offer):
        api.post(url(offer, "accept"))
        shown = api.get(url(offer, "cost")).json()

        answer = api.post(url(offer, "cost"), {"disclosure": shown["disclosure"]})

        assert (answer.status_code, code(answer)) == (409, "READ_THE_COST_FIRST")
        assert not CostDisclosure.objects.filter(step="CONFIRMED").exists()

    def test_is_confirmed_through_this_channel(self, api, offer):
        answer = confirmed(api, offer)

        assert answer.json()["step"] == "CONFIRMED"
        kept = CostDisclosure.objects.get(step="CONFIRMED")
        assert (kept.channel, kept.language) == ("API", "en")

    def test_is_not_shown_before_the_offer_was_accepted(self, api, offer):
        assert code(api.get(url(offer, "cost"))) == "APPLICATION_NOT_POSSIBLE_NOW"
        assert not CostDisclosure.objects.exists()


class TestTheSignature:
    def test_makes_a_loan_once(self, api, offer):
        confirmed(api, offer)

        first = api.post(url(offer, "sign"), {"agrees": True}).json()
        again = api.post(url(offer, "sign"), {"agrees": True}).json()

        assert first == again
        assert (first["state"], first["loan"]) == ("SIGNED", Loan.objects.get().public_id)
        assert Transfer.objects.count() == 1

    @pytest.mark.parametrize("agrees", [False, None, ""])
    def test_needs_a_plain_yes(self, api, offer, agrees):
        confirmed(api, offer)

        answer = api.post(url(offer, "sign"), {"agrees": agrees})

        assert answer.status_code == 400
        assert not Loan.objects.exists()

    def test_needs_the_cost_to_be_confirmed(self, api, offer):
        api.post(url(offer, "accept"))

        assert code(api.post(url(offer, "sign"), {"agrees": True})) == (
            "APPLICATION_NOT_POSSIBLE_NOW"
        )
        assert not Loan.objects.exists()

    @pytest.mark.parametrize("accept", ["application/pdf", "application/json", "*/*"])
    def test_is_preceded_by_the_file_that_is_signed(self, api, offer, accept):
        confirmed(api, offer)

        file = api.get(url(offer, "contract.pdf"), headers={"accept": accept})

        assert file["Content-Type"] == "application/pdf"
        assert file.content.startswith(b"%PDF-")

    def test_refuses_the_file_in_json_whatever_was_asked_for(self, api, offer):
        answer = api.get(url(offer, "contract.pdf"), headers={"accept": "application/pdf"})

        assert (answer.status_code, code(answer)) == (409, "APPLICATION_NOT_POSSIBLE_NOW")


class TestTheSchema:
    def test_is_complete_and_says_nothing_twice(self, tmp_path, capsys):
        file = tmp_path / "schema.yml"

        call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(file))

        words = file.read_text()
        assert "operationId: application_submit" in words
        assert "application/problem+json" in words
        assert capsys.readouterr().err == ""
