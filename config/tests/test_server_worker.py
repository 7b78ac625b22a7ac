"""Whoever sends slowly, never ends or does not listen keeps nobody else from being served."""

import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack, closing, suppress

import pytest
import requests

from config.services.layout import ROOT
from config.supervisor.ports import free_port
from tests.machinery.installations import eventually

THREADS = 2
CROWD = 8 * THREADS
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"


class Site:
    """A running gunicorn with two threads, and ways to talk to it badly."""

    def __init__(self, port, stack, log):
        self.port, self.stack, self.log = port, stack, log
        self.url = f"http://127.0.0.1:{port}/"

    def caller(self, said=b"", **options):
        """Somebody who has said so much, and no more."""
        caller = socket.create_connection(("127.0.0.1", self.port), timeout=30, **options)
        self.stack.enter_context(closing(caller))
        caller.sendall(said)
        return caller

    def crowd(self, said=b""):
        return [self.caller(said) for _ in range(CROWD)]

    def answers(self):
        return requests.get(self.url, timeout=20).status_code == 200


@pytest.fixture(params=["config.server.worker.PatientWorker"])
def site(request, tmp_path):
    port = free_port("127.0.0.1", 18800, taken=frozenset())
    command = [sys.executable, "-m", "gunicorn", "config.tests.little_site:application"]
    command += ["--bind", f"127.0.0.1:{port}", "--worker-class", request.param]
    command += ["--threads", str(THREADS), "--no-control-socket", "--worker-connections", "40"]
    command += ["--logger-class", "config.server.log.ServerLog", "--log-level", "warning"]
    with ExitStack() as stack, (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        # Last in, first out: asked to stop, then waited for.
        stack.callback(server.wait, 20)
        stack.callback(server.terminate)
        site = Site(port, stack, tmp_path / "log")
        eventually(lambda: _listens(port))
        yield site


def _listens(port):
    with closing(socket.socket()) as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


hasty = pytest.mark.parametrize("site", ["config.tests.little_site.HastyWorker"], indirect=True)


def heard_until_closed(caller):
    """What the server said before it hung up."""
    heard = b""
    with suppress(ConnectionResetError):
        while piece := caller.recv(65536):
            heard += piece
    return heard


def heard_until(caller, words):
    """Whether the server comes to say the words."""
    heard = b""
    while words not in heard and (piece := caller.recv(4096)):
        heard += piece
    return words in heard


class TestServesOthers:
    def test_while_a_crowd_says_nothing(self, site):
        site.crowd()

        assert site.answers()

    def test_while_a_crowd_sends_one_byte_of_a_head_now_and_then(self, site):
        crowd = site.crowd(b"GET / HTTP/1.1\r\nHost:")

        for _ in range(3):
            for caller in crowd:
                caller.sendall(b"x")
            assert site.answers()

    def test_while_a_crowd_sends_one_byte_of_a_body_now_and_then(self, site):
        crowd = site.crowd(HEAD % 1_000_000)

        for _ in range(3):
            for caller in crowd:
                caller.sendall(b"x")
            assert site.answers()

    def test_while_a_crowd_asked_and_does_not_hang_up(self, site):
        site.crowd(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

        assert site.answers()

    def test_while_a_crowd_sends_pieces_of_a_body_without_end(self, site):
        site.crowd(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")

        assert site.answers()

    def test_while_more_people_are_there_than_it_bears(self, site):
        for _ in range(4):
            site.crowd(b"GET /")

        assert site.answers()

    @hasty
    def test_while_a_crowd_does_not_take_its_long_answer(self, site):
        site.crowd(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")

        assert site.answers()

    @hasty
    def test_while_a_crowd_sends_more_than_it_will_hold(self, site):
        crowd = site.crowd(HEAD % 1_000_000)
        for caller in crowd:
            caller.sendall(b"x" * 900_000)

        assert site.answers()


class TestLetsGo:
    @hasty
    def test_of_a_head_that_does_not_end(self, site):
        caller = site.caller(b"GET / HTTP/1.1\r\nHost:")

        assert heard_until_closed(caller).startswith(b"HTTP/1.1 408 ")

    @hasty
    def test_of_a_body_that_does_not_end(self, site):
        caller = site.caller(HEAD % 100 + b"x")

        assert heard_until_closed(caller).startswith(b"HTTP/1.1 408 ")

    def test_of_a_head_that_is_too_long(self, site):
        caller = site.caller()

        caller.sendall(b"GET / HTTP/1.1\r\nX: " + b"y" * 100_000)

        assert heard_until_closed(caller).startswith(b"HTTP/1.1 431 ")


class TestHearsEverything:
    def test_of_a_body_in_many_pieces(self, site):
        body = (b"x" * 100_000 for _ in range(9))
        caller = site.caller(HEAD % 900_000)

        for piece in body:
            caller.sendall(piece)

        assert heard_until(caller, b"\r\n\r\n900000")

    def test_of_a_second_question_on_the_same_line(self, site):
        with requests.Session() as session:
            said = [session.post(site.url, data=b"x" * size, timeout=20).text for size in (7, 70)]

        assert said == ["7", "70"]

    def test_of_a_client_that_waits_to_be_told_to_go_on(self, site):
        caller = site.caller(HEAD[:-2] % 3 + b"Expect: 100-continue\r\n\r\n")

        assert caller.recv(4096).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        caller.sendall(b"abc")
        assert heard_until(caller, b"\r\n\r\n3")

    def test_but_not_of_a_body_beyond_all_bounds_nor_of_what_comes_after_it(self, site):
        caller = site.caller(HEAD % 10**12 + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 3)

        assert heard_until_closed(caller).count(b"HTTP/1.1 ") == 1


class TestItsLog:
    def test_repeats_nothing_of_a_line_or_header_that_is_wrong(self, site):
        for said in (
            b"GET / HTTP/9.secretword\r\n\r\n",
            b"G\x01T /secretword HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\nsecret word: x\r\n\r\n",
            b"GET / HTTP/1.1\r\nX: secret\x00word\r\n\r\n",
            b"GET /" + b"secret" * 9000 + b" HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: secretword\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: secretword\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nExpect: secretword\r\n\r\n",
        ):
            heard_until_closed(site.caller(said))

        lines = site.log.read_text()
        assert "secret" not in lines
        assert all(json.loads(line)["level"] == "warning" for line in lines.splitlines())
