"""The start page as a person goes along: it knows what is done, and costs little to show."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from borrowers.behaviour import actions as behaviour
from borrowers.consent.purposes import AUTOMATED_DECISION, CONSUMPTION_RECORDS
from borrowers.people.models import Account
from borrowers.tests import cast
from borrowers.web.home import apply_url

pytestmark = pytest.mark.django_db

IDENTITY, CHOICES, RECORDS, APPLY = range(4)


@pytest.fixture
def lin():
    return cast.borrower("Lin")


@pytest.fixture
def phone(lin) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Account.objects.get(pk=lin.account_id))
    return client


def tasks(client):
    return client.get(reverse("lending:start")).context["tasks"]


def upload(card, count=3, content=b"a bill"):
    behaviour.upload_bill(
        borrower_id=card.id,
        reading=cast.reading([cast.event(number) for number in range(count)]),
        content=content,
        media_type="text/csv",
        by=cast.self_of(card),
    )


class TestTasks:
    def test_of_a_newcomer_lead_to_identity_and_lock_what_needs_more(self, phone):
        shown = tasks(phone)

        assert shown[RECORDS].url == ""
        assert shown[APPLY].url == ""

    def test_let_an_identified_person_apply_without_sharing_anything(self, lin, phone):
        cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)

        shown = tasks(phone)

        assert shown[APPLY].state == "TODO"
        assert shown[APPLY].url == apply_url()

    def test_are_done_when_everything_is_given(self, lin, phone):
        cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)
        cast.allow(lin, CONSUMPTION_RECORDS)
        cast.allow(lin, AUTOMATED_DECISION)
        upload(lin)

        assert [each.state for each in tasks(phone)] == ["DONE", "DONE", "DONE", "TODO"]

    def test_take_a_withdrawal_for_a_choice_and_press_nobody(self, lin, phone):
        cast.allow(lin, CONSUMPTION_RECORDS)
        upload(lin)

        cast.withdraw(lin)

        shown = tasks(phone)
        assert shown[CHOICES].state == "DONE"
        assert shown[RECORDS].state == "OPTIONAL"

    def test_show_the_way_back_after_a_withdrawal(self, lin, phone):
        cast.allow(lin)
        cast.withdraw(lin)

        records = tasks(phone)[RECORDS]
        assert records.url == reverse("borrowers:consents")
        assert "change your choice" in records.hint

    def test_do_not_take_old_bills_for_new_ones_after_a_new_consent(self, lin, phone):
        cast.allow(lin)
        upload(lin)
        cast.withdraw(lin)

        cast.allow(lin)

        assert tasks(phone)[RECORDS].state == "TODO"


class TestTheNextStep:
    def button(self, client) -> str:
        page = client.get(reverse("borrowers:consents")).content.decode()
        return str(page.rsplit('class="button" href="', 1)[1].split('"', 1)[0])

    def test_after_choosing_is_the_bills_when_they_may_be_read(self, lin, phone):
        cast.allow(lin)

        assert self.button(phone) == reverse("borrowers:sources")

    def test_after_refusing_is_the_application(self, lin, phone):
        cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)

        assert self.button(phone) == (apply_url() or reverse("lending:start"))

    def test_of_somebody_unknown_is_the_start_page(self, phone):
        assert self.button(phone) == reverse("lending:start")


def test_the_start_page_costs_the_same_with_one_bill_as_with_many(lin, phone):
    cast.allow(lin)
    upload(lin)
    tasks(phone)
    with CaptureQueriesContext(connection) as few:
        tasks(phone)
    for number in range(5):
        upload(lin, count=number + 4, content=f"bill {number}".encode())

    with CaptureQueriesContext(connection) as many:
        tasks(phone)

    assert len(many) == len(few)


def test_every_page_stays_small_enough_for_a_slow_network(lin, phone):
    cast.allow(lin)
    upload(lin, count=90)

    pages = ("identity", "consents", "sources", "messages", "privacy")
    for name in ("lending:start", *(f"borrowers:{each}" for each in pages)):
        page = phone.get(reverse(name))
        assert len(page.content) < 40_000
