"""Pages for when something is wrong, what every page knows, and the gallery of components."""

import pytest
from django.db import connections
from django.test import Client, RequestFactory
from django.urls import reverse

from borrowers.messages import actions as messages
from borrowers.people.queries import account_by_phone
from borrowers.tests import cast
from common.transactions import durable
from config import pages


@pytest.fixture
def english() -> Client:
    return Client(headers={"accept-language": "en"}, raise_request_exception=False)


def browser_of(name: str) -> Client:
    account = account_by_phone(cast.PHONES[name])
    assert account is not None
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


class TestErrorPages:
    def test_say_that_there_is_no_such_page(self, english):
        page = english.get("/no/such/page")

        assert page.status_code == 404
        assert "We could not find that page" in page.content.decode()

    def test_say_that_a_host_is_not_ours(self, english):
        page = english.get("/healthz", headers={"host": "elsewhere.example"})

        assert page.status_code == 400
        assert "elsewhere.example" not in page.content.decode()

    def test_say_that_a_form_was_open_for_too_long(self):
        strict = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})

        page = strict.post(reverse("account_login"), {"login": "x"})

        assert page.status_code == 403
        assert "This page was open for too long" in page.content.decode()

    @pytest.mark.parametrize(
        ("view", "status", "words"),
        [
            (pages.bad_request, 400, "We could not read that request"),
            (pages.forbidden, 403, "This page is not open to you"),
            (pages.not_found, 404, "We could not find that page"),
        ],
    )
    def test_have_a_status_each_and_say_nothing_of_the_cause(self, rf, view, status, words):
        page = view(rf.get("/x"), ValueError("Lin Yue 13900000001"))

        assert page.status_code == status
        assert "13900000001" not in page.content.decode()
        assert words in page.content.decode() or "zh-Hans" in page.content.decode()

    def test_of_our_own_fault_needs_no_database_and_no_session(self, rf):
        request = rf.get("/home/")

        page = pages.server_error(request)

        assert page.status_code == 500
        assert '<main id="main"' in page.content.decode()

    @pytest.mark.parametrize("path", ["/api/v1/no-such-thing", "/_allauth/no-such-thing"])
    def test_for_programs_are_problem_documents(self, english, path):
        answer = english.get(path)

        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json() == {
            "type": "/problems/not-found",
            "title": "not-found",
            "status": 404,
        }

    @pytest.mark.commits
    def test_come_even_when_the_database_is_gone(self, english):
        connections.close_all()
        connections.databases["default"]["NAME"] = "no_such_database"
        connections["default"].settings_dict["NAME"] = "no_such_database"
        english.cookies["sessionid"] = "a-session-that-must-be-looked-up"

        page = english.get(reverse("lending:start"))

        assert page.status_code == 500
        assert '<main id="main"' in page.content.decode()


@pytest.mark.django_db
class TestEveryPage:
    def context(self, user: object = None) -> dict[str, object]:
        request = RequestFactory().get("/")
        if user is not None:
            request.user = user  # type: ignore[assignment]  # as the middleware does
        return pages.site(request)

    def test_knows_whom_to_ask_and_that_this_is_a_demonstration(self):
        assert self.context()["privacy_contact"] == "privacy@mingzhang.example"
        assert self.context()["demonstration"] is True

    def test_counts_unread_messages_of_the_borrower_by_one_question(
        self, django_assert_num_queries
    ):
        lin = cast.borrower("Lin")
        durable_send(lin.id, "one")
        durable_send(lin.id, "two")
        count = self.context(account_by_phone(cast.PHONES["Lin"]))["unread_messages"]

        with django_assert_num_queries(1):
            assert [count(), count()] == [2, 2]  # type: ignore[operator]  # templates call it

    def test_counts_nothing_for_staff_and_strangers(self, django_assert_num_queries):
        staff = cast.officer()

        with django_assert_num_queries(0):
            assert self.context(staff)["unread_messages"]() == 0  # type: ignore[operator]  # a lazy value of the menu is called
            assert self.context()["unread_messages"]() == 0  # type: ignore[operator]  # a lazy value of the menu is called

    def test_shows_the_number_in_the_masthead(self):
        lin = cast.borrower("Lin")
        durable_send(lin.id, "one")

        page = browser_of("Lin").get(reverse("lending:start"))

        assert '<span class="badge">1' in page.content.decode()

    def test_of_a_person_is_never_kept_by_a_cache(self):
        cast.borrower("Lin")
        client = browser_of("Lin")

        assert "no-store" in client.get(reverse("lending:start"))["Cache-Control"]
        token = {"X-Session-Token": str(client.session.session_key)}
        mobile = Client().get("/api/v1/me", headers=token)
        assert mobile.status_code == 200
        assert "no-store" in mobile["Cache-Control"]

    def test_forbids_scripts_that_we_did_not_send(self):
        cast.borrower("Lin")

        policy = browser_of("Lin").get(reverse("lending:start"))["Content-Security-Policy"]

        assert "unsafe" not in policy

    def test_of_staff_may_evaluate_its_expressions_and_nothing_from_elsewhere(self):
        staff = Client()
        staff.force_login(cast.officer())

        policy = staff.get(reverse("admin:index"))["Content-Security-Policy"]

        assert "'unsafe-eval'" in policy
        assert "script-src 'self'" in policy
        assert "http" not in policy


def durable_send(borrower_id: int, key: str) -> None:
    durable(messages.send)(
        borrower_id=borrower_id, template="OFFER_READY", facts={}, message_key=key
    )


class TestGallery:
    def test_shows_every_component_in_a_demonstration(self, english):
        page = english.get("/demo/gallery/")

        assert page.status_code == 200
        assert "You can borrow" in page.content.decode()
