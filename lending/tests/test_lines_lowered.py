"""A limit that was lowered: its owner is told, and reads why and what to do, at every door."""

import pytest
from django.db import transaction
from django.utils import translation

from borrowers.messages.models import Message
from common.actors import Actor
from lending.lines import actions as lines
from lending.lines import limits, queries, reasons
from lending.lines.contracts import Lowered
from lending.lines.models import CreditLine
from lending.tests import builders, doors
from lending.tests.rewarding import staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


@pytest.fixture
def line(lin):
    builders.room(lin.id, limit_fen=500_000)
    return CreditLine.objects.get()


def by_hand(line: CreditLine, limit_fen: int, *, reason: str = "RISK", key: str = "one") -> None:
    asked = limits.propose(
        line_id=line.pk, limit_fen=limit_fen, reason=reason, request_key=key, by=staff("Mei")
    )
    limits.approve(proposal_id=asked.pk, by=staff("Chen"))


def told() -> list[dict[str, object]]:
    rows = Message.objects.filter(template="LINE_LOWERED").order_by("pk")
    return list(rows.values_list("facts", flat=True))


class TestTheMessage:
    def test_says_what_it_was_and_is_once(self, line):
        by_hand(line, 200_000)

        assert told() == [{"before_fen": 500_000, "limit_fen": 200_000}]

    def test_comes_for_a_decision_too(self, lin, line):
        builders.room(lin.id, limit_fen=300_000)

        assert told() == [{"before_fen": 500_000, "limit_fen": 300_000}]

    @pytest.mark.parametrize("limit_fen", [500_000, 900_000])
    def test_does_not_come_for_the_same_or_more(self, line, limit_fen):
        by_hand(line, limit_fen)

        assert told() == []
        assert queries.lowered(line.pk) is None

    def test_does_not_come_for_what_nobody_approved(self, line):
        limits.propose(
            line_id=line.pk, limit_fen=1, reason="RISK", request_key="one", by=staff("Mei")
        )

        assert told() == []
        assert queries.lowered(line.pk) is None


class TestTheReason:
    @pytest.mark.parametrize("reason", ["RISK", "WISH", "INCOME", "ALERT", "CLEARED"])
    def test_of_a_limit_by_hand_is_what_staff_named(self, line, reason):
        by_hand(line, 200_000, reason=reason)

        assert queries.lowered(line.pk) == Lowered(500_000, 200_000, reason)
        assert reasons.words(reason) == reasons.LOWERED[reason]

    def test_of_a_decision_is_the_decision(self, lin, line):
        builders.room(lin.id, limit_fen=300_000)

        assert queries.lowered(line.pk) == Lowered(500_000, 300_000, "DECISION")

    def test_is_the_newest_and_ends_when_the_limit_rises(self, line):
        by_hand(line, 200_000)
        by_hand(line, 100_000, reason="WISH", key="two")
        assert queries.lowered(line.pk) == Lowered(200_000, 100_000, "WISH")

        by_hand(line, 400_000, reason="INCOME", key="three")

        assert queries.lowered(line.pk) is None

    def test_that_nobody_knows_is_told_as_a_decision(self):
        assert reasons.words("SOMETHING_OLD") == reasons.LOWERED["DECISION"]


class TestTheDoors:
    def test_the_start_page_says_why_and_what_to_do(self, lin, line):
        by_hand(line, 200_000)

        page = doors.shown(doors.web_of(lin).get("/home/"))

        for words in ("5,000.00", "2,000.00", "more risk", "ask a person to look again"):
            assert words in page

    def test_the_start_page_says_it_also_where_nothing_is_left(self, lin, line):
        by_hand(line, 0)

        assert "more risk" in doors.shown(doors.web_of(lin).get("/home/"))

    def test_the_start_page_says_nothing_where_nothing_was_lowered(self, lin, line):
        assert "Your limit was" not in doors.shown(doors.web_of(lin).get("/home/"))

    def test_the_api_says_it_in_figures_and_in_words(self, lin, line):
        api = doors.api_of(lin)
        assert api.get("/api/v1/line").json()["lowered"] is None
        by_hand(line, 200_000)

        found = api.get("/api/v1/line").json()["lowered"]

        assert (found["before_fen"], found["limit_fen"]) == (500_000, 200_000)
        assert found["reason"] == "RISK"
        with translation.override("en"):
            assert found["words"]
            assert found["advice"]

    def test_the_message_is_read_in_the_app(self, lin, line):
        by_hand(line, 200_000)

        page = doors.shown(doors.web_of(lin).get("/messages/"))

        assert "¥5,000.00" in page
        assert "¥2,000.00" in page


def test_only_staff_lower_a_limit_by_hand(lin, line):
    with pytest.raises(limits.LineFourEyesNeeded):
        limits.propose(
            line_id=line.pk, limit_fen=1, reason="RISK", request_key="one",
            by=Actor(kind="BORROWER", account_id=lin.account_id),
        )  # fmt: skip

    assert told() == []


def test_what_is_not_kept_is_not_told(line):
    with transaction.atomic():
        locked = lines.lock_of(borrower_id=line.borrower_id)
        lines.change(line=locked, limit_fen=1, subject="proposal:0")
        transaction.set_rollback(True)

    assert told() == []
