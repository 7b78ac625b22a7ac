"""Signing up and in: a phone and six digits; pages never tell who has an account."""

import re
from urllib.parse import unquote

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from borrowers.messages import queries as messages
from borrowers.people import queries as people
from borrowers.people.models import Account, Borrower
from borrowers.tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_rate_limits():
    cache.clear()


@pytest.fixture
def phone() -> Client:
    return Client(headers={"accept-language": "en"})


def latest_code() -> str:
    found = re.match(r"\d{6}", messages.outbox()[0].words)
    assert found is not None
    return found[0]


def sign_up(client: Client, number: str = "13900000001"):
    client.post(reverse("account_signup"), {"phone": number})
    return client.post(reverse("account_verify_phone"), {"code": latest_code()}, follow=True)


class TestSignUp:
    def test_opens_an_account_with_its_borrower_once_the_code_comes_back(self, phone):
        page = sign_up(phone)

        assert page.request["PATH_INFO"] == reverse("lending:start")
        account = people.account_by_phone("13900000001")
        assert account is not None
        assert account.phone_verified
        assert account.language == "en"
        assert people.borrower_of(account.pk) is not None

    def test_does_not_let_a_wrong_code_in(self, phone):
        phone.post(reverse("account_signup"), {"phone": "13900000001"})
        wrong = "000000" if latest_code() != "000000" else "111111"

        page = phone.post(reverse("account_verify_phone"), {"code": wrong})

        assert page.status_code == 200
        assert phone.get(reverse("lending:start")).status_code == 302
        assert not Account.objects.get().phone_verified

    @pytest.mark.parametrize("number", ["", "12345", "+4915112345678", "hello"])
    def test_refuses_what_is_no_mobile_number_and_opens_nothing(self, phone, number):
        page = phone.post(reverse("account_signup"), {"phone": number})

        assert page.status_code == 200
        assert page.context["form"].errors
        assert not Account.objects.exists()
        assert messages.outbox() == []

    def test_with_a_known_number_looks_the_same_and_opens_nothing(self, phone):
        cast.borrower("Lin")

        known = phone.post(reverse("account_signup"), {"phone": "13900000001"}, follow=True)
        unknown = Client().post(reverse("account_signup"), {"phone": "13900000002"}, follow=True)

        assert known.request["PATH_INFO"] == unknown.request["PATH_INFO"]
        assert Borrower.objects.count() == 2
        texts = {each.phone: each.words for each in messages.outbox()}
        assert "account already" in texts["+8613900000001"]
        assert re.match(r"\d{6}", texts["+8613900000002"])


class TestSignIn:
    def ask(self, client: Client, number: str):
        return client.post(reverse("account_request_login_code"), {"phone": number}, follow=True)

    def test_by_code_opens_the_start_page(self, phone):
        cast.borrower("Lin")

        self.ask(phone, "139 0000 0001")
        page = phone.post(
            reverse("account_confirm_login_code"), {"code": latest_code()}, follow=True
        )

        assert page.request["PATH_INFO"] == reverse("lending:start")
        assert Account.objects.get().phone_verified

    def test_with_an_unknown_number_looks_the_same(self, phone):
        cast.borrower("Lin")

        known = self.ask(phone, "13900000001")
        unknown = self.ask(Client(headers={"accept-language": "en"}), "13900000002")

        assert known.request["PATH_INFO"] == unknown.request["PATH_INFO"]
        assert known.status_code == unknown.status_code == 200
        texts = {each.phone: each.words for each in messages.outbox()}
        assert "has no account" in texts["+8613900000002"]
        assert Borrower.objects.count() == 1

    def test_stops_guessing_after_a_few_wrong_codes(self, phone):
        cast.borrower("Lin")
        self.ask(phone, "13900000001")
        code = latest_code()
        wrong = "000000" if code != "000000" else "111111"

        for _ in range(3):
            phone.post(reverse("account_confirm_login_code"), {"code": wrong})
        phone.post(reverse("account_confirm_login_code"), {"code": code})

        assert phone.get(reverse("lending:start")).status_code == 302

    def test_stops_sending_codes_to_one_number_without_end(self, phone):
        cast.borrower("Lin")

        for _ in range(6):
            self.ask(Client(), "13900000001")

        assert len(messages.outbox()) == 3

    def test_of_a_closed_account_is_refused(self, phone):
        cast.borrower("Lin")
        Account.objects.update(is_active=False)

        self.ask(phone, "13900000001")
        phone.post(reverse("account_confirm_login_code"), {"code": latest_code()})

        assert phone.get(reverse("lending:start")).status_code == 302


class TestStaff:
    def password(self, client: Client, password: str = "a long enough password"):
        return client.post(
            reverse("account_login"),
            {"login": "13900000004", "password": password},
            query_params={"next": reverse("admin:index")},
            follow=True,
        )

    def test_sign_in_by_password_and_then_a_code(self, phone):
        cast.officer()

        self.password(phone)
        assert phone.get(reverse("admin:index")).status_code == 302
        phone.post(reverse("account_confirm_login_code"), {"code": latest_code()})

        assert phone.get(reverse("admin:index")).status_code == 200

    def test_who_open_the_workbench_are_asked_for_their_password_first(self, phone):
        page = phone.get(reverse("admin:index"), follow=True)

        assert page.request["PATH_INFO"] == reverse("account_login")
        assert unquote(page.request["QUERY_STRING"]) == f"next={reverse('admin:index')}"
        assert 'type="password"' in page.content.decode()

    def test_find_no_other_door_that_takes_a_password_alone(self, phone):
        mei = cast.officer()

        phone.post(
            reverse("admin:login"),
            {"username": mei.public_id, "password": "a long enough password"},
        )

        assert phone.get(reverse("admin:index")).status_code == 302

    def test_sign_in_does_not_lead_borrowers_to_the_workbench(self, phone):
        sign_up(phone)

        assert phone.get(reverse("admin:index"), follow=True).status_code == 403

    def test_are_not_let_in_by_a_code_alone(self, phone):
        cast.officer()

        phone.post(reverse("account_request_login_code"), {"phone": "13900000004"})
        page = phone.post(
            reverse("account_confirm_login_code"), {"code": latest_code()}, follow=True
        )

        assert page.request["PATH_INFO"] == reverse("account_login")
        assert phone.get(reverse("admin:index")).status_code == 302

    def test_are_not_let_in_by_a_wrong_password(self, phone):
        cast.officer()

        self.password(phone, "a wrong password")

        assert messages.outbox() == []
        assert phone.get(reverse("admin:index")).status_code == 302

    def test_who_open_a_borrowers_page_are_led_to_their_workbench(self, phone):
        mei = cast.officer()
        phone.force_login(mei)

        assert phone.get(reverse("lending:start")).headers["Location"] == reverse("admin:index")


class TestANewNumber:
    """Changing the phone: nothing moves before the code has come back from the new one."""

    @pytest.fixture
    def lin(self, phone) -> Account:
        sign_up(phone)
        return Account.objects.get()

    def ask(self, client: Client, number: str):
        return client.post(
            reverse("account_change_phone"), {"phone": number, "action_add": "1"}, follow=True
        )

    def test_is_taken_over_with_its_code(self, phone, lin):
        self.ask(phone, "13900000002")
        assert Account.objects.get().phone == cast.PHONES["Lin"]

        phone.post(reverse("account_verify_phone"), {"code": latest_code()})

        assert Account.objects.get().phone == cast.PHONES["Wei"]
        assert people.account_by_phone(cast.PHONES["Lin"]) is None

    def test_of_somebody_else_does_not_become_ones_own(self, phone, lin):
        cast.borrower("Wei")

        self.ask(phone, "13900000002")
        phone.post(reverse("account_verify_phone"), {"code": latest_code()})

        kept = people.account_by_phone(cast.PHONES["Lin"])
        assert kept is not None
        assert kept.pk == lin.pk


class TestTheText:
    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_with_the_code_begins_with_it_in_every_language(self, language):
        client = Client(headers={"accept-language": language})

        client.post(reverse("account_signup"), {"phone": "13900000001"})

        assert re.match(r"\d{6}\b", messages.outbox()[0].words)

    def test_goes_to_the_number_that_was_typed_and_to_no_other(self, phone):
        phone.post(reverse("account_signup"), {"phone": "139-0000-0001"})

        assert [each.phone for each in messages.outbox()] == [cast.PHONES["Lin"]]


class TestTheWayBack:
    def test_leads_to_the_page_that_was_wanted(self, phone):
        cast.borrower("Lin")
        wanted = phone.get(reverse("borrowers:privacy")).headers["Location"]

        phone.post(wanted, {"phone": "13900000001", "next": reverse("borrowers:privacy")})
        page = phone.post(
            reverse("account_confirm_login_code"),
            {"code": latest_code(), "next": reverse("borrowers:privacy")},
            follow=True,
        )

        assert page.request["PATH_INFO"] == reverse("borrowers:privacy")

    def test_does_not_lead_to_another_site(self, phone):
        cast.borrower("Lin")

        phone.post(
            reverse("account_request_login_code"),
            {"phone": "13900000001", "next": "https://elsewhere.example/"},
        )
        page = phone.post(
            reverse("account_confirm_login_code"),
            {"code": latest_code(), "next": "https://elsewhere.example/"},
        )

        assert page.headers["Location"] == reverse("lending:start")

    def test_is_closed_after_signing_out(self, phone):
        sign_up(phone)

        phone.post(reverse("account_logout"))

        assert phone.get(reverse("lending:start")).status_code == 302


class TestTheSession:
    def test_keeps_no_clear_phone_or_code(self, phone):
        phone.post(reverse("account_signup"), {"phone": "13900000001"})

        stored = Session.objects.get().session_data
        assert stored.startswith("s1$")
        assert "139" not in stored.split("$")[0]
