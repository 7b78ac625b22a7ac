"""Every answer of the API is what the published schema says, validated by it, word for word."""

import re
from functools import cache
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types; comes with the schema
import pytest
import time_machine
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from borrowers.tests import cast
from common import clock
from lending.applications.models import LoanApplication
from lending.channels.models import Transfer
from lending.loans.models import Loan
from lending.tests import builders, doors, walks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
WANTED = {"product": "DAILY", "amount_fen": 300_000, "term_months": 3}


@pytest.fixture
def api(lin):
    return Checked(doors.api_of(lin))


@cache
def schema() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def paths() -> list[tuple[re.Pattern[str], str]]:
    """Each published path as a pattern, the plain ones first."""
    found = sorted(schema()["paths"], key=lambda each: each.count("{"))
    return [(re.compile(re.sub(r"{\w+}", "[^/]+", each) + "$"), each) for each in found]


class Checked:
    """A client whose every answer is held against the schema."""

    def __init__(self, client: APIClient) -> None:
        self.client = client
        self.seen: set[str] = set()

    def get(self, path: str) -> Any:
        return self._checked("get", path, self.client.get(f"/api/v1/{path}"))

    def post(self, path: str, body: Any = None, *, key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        answer = self.client.post(f"/api/v1/{path}", body or {}, headers=headers)
        return self._checked("post", path, answer)

    def _checked(self, method: str, path: str, answer: Any) -> Any:
        plain = f"/api/v1/{path}".partition("?")[0]
        name = next(each for pattern, each in paths() if pattern.match(plain))
        operation = schema()["paths"][name][method]
        self.seen.add(operation["operationId"])
        responses = operation["responses"]
        said = responses.get(str(answer.status_code), responses["default"])
        kind = answer["Content-Type"].partition(";")[0]
        assert kind in said["content"], f"{method} {name}: {kind} is not published"
        if kind not in ("application/pdf", "text/calendar"):
            validate(answer.json(), said["content"][kind]["schema"])
            return answer.json()
        return answer.content


def validate(content: Any, shape: Any) -> None:
    """Against the shape, with the parts that it names; what is not published is a mistake."""
    whole = {**shape, "components": schema()["components"]}
    jsonschema.Draft202012Validator(whole).validate(content)


def read_cost(api: Checked, application: str) -> None:
    shown = api.get(f"applications/{application}/cost")
    with time_machine.travel(clock.now() + walks.READ, tick=True):
        api.post(f"applications/{application}/cost", {"disclosure": shown["disclosure"]})


class TestEveryAnswer:
    def test_of_a_loan_from_the_question_to_the_last_fen_is_as_published(self, api, lin):
        api.get("products")
        api.get("merchants?scene=EDUCATION")
        api.post("quotes", WANTED)
        application = api.post("applications", WANTED, key="the-first-loan")["id"]
        here = f"applications/{application}"
        api.post(f"{here}/submit")
        found = LoanApplication.objects.get()
        doors.decide(found)
        assert api.get(here)["decision"]["reasons"]
        walks.offered(found)
        api.post(f"{here}/offer/change", {"amount_fen": 200_000, "term_months": 6})
        api.post(f"{here}/accept")
        read_cost(api, application)
        assert api.get(f"{here}/contract.pdf").startswith(b"%PDF")
        loan = api.post(f"{here}/sign", {"agrees": True})["loan"]

        assert api.get(f"loans/{loan}")["standing"] is None
        walks.pay_out(Loan.objects.get())
        due = api.get(f"loans/{loan}")["standing"]["next_due"]["outstanding_fen"]
        paid = api.post(f"loans/{loan}/repayments", {"amount_fen": due}, key="first-payment")
        builders.collected(Transfer.objects.latest("pk"), on=builders.TODAY)
        assert api.get(f"loans/{loan}/repayments/{paid['id']}")["is_booked"]
        api.get(f"loans/{loan}/repayments")
        api.get(f"loans/{loan}/contract.pdf")
        quote = api.get(f"loans/{loan}/payoff-quote")
        api.post(f"loans/{loan}/payoff", {"amount_fen": quote["total_fen"]}, key="all-of-it")
        builders.collected(Transfer.objects.latest("pk"), on=builders.TODAY)
        assert api.get(f"loans/{loan}")["state"] == "SETTLED"
        assert all(row["paid_on"] for row in api.get(f"loans/{loan}/schedule")["results"])
        api.get("loans")
        api.get("applications")

        builders.rewarded(lin.id)
        bought = api.post("rewards/redeem", {"benefit": "RATE_050"}, key="buy-a-discount")
        assert api.get("rewards")["usable"] == [bought]
        again = {**WANTED, "entitlement": bought["id"]}
        second = api.post("applications", again, key="the-second-loan")
        assert second["discount_ppm"] == 5_000
        assert api.post(f"applications/{second['id']}/withdraw")["state"] == "WITHDRAWN"

    def test_of_what_is_taken_home_is_as_published(self, api, lin):
        loan = builders.paid_out(lin)
        here = f"loans/{loan.public_id}"
        builders.pay(loan, 50_000, on=builders.TODAY, key="first-payment")
        told = api.get(f"{here}/statement")

        assert [each["kind"] for each in told["entries"]] == ["DISBURSEMENT", "REPAYMENT"]
        assert told["closing"]["total_fen"] == api.get("statements")["closing_fen"] > 0
        assert api.get(f"{here}/statement?since=2030-01-01")["status"] == 422
        assert api.get(f"{here}/statement?since=soon")["status"] == 400
        assert api.get(f"{here}/certificate.pdf")["status"] == 409
        builders.pay_off(loan)
        for file in ("statement.pdf", "certificate.pdf", "contract.pdf"):
            assert api.get(f"{here}/{file}").startswith(b"%PDF")
        assert api.get(f"{here}/due-dates.ics").startswith(b"BEGIN:VCALENDAR")

    def test_of_a_refusal_is_a_problem_as_published(self, api, lin):
        draft = builders.draft(lin)
        here = f"applications/{draft.public_id}"

        refused = [
            api.get("applications/nowhere"),
            api.post("applications", WANTED),
            api.post("applications", {**WANTED, "amount_fen": 1}, key="too-little"),
            api.post("quotes", {"product": "DAILY"}),
            api.post(f"{here}/accept"),
            api.get(f"{here}/cost"),
            api.get(f"{here}/contract.pdf"),
            api.post(f"{here}/sign", {"agrees": False}),
            api.post(f"{here}/review-request"),
            api.post("rewards/redeem", {"benefit": "RATE_100"}, key="no-points-yet"),
        ]

        assert [each["status"] for each in refused] == [
            404, 400, 422, 400, 409, 409, 409, 400, 409, 409,
        ]  # fmt: skip
        assert all(each["title"] and each["instance"] for each in refused)

    def test_to_a_stranger_is_a_problem_as_published(self):
        stranger = Checked(APIClient())

        answers = [stranger.get(each) for each in ("applications", "loans", "rewards")]

        assert {each["status"] for each in answers} == {401}

    def test_in_chinese_is_in_chinese(self, lin):
        client = doors.api_of(lin)
        client.credentials(HTTP_ACCEPT_LANGUAGE="zh-hans")

        found = Checked(client).get("products")["results"]

        assert [each["name"] for each in found][:2] == ["日常消费借款", "进修学费借款"]


class TestTheSchema:
    def test_publishes_every_address_of_lending(self):
        published = set(schema()["paths"])

        assert {each for each in published if "/loans" in each} == {
            "/api/v1/loans",
            "/api/v1/loans/{public_id}",
            "/api/v1/loans/{public_id}/certificate.pdf",
            "/api/v1/loans/{public_id}/close",
            "/api/v1/loans/{public_id}/contract.pdf",
            "/api/v1/loans/{public_id}/due-dates.ics",
            "/api/v1/loans/{public_id}/early-payments",
            "/api/v1/loans/{public_id}/early-quote",
            "/api/v1/loans/{public_id}/late-fee-waivers",
            "/api/v1/loans/{public_id}/mandates",
            "/api/v1/loans/{public_id}/mandates/text",
            "/api/v1/loans/{public_id}/payoff",
            "/api/v1/loans/{public_id}/payoff-quote",
            "/api/v1/loans/{public_id}/repayments",
            "/api/v1/loans/{public_id}/repayments/{number}",
            "/api/v1/loans/{public_id}/requests",
            "/api/v1/loans/{public_id}/requests/{number}/take-back",
            "/api/v1/loans/{public_id}/schedule",
            "/api/v1/loans/{public_id}/statement",
            "/api/v1/loans/{public_id}/statement.pdf",
            "/api/v1/loans/{public_id}/withdrawal",
        }

    def test_asks_for_a_key_wherever_something_is_made_or_moved(self):
        keyed = {
            name
            for name, operations in schema()["paths"].items()
            for each in operations.get("post", {}).get("parameters", ())
            if each["name"] == "Idempotency-Key" and each["required"]
        }

        assert keyed >= {
            "/api/v1/applications",
            "/api/v1/loans/{public_id}/repayments",
            "/api/v1/loans/{public_id}/payoff",
            "/api/v1/rewards/redeem",
        }

    def test_gives_every_operation_one_name_and_a_problem(self):
        operations = [
            each
            for methods in schema()["paths"].values()
            for method, each in methods.items()
            if method in {"get", "post", "patch", "put", "delete"}
        ]
        names = [each["operationId"] for each in operations]

        assert len(names) == len(set(names))
        assert all("default" in each["responses"] for each in operations)

    def test_hides_what_no_client_needs(self):
        words = str(schema())

        for hidden in ("entitlement_id", "borrower_id", "assessment_id", "statutory_key"):
            assert hidden not in words


def test_staff_have_no_loans_here():
    mei = APIClient()
    mei.force_authenticate(cast.officer())

    assert Checked(mei).get("loans")["status"] == 403
