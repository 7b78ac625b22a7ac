"""Events of a partner at a thousand a second: how long until the next decision would see one.

From the instant at which a delivery is due, through the signed request, to the first read of the
person's columns that holds its last event. Deliveries do not wait for one another: one that comes
late counts from when it was due. Runs in a process of its own beside the platform.
"""

import base64
import hashlib
import hmac
import itertools
import json
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench.figures import Result, Target, times
from config.services.layout import ROOT
from tests.machinery.running import Platform

EVENTS_A_SECOND = 1_000
EVENTS_A_DELIVERY = 100
PEOPLE_A_DELIVERY = 4
SECONDS = 20
PEOPLE = 40
SENDERS = 8
AT_MOST_SECONDS = 5.0
PATIENCE_SECONDS = 30
FIRST_PHONE = 13_900_100_000


def measure(platform: Platform) -> Result:
    """Ask the process that this file is when it is run."""
    answer = subprocess.run(  # noqa: S603 - ourselves, with the address of our own installation
        [sys.executable, "-m", "bench.deliveries", platform.url],
        cwd=ROOT,
        env={**platform.variables, "DJANGO_SETTINGS_MODULE": "bench.settings"},
        check=True,
        capture_output=True,
        text=True,
    )
    told: dict[str, Any] = json.loads(answer.stdout)
    visible = times(told["visible"])
    return Result(
        figures={
            "answered": times(told["answered"]),
            "visible_to_the_next_decision": visible,
            "events": told["events"],
            "events_a_second": told["events_a_second"],
        },
        targets=(
            Target(
                "partner event to the next decision, p99, seconds",
                visible.p99_ms / 1000,
                AT_MOST_SECONDS,
            ),
            # At most one second is lost on the twenty: the rate was really held.
            Target("seconds for twenty seconds of events", told["seconds"], SECONDS + 1.0),
        ),
        notes=(
            f"{EVENTS_A_DELIVERY} events a delivery, about {PEOPLE_A_DELIVERY} people each",
            f"{EVENTS_A_SECOND // EVENTS_A_DELIVERY} deliveries a second, {SENDERS} senders",
        ),
    )


@dataclass(frozen=True, slots=True)
class Sender:
    """Where it sends, with which key."""

    url: str
    key: str
    secret: bytes

    def post(self, number: str, body: bytes) -> dict[str, Any]:
        seconds = str(int(time.time()))
        signed = b".".join((number.encode(), seconds.encode(), body))
        digest = hmac.new(self.secret, signed, hashlib.sha256).digest()
        request = urllib.request.Request(  # noqa: S310 - our own installation
            f"{self.url}/api/v1/behaviour-events",
            data=body,
            headers={
                "Content-Type": "application/json",
                "Partner-Key": self.key,
                "Webhook-Id": number,
                "Webhook-Timestamp": seconds,
                "Webhook-Signature": "v1," + base64.b64encode(digest).decode(),
                "Idempotency-Key": number,
            },
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
            told: dict[str, Any] = json.load(answer)
        return told


def _main(url: str) -> None:
    import django  # noqa: PLC0415 (only this process has settings)

    django.setup()
    people, sender = _cast(url)
    deliveries = SECONDS * EVENTS_A_SECOND // EVENTS_A_DELIVERY
    every = EVENTS_A_DELIVERY / EVENTS_A_SECOND
    chosen = itertools.cycle(people)
    work = [[next(chosen) for _ in range(PEOPLE_A_DELIVERY)] for _ in range(deliveries)]
    _deliver(sender, -1, work[0], time.monotonic())  # The first request of a process is no figure.
    began = time.monotonic() + 0.5
    with ThreadPoolExecutor(max_workers=SENDERS) as pool:
        jobs = [
            pool.submit(_deliver, sender, number, theirs, began + number * every)
            for number, theirs in enumerate(work)
        ]
        taken = [job.result() for job in jobs]
    seconds = time.monotonic() - began
    told = {
        "answered": [answered for answered, _ in taken],
        "visible": [visible for _, visible in taken],
        "events": deliveries * EVENTS_A_DELIVERY,
        "seconds": round(seconds, 2),
        "events_a_second": round(deliveries * EVENTS_A_DELIVERY / seconds),
    }
    sys.stdout.write(json.dumps(told))


def _cast(url: str) -> tuple[list[tuple[int, str]], Sender]:
    """People who share their records and let the partner send, and the partner's key."""
    from borrowers.consent import actions as consents  # noqa: PLC0415
    from borrowers.consent.purposes import (  # noqa: PLC0415
        CONSUMPTION_RECORDS,
        notice_of,
    )
    from borrowers.partners import actions as partners  # noqa: PLC0415
    from borrowers.people import actions as accounts  # noqa: PLC0415
    from borrowers.people.queries import borrower_of  # noqa: PLC0415
    from common.actors import SYSTEM  # noqa: PLC0415

    key = partners.make_key(
        partner_id=partners.register(code="BENCH", name="Bench", by=SYSTEM), by=SYSTEM
    )
    people = []
    for number in range(PEOPLE):
        account = accounts.open_account(phone=f"+86{FIRST_PHONE + number}", language="en")
        person = borrower_of(account.pk)
        assert person is not None
        for purpose in (CONSUMPTION_RECORDS, "PARTNER:BENCH"):
            consents.grant(
                borrower_id=person.id,
                purpose=purpose,
                notice_version=notice_of(purpose) or "",
                language="en",
                channel="API",
                by=SYSTEM,
            )
        people.append((person.id, person.public_id))
    secret = base64.b64decode(key.secret.removeprefix("whsec_"))
    return people, Sender(url=url, key=key.public_id, secret=secret)


def _deliver(
    sender: Sender, number: int, people: list[tuple[int, str]], due: float
) -> tuple[float, float]:
    """Seconds from when it was due to the answer, and to a read that holds its last event."""
    from borrowers.behaviour.queries import columns_of  # noqa: PLC0415

    mark = 1_000_000 + number
    body = json.dumps({"events": _events(number, people, mark)}).encode()
    time.sleep(max(due - time.monotonic(), 0))
    told = sender.post(f"bench-{number:06d}", body)
    answered = time.monotonic() - due
    assert told["accepted"] == EVENTS_A_DELIVERY, told
    last = people[(EVENTS_A_DELIVERY - 1) % len(people)][0]
    while not (columns_of(last).amount_fen == mark).any():
        assert time.monotonic() - due < PATIENCE_SECONDS
    return answered, time.monotonic() - due


def _events(number: int, people: list[tuple[int, str]], mark: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{number}-{place}",
            "type": "payment",
            "time": f"2026-{1 + place % 9:02d}-{1 + number % 27:02d}T{place % 24:02d}:00:00+08:00",
            "subject": people[place % len(people)][1],
            "data": {
                "amount_fen": mark if place == EVENTS_A_DELIVERY - 1 else 100 + place,
                "direction": "out",
                "merchant": f"示例商户{place % 17}",
                "memo": "示例商品",
            },
        }
        for place in range(EVENTS_A_DELIVERY)
    ]


if __name__ == "__main__":
    _main(sys.argv[1])
