"""Notices: what is queued, how it is signed, when it is sent again, when it is given up."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from simulation.bank import notices
from simulation.bank.book import Book
from simulation.bank.notices import Happening, Notice
from simulation.bank.testing import listening

NOON = 1_790_000_000.0
ACCEPTED = NOON - 5
SECRET = "whsec_" + "c2FuZGJveC1iYW5rLXNlY3JldC1mb3ItdGVzdHM="
URL = "http://127.0.0.1:1/webhooks/bank"
PAID = Happening("D-lin-1", "SUCCEEDED", 500_00, "SBK1", NOON)


@pytest.fixture
def connection(tmp_path):
    book = Book(tmp_path / "bank.sqlite3")
    with book.transaction() as opened:
        yield opened
    book.close()


def schedule(connection, **misbehaviour: float):
    notices.schedule(
        connection,
        PAID,
        notify_url=URL,
        misbehaviour=misbehaviour,
        accepted_at=ACCEPTED,
        now=NOON,
    )


def queued(connection):
    rows = connection.execute("SELECT * FROM notice ORDER BY due_at, id").fetchall()
    return [(row["due_at"] - NOON, json.loads(row["body"])) for row in rows]


def first(connection, *, now=NOON) -> Notice:
    notice = notices.due(connection, now=now)
    assert notice is not None
    return notice


class TestSchedule:
    def test_a_settled_transfer_is_told_once_and_at_once(self, connection):
        schedule(connection)
        [(delay, body)] = queued(connection)

        assert delay == 0
        assert body == {
            "event_id": body["event_id"],
            "out_trade_no": "D-lin-1",
            "state": "SUCCEEDED",
            "amount_fen": 500_00,
            "bank_reference": "SBK1",
            "occurred_at": "2026-09-21T14:13:20.000+00:00",
        }

    def test_every_event_has_an_id_of_its_own(self, connection):
        schedule(connection)
        schedule(connection)

        assert len({body["event_id"] for _, body in queued(connection)}) == 2

    def test_a_late_notice_waits(self, connection):
        schedule(connection, late_webhook=60)

        assert notices.due(connection, now=NOON + 59) is None
        assert notices.next_due_at(connection) == NOON + 60
        assert notices.due(connection, now=NOON + 60) is not None

    def test_a_duplicate_is_the_same_event_three_times_once_of_them_late(self, connection):
        schedule(connection, duplicate_webhook=7)
        told = queued(connection)

        assert [delay for delay, _ in told] == [0, 0, 7]
        assert len({json.dumps(body) for _, body in told}) == 1

    def test_reordered_tells_the_beginning_after_the_end(self, connection):
        schedule(connection, reordered=2)
        [(_, end), (delay, beginning)] = queued(connection)

        assert (end["state"], beginning["state"], delay) == ("SUCCEEDED", "PROCESSING", 2)
        assert beginning["occurred_at"] < end["occurred_at"]
        assert beginning["event_id"] != end["event_id"]

    def test_a_wrong_amount_is_one_fen_off(self, connection):
        schedule(connection, wrong_amount=0)
        [(_, body)] = queued(connection)

        assert body["amount_fen"] == 500_01

    def test_misbehaviours_add_up(self, connection):
        schedule(connection, late_webhook=10, duplicate_webhook=1, reordered=2)

        assert [delay for delay, _ in queued(connection)] == [10, 10, 11, 12]


class TestDue:
    def test_nothing_is_due_in_an_empty_queue(self, connection):
        assert notices.due(connection, now=NOON) is None
        assert notices.next_due_at(connection) is None

    def test_the_longest_due_goes_first(self, connection):
        schedule(connection, late_webhook=5)
        schedule(connection)
        ids = [first(connection, now=NOON + 9).id]
        notices.record(connection, first(connection, now=NOON + 9), answer="200", now=NOON + 9)
        ids.append(first(connection, now=NOON + 9).id)

        assert ids == [2, 1]


class TestRecord:
    @pytest.mark.parametrize("answer", ["200", "202", "204"])
    def test_any_2xx_ends_it(self, connection, answer):
        schedule(connection)
        notices.record(connection, first(connection), answer=answer, now=NOON)

        assert notices.next_due_at(connection) is None

    @pytest.mark.parametrize("answer", ["301", "400", "409", "500", "ConnectionRefusedError"])
    def test_anything_else_is_tried_again_later(self, connection, answer):
        schedule(connection)
        notices.record(connection, first(connection), answer=answer, now=NOON)

        assert notices.due(connection, now=NOON) is None
        assert first(connection, now=NOON + 0.5).attempts == 1

    def test_it_is_given_up_after_a_bounded_number_of_attempts(self, connection):
        schedule(connection)
        now = NOON
        for _ in range(notices.MOST_ATTEMPTS):
            now += notices.LONGEST_RETRY_SECONDS
            notices.record(connection, first(connection, now=now), answer="500", now=now)

        assert notices.next_due_at(connection) is None
        states = [row["state"] for row in connection.execute("SELECT state FROM notice")]
        assert states == ["GIVEN_UP"]


class TestRetrySeconds:
    def test_the_first_retry_comes_soon(self):
        assert notices.retry_seconds(1) == notices.FIRST_RETRY_SECONDS

    @given(attempts=st.integers(1, 10_000))
    def test_it_never_shrinks_and_stays_bounded(self, attempts):
        wait = notices.retry_seconds(attempts)

        assert wait <= notices.retry_seconds(attempts + 1) <= notices.LONGEST_RETRY_SECONDS


class TestSending:
    def test_the_signature_is_that_of_the_public_specification(self):
        now = int(time.time())
        body = '{"amount_fen": 1}'
        ours = notices.signature(secret=SECRET, event_id="evt_1", sent_at_seconds=now, body=body)
        headers = {
            "webhook-id": "evt_1",
            "webhook-timestamp": str(now),
            "webhook-signature": ours,
        }

        assert Webhook(SECRET).verify(body, headers) == {"amount_fen": 1}

    def test_a_notice_arrives_signed_and_unchanged(self):
        with listening() as ear:
            notice = Notice(1, "evt_1", f"{ear.url}?from=bank", '{"amount_fen": 1}', 0)
            answer = notices.send(notice, secret=SECRET, now=time.time())
            [heard] = ear.heard

        assert answer == "200"
        assert heard.headers["webhook-id"] == "evt_1"
        assert heard.headers["Content-Type"] == "application/json"
        assert Webhook(SECRET).verify(heard.body, dict(heard.headers)) == {"amount_fen": 1}

    def test_the_answer_of_the_client_is_told(self):
        with listening() as ear:
            ear.answers.append(503)
            notice = Notice(1, "evt_1", ear.url, "{}", 0)

            assert notices.send(notice, secret=SECRET, now=NOON) == "503"

    def test_an_absent_client_is_no_trouble(self):
        with listening() as ear:
            url = ear.url
        notice = Notice(1, "evt_1", url, "{}", 0)

        assert notices.send(notice, secret=SECRET, now=NOON) == "ConnectionRefusedError"

    def test_a_client_that_makes_no_sense_is_no_trouble(self):
        with listening() as ear:
            # A status line that no HTTP client takes.
            ear.answers.append(99999)
            notice = Notice(1, "evt_1", ear.url, "{}", 0)

            assert notices.send(notice, secret=SECRET, now=NOON) == "BadStatusLine"
