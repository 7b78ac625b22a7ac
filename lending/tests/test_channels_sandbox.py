"""The sandbox adapter against the real bank in a child process, and against a network gone bad."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import public_ids
from lending.channels import signatures
from lending.channels.contracts import TransferAnswer, TransferRequest, WebhookNotice
from lending.channels.sandbox import NoticeUnreadable, SandboxBank, checked_base_url, read_notice
from lending.channels.signatures import SignatureRefused
from simulation.bank.testing import listening, running_bank

NOW = datetime(2026, 9, 21, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def bank():
    with running_bank() as opened:
        yield opened


@pytest.fixture
def channel(bank):
    bank.faults("none")
    with SandboxBank(base_url=bank.base_url, api_key=bank.api_key) as opened:
        yield opened


@pytest.fixture
def request_of_lin():
    """Each test asks under a number and for an account of its own; they share one bank."""
    name = public_ids.new()
    return TransferRequest(f"D-{name}-1", "PAY_OUT", f"person:{name}", 500_00, "")


class TestSubmit:
    def test_the_bank_takes_it_and_says_its_reference(self, bank, channel, request_of_lin):
        answer = channel.submit(request_of_lin)

        assert answer == TransferAnswer(
            request_of_lin.out_trade_no,
            "PROCESSING",
            bank_reference=bank.settled(request_of_lin.out_trade_no)["bank_reference"],
            amount_fen=500_00,
        )
        assert not answer.is_final
        assert bank.balance_fen(request_of_lin.account) == 20_500_00

    def test_asked_twice_it_moves_money_once(self, bank, channel, request_of_lin):
        channel.submit(request_of_lin)
        bank.settled(request_of_lin.out_trade_no)
        again = channel.submit(request_of_lin)

        assert again.outcome == "SUCCEEDED"
        assert again.is_final
        assert bank.balance_fen(request_of_lin.account) == 20_500_00

    def test_collecting_works_the_other_way(self, bank, channel, request_of_lin):
        channel.submit(replace(request_of_lin, kind="COLLECT"))
        bank.settled(request_of_lin.out_trade_no)

        assert bank.balance_fen(request_of_lin.account) == 19_500_00

    def test_another_content_under_the_same_number_stays_unknown(
        self, bank, channel, request_of_lin
    ):
        channel.submit(request_of_lin)
        answer = channel.submit(replace(request_of_lin, amount_fen=1))

        assert (answer.outcome, answer.reason) == ("UNKNOWN", "OTHER_CONTENT")
        assert bank.settled(request_of_lin.out_trade_no)["amount_fen"] == 500_00

    def test_what_the_bank_refuses_in_its_own_words_has_failed(self, bank, channel, request_of_lin):
        answer = channel.submit(replace(request_of_lin, account="vault:7"))

        assert (answer.outcome, answer.reason) == ("FAILED", "INVALID_FIELD")
        assert channel.query(request_of_lin.out_trade_no).outcome == "NOT_FOUND"

    def test_a_lost_answer_is_unknown_and_a_query_resolves_it(self, bank, channel, request_of_lin):
        bank.faults("lose_answer", account=request_of_lin.account, times=1)
        answer = channel.submit(request_of_lin)

        assert (answer.outcome, answer.amount_fen) == ("UNKNOWN", None)
        assert not answer.is_final
        bank.settled(request_of_lin.out_trade_no)
        assert channel.query(request_of_lin.out_trade_no).outcome == "SUCCEEDED"
        assert bank.balance_fen(request_of_lin.account) == 20_500_00

    def test_an_error_of_the_bank_is_unknown_and_the_same_number_goes_on(
        self, bank, channel, request_of_lin
    ):
        bank.faults("error_500", account=request_of_lin.account, times=1)
        answer = channel.submit(request_of_lin)

        assert (answer.outcome, answer.reason) == ("UNKNOWN", "OUT_OF_ORDER")
        assert channel.query(request_of_lin.out_trade_no).outcome == "NOT_FOUND"
        assert channel.submit(request_of_lin).outcome == "PROCESSING"

    def test_an_answer_that_comes_too_late_is_unknown(self, bank, request_of_lin):
        bank.faults("slow_answer", account=request_of_lin.account, times=1, seconds=5)
        with SandboxBank(
            base_url=bank.base_url, api_key=bank.api_key, read_seconds=0.2
        ) as impatient:
            answer = impatient.submit(request_of_lin)
            bank.settled(request_of_lin.out_trade_no)

            assert (answer.outcome, answer.reason) == ("UNKNOWN", "ReadTimeout")
            assert impatient.query(request_of_lin.out_trade_no).outcome == "SUCCEEDED"

    def test_a_wrong_key_is_unknown_not_failed(self, bank, request_of_lin):
        with SandboxBank(base_url=bank.base_url, api_key="wrong") as stranger:
            answer = stranger.submit(request_of_lin)

        assert (answer.outcome, answer.reason) == ("UNKNOWN", "UNAUTHORIZED")

    def test_a_killed_bank_is_unknown_and_answers_after_its_restart(self, request_of_lin):
        with (
            running_bank() as bank,
            SandboxBank(base_url=bank.base_url, api_key=bank.api_key) as channel,
        ):
            bank.faults("delay", times=1, seconds=1)
            channel.submit(request_of_lin)
            bank.kill()
            while_dead = [
                channel.submit(request_of_lin),
                channel.query(request_of_lin.out_trade_no),
            ]
            bank.start()
            bank.settled(request_of_lin.out_trade_no)

            assert [answer.outcome for answer in while_dead] == ["UNKNOWN", "UNKNOWN"]
            assert [answer.reason for answer in while_dead] == ["ConnectionError"] * 2
            assert channel.submit(request_of_lin).outcome == "SUCCEEDED"
            assert len(bank.statement()) == 1


class TestQuery:
    def test_a_delayed_transfer_is_in_progress(self, bank, channel, request_of_lin):
        bank.faults("delay", account=request_of_lin.account, times=1, seconds=0.3)
        channel.submit(request_of_lin)

        assert channel.query(request_of_lin.out_trade_no).outcome == "PROCESSING"
        bank.settled(request_of_lin.out_trade_no)
        assert channel.query(request_of_lin.out_trade_no).outcome == "SUCCEEDED"

    def test_a_failed_transfer_says_why(self, bank, channel, request_of_lin):
        channel.submit(replace(request_of_lin, kind="COLLECT", amount_fen=20_000_01))
        bank.settled(request_of_lin.out_trade_no)
        answer = channel.query(request_of_lin.out_trade_no)

        assert (answer.outcome, answer.reason) == ("FAILED", "INSUFFICIENT_FUNDS")
        assert answer.amount_fen == 20_000_01

    def test_an_unheard_of_number_is_not_found(self, channel):
        assert channel.query("D-nobody-1") == TransferAnswer("D-nobody-1", "NOT_FOUND")

    @pytest.mark.parametrize("number", ["", "../accounts/lender", "a/b", "x" * 65, "a?b=c"])
    def test_a_number_cannot_lead_elsewhere(self, channel, number):
        with pytest.raises(AssertionError):
            channel.query(number)


class TestStatement:
    def test_it_is_what_moved_and_adds_up(self, bank, channel, request_of_lin):
        before = channel.statement()
        since_id = before[-1].id if before else 0
        for part in range(3):
            number = f"{request_of_lin.out_trade_no}{part}"
            channel.submit(replace(request_of_lin, out_trade_no=number, amount_fen=1 + part))
            bank.settled(number)
        lines = channel.statement(since_id=since_id)

        assert [line.amount_fen for line in lines] == [1, 2, 3]
        assert {(line.kind, line.account) for line in lines} == {
            ("PAY_OUT", request_of_lin.account)
        }
        assert channel.statement() == before + lines

    def test_nothing_new_is_an_empty_statement(self, channel):
        lines = channel.statement()

        assert channel.statement(since_id=lines[-1].id if lines else 0) == ()

    def test_a_bank_that_cannot_be_heard_has_no_statement(self):
        with silent_port() as port, SandboxBank(**to(port)) as channel:
            assert channel.statement() is None

    def test_a_long_statement_is_read_to_its_end(self):
        pages = [
            page([line(1), line(2)], has_more=True),
            page([line(7)], has_more=True),
            page([], has_more=False),
        ]
        with network(pages) as port, SandboxBank(**to(port)) as channel:
            lines = channel.statement()

        assert lines is not None
        assert [one.id for one in lines] == [1, 2, 7]

    @pytest.mark.parametrize(
        "entries",
        [
            [{"id": 3}],
            ["line"],
            None,
            [{"id": 3, "kind": "GIFT", "amount_fen": 1}],
            [{"id": True, "kind": "COLLECT", "amount_fen": 1}],
            [{"id": 0, "kind": "COLLECT", "amount_fen": 1}],
        ],
    )
    def test_a_statement_that_makes_no_sense_is_none(self, entries):
        with network([page(entries, has_more=False)]) as port, SandboxBank(**to(port)) as channel:
            assert channel.statement() is None

    def test_a_statement_that_goes_in_circles_is_none(self):
        pages = [page([line(1)], has_more=True)] * 2
        with network(pages) as port, SandboxBank(**to(port)) as channel:
            assert channel.statement() is None


def line(number):
    return {
        "id": number,
        "out_trade_no": f"D-{number}",
        "bank_reference": "SBK",
        "kind": "COLLECT",
        "account": "person:lin",
        "amount_fen": 1,
    }


def page(entries, *, has_more):
    return answer_of(200, {"entries": entries, "has_more": has_more})


def answer_of(status, content, *, headers=""):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    head = f"HTTP/1.1 {status} Words\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    return f"{head}{headers}\r\n".encode() + body


def to(port):
    return {
        "base_url": f"http://127.0.0.1:{port}",
        "api_key": "the key",
        "connect_seconds": 1.0,
        "read_seconds": 1.0,
    }


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that listens and never takes a call."""
    with socket.socket() as ear:
        ear.bind(("127.0.0.1", 0))
        yield ear.getsockname()[1]


@contextmanager
def network(answers, *, heard=None) -> Iterator[int]:
    """A port that sends each of `answers`, whatever it is asked, one connection for each."""

    def speak():
        for answer in answers:
            line, _ = ear.accept()
            with line:
                line.settimeout(5)
                request = line.recv(65_536)
                if heard is not None:
                    heard.append(request)
                line.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as ear:
        ear.settimeout(5)
        speaker = threading.Thread(target=speak)
        speaker.start()
        try:
            yield ear.getsockname()[1]
        finally:
            speaker.join()


GOOD = {
    "out_trade_no": "D-lin-1",
    "kind": "PAY_OUT",
    "account": "person:lin",
    "amount_fen": 500_00,
    "state": "SUCCEEDED",
    "reason": "",
    "bank_reference": "SBK1",
}
REQUEST = TransferRequest("D-lin-1", "PAY_OUT", "person:lin", 500_00, "")

BAD_ANSWERS = {
    "nothing": b"",
    "no http": b"hello\r\n\r\n",
    "half a head": b"HTTP/1.1 202 Acc",
    "half a body": b"HTTP/1.1 202 A\r\nContent-Length: 900\r\n\r\n{",
    "bad length": b"HTTP/1.1 202 A\r\nContent-Length: x\r\n\r\n{}",
    "two lengths": b"HTTP/1.1 202 A\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "bad chunks": b"HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "bad gzip": answer_of(202, b"no gzip", headers="Content-Encoding: gzip\r\n"),
    "long header": b"HTTP/1.1 202 A\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    "no json": answer_of(202, b"<html>"),
    "a list": answer_of(202, [GOOD]),
    "deep json": answer_of(202, b"[" * 50_000),
    "empty object": answer_of(202, {}),
    "another number": answer_of(202, {**GOOD, "out_trade_no": "D-wei-1"}),
    "another amount": answer_of(202, {**GOOD, "amount_fen": 500_01}),
    "another account": answer_of(202, {**GOOD, "account": "person:wei"}),
    "another direction": answer_of(202, {**GOOD, "kind": "COLLECT"}),
    "unheard-of state": answer_of(202, {**GOOD, "state": "PERHAPS"}),
    "state as a list": answer_of(202, {**GOOD, "state": ["SUCCEEDED"]}),
    "too much": answer_of(202, {**GOOD, "padding": "x" * 1_100_000}),
    "another success": answer_of(200, GOOD),
    "redirect": answer_of(307, GOOD, headers="Location: http://127.0.0.1:1/\r\n"),
    "refusal by a stranger": answer_of(422, b"<html>"),
    "not found": answer_of(404, {}),
    "too many": answer_of(429, {}),
    "gateway": answer_of(502, b"<html>"),
}


class TestBadNetwork:
    @pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys())
    def test_whatever_is_not_the_agreed_answer_is_unknown(self, answer):
        with network([answer]) as port, SandboxBank(**to(port)) as channel:
            got = channel.submit(REQUEST)

        assert (got.out_trade_no, got.outcome) == ("D-lin-1", "UNKNOWN")
        assert 0 < len(got.reason) <= 40

    @pytest.mark.parametrize(
        "answer",
        [answer_of(404, {}), answer_of(404, b"<html>"), answer_of(202, GOOD), b"", b"\x00" * 99],
        ids=["empty 404", "a stranger's 404", "202", "nothing", "zeros"],
    )
    def test_a_query_believes_only_the_bank(self, answer):
        with network([answer]) as port, SandboxBank(**to(port)) as channel:
            assert channel.query("D-lin-1").outcome == "UNKNOWN"

    @settings(max_examples=40, deadline=None)
    @given(noise=st.binary(max_size=200), starts_well=st.booleans())
    def test_no_noise_raises_or_looks_like_success(self, noise, starts_well):
        answer = b"HTTP/1.1 202 Accepted\r\n" + noise if starts_well else noise
        with network([answer]) as port, SandboxBank(**to(port)) as channel:
            assert channel.submit(REQUEST).outcome == "UNKNOWN"

    def test_a_bank_that_takes_no_call_is_unknown(self):
        with silent_port() as port, SandboxBank(**to(port)) as channel:
            assert channel.submit(REQUEST).outcome == "UNKNOWN"

    def test_a_bank_that_says_nothing_is_unknown(self):
        with (
            socket.create_server(("127.0.0.1", 0)) as ear,
            SandboxBank(**{**to(ear.getsockname()[1]), "read_seconds": 0.1}) as channel,
        ):
            assert channel.submit(REQUEST).reason == "ReadTimeout"

    def test_a_redirect_is_not_followed(self, bank):
        before = bank.statement()
        location = f"Location: {bank.base_url}/transfers\r\n"
        answer = answer_of(307, {}, headers=location)
        with network([answer]) as port, SandboxBank(**to(port)) as channel:
            assert channel.submit(REQUEST).reason == "HTTP_307"

        assert bank.statement() == before


class TestEgress:
    def test_the_environment_cannot_reroute_it(self, bank, monkeypatch, request_of_lin):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        with SandboxBank(base_url=bank.base_url, api_key=bank.api_key) as channel:
            assert channel.submit(request_of_lin).outcome == "PROCESSING"

    def test_it_sends_the_key_and_keeps_no_cookie(self):
        heard: list[bytes] = []
        answer = answer_of(202, GOOD, headers="Set-Cookie: a=b\r\n")
        with network([answer, answer], heard=heard) as port, SandboxBank(**to(port)) as channel:
            assert channel.submit(REQUEST).outcome == "SUCCEEDED"
            channel.submit(REQUEST)

        assert all(b"Authorization: Bearer the key\r\n" in request for request in heard)
        assert all(b"ookie" not in request for request in heard)

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "bank",
            "127.0.0.1:8001",
            "ftp://bank",
            "file:///etc/passwd",
            "http://",
            "http://user:word@bank",
            "http://bank?x=1",
            "http://bank#x",
        ],
    )
    def test_an_address_that_is_none_is_refused_at_once(self, address):
        with pytest.raises(ValueError, match="address"):
            SandboxBank(base_url=address, api_key="k")

    @pytest.mark.parametrize("api_key", ["", "a\nb", "a\r\nX: y", "钥匙", " a", "a\x00"])
    def test_a_key_that_is_none_is_refused_at_once(self, api_key):
        with pytest.raises(ValueError, match="key"):
            SandboxBank(base_url="http://127.0.0.1:1", api_key=api_key)

    def test_a_last_slash_does_not_matter(self):
        assert checked_base_url("http://127.0.0.1:8001/") == "http://127.0.0.1:8001"


class TestTransferRequest:
    @pytest.mark.parametrize("number", ["", "x" * 65, "a b", "a/b", "编号", "a\n"])
    def test_a_number_is_a_plain_word(self, number):
        with pytest.raises(AssertionError):
            replace(REQUEST, out_trade_no=number)

    @pytest.mark.parametrize("amount_fen", [0, -1])
    def test_an_amount_is_positive(self, amount_fen):
        with pytest.raises(AssertionError):
            replace(REQUEST, amount_fen=amount_fen)


SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgYmFuaywgMzIgYnk="
NOTICE = {
    "event_id": "evt_1",
    "out_trade_no": "D-lin-1",
    "state": "SUCCEEDED",
    "amount_fen": 500_00,
    "bank_reference": "SBK1",
    "occurred_at": "2026-09-21T05:59:58.125+00:00",
}


def told(content, *, event_id="evt_1", secret=SECRET):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": signatures.sign(
            secret=secret, event_id=event_id, sent_at=NOW, body=body
        ),
    }
    return read_notice(secrets=[SECRET], headers=headers, body=body, now=NOW)


class TestReadNotice:
    def test_a_notice_of_the_bank_is_read(self):
        assert told(NOTICE) == WebhookNotice(
            event_id="evt_1",
            out_trade_no="D-lin-1",
            state="SUCCEEDED",
            amount_fen=500_00,
            bank_reference="SBK1",
            occurred_at=datetime(2026, 9, 21, 5, 59, 58, 125_000, tzinfo=UTC),
        )

    def test_the_real_bank_is_understood(self, bank, channel, request_of_lin):
        with listening() as ear:
            channel.submit(replace(request_of_lin, notify_url=ear.url))
            [heard] = ear.hears(1)
        sent_at = datetime.fromtimestamp(int(heard.headers["webhook-timestamp"]), UTC)
        notice = read_notice(
            secrets=[SECRET, bank.webhook_secret],
            headers=heard.headers,
            body=heard.body,
            now=sent_at,
        )

        assert notice.out_trade_no == request_of_lin.out_trade_no
        assert notice.bank_reference == channel.query(notice.out_trade_no).bank_reference
        assert (notice.state, notice.amount_fen) == ("SUCCEEDED", 500_00)

    def test_what_the_bank_has_not_signed_is_not_even_read(self):
        stranger = "whsec_YSBwZXJmZWN0IHN0cmFuZ2VyJ3Mgc2VjcmV0IDMyYi4="
        with pytest.raises(SignatureRefused):
            told(b"{", secret=stranger)

    def test_the_id_must_be_the_one_that_was_signed(self):
        with pytest.raises(NoticeUnreadable):
            told(NOTICE, event_id="evt_2")

    @pytest.mark.parametrize(
        "change",
        [
            {"out_trade_no": "../x"},
            {"out_trade_no": 7},
            {"bank_reference": None},
            {"state": "PERHAPS"},
            {"state": ["SUCCEEDED"]},
            {"amount_fen": 0},
            {"amount_fen": -5},
            {"amount_fen": 1.5},
            {"amount_fen": True},
            {"amount_fen": "1"},
            {"occurred_at": "yesterday"},
            {"occurred_at": "2026-09-21T05:59:58"},
            {"occurred_at": None},
        ],
    )
    def test_a_field_that_makes_no_sense_is_refused(self, change):
        with pytest.raises(NoticeUnreadable):
            told({**NOTICE, **change})

    @pytest.mark.parametrize("name", sorted(NOTICE))
    def test_no_field_may_be_missing(self, name):
        with pytest.raises(NoticeUnreadable):
            told({key: value for key, value in NOTICE.items() if key != name})

    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 50_000, b"\xff"])
    def test_what_is_not_a_json_object_is_refused(self, body):
        with pytest.raises(NoticeUnreadable):
            told(body)
