"""A repayment, from the API to the committed ledger, against a bare DRF view on the same server.

Four clients at once, each with a connection of its own: first on one loan, then each on a loan of
its own. The clock runs from the sending of the request until another session of the database sees
the payment booked: the web server, the broker, the worker, and the sandbox bank's HTTP and disk are
all inside. The bank debits before it answers, so that its own pace is not measured as ours; its
notices come all the same. One session looks for all clients, every millisecond: four that look
would take as much of the machine as the payments.

The view is the one that decisions are held against: no sign-in, no body, one SELECT, through the
same server and middleware. It is asked by four clients, too, in turns.
"""

import http.client
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import NamedTuple
from uuid import uuid4

import psycopg2
from psycopg2 import extensions

from bench import FLOOR
from bench.figures import Result, Target, Times, ratio, times
from bench.latency import Line
from bench.lives import bill_of
from tests.machinery.client import ApiPerson, prepared
from tests.machinery.running import Platform

CLIENTS = 4
ROUNDS = 15
WARM_UP = 2
PAYMENTS_A_ROUND = 2
FLOORS_A_ROUND = 50
EVENTS = 500
LENT_FEN = 300_000
PAID_FEN = 100
LOOK_AGAIN_SECONDS = 0.001
PATIENCE_SECONDS = 30.0
MOST_TIMES_THE_FLOOR = 15.0
BOOKED = """
SELECT out_trade_no FROM lending_transfer WHERE out_trade_no = ANY(%s) AND booked_at IS NOT NULL
"""


class Onlooker:
    """Another session of the database, which says of each payment when it saw it booked."""

    def __init__(self, session: extensions.connection) -> None:
        session.autocommit = True
        self._session = session
        self._awaited: dict[str, Future[float]] = {}
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def seen(self, number: str) -> "Future[float]":
        """By the clock of `time.perf_counter`."""
        return self._awaited.setdefault(number, Future())

    def leave(self) -> None:
        """Look no more."""
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        with self._session.cursor() as cursor:
            while not self._is_over.wait(LOOK_AGAIN_SECONDS):
                if not (numbers := list(self._awaited)):
                    continue
                cursor.execute(BOOKED, [numbers])
                found = cursor.fetchall()
                for (number,) in found:
                    self._awaited.pop(number).set_result(time.perf_counter())


class Paying(NamedTuple):
    """Who pays, and on which loan."""

    token: str
    loan: str


def measure(platform: Platform) -> Result:
    """Rounds of payments on one loan, on four, and of the view, in turns."""
    alone, *loans = [_loan(platform, number) for number in range(1 + CLIENTS)]
    platform.bank_faults("at_once")
    shapes = {"one_loan": [alone] * CLIENTS, "four_loans": loans}
    taken: dict[str, list[float]] = {"one_loan": [], "four_loans": [], "floor": []}
    for index in range(WARM_UP + ROUNDS):
        found = {name: _at_once(platform, _payments, each) for name, each in shapes.items()}
        found["floor"] = _at_once(platform, _floors, loans)
        for name, seconds in found.items():
            taken[name] += [each for several in seconds for each in several if index >= WARM_UP]
    return _result({name: times(seconds) for name, seconds in taken.items()})


def _result(found: dict[str, Times]) -> Result:
    floor = found["floor"]
    targets = [
        Target(
            f"a repayment on {words}, p50 to p50",
            found[name].p50_ms / floor.p50_ms,
            MOST_TIMES_THE_FLOOR,
        )
        for name, words in (("one_loan", "one loan"), ("four_loans", "four loans"))
    ]
    return Result(
        figures={
            **found,
            "ratio_one_loan_p50": ratio(found["one_loan"].p50_ms, floor.p50_ms),
            "ratio_four_loans_p50": ratio(found["four_loans"].p50_ms, floor.p50_ms),
        },
        targets=tuple(targets),
        notes=(
            f"{CLIENTS} clients at once for all three; seen booked by another session",
            "the bank debits before it answers; its notices come all the same",
        ),
    )


def _loan(platform: Platform, number: int) -> Paying:
    """A borrower with a loan that was paid out."""
    bill = bill_of(rows=EVENTS, seed=number)
    person = prepared(
        ApiPerson(platform.url, f"1393100000{number}"), serial=100 + number, bills=[bill]
    )
    asked = person.apply(LENT_FEN)["id"]
    decided = person.submit(asked)
    assert decided["state"] == "OFFERED", decided
    person.accept(asked)
    person.read_cost(asked)
    loan = person.sign(asked)["loan"]
    person.paid_out(loan)
    return Paying(person.token, loan)


def _at_once(
    platform: Platform,
    act: Callable[[Line, Onlooker, Paying], list[float]],
    whose: list[Paying],
) -> list[list[float]]:
    """What each client took, all beginning together."""

    def run(paying: Paying) -> list[float]:
        line = Line(platform.url)
        line.wake()
        start.wait()
        return act(line, onlooker, paying)

    start = threading.Barrier(len(whose))
    with closing(psycopg2.connect(platform.owner_url)) as session:
        onlooker = Onlooker(session)
        try:
            with ThreadPoolExecutor(max_workers=len(whose)) as pool:
                return list(pool.map(run, whose))
        finally:
            onlooker.leave()


def _payments(line: Line, onlooker: Onlooker, paying: Paying) -> list[float]:
    """Pay one yuan, wait until it is booked, and pay the next."""
    return [_payment(line, onlooker, paying) for _ in range(PAYMENTS_A_ROUND)]


def _payment(line: Line, onlooker: Onlooker, paying: Paying) -> float:
    began = time.perf_counter()
    status, body = line.ask(
        "POST",
        f"/api/v1/loans/{paying.loan}/repayments",
        paying.token,
        body={"amount_fen": PAID_FEN},
        key=uuid4().hex,
    )
    assert status == http.client.CREATED, body
    return onlooker.seen(json.loads(body)["id"]).result(PATIENCE_SECONDS) - began


def _floors(line: Line, _onlooker: Onlooker, _paying: Paying) -> list[float]:
    return [_floor(line) for _ in range(FLOORS_A_ROUND)]


def _floor(line: Line) -> float:
    began = time.perf_counter()
    status, _body = line.ask("GET", FLOOR)
    assert status == http.client.OK
    return time.perf_counter() - began
