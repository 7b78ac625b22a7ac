"""The sandbox adapter against a network gone bad, and against addresses it must not ask."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import public_ids
from lending.channels.contracts import TransferRequest
from lending.channels.sandbox import MOST_ANSWER_BYTES, SandboxBank, checked_base_url
from lending.tests.bad_network import GOOD, REQUEST, answer_of, network, silent_port, to
from simulation.bank.testing import running_bank


@pytest.fixture(scope="module")
def bank():
    with running_bank() as opened:
        yield opened


@pytest.fixture
def request_of_lin():
    """Each test asks under a number and for an account of its own; they share one bank."""
    name = public_ids.new()
    return TransferRequest(f"D-{name}-1", "PAY_OUT", f"person:{name}", 500_00, "")


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

    def test_a_bank_that_stops_in_the_middle_is_unknown(self):
        with (
            socket.create_server(("127.0.0.1", 0)) as ear,
            ThreadPoolExecutor(1) as pool,
            SandboxBank(**{**to(ear.getsockname()[1]), "read_seconds": 0.1}) as channel,
        ):
            asked = pool.submit(channel.submit, REQUEST)
            line, _ = ear.accept()
            with line:
                line.sendall(b"HTTP/1.1 202 A\r\nContent-Length: 900\r\n\r\n{")
                assert asked.result().reason == "ReadTimeout"

    def test_a_connection_that_the_bank_keeps_is_used_again(self):
        kept = answer_of(202, GOOD, connection="keep-alive")
        with network([(kept, kept)]) as port, SandboxBank(**to(port)) as channel:
            answers = [channel.submit(REQUEST) for _ in range(2)]

        assert [answer.outcome for answer in answers] == ["SUCCEEDED"] * 2

    def test_what_was_left_of_a_long_answer_is_not_the_next_one(self):
        """The connection is given up with it."""
        hidden = answer_of(202, GOOD)
        long = answer_of(202, b"x" * MOST_ANSWER_BYTES + hidden, connection="keep-alive")
        fresh = answer_of(202, {**GOOD, "state": "FAILED"})
        with network([long, fresh]) as port, SandboxBank(**to(port)) as channel:
            answers = [channel.submit(REQUEST) for _ in range(2)]

        assert [answer.outcome for answer in answers] == ["UNKNOWN", "FAILED"]

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
