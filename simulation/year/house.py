"""The platform in this process: its doors, its tasks run where they are called, and its bank."""

import queue
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from unittest.mock import patch

import requests
from django.conf import settings
from django.test import Client
from django.test.utils import override_settings

from config.celery import app
from lending import tasks
from lending.channels.contracts import StatementLine, readable
from lending.channels.sandbox import SandboxBank
from simulation.bank.server import Bank, Setup
from simulation.year.clock import WorldClock, telling

PATIENCE_SECONDS = 60.0
REAP_SECONDS = 0.5
BANK_WAITS_SECONDS = 4.0
# Sessions of eight hours would make everybody sign in every day, which is tried elsewhere.
SIGNED_IN_SECONDS = 400 * 86_400
THIS_MACHINE = "127.0.0.1"
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Notice:
    """What the bank has told, as it arrived."""

    headers: Mapping[str, str]
    body: bytes
    status: "queue.Queue[int]" = field(default_factory=lambda: queue.Queue(1))


@dataclass
class House:
    """What the year is lived in."""

    clock: WorldClock
    bank: Bank
    at_bank: SandboxBank
    letters: "queue.Queue[Notice]"
    notices: Counter[str] = field(default_factory=Counter)
    begun: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)

    def task(self, name: str, **given: Any) -> None:
        """Run a Celery task by its dotted name, as a worker does."""
        self.begun[name] += 1
        app.tasks[name].run(**given)
        self.ended[name] += 1

    def called(self, name: str, *, kwargs: Mapping[str, Any] | None = None, **_: Any) -> None:
        """What a poke does here: the work is done at once."""
        self.task(name, **(kwargs or {}))

    def insist_on_tasks(self) -> None:
        """A poke is a courtesy, and its failure is only logged; here it is the end of the year."""
        died = self.begun - self.ended
        if died:
            raise RuntimeError(f"tasks have died: {dict(died)}")

    def hear_until(self, is_over: Callable[[], bool]) -> None:
        """Hand the bank's notices in at the door until `is_over`. Raises TimeoutError."""
        given_up_at = time.monotonic() + PATIENCE_SECONDS
        while not is_over():
            if time.monotonic() > given_up_at:
                raise TimeoutError("the bank has fallen silent")
            try:
                self._hand_in(self.letters.get(timeout=REAP_SECONDS))
            except queue.Empty:
                self.task("common.tasks.reap_processes")

    def hear_what_lies_here(self) -> None:
        """Hand in what has come meanwhile, and do what is owed by now."""
        self.task("common.tasks.reap_processes")
        while not self.letters.empty():
            self._hand_in(self.letters.get())
        self.insist_on_tasks()

    def close_the_day(self) -> None:
        """Night falls: the night's own task closes the day, and the next one opens."""
        self.clock.turn_to(self.clock.day + A_DAY)
        self.task("lending.tasks.close_day")
        self.task("lending.tasks.end_what_is_over")
        self.bank.wake()
        self.insist_on_tasks()

    def misbehave(self, mode: str, account: str, *, seconds: float = 0.0) -> None:
        """Let the bank go wrong once, with one customer."""
        wanted = {"mode": mode, "account": account, "times": 1, "seconds": seconds}
        self._tell_bank("/faults", wanted)

    def call_back(self, number: str) -> None:
        """A customer has their bank fetch a payment back."""
        self._tell_bank(f"/transfers/{number}/charge-back", {})

    def _tell_bank(self, path: str, body: Mapping[str, Any]) -> None:
        answer = requests.post(
            f"{settings.BANK_URL}{path}",
            json=body,
            headers={"Authorization": f"Bearer {settings.BANK_API_KEY}"},
            timeout=BANK_WAITS_SECONDS,
        )
        answer.raise_for_status()

    def statement(self) -> tuple[StatementLine, ...]:
        """Everything that the bank has moved."""
        lines = self.at_bank.statement(since_id=0)
        assert lines is not None, "the bank cannot be heard"
        return tuple(readable(lines))

    def _hand_in(self, notice: Notice) -> None:
        answer = Client(SERVER_NAME="localhost").generic(
            "POST",
            tasks.WEBHOOK_PATHS["SANDBOX"],
            notice.body,
            content_type="application/json",
            headers=notice.headers,
        )
        notice.status.put(answer.status_code)
        self.notices[str(answer.status_code)] += 1
        self.insist_on_tasks()


@contextmanager
def open_house(clock: WorldClock) -> Iterator[House]:
    """A bank with an empty book, an ear for its notices, and tasks that run at once."""
    letters: queue.Queue[Notice] = queue.Queue()
    with ExitStack() as doors:
        doors.enter_context(telling(clock))
        folder = doors.enter_context(tempfile.TemporaryDirectory(prefix="year-bank-"))
        ear = doors.enter_context(_listening(letters))
        bank = Bank(
            Setup(
                database=Path(folder) / "bank.sqlite3",
                host=THIS_MACHINE,
                port=0,
                api_key=settings.BANK_API_KEY,
                webhook_secret=settings.BANK_WEBHOOK_SECRETS[0],
                notify_hosts=frozenset({THIS_MACHINE}),
                now=clock.epoch_seconds,
            )
        )
        bank.start()
        doors.callback(bank.stop)
        address = f"http://{THIS_MACHINE}:{bank.port}"
        site = f"http://{THIS_MACHINE}:{ear}"
        doors.enter_context(
            override_settings(BANK_URL=address, SITE_URL=site, SESSION_COOKIE_AGE=SIGNED_IN_SECONDS)
        )
        tasks.bank.cache_clear()
        doors.callback(tasks.bank.cache_clear)
        at_bank = doors.enter_context(SandboxBank(base_url=address, api_key=settings.BANK_API_KEY))
        house = House(clock, bank, at_bank, letters)
        app.loader.import_default_modules()
        doors.enter_context(patch.object(app, "send_task", house.called))
        yield house


@contextmanager
def _listening(letters: "queue.Queue[Notice]") -> Iterator[int]:
    """A door for notices on a free port; the world is single-minded, and answers in its turn."""

    class LetterBox(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            notice = Notice({name: self.headers[name] for name in SIGNED}, body)
            letters.put(notice)
            try:
                status = notice.status.get(timeout=BANK_WAITS_SECONDS)
            except queue.Empty:
                status = 503  # the bank tells it once more
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_words: Any) -> None:
            """Nobody reads along."""

    with HTTPServer((THIS_MACHINE, 0), LetterBox) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()
