"""For tests: a real bank in a child process, and an ear that hears its notices."""

import base64
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 20.0


@dataclass
class RunningBank:
    """A bank in a child process; it may be killed and started again on the same port and file."""

    database: Path
    api_key: str
    webhook_secret: str
    port: int = 0
    child: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Open it and wait until it listens."""
        assert self.child is None
        command = [sys.executable, "-m", "simulation.bank", "--stop-with-input"]
        self.child = subprocess.Popen(  # noqa: S603 (our own program, no shell)
            [*command, "--port", str(self.port), "--database", str(self.database)],
            cwd=ROOT,
            env={
                **os.environ,
                "BANK_API_KEY": self.api_key,
                "BANK_WEBHOOK_SECRET": self.webhook_secret,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.child.stdout is not None
        line = self.child.stdout.readline()
        assert line, "the sandbox bank did not open; its own words stand above"
        self.port = int(json.loads(line)["port"])

    def kill(self) -> None:
        """kill -9, in the middle of whatever it does."""
        assert self.child is not None
        self.child.kill()
        self._bury()

    def stop(self) -> None:
        """Ask it to finish, as the supervisor does."""
        assert self.child is not None
        self.child.terminate()
        self._bury()

    def restart(self) -> None:
        """Open it again where it was; kills it first when it still runs."""
        if self.child is not None:
            self.kill()
        self.start()

    def _bury(self) -> None:
        assert self.child is not None
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.wait(PATIENCE_SECONDS)
        self.child.stdin.close()
        self.child.stdout.close()
        self.child = None

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One request with the key; the JSON of the answer, which must be 2xx."""
        answer = requests.request(
            method,
            f"{self.base_url}{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.api_key}"},
            timeout=PATIENCE_SECONDS,
        )
        assert answer.ok, answer.text
        return answer.json()

    def faults(
        self,
        mode: str,
        *,
        account: str | None = None,
        times: int | None = None,
        seconds: float | None = None,
    ) -> None:
        """Make it misbehave; mode "none" makes it behave again."""
        wanted = {"mode": mode, "account": account, "times": times, "seconds": seconds}
        self.call("POST", "/faults", {k: v for k, v in wanted.items() if v is not None})

    def statement(self) -> list[dict[str, Any]]:
        """Every transfer that moved money, oldest first."""
        entries: list[dict[str, Any]] = []
        since, has_more = 0, True
        while has_more:
            answer = self.call("GET", f"/statement?since={since}")
            entries += answer["entries"]
            since, has_more = answer["next_since"], answer["has_more"]
        return entries

    def balance_fen(self, account: str) -> int:
        """What an account holds."""
        return int(self.call("GET", f"/accounts/{account}")["balance_fen"])

    def deposit(self, account: str, *, amount_fen: int) -> None:
        """Give a customer money from outside."""
        self.call("POST", f"/accounts/{account}/deposits", {"amount_fen": amount_fen})

    def transfer(self, out_trade_no: str) -> dict[str, Any]:
        """One transfer, as the bank has it."""
        answer: dict[str, Any] = self.call("GET", f"/transfers/{out_trade_no}")
        return answer

    def settled(self, out_trade_no: str) -> dict[str, Any]:
        """The same, once it is final."""
        until(lambda: self.transfer(out_trade_no)["state"] != "PROCESSING")
        return self.transfer(out_trade_no)


def until(condition: Callable[[], object], *, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for `condition`; a test that waits in vain fails."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


@contextmanager
def running_bank(*, webhook_secret: str | None = None) -> Iterator[RunningBank]:
    """A bank on a free port of this machine, with an empty book that is thrown away afterwards."""
    made_secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    with tempfile.TemporaryDirectory(prefix="bank-") as folder:
        bank = RunningBank(
            database=Path(folder) / "bank.sqlite3",
            api_key=secrets.token_urlsafe(32),
            webhook_secret=webhook_secret or made_secret,
        )
        bank.start()
        try:
            yield bank
        finally:
            if bank.child is not None:
                bank.stop()


@dataclass(frozen=True)
class Heard:
    """One notice as it arrived."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> dict[str, Any]:
        """The JSON of the notice."""
        read: dict[str, Any] = json.loads(self.body)
        return read


@dataclass
class Ear:
    """Hears notices on `url`; answers the statuses in `answers` one after another, then 200."""

    port: int
    heard: list[Heard] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the bank shall send its notices."""
        return f"http://127.0.0.1:{self.port}/webhooks/bank"

    def hears(self, count: int) -> list[Heard]:
        """The notices heard, once there are at least `count`."""
        until(lambda: len(self.heard) >= count)
        return list(self.heard)


@contextmanager
def listening(port: int = 0) -> Iterator[Ear]:
    """An ear on a port of this machine, for as long as the block lasts."""
    ear = Ear(port=port)

    class Hearing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = ear.answers.pop(0) if ear.answers else 200
            ear.heard.append(Heard(headers=dict(self.headers.items()), body=body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_words: Any) -> None:
            """Tests speak for themselves."""

    with HTTPServer(("127.0.0.1", port), Hearing) as server:
        ear.port = int(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield ear
        finally:
            server.shutdown()
            thread.join()
