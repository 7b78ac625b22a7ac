"""A gunicorn worker in which slow people cost memory, never a thread.

gunicorn's threads read sockets themselves, so that a few clients who send one byte now and then
hold them all. Here the loop collects each request, head and body, and gives it to a thread when
it is whole. Too many, too much or too late: whoever has been sending longest is let go.
"""

import errno
import selectors
import socket
import time
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.http import get_parser
from gunicorn.workers.gthread import TConn, ThreadWorker

from config.server.arrival import Arrival

PIECE_BYTES = 256 * 1024
# An answer of this size lies in the kernel at once, and its thread is free.
SEND_BUFFER_BYTES = 1024 * 1024
NOBODY_THERE = {errno.EAGAIN, errno.ECONNABORTED}
NO_DESCRIPTOR_LEFT = {errno.EMFILE, errno.ENFILE}
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
NO_MORE = b"Connection: close\r\nContent-Length: 0\r\n\r\n"
TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\n" + NO_MORE
TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\n" + NO_MORE


class Connection(TConn):  # type: ignore[misc]  # gunicorn is untyped
    """A client, with what it has sent and until when we bear with it."""

    parser: Any

    def __init__(self, *arguments: Any, seconds_to_take: float) -> None:
        super().__init__(*arguments)
        self.arrival = Arrival()
        self.deadline = 0.0
        self.is_leaving = False
        self.data_ready = True
        self.seconds_to_take = seconds_to_take
        with suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    def init(self) -> None:
        """In the thread: read what has arrived, and write only to those who take it."""
        self.sock.settimeout(self.seconds_to_take)
        if self.parser is None:
            self.parser = get_parser(self.cfg, self.arrival, self.client)

    def is_even(self) -> bool:
        """Whether exactly one request was sent, and read: the next byte begins another."""
        return self.arrival.is_read and not self.parser.unreader.buf.getvalue()


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn is untyped
    """Threads answer whole requests; the loop does all the waiting."""

    seconds_for_head = 10.0
    seconds_for_body = 120.0
    seconds_to_answer = 90.0
    seconds_to_take = 10.0
    seconds_to_leave = 5.0
    most_bytes = 128 * 1024 * 1024

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Both in the order of arrival: the first has been here longest.
        self.heard: dict[Connection, None] = {}
        self.answered: dict[Connection, None] = {}
        self.bytes_held = 0
        self.next_look = 0.0

    def accept(self, listener: Any) -> None:
        """Somebody came; listen to them, and let the slowest go when the house is full."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in NO_DESCRIPTOR_LEFT:
                self._make_room()
            elif error.errno not in NOBODY_THERE:
                raise
            return
        conn = Connection(
            self.cfg,
            client,
            address,
            listener.getsockname(),
            seconds_to_take=self.seconds_to_take,
        )
        self.nr_conns += 1
        self._listen(conn, self.seconds_for_head)
        if self.nr_conns >= self.worker_connections:
            self._make_room()

    def _listen(self, conn: Connection, seconds: float) -> None:
        conn.sock.settimeout(0)
        conn.deadline = time.monotonic() + seconds
        self.heard[conn] = None
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._hear, conn))

    def _hear(self, conn: Connection, _sock: Any) -> None:
        """Take what has come; a whole request goes to a thread."""
        try:
            piece = conn.sock.recv(PIECE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self._drop(conn)
        elif not conn.is_leaving:
            self._take(conn, piece)

    def _take(self, conn: Connection, piece: bytes) -> None:
        arrival = conn.arrival
        is_first, had_head = not arrival.content, arrival.is_head_whole
        arrival.add(piece)
        self.bytes_held += len(piece)
        if arrival.is_whole:
            self._answer(conn)
        elif arrival.is_endless:
            self._forget(conn)
            self._clear(conn)
            _tell(conn, TOO_LONG)
            self._show_out(conn)
        elif arrival.is_head_whole and not had_head:
            conn.deadline = time.monotonic() + self.seconds_for_body
            if arrival.waits_for_consent:
                _tell(conn, GO_ON)
        elif is_first:
            conn.deadline = time.monotonic() + self.seconds_for_head
        if self.bytes_held > self.most_bytes:
            self._make_room()

    def _answer(self, conn: Connection) -> None:
        self._forget(conn)
        conn.deadline = time.monotonic() + self.seconds_to_answer
        self.answered[conn] = None
        self.enqueue_req(conn)

    def _keepalive_after(self, conn: Connection, keepalive: object) -> bool:
        """Where more came than one request, or less, nobody can say what the rest means."""
        return bool(super()._keepalive_after(conn, keepalive)) and conn.is_even()

    def finish_request(self, conn: Connection, future: "Future[Any]") -> None:
        """The thread is free; the client may ask again, or is shown out."""
        self.answered.pop(conn, None)
        self._clear(conn)
        if not future.cancelled() and future.exception() is None and future.result():
            self._listen(conn, self.cfg.keepalive)
        else:
            self._show_out(conn)

    def _show_out(self, conn: Connection) -> None:
        """Let the client read its answer to the end: nobody waits for that but the loop."""
        conn.is_leaving = True
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            self._listen(conn, self.seconds_to_leave)
        except OSError:
            self._drop(conn)

    def _make_room(self) -> None:
        if self.heard:
            self._drop(next(iter(self.heard)))

    def _forget(self, conn: Connection) -> None:
        if conn in self.heard:
            del self.heard[conn]
            self.poller.unregister(conn.sock)

    def _clear(self, conn: Connection) -> None:
        self.bytes_held -= len(conn.arrival)
        conn.arrival.clear()

    def _drop(self, conn: Connection) -> None:
        self._forget(conn)
        self._clear(conn)
        self.nr_conns -= 1
        conn.close()

    def murder_keepalived(self, force: object = None) -> None:
        """gunicorn's hook in every turn of the loop: whoever is out of time goes."""
        now = time.monotonic()
        if now < self.next_look and not force:
            return
        self.next_look = now + 0.5
        for conn in [each for each in self.heard if force or each.deadline < now]:
            if conn.arrival.content:
                _tell(conn, TOO_LATE)
            self._drop(conn)
        for conn in [each for each in self.answered if each.deadline < now]:
            # Its thread is stuck in writing; a closed socket sets it free.
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RDWR)

    def _cap_keepalive(self, deadline: float) -> None:
        """The worker stops: who is between two requests need not be waited for."""
        for conn in self.heard:
            if not conn.arrival.content:
                conn.deadline = min(conn.deadline, deadline)


def _tell(conn: Connection, words: bytes) -> None:
    """Say it without waiting; who does not listen misses it."""
    with suppress(OSError):
        conn.sock.send(words)
