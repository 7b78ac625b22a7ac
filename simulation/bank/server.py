"""The bank as a running service: the HTTP server, the settle worker and the notice worker."""

import hmac
import json
import logging
import re
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from simulation.bank import notices
from simulation.bank.book import Book
from simulation.bank.routes import ROUTES, Answer, Asked, Counter, Problem, Route

MOST_BODY_BYTES = 64 * 1024
MOST_DRAINED_BYTES = 1024 * 1024
REQUESTS_AT_A_TIME = 32
IDLE_SECONDS = 10
LONGEST_SLEEP_SECONDS = 5.0
STOP_CHECK_SECONDS = 0.2
PAUSE_AFTER_TROUBLE_SECONDS = 1.0
OPEN_PATHS = frozenset({"/", "/healthz"})
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}

logger = logging.getLogger("simulation.bank")


@dataclass(frozen=True, slots=True)
class Setup:
    """What the bank is told when it opens."""

    database: Path
    host: str
    port: int
    api_key: str
    webhook_secret: str
    notify_hosts: frozenset[str]
    now: Callable[[], float] = time.time


class Worker(threading.Thread):
    """Repeats one step: when it is woken, or when the step says that more will be due.

    The step returns the epoch second at which it wants to run again, or None.
    """

    def __init__(
        self, step: Callable[[], float | None], *, name: str, now: Callable[[], float]
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._step = step
        self._now = now
        self._bell = threading.Event()
        self._is_stopping = False

    def wake(self) -> None:
        """There may be something to do."""
        self._bell.set()

    def stop(self) -> None:
        """Finish the step under way, then end."""
        self._is_stopping = True
        self._bell.set()
        self.join()

    def run(self) -> None:
        while not self._is_stopping:
            self._bell.clear()
            self._bell.wait(self._seconds_to_sleep())

    def _seconds_to_sleep(self) -> float:
        try:
            again_at = self._step()
        except sqlite3.Error:
            logger.exception("bank.%s.trouble", self.name)
            return PAUSE_AFTER_TROUBLE_SECONDS
        if again_at is None:
            return LONGEST_SLEEP_SECONDS
        return min(max(again_at - self._now(), 0.0), LONGEST_SLEEP_SECONDS)


class Bank:
    """The whole service. Opening it again on the same file carries on where it was killed."""

    def __init__(self, setup: Setup) -> None:
        self._secret = setup.webhook_secret
        self._now = setup.now
        self._book = Book(setup.database)
        self._settling = Worker(self._settle, name="settle", now=setup.now)
        self._notifying = Worker(self._notify, name="notify", now=setup.now)
        counter = Counter(
            book=self._book,
            notify_hosts=setup.notify_hosts,
            wake=self._settling.wake,
            now=setup.now,
        )
        self._server = Server((setup.host, setup.port), counter, api_key=setup.api_key)
        self._serving = threading.Thread(
            target=self._server.serve_forever, args=(STOP_CHECK_SECONDS,), daemon=True
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to serve, to settle and to notify."""
        for thread in (self._settling, self._notifying, self._serving):
            thread.start()

    def wake(self) -> None:
        """Look again at what is due: its clock may have been turned on."""
        self._settling.wake()
        self._notifying.wake()

    def stop(self) -> None:
        """Take no more requests, finish the steps under way, close the file."""
        self._server.shutdown()
        self._server.server_close()
        self._settling.stop()
        self._notifying.stop()
        self._book.close()

    def _settle(self) -> float | None:
        again_at = self._book.settle_due(now=self._now())
        self._notifying.wake()
        return again_at

    def _notify(self) -> float | None:
        with self._book.reading() as connection:
            notice = notices.due(connection, now=self._now())
            if notice is None:
                return notices.next_due_at(connection)
        answer = notices.send(notice, secret=self._secret, now=self._now())
        with self._book.transaction() as connection:
            notices.record(connection, notice, answer=answer, now=self._now())
            return notices.next_due_at(connection)


class Server(ThreadingHTTPServer):
    """One thread for each request, a bounded number of them."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], counter: Counter, *, api_key: str) -> None:
        self.counter = counter
        self.api_key = api_key
        self._places = threading.BoundedSemaphore(REQUESTS_AT_A_TIME)
        super().__init__(address, Conversation)

    def server_bind(self) -> None:
        # The base class asks the network for the host's name, which may take seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "sandbox-bank", int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        self._places.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        logger.error("bank.request.trouble", exc_info=sys.exception())


class Conversation(BaseHTTPRequestHandler):
    """One request and its answer; HTTP/1.0, so that no connection outlives its answer."""

    server: Server
    timeout = IDLE_SECONDS
    server_version = "SandboxBank"
    sys_version = ""

    def do_GET(self) -> None:
        self._converse()

    def do_POST(self) -> None:
        self._converse()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the base class cannot read or does not know, as a problem like any other."""
        problem = Problem(code, "BAD_REQUEST", message or HTTPStatus(code).phrase)
        self._send(problem.answer())

    def log_message(self, *_words: Any) -> None:
        """Nothing for each request; trouble is logged where it happens."""

    def _converse(self) -> None:
        try:
            answer = self._answer()
        except Problem as problem:
            answer = problem.answer()
        if answer.hold_seconds:
            time.sleep(answer.hold_seconds)
        if answer.is_lost:
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self._send(answer)

    def _answer(self) -> Answer:
        address = urlsplit(self.path)
        content = self._content()
        if address.path not in OPEN_PATHS and not self._has_key():
            raise Problem(401, "UNAUTHORIZED", "Send the API key as a bearer token.")
        route, subject = self._route(address.path)
        body = read_body(content) if self.command == "POST" else {}
        asked = Asked(subject=subject, query=parse_qs(address.query), body=body)
        return route(self.server.counter, asked)

    def _has_key(self) -> bool:
        given = self.headers.get("Authorization", "").encode("utf-8", "replace")
        return hmac.compare_digest(given, f"Bearer {self.server.api_key}".encode())

    def _route(self, path: str) -> tuple[Route, str]:
        matches = [
            (method, route, found[1])
            for method, pattern, route in ROUTES
            if (found := pattern.fullmatch(path)) is not None
        ]
        if not matches:
            raise Problem(404, "NO_SUCH_PAGE", "The bank has nothing at this address.")
        for method, route, subject in matches:
            if method == self.command:
                return route, unquote(subject)
        raise Problem(405, "METHOD_NOT_ALLOWED", "This address does not take that method.")

    def _content(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not re.fullmatch("[0-9]{1,12}", length):
            raise Problem(411, "LENGTH_REQUIRED", "Send the body with its Content-Length.")
        if int(length) > MOST_BODY_BYTES:
            # Reading it away lets the client hear the answer instead of a broken connection.
            self.rfile.read(min(int(length), MOST_DRAINED_BYTES))
            raise Problem(413, "TOO_LARGE", f"A body may have {MOST_BODY_BYTES} bytes at most.")
        return self.rfile.read(int(length))

    def _send(self, answer: Answer) -> None:
        encoded = answer.encoded()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(encoded)))
        for name, value in SECURITY_HEADERS.items():
            self.send_header(name, value)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", "Bearer")
        self.end_headers()
        self.wfile.write(encoded)


def read_body(content: bytes) -> Mapping[str, Any]:
    """The JSON object of a request."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise Problem(400, "BAD_JSON", "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Problem(400, "BAD_JSON", "The body is not a JSON object.")
    return body
