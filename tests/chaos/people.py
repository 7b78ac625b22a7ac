"""People who borrow and repay without pause, and never take silence for an answer.

Whatever is cut off is sent again, unchanged: same address, same body, same key. Some requests are
sent twice at once. What each was answered is kept, so that it can be compared afterwards.
"""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import requests

from tests.machinery.client import BEING_DECIDED, ApiPerson, new_key

GIVE_UP_SECONDS = 300.0
PAUSE_SECONDS = 0.3
# Who was refused, or changed their mind, comes back after a moment.
MOST_REGRET_SECONDS = 1.5
SHARE_SENT_TWICE = 0.35
SHARE_WITHDRAWN = 0.5
# Worth asking again with the same words: not our fault, or not yet.
PASSING_CODES = {"REQUEST_STILL_RUNNING"}
PASSING_STATUSES = {429, 500, 502, 503, 504}
# A night fell, or a debit came, between looking and paying: look again, and ask for that.
STALE_CODES = {"REPAYMENT_TOO_MUCH", "PAYOFF_QUOTE_CHANGED"}


class Over(Exception):
    """The time of the load is over; what was begun stays as it is."""


class Stale(Exception):
    """What was asked for is not today's any more, and nothing was done."""


@dataclass
class Journal:
    """What one person was promised. Every set must end with exactly one member."""

    applications: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    loans: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    payments: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    submitted: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)


@dataclass
class Customer:
    """One person's endless wish for money."""

    person: ApiPerson
    chance: random.Random
    over: Event
    pool: ThreadPoolExecutor
    journal: Journal = field(default_factory=Journal)

    def live(self) -> None:
        """Borrow, repay, borrow again, until the time is over."""
        try:
            while True:
                self._borrow()
        except Over:
            pass

    def again(self, path: str, body: Mapping[str, Any], key: str) -> Any:
        """What the same request is answered when all is long done."""
        return self._persist("POST", path, body, key, is_bound=False)

    # --- one loan ---

    def _borrow(self) -> None:
        application = self._draft()
        self._post(f"applications/{application}/submit")
        self.journal.submitted.add(application)
        found = self._until(
            f"applications/{application}", lambda it: it["state"] not in BEING_DECIDED
        )
        self.journal.counts[found["state"]] += 1
        if found["state"] != "OFFERED" or self.chance.random() < SHARE_WITHDRAWN:
            self._leave(application, found["state"])
            return
        self._repay(self._sign(application))

    def _draft(self) -> str:
        key = new_key()
        wanted = {
            "product": "DAILY",
            "amount_fen": self.chance.randrange(100_000, 400_000, 100),
            "term_months": self.chance.choice([3, 6]),
        }
        for answer in self._post_perhaps_twice("applications", wanted, key):
            self.journal.applications[key].add(answer["id"])
        return min(self.journal.applications[key])

    def _leave(self, application: str, state: str) -> None:
        if state in {"OFFERED", "REFERRED"}:
            self._post(f"applications/{application}/withdraw")
        self._pause(self.chance.uniform(0.0, MOST_REGRET_SECONDS))

    def _sign(self, application: str) -> str:
        self._post(f"applications/{application}/accept")
        shown = self._persist("GET", f"applications/{application}/cost")
        if self.over.wait(shown["minimum_seconds"] + 0.2):
            raise Over
        disclosure = {"disclosure": shown["disclosure"]}
        self._post(f"applications/{application}/cost", disclosure)
        agreed = {"agrees": True}
        for signed in self._post_perhaps_twice(f"applications/{application}/sign", agreed, None):
            self.journal.loans[application].add(signed["loan"])
        return min(self.journal.loans[application])

    def _repay(self, loan: str) -> None:
        self._until(f"loans/{loan}", lambda it: it["state"] == "ACTIVE")
        self._look_and_pay(loan, "repayments", self._part_of)
        self._look_and_pay(loan, "payoff", self._all_of)

    def _part_of(self, loan: str) -> int:
        """At most what is due and running: more than that is a pay-off."""
        most_fen = self._persist("GET", f"loans/{loan}")["standing"]["most_fen"]
        return min(self.chance.randrange(100, 90_000), int(most_fen))

    def _all_of(self, loan: str) -> int:
        return int(self._persist("GET", f"loans/{loan}/payoff-quote")["total_fen"])

    def _look_and_pay(self, loan: str, how: str, amount_of: Callable[[str], int]) -> None:
        while amount_fen := amount_of(loan):
            try:
                self._pay(loan, how, amount_fen)
            except Stale:
                self.journal.counts["looked again"] += 1
                self._pause()
            else:
                break

    def _pay(self, loan: str, how: str, amount_fen: int) -> None:
        key, path = new_key(), f"loans/{loan}/{how}"
        for paid in self._post_perhaps_twice(path, {"amount_fen": amount_fen}, key):
            self.journal.payments[loan, key].add(paid["id"])
        number = min(self.journal.payments[loan, key])
        self._until(f"loans/{loan}/repayments/{number}", lambda it: it["is_booked"])

    # --- asking until there is an answer ---

    def _post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._persist("POST", path, body)

    def _post_perhaps_twice(
        self, path: str, body: Mapping[str, Any], key: str | None
    ) -> tuple[Any, ...]:
        """Once, or twice at the same moment over two connections."""
        if self.chance.random() > SHARE_SENT_TWICE:
            return (self._persist("POST", path, body, key),)
        self.journal.counts["sent twice at once"] += 1
        twin = self.pool.submit(self._persist, "POST", path, body, key, web=requests.Session())
        mine = self._persist("POST", path, body, key)
        return mine, twin.result()

    def _until(self, path: str, is_over: Callable[[Any], bool]) -> Any:
        while not is_over(answer := self._persist("GET", path)):
            self._pause()
        return answer

    def _persist(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
        *,
        web: requests.Session | None = None,
        is_bound: bool = True,
    ) -> Any:
        """The JSON of a 2xx. A request that was sent once is sent until it is answered."""
        asker = ApiPerson(self.person.site, "", token=self.person.token, web=web or self.person.web)
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < deadline:
            answer = self._try(asker, method, path, body, key)
            if answer is not None:
                return self._content(answer)
            self.journal.counts["asked again"] += 1
            if method == "GET" and is_bound:
                self._pause()
            else:
                time.sleep(PAUSE_SECONDS)
        raise TimeoutError(f"{method} {path} was never answered")

    def _try(
        self,
        asker: ApiPerson,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        key: str | None,
    ) -> requests.Response | None:
        """The answer, or nothing where asking again may help."""
        try:
            answer = asker.ask(method, path, body, key=key)
        except requests.RequestException:
            return None
        self.journal.counts["answers"] += 1
        if answer.status_code in PASSING_STATUSES or _code(answer) in PASSING_CODES:
            self.journal.counts[f"status {answer.status_code}"] += 1
            return None
        return answer

    def _content(self, answer: requests.Response) -> Any:
        if _code(answer) in STALE_CODES:
            raise Stale
        if not answer.ok:
            asked = f"{answer.request.method} {answer.request.url}"
            self.journal.unexpected.append(f"{asked}: {answer.status_code} {answer.text[:300]}")
            raise Over
        return answer.json()

    def _pause(self, seconds: float = PAUSE_SECONDS) -> None:
        if self.over.wait(seconds):
            raise Over


def _code(answer: requests.Response) -> str:
    if answer.ok:
        return ""
    try:
        return str(answer.json().get("code", ""))
    except requests.JSONDecodeError:
        return ""
