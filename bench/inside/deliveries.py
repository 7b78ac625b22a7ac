"""The work of the benchmark of deliveries: a partner that sends, and a reader that waits."""

import base64
import hashlib
import hmac
import itertools
import json
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench.sizes import EVENTS_A_DELIVERY, EVENTS_A_SECOND, PEOPLE_A_DELIVERY, SECONDS, SENDERS
from borrowers.behaviour.queries import columns_of
from borrowers.consent import actions as consents
from borrowers.consent.purposes import (
    CONSUMPTION_RECORDS,
    notice_of,
)
from borrowers.partners import actions as partners
from borrowers.people import actions as accounts
from borrowers.people.queries import borrower_of
from common.actors import SYSTEM

PEOPLE = 40
PATIENCE_SECONDS = 30
FIRST_PHONE = 13_900_100_000


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
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 (our own address on the loopback)
            told: dict[str, Any] = json.load(answer)
        return told


def _main(url: str) -> None:
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
