"""Messages: once for each key, no personal detail inside, words in the reader's language."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import translation

from borrowers.messages import actions, queries
from borrowers.messages.models import Message, OutgoingText
from borrowers.messages.templates import TEMPLATES, missing_facts, wording
from borrowers.tests import cast
from common.clock import now
from common.templatetags.dates import day

pytestmark = pytest.mark.django_db


def send(card, template="REPAYMENT_RECEIVED", key="repayment:1", **facts):
    with transaction.atomic():
        actions.send(
            borrower_id=card.id,
            template=template,
            facts=facts or {"amount_fen": 123_456},
            message_key=key,
        )


class TestSend:
    def test_reaches_the_inbox_once_for_each_key(self):
        lin = cast.borrower("Lin")

        send(lin)
        send(lin)
        send(lin, key="repayment:2")

        assert [each.template for each in queries.inbox(lin.id)] == ["REPAYMENT_RECEIVED"] * 2
        assert queries.unread_count(lin.id) == 2

    def test_reaches_nobody_else(self):
        send(cast.borrower("Lin"))

        assert queries.inbox(cast.borrower("Zhao").id) == []

    def test_without_its_facts_is_a_mistake_and_writes_nothing(self):
        lin = cast.borrower("Lin")

        with pytest.raises(ValueError, match="amount_fen"):
            send(lin, points=3)

        assert not Message.objects.exists()

    def test_of_an_unknown_template_is_a_mistake(self):
        lin = cast.borrower("Lin")

        with pytest.raises(KeyError):
            send(lin, template="BUY_NOW")

    def test_is_unread_until_the_person_has_looked(self):
        lin = cast.borrower("Lin")
        send(lin)

        actions.mark_read(borrower_id=lin.id)

        assert queries.unread_count(lin.id) == 0


class TestTextOut:
    def test_lies_sealed_and_is_shown_in_the_outbox(self):
        actions.text_out(phone=cast.PHONES["Lin"], words="123456 is your code.")

        (shown,) = queries.outbox()
        assert (shown.phone, shown.words) == (cast.PHONES["Lin"], "123456 is your code.")
        with connection.cursor() as cursor:
            cursor.execute("SELECT row::text FROM borrowers_outgoingtext AS row")
            (row,) = cursor.fetchone()
        assert "123456" not in row
        assert "139" not in row.split("p1$")[0]

    def test_of_yesterday_is_gone(self):
        actions.text_out(phone=cast.PHONES["Lin"], words="an old code")
        OutgoingText.objects.update(sent_at=now() - timedelta(days=1, minutes=1))

        actions.text_out(phone=cast.PHONES["Lin"], words="a new code")

        assert [each.words for each in queries.outbox()] == ["a new code"]


class TestWording:
    def test_amounts_rates_and_days_read_as_people_write_them(self):
        assert wording("REPAYMENT_RECEIVED", {"amount_fen": 123_456}, str).body == (
            "We have received ¥1,234.56."
        )
        due = {"amount_fen": 5_000, "due_on": "2026-12-05"}
        for language, said in (("en", "Dec. 5, 2026"), ("zh-hans", "2026年12月5日")):
            with translation.override(language):
                body = wording("INSTALMENT_DUE_SOON", due, translation.gettext, day).body
            assert said in body
        assert "120 points" in wording("POINTS_EARNED", {"points": 120}, str).body

    @pytest.mark.parametrize("code", TEMPLATES)
    def test_every_template_can_be_said_with_its_facts(self, code):
        facts = {key: "2026-12-20" if key.endswith("_on") else 5 for key in TEMPLATES[code].facts}

        said = wording(code, facts, str)

        assert missing_facts(code, facts) == []
        assert said.title
        assert "%(" not in said.title + said.body
