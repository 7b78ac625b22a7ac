"""Too many sign-ups from one address: a kind page or a plain JSON, never a broken page."""

from http import HTTPStatus

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from borrowers.messages import queries as messages
from borrowers.people import queries as people

pytestmark = pytest.mark.django_db

A_MINUTES_WORTH = 20
HEADLESS = "/_allauth/app/v1/auth/signup"


@pytest.fixture(autouse=True)
def _fresh_rate_limits():
    cache.clear()
    yield
    cache.clear()


def ask_on_a_page(number: int):
    client = Client(headers={"accept-language": "en"})
    return client.post(reverse("account_signup"), {"phone": f"1390000{number:04d}"})


def ask_by_api(number: int):
    body = {"phone": f"1390000{number:04d}"}
    return Client().post(HEADLESS, body, content_type="application/json")


def test_a_family_behind_one_address_can_sign_up_within_a_minute():
    answers = [ask_on_a_page(number) for number in range(A_MINUTES_WORTH)]

    assert {answer.status_code for answer in answers} == {HTTPStatus.FOUND}
    assert len(messages.outbox()) == A_MINUTES_WORTH


def test_the_next_one_is_asked_to_wait_and_no_account_is_opened():
    for number in range(A_MINUTES_WORTH):
        ask_on_a_page(number)

    late = ask_on_a_page(A_MINUTES_WORTH)

    assert late.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "Wait a minute" in late.content.decode()
    assert people.account_by_phone(f"1390000{A_MINUTES_WORTH:04d}") is None


def test_a_mobile_client_is_told_the_same_in_json():
    for number in range(A_MINUTES_WORTH):
        ask_by_api(number)

    late = ask_by_api(A_MINUTES_WORTH)

    assert late.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert late.json() == {"status": 429}


@pytest.mark.parametrize(
    ("ask", "first_status"),
    [(ask_on_a_page, HTTPStatus.FOUND), (ask_by_api, HTTPStatus.UNAUTHORIZED)],
)
def test_a_second_text_to_the_same_phone_within_half_a_minute_is_not_sent(ask, first_status):
    """The account stands by then: its holder signs in by code, which has a limit of its own."""
    first, again = ask(7), ask(7)

    assert first.status_code == first_status
    assert again.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert len(messages.outbox()) == 1
