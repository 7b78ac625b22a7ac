"""Every address of the API answers alike: problems in one shape, in the caller's language."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from rest_framework.test import APIClient

from borrowers.tests import cast
from config.routes import API, Role
from lending.tests import builders, doors
from tests.architecture.visitors import address
from tests.machinery.unchanged import nothing_written, picture

pytestmark = pytest.mark.django_db
OWN = sorted(
    route
    for route, roles in API.items()
    if Role.BORROWER in roles and Role.ANONYMOUS not in roles and Role.PARTNER not in roles
)
OF_ONE_THING = [route for route in OWN if "<slug:" in route]
LISTS = ["applications", "loans"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
METHODS = ("get", "post", "put", "patch", "delete")
KEY = {"Idempotency-Key": "one-key-of-many"}


@pytest.fixture(autouse=True)
def _platform(db):
    with doors.open_platform():
        yield
    cache.clear()


@pytest.fixture
def lin():
    return builders.person("Lin")


@pytest.fixture
def api(lin) -> APIClient:
    return doors.api_of(lin)


def accounts() -> Any:
    return apps.get_model("borrowers", "Account").objects


def in_chinese(card) -> APIClient:
    client = APIClient(headers={"accept-language": "zh-hans"})
    client.force_authenticate(accounts().get(pk=card.account_id))
    return client


def ask(client: APIClient, method: str, path: str, **more: Any) -> Any:
    """One question, without being told to slow down."""
    cache.clear()
    return getattr(client, method)(path, headers=KEY, **more)


def problem(answer: Any) -> dict[str, Any]:
    """The problem document, whole."""
    assert answer["Content-Type"].startswith("application/problem+json")
    said = dict(answer.json())
    assert said["status"] == answer.status_code
    assert said["type"].startswith("/problems/")
    assert said["title"].strip()
    assert "%(" not in str(said)
    assert "instance" in said
    return said


class TestAStranger:
    def test_is_told_to_sign_in_and_writes_nothing(self):
        stranger = APIClient(headers={"accept-language": "en"})
        for route in OWN:
            for method in ("get", "post"):
                with nothing_written():
                    answer = ask(stranger, method, address(route))

                assert answer.status_code in {401, 405}, f"{method} {route}"
                problem(answer)

    def test_learns_nothing_of_what_is_there(self, lin):
        """The same answer to the name of a thing and to the name of nothing."""
        draft = builders.draft(lin)
        stranger = APIClient(headers={"accept-language": "en"})

        there = ask(stranger, "get", f"/api/v1/applications/{draft.public_id}")
        nowhere = ask(stranger, "get", "/api/v1/applications/nowhere")

        said = [{**problem(each), "instance": ""} for each in (there, nowhere)]
        assert said[0] == said[1]


class TestABorrower:
    def test_hears_of_every_method_that_is_not_there_and_writes_nothing(self, api):
        for route in OWN:
            allowed = ask(api, "options", address(route))["Allow"]
            for method in METHODS:
                if method.upper() in allowed:
                    continue
                with nothing_written():
                    refused = ask(api, method, address(route))

                assert refused.status_code == 405, f"{method} {route}"
                assert refused["Allow"] == allowed
                problem(refused)

    def test_is_told_in_either_language_that_there_is_no_such_thing(self, api, lin):
        chinese, seen = in_chinese(lin), 0
        for route in OF_ONE_THING:
            english, answer = (ask(each, "get", address(route)) for each in (api, chinese))
            if english.status_code == 404:
                seen += 1
                assert not CHINESE.search(problem(english)["title"]), route
                assert CHINESE.search(problem(answer)["title"]), route

        assert seen > 8

    @pytest.mark.parametrize("body", [b"{", b"[]", b'"word"', b"null", b"\xff\xfe"])
    def test_who_is_refused_for_nonsense_has_written_nothing(self, api, body):
        for route in OWN:
            cache.clear()
            before = picture()
            answer = api.generic(
                "POST", address(route), body, content_type="application/json", headers=KEY
            )

            # What takes no body at all may go on: it was asked for by its address.
            assert answer.status_code < 500, route
            if answer.status_code >= 400:
                problem(answer)
                assert picture() == before, route


class TestStaff:
    def test_has_nothing_to_do_here(self):
        mei = APIClient(headers={"accept-language": "en"})
        mei.force_authenticate(cast.officer())
        for route in OWN:
            for method in ("get", "post"):
                with nothing_written():
                    answer = ask(mei, method, address(route))

                assert answer.status_code in {403, 405}, f"{method} {route}"
                problem(answer)


class TestLists:
    @pytest.fixture
    def drafts(self, lin) -> list[str]:
        return [builders.draft(lin, key=f"key-{number}").public_id for number in range(7)]

    @pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 100])
    def test_give_everything_once_newest_first_whatever_the_page(self, api, drafts, size):
        found, path = [], f"/api/v1/applications?page_size={size}"
        while path:
            page = api.get(path).json()
            assert len(page["results"]) <= size
            found += [each["id"] for each in page["results"]]
            path = page["next"]

        assert found == drafts[::-1]

    def test_lead_back_the_way_they_came(self, api, drafts):
        first = api.get("/api/v1/applications?page_size=3").json()
        second = api.get(first["next"]).json()

        assert api.get(second["previous"]).json()["results"] == first["results"]

    @pytest.mark.parametrize("size", ["0", "-1", "x", "1e3", "1000000"])
    def test_of_an_impossible_size_are_of_a_usual_one(self, api, drafts, size):
        assert len(api.get(f"/api/v1/applications?page_size={size}").json()["results"]) == 7

    @pytest.mark.parametrize("name", LISTS)
    def test_of_nothing_are_a_page_of_nothing(self, api, name):
        assert api.get(f"/api/v1/{name}").json() == {"next": None, "previous": None, "results": []}

    def test_hold_only_what_is_ones_own(self, drafts):
        zhao = doors.api_of(builders.person("Zhao"))

        assert zhao.get("/api/v1/applications").json()["results"] == []

    def test_of_another_person_are_not_reached_by_their_cursor(self, api, drafts):
        """A cursor says where a page begins, never whose it is."""
        lins = api.get("/api/v1/applications?page_size=2").json()["next"]
        zhao = doors.api_of(builders.person("Zhao"))

        assert zhao.get(lins).json()["results"] == []


class TestLanguage:
    @pytest.mark.parametrize(
        ("asked", "is_chinese"),
        [("zh-hans", True), ("zh-CN,zh;q=0.9", True), ("en", False), ("en-GB,en;q=0.5", False)],
    )
    def test_is_the_callers(self, lin, asked, is_chinese):
        client = APIClient(headers={"accept-language": asked})
        client.force_authenticate(accounts().get(pk=lin.account_id))

        answer = ask(client, "get", "/api/v1/loans/nowhere")

        assert bool(CHINESE.search(problem(answer)["title"])) is is_chinese

    def test_is_chinese_where_nobody_says(self, lin):
        client = APIClient()
        client.force_authenticate(accounts().get(pk=lin.account_id))
        accounts().update(language="")

        assert CHINESE.search(problem(ask(client, "get", "/api/v1/loans/nowhere"))["title"])

    def test_changes_no_code_no_status_and_no_amount(self, api, lin):
        body = {"product": "DAILY", "amount_fen": 1, "term_months": 3}
        english = problem(ask(api, "post", "/api/v1/applications", data=body))
        chinese = problem(ask(in_chinese(lin), "post", "/api/v1/applications", data=body))

        assert (english["code"], english["status"]) == (chinese["code"], chinese["status"])
        assert re.findall(r"[\d,.]+\d", english["title"]) == re.findall(
            r"[\d,.]+\d", chinese["title"]
        )
