"""The inbox, and the outbox that exists in a demonstration only."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from borrowers.messages import actions, queries
from borrowers.people.models import Account
from borrowers.tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def lin():
    return cast.borrower("Lin")


def inbox_of(card):
    client = Client(headers={"accept-language": "en"})
    client.force_login(Account.objects.get(pk=card.account_id))
    return client.get(reverse("borrowers:messages")).content.decode()


def send(card):
    with transaction.atomic():
        actions.send(
            borrower_id=card.id,
            template="REPAYMENT_RECEIVED",
            facts={"amount_fen": 123_456},
            message_key="repayment:1",
        )


class TestInbox:
    def test_shows_the_note_in_words_and_marks_it_read(self, lin):
        send(lin)

        shown = inbox_of(lin)

        assert "We have received ¥1,234.56." in shown
        assert queries.unread_count(lin.id) == 0

    def test_of_somebody_else_shows_nothing_and_leaves_it_unread(self, lin):
        send(lin)

        shown = inbox_of(cast.borrower("Zhao"))

        assert "We have received" not in shown
        assert "No messages yet" in shown
        assert queries.unread_count(lin.id) == 1


class TestOutbox:
    def outbox(self):
        return Client(headers={"accept-language": "en"}).get(reverse("borrowers:outbox"))

    def test_shows_the_code_and_covers_the_number(self):
        actions.text_out(phone=cast.PHONES["Lin"], words="123456 is your code.")

        page = self.outbox()

        shown = page.content.decode()
        assert "123456 is your code." in shown
        assert "139****0001" in shown
        assert "13900000001" not in shown

    def test_does_not_exist_outside_a_demonstration(self, settings):
        settings.DEMONSTRATION = False
        actions.text_out(phone=cast.PHONES["Lin"], words="123456 is your code.")

        page = self.outbox()

        assert page.status_code == 404
        assert "123456" not in page.content.decode()
