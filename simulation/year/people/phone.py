"""A person's phone and browser: requests through the whole of Django, without a network."""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import ClientHandler

from borrowers.people import queries as people
from simulation.year.clock import WorldClock

CODE = re.compile(r"\b(\d{6})\b")
OUTBOX_ENTRY = re.compile(r"<h2>\s*[\d*]+\s*</h2>\s*<p>\s*(?P<code>\d{6})\b")
READS_LONGER_SECONDS = 1.0


class Unexpected(RuntimeError):
    """An answer that the person did not count on."""

    def __init__(self, asked: str, status: int, text: str) -> None:
        super().__init__(f"{asked}: {status} {text[:800]}")
        self.status = status


@dataclass
class Phone:
    """One person's devices; signed in once `sign_up` has been called."""

    number: str
    clock: WorldClock
    address: str
    token: str = field(default="", repr=False)
    web: Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.web = self._client()

    # --- plain requests ---

    def ask(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """The response to a JSON request. `path` begins after /api/v1/ unless it begins with /."""
        address = path if path.startswith("/") else f"/api/v1/{path}"
        content = b"" if body is None else json.dumps(body).encode()
        return self._client().generic(
            method, address, content, content_type="application/json", headers=self._headers(key)
        )

    def _client(self) -> Client:
        """One that remembers nothing."""
        client = Client(SERVER_NAME="localhost", REMOTE_ADDR=self.address)
        client.handler = _django()
        return client

    def _headers(self, key: str | None) -> dict[str, str]:
        headers = {"Accept": "application/json", "Accept-Language": "en"}
        if self.token:
            headers["X-Session-Token"] = self.token
        if key is not None:
            headers["Idempotency-Key"] = key
        return headers

    def get(self, path: str) -> Any:
        return self._content("GET", path, self.ask("GET", path))

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        return self._content("POST", path, self.ask("POST", path, body, key=key))

    def page(self, path: str) -> str:
        """The words of a page of the web, with spaces as a reader sees them."""
        answer = self.web.get(path, headers={"Accept-Language": "en"})
        if answer.status_code != 200:
            raise Unexpected(f"GET {path}", answer.status_code, answer.content.decode())
        return " ".join(answer.content.decode().split())

    def _content(self, method: str, path: str, answer: Any) -> Any:
        if not 200 <= answer.status_code < 300:
            raise Unexpected(f"{method} {path}", answer.status_code, answer.content.decode())
        return json.loads(answer.content) if answer.content else None

    # --- who I am, and what may be used ---

    def sign_up(self) -> int:
        """Open an account with phone and code, on the phone and in the browser; the borrower."""
        begun = self.ask("POST", "/_allauth/app/v1/auth/signup", {"phone": self.number})
        self.token = json.loads(begun.content)["meta"]["session_token"]
        outbox = self.ask("GET", "/demo/outbox/").content.decode()
        found = OUTBOX_ENTRY.search(outbox)
        assert found is not None, "no code was sent"
        done = self.post("/_allauth/app/v1/auth/phone/verify", {"code": found["code"]})
        self.token = done["meta"].get("session_token", self.token)
        account = people.account_by_phone(self.number)
        assert account is not None
        self.web.force_login(account)
        card = people.borrower_of(account.pk)
        assert card is not None
        return card.id

    def consent(self, *purposes: str) -> None:
        """Read each purpose's notice and allow it."""
        notices = {each["purpose"]: each["notice_version"] for each in self.get("consents")}
        for purpose in purposes:
            self.post("consents", {"purpose": purpose, "notice_version": notices[purpose]})

    def upload(self, name: str, content: bytes, password: str) -> Any:
        """Give a file of records; the response, refusals included."""
        given = {"file": SimpleUploadedFile(name, content), "password": password}
        return self._client().post("/api/v1/bills", given, headers=self._headers(new_key()))

    # --- from the question to the signature ---

    def read_cost(self, application: str) -> None:
        """Open the statement of all costs, take the time that it takes, and confirm it."""
        shown = self.get(f"applications/{application}/cost")
        self.clock.skip(shown["minimum_seconds"] + READS_LONGER_SECONDS)
        self.post(f"applications/{application}/cost", {"disclosure": shown["disclosure"]})


@cache
def _django() -> ClientHandler:
    """The whole of it, made once for everybody: its chain looks through every static file."""
    return ClientHandler(enforce_csrf_checks=False)


def new_key() -> str:
    """An idempotency key of one's own."""
    return uuid4().hex
