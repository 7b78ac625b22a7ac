"""Applications through the API: products, drafts, proofs, sending, the answer with its reasons."""

import threading
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.urls import reverse
from rest_framework.test import APIClient

from borrowers.documents.models import SealedFile
from borrowers.tests import cast
from common.idempotency.models import IdempotencyKey
from common.processes.models import Process
from lending.applications import queries
from lending.applications.models import LoanApplication
from lending.products.models import LoanProduct
from lending.tests import builders, doors

WANTED = {"product": "DAILY", "amount_fen": 300_000, "term_months": 6}
STUDY = {"product": "STUDY", "amount_fen": 300_000, "term_months": 6, "merchant": "TOMORROW"}


@pytest.fixture(autouse=True)
def _platform(request):
    if not request.node.get_closest_marker("commits"):
        request.getfixturevalue("db")
    with doors.open_platform():
        yield


def create(api, wanted=WANTED, key=doors.KEY):
    headers = {"Idempotency-Key": key} if key else {}
    return api.post("/api/v1/applications", wanted, headers=headers)


def step(api, application, name, body=None):
    return api.post(f"/api/v1/applications/{application}/{name}", body or {})


def drafted(api, wanted=WANTED) -> str:
    return str(create(api, wanted).json()["id"])


def proof(api, application, content=doors.PDF, **extra):
    file = SimpleUploadedFile("proof.pdf", content)
    path = f"/api/v1/applications/{application}/evidence"
    return api.post(path, {"file": file}, format="multipart", **extra)


def problem(answer):
    assert answer["Content-Type"] == "application/problem+json"
    return answer.json()


@pytest.mark.django_db
class TestProducts:
    def test_are_open_to_everybody(self, client):
        found = client.get("/api/v1/products", headers={"accept-language": "en"}).json()["results"]

        assert [each["code"] for each in found][:2] == ["DAILY", "STUDY"]
        assert found[0]["name"] == "Everyday loan"
        assert found[1]["needs_evidence"] is True

    def test_speak_the_callers_language(self, client):
        found = client.get("/api/v1/products", headers={"accept-language": "zh-hans"}).json()

        assert found["results"][0]["name"] == "日常消费借款"

    def test_name_whom_they_pay(self, client):
        found = client.get("/api/v1/merchants?scene=EDUCATION").json()["results"]

        assert {each["code"] for each in found} == {"TOMORROW", "RIVERSIDE"}
        assert "account" not in found[0]
        assert client.get("/api/v1/merchants").status_code == 400

    def test_are_quoted_from_their_floor_to_the_cap(self, client):
        quote = client.post("/api/v1/quotes", WANTED, content_type="application/json").json()

        assert quote["least"]["annual_rate_ppm"] == 72_000
        assert quote["most"]["irr_effective_ppm"] <= 240_000
        assert quote["least"]["total_fen"] < quote["most"]["total_fen"]

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"amount_fen": 49_999}, "AMOUNT_NOT_OFFERED"),
            ({"term_months": 5}, "TERM_NOT_OFFERED"),
            ({"product": "NONE"}, "PRODUCT_NOT_OPEN"),
        ],
    )
    def test_are_quoted_within_their_range(self, client, wrong, code):
        answer = client.post("/api/v1/quotes", {**WANTED, **wrong}, "application/json")

        assert problem(answer)["code"] == code


@pytest.mark.django_db
class TestADraft:
    def test_is_written_once_for_a_key(self, api, lin):
        first, again = create(api), create(api)

        draft = LoanApplication.objects.get()
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert again["Idempotency-Replayed"] == "true"
        assert (draft.borrower_id, draft.request_key) == (lin.id, doors.KEY)
        assert first.json()["state"] == "DRAFT"
        assert first.json()["offer"] is None

    def test_keeps_no_body_with_its_key(self, api):
        create(api)

        kept = IdempotencyKey.objects.get()
        assert kept.resource == LoanApplication.objects.get().public_id

    def test_needs_a_key_that_was_not_used_for_something_else(self, api):
        assert create(api, key="").status_code == 400
        create(api)

        other = create(api, {**WANTED, "amount_fen": 400_000})

        assert problem(other)["code"] == "IDEMPOTENCY_KEY_REUSED"
        assert LoanApplication.objects.count() == 1

    @pytest.mark.parametrize(
        ("wrong", "status", "code"),
        [
            ({"amount_fen": 1}, 422, "AMOUNT_NOT_OFFERED"),
            ({"term_months": 7}, 422, "TERM_NOT_OFFERED"),
            ({"product": "NONE"}, 404, "PRODUCT_NOT_OPEN"),
            ({"entitlement": "not-mine"}, 404, "NOT_FOUND"),
            ({"product": "STUDY", "merchant": "NOBODY"}, 422, "MERCHANT_NOT_OPEN"),
        ],
    )
    def test_refuses_in_words_and_frees_the_key(self, api, wrong, status, code):
        answer = create(api, {**WANTED, **wrong})

        assert (answer.status_code, problem(answer)["code"]) == (status, code)
        assert not LoanApplication.objects.exists()
        assert create(api).status_code == 201

    @pytest.mark.parametrize(
        "wrong", [{"amount_fen": "1.5"}, {"amount_fen": None}, {"term_months": ""}]
    )
    def test_points_at_the_field_that_is_wrong(self, api, wrong):
        answer = create(api, {**WANTED, **wrong})

        assert answer.status_code == 400
        assert problem(answer)["errors"][0]["pointer"] == f"/{next(iter(wrong))}"

    def test_is_listed_newest_first(self, api, lin):
        older, newer = builders.draft(lin, key="older"), builders.draft(lin, key="newer")

        page = api.get("/api/v1/applications?page_size=1").json()
        following = api.get(page["next"]).json()

        assert [each["id"] for each in page["results"]] == [newer.public_id]
        assert [each["id"] for each in following["results"]] == [older.public_id]
        assert following["next"] is None

    def test_can_be_withdrawn(self, api):
        application = drafted(api)

        assert step(api, application, "withdraw").json()["state"] == "WITHDRAWN"


@pytest.mark.django_db
class TestTheProof:
    def test_needs_consent(self, api):
        answer = proof(api, drafted(api, STUDY))

        assert problem(answer)["code"] == "EVIDENCE_NEEDS_CONSENT"
        assert not SealedFile.objects.exists()

    def test_is_sealed_and_put_on_the_draft(self, api, lin):
        cast.allow(lin, "SCENE_EDUCATION")

        answer = proof(api, drafted(api, STUDY))

        assert answer.json()["has_evidence"] is True
        assert LoanApplication.objects.get().evidence_id == SealedFile.objects.get().pk

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a zip", b"MZ"])
    def test_is_told_by_its_first_bytes(self, api, lin, content):
        cast.allow(lin, "SCENE_EDUCATION")

        answer = proof(api, drafted(api, STUDY), content)

        assert problem(answer)["code"] == "EVIDENCE_UNREADABLE"
        assert not SealedFile.objects.exists()

    def test_that_is_announced_as_huge_is_refused_before_it_is_read(self, api, lin):
        cast.allow(lin, "SCENE_EDUCATION")

        answer = proof(api, drafted(api, STUDY), CONTENT_LENGTH=str(50_000_000))

        assert (answer.status_code, problem(answer)["code"]) == (413, "EVIDENCE_TOO_LARGE")

    def test_is_too_late_once_it_was_sent(self, api, lin):
        cast.allow(lin, "SCENE_EDUCATION")
        application = drafted(api)
        step(api, application, "submit")

        assert problem(proof(api, application))["code"] == "APPLICATION_NOT_POSSIBLE_NOW"


@pytest.mark.django_db
class TestSending:
    def test_says_202_and_where_to_look_while_it_is_decided(self, api):
        application = drafted(api)

        answer = step(api, application, "submit")

        assert answer.status_code == 202
        assert answer["Location"] == f"/api/v1/applications/{application}"
        assert answer.json()["state"] == "SUBMITTED"
        assert Process.objects.get().kind == "DECIDE"

    def test_says_the_same_again_and_starts_nothing_more(self, api):
        application = drafted(api)

        for _ in range(2):
            step(api, application, "submit")

        assert Process.objects.count() == 1

    def test_asks_only_for_the_state_while_it_waits(self, api, django_assert_max_num_queries):
        found = LoanApplication.objects.get(public_id=drafted(api))

        with django_assert_max_num_queries(1) as asked:
            queries.is_decided(found.pk)

        assert "borrower" not in asked.captured_queries[0]["sql"]

    def test_gives_the_decision_with_its_reasons(self, api):
        application = drafted(api)
        step(api, application, "submit")
        doors.decide(LoanApplication.objects.get())

        found = api.get(f"/api/v1/applications/{application}").json()

        assert found["state"] == "REFERRED"
        assert found["decision"]["reasons"][0]["text"]
        assert found["decision"]["used"][0].startswith("Your application: ¥3,000.00")
        assert found["decision"]["review"] is None

    def test_refuses_a_stranger_to_us(self):
        wei = cast.borrower("Wei")
        api = doors.api_of(wei)

        answer = step(api, drafted(api), "submit")

        assert problem(answer)["code"] == "NOT_IDENTIFIED"
        assert not Process.objects.exists()

    def test_refuses_a_second_one_at_a_time(self, api, lin):
        builders.offered(lin)

        answer = step(api, drafted(api), "submit")

        assert problem(answer)["code"] == "ONE_APPLICATION_AT_A_TIME"

    def test_lets_a_decline_be_taken_to_a_person(self, api):
        application = drafted(api)
        step(api, application, "submit")
        doors.decide(LoanApplication.objects.get())
        LoanApplication.objects.update(state="DECLINED")

        asked = step(api, application, "review-request")

        assert api.get(f"/api/v1/applications/{application}").json() == asked.json()
        assert (asked.json()["state"], asked.json()["can_ask_for_a_person"]) == ("REFERRED", False)


@pytest.mark.commits
class TestWaiting:
    def test_answers_with_the_decision_when_the_worker_is_quick(self, api, monkeypatch):
        # A busy machine may make a quick worker slow; what is tried here is the answer.
        monkeypatch.setattr("lending.api.applications.WAIT_SECONDS", 20)
        application = drafted(api)
        worker = threading.Thread(target=_decide_when_sent)
        worker.start()

        answer = step(api, application, "submit")
        worker.join()

        assert (answer.status_code, answer.json()["state"]) == (200, "REFERRED")
        assert "Location" not in answer


def _decide_when_sent() -> None:
    try:
        found = LoanApplication.objects.get()
        while queries.state_of(found.pk) == "DRAFT":
            time.sleep(0.005)
        doors.decide(found)
    finally:
        connections.close_all()


@pytest.mark.django_db
class TestEveryAddress:
    @pytest.mark.parametrize("name", ["submit", "accept", "sign", "withdraw", "review-request"])
    def test_is_nowhere_for_others_and_changes_nothing(self, lin, name):
        draft = builders.draft(lin)
        zhao = doors.api_of(builders.person("Zhao"))

        answer = step(zhao, draft.public_id, name, {"agrees": True})

        assert (answer.status_code, problem(answer)["code"]) == (404, "NOT_FOUND")
        draft.refresh_from_db()
        assert draft.state == "DRAFT"

    @pytest.mark.parametrize("name", ["", "/cost", "/contract.pdf"])
    def test_shows_nothing_to_others(self, lin, name):
        draft = builders.draft(lin)
        zhao = doors.api_of(builders.person("Zhao"))

        answer = zhao.get(f"/api/v1/applications/{draft.public_id}{name}")

        assert answer.status_code == 404

    @pytest.mark.parametrize("name", ["applications", "loans", "rewards"])
    def test_is_closed_without_a_token_and_to_staff(self, client, name):
        mei = APIClient()
        mei.force_authenticate(cast.officer())

        assert client.get(f"/api/v1/{name}").status_code == 401
        assert mei.get(f"/api/v1/{name}").status_code == 403

    def test_follows_the_products_that_are_open(self, api):
        LoanProduct.objects.update(is_open=False)

        assert problem(create(api))["code"] == "PRODUCT_NOT_OPEN"
        assert reverse("lending-api:applications") == "/api/v1/applications"


@pytest.mark.commits
class TestTimes:
    def test_are_all_told_in_one_way(self, api):
        application = drafted(api)
        step(api, application, "submit")
        doors.decide(LoanApplication.objects.get())

        answer = api.get(f"/api/v1/applications/{application}").json()

        times = [answer[name] for name in ("drafted_at", "submitted_at", "decided_at")]
        times.append(answer["decision"]["decided_at"])
        listed = api.get("/api/v1/applications").json()["results"][0]
        times += [listed[name] for name in ("drafted_at", "submitted_at", "decided_at")]
        assert {each[-6:] for each in times} == {"+08:00"}
