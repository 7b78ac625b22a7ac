"""Submit → offer over 500 events, against a bare DRF view with one SELECT on the same server.

One client, one kept-alive connection, both measured in turns in one run. The clock runs from the
sending of `submit` until the offer stands in an answer, asking again after 10 → 50 ms where the
first answer was 202. Drafting and withdrawing are not timed.
"""

import http.client
import json
import time
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlsplit

from bench import FLOOR
from bench.figures import Result, Target, ratio, times
from bench.lives import bill_of
from common.web.waiting import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS
from tests.machinery.client import BEING_DECIDED, ApiPerson, prepared
from tests.machinery.running import Platform

EVENTS = 500
DECISIONS = 240
FLOORS_BETWEEN = 10
WARM_UP = 12
PEOPLE = 3
PATIENCE_SECONDS = 30.0
MOST_TIMES_THE_FLOOR = 20.0


class Line:
    """One kept-alive connection to the web server, as bare as the standard library has it."""

    def __init__(self, site: str) -> None:
        address = urlsplit(site)
        assert address.hostname is not None
        self._connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)

    def ask(
        self, method: str, path: str, token: str = "", *, body: object = None, key: str = ""
    ) -> tuple[int, bytes]:
        """Status and body."""
        headers = {"X-Session-Token": token} if token else {}
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        self._connection.request(method, path, body=content, headers=headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def wake(self) -> None:
        """Speak once before the clock runs: the server closes what lay idle for two seconds."""
        try:
            self.ask("GET", FLOOR)
        except (http.client.HTTPException, ConnectionError):
            self._connection.close()
            self.ask("GET", FLOOR)


def measure(platform: Platform, decisions: int = DECISIONS) -> Result:
    """Decisions and floors in turns."""
    line = Line(platform.url)
    borrowers = [_borrower(platform, number) for number in range(PEOPLE)]
    decided: list[float] = []
    floors: list[float] = []
    late = 0
    for index, person in enumerate(islice(cycle(borrowers), WARM_UP + decisions)):
        seconds, was_late = _decision(line, person)
        between = list(_floors(line))
        if index >= WARM_UP:
            decided.append(seconds)
            floors += between
            late += was_late
    offer, floor = times(decided), times(floors)
    return Result(
        figures={
            "submit_to_offer": offer,
            "floor": floor,
            "ratio_p50": ratio(offer.p50_ms, floor.p50_ms),
            "ratio_p99": ratio(offer.p99_ms, floor.p99_ms),
            "answered_202_first": late,
        },
        targets=(
            Target("submit → offer, p50 to p50", offer.p50_ms / floor.p50_ms, MOST_TIMES_THE_FLOOR),
            Target("submit → offer, p99 to p99", offer.p99_ms / floor.p99_ms, MOST_TIMES_THE_FLOOR),
        ),
        notes=(f"{EVENTS} events each of {PEOPLE} borrowers, one client, one connection",),
    )


def _borrower(platform: Platform, number: int) -> ApiPerson:
    bill = bill_of(rows=EVENTS, seed=number)
    return prepared(ApiPerson(platform.url, f"1393000000{number}"), serial=number, bills=[bill])


def _decision(line: Line, person: ApiPerson) -> tuple[float, bool]:
    """How long one decision took, and whether it came after the first answer."""
    application = person.apply(500_000)["id"]
    line.wake()
    path = f"/api/v1/applications/{application}"
    began = time.perf_counter()
    status, body = line.ask("POST", f"{path}/submit", person.token)
    answer = _last(_asked_again(line, path, person.token, json.loads(body)))
    seconds = time.perf_counter() - began
    assert answer["offer"] is not None, answer
    person.withdraw(application)
    return seconds, status == http.client.ACCEPTED


def _asked_again(line: Line, path: str, token: str, answer: Any) -> Iterator[Any]:
    """The first answer, and every later one until it is decided."""
    pause, given_up_at = FIRST_PAUSE_SECONDS, time.monotonic() + PATIENCE_SECONDS
    yield answer
    while answer["state"] in BEING_DECIDED:
        assert time.monotonic() < given_up_at, f"it is never decided: {answer}"
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        answer = json.loads(line.ask("GET", path, token)[1])
        yield answer


def _last(answers: Iterator[Any]) -> Any:
    *_, last = answers
    return last


def _floors(line: Line) -> Iterator[float]:
    line.wake()
    for _ in range(FLOORS_BETWEEN):
        began = time.perf_counter()
        status, _body = line.ask("GET", FLOOR)
        yield time.perf_counter() - began
        assert status == http.client.OK
