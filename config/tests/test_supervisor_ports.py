"""Ports: the wanted one, the next free one, or a sentence."""

import http.server
import socket
import threading

import pytest

from config.services.layout import CannotStart
from config.supervisor.ports import answers, free_port, reachable_host

HERE = "127.0.0.1"


@pytest.fixture
def busy():
    with socket.socket() as listener:
        listener.bind((HERE, 0))
        listener.listen()
        yield listener.getsockname()[1]


class TestFreePort:
    def test_is_the_wanted_one(self):
        with socket.socket() as probe:
            probe.bind((HERE, 0))
            wanted = probe.getsockname()[1]

        assert free_port(HERE, wanted, taken=frozenset()) == wanted

    def test_is_the_next_one_when_the_wanted_one_is_busy(self, busy):
        assert busy < free_port(HERE, busy, taken=frozenset()) < busy + 20

    def test_is_none_that_was_promised_to_another(self):
        first = free_port(HERE, 18000, taken=frozenset())

        assert free_port(HERE, first, taken=frozenset({first})) > first

    def test_is_refused_with_advice_when_only_the_wanted_one_will_do(self, busy):
        with pytest.raises(CannotStart, match=f"--port {busy + 100}"):
            free_port(HERE, busy, is_strict=True, taken=frozenset())

    def test_is_refused_for_an_address_that_is_not_ours(self):
        with pytest.raises(CannotStart):
            free_port("192.0.2.1", 18000, taken=frozenset())

    def test_is_refused_for_a_number_that_is_no_port(self):
        with pytest.raises(CannotStart, match="from 1 to 65535"):
            free_port(HERE, 70000, taken=frozenset())


class TestReachableHost:
    @pytest.mark.parametrize(
        ("listening", "reachable"),
        [("0.0.0.0", HERE), ("::", "[::1]"), ("localhost", "localhost"), (HERE, HERE)],
    )
    def test_is_one_that_a_browser_here_can_open(self, listening, reachable):
        assert reachable_host(listening) == reachable


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 503)
        self.end_headers()

    def log_message(self, *_arguments):
        """Tests read their own output."""


class TestAnswers:
    @pytest.fixture
    def port(self):
        with http.server.HTTPServer((HERE, 0), Answers) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            yield server.server_port
            server.shutdown()
            thread.join()

    def test_only_200_is_an_answer(self, port):
        assert answers(HERE, port, "/readyz")
        assert not answers(HERE, port, "/other")

    def test_silence_is_none(self, busy):
        assert not answers(HERE, busy, "/readyz", seconds=0.2)

    def test_nobody_there_is_none(self):
        assert not answers(HERE, 1, "/readyz")
