"""One person with 5,000 events: the bare read, the read that features use, and all features."""

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta

from borrowers.behaviour import queries as behaviour
from borrowers.behaviour.contracts import RawEvent
from borrowers.behaviour.tables import events
from borrowers.consent import actions as consents
from borrowers.consent.purposes import CONSUMPTION_RECORDS, PURPOSES
from borrowers.people import actions as people
from borrowers.people import queries as persons
from borrowers.tests import cast
from common import clock
from scoring.features import kernel
from scoring.tests import builders

EVENTS, RUNS = 5_000, 100
PHONE = "+8613900000099"
# What the first features read, straight out of the covering index.
BARE = """
COPY (SELECT borrower_id, occurred_at, amount_fen, merchant, category, direction, source
        FROM borrowers_event WHERE borrower_id = {borrower:d}) TO STDOUT (FORMAT binary)
"""


def _main() -> None:
    borrower_id, at = _somebody(), clock.now()
    columns = behaviour.columns_of(borrower_id)
    assert len(columns) == EVENTS, len(columns)
    bare = BARE.format(borrower=borrower_id)
    works: dict[str, Callable[[], object]] = {
        "bare_read": lambda: events.copied(bare),
        "read": lambda: behaviour.columns_of(borrower_id),
        "computed": lambda: kernel.vector(columns, as_of=at),
        "read_and_computed": lambda: kernel.vector(behaviour.columns_of(borrower_id), as_of=at),
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(RUNS):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - began)
    sys.stdout.write(json.dumps(taken))


def _somebody() -> int:
    """A person with a year of events, about fourteen a day, given as a bill."""
    account = people.open_account(phone=PHONE, language="en")
    card = persons.borrower_of(account.pk)
    assert card is not None
    consents.grant(
        borrower_id=card.id,
        purpose=CONSUMPTION_RECORDS,
        notice_version=PURPOSES[CONSUMPTION_RECORDS].notice_version,
        language="en",
        channel="WEB",
        by=cast.self_of(card),
    )
    builders.share(card, _events())
    return card.id


def _events() -> list[RawEvent]:
    until = clock.now()
    scenes = builders.SCENES
    bought = [
        cast.event(
            number,
            occurred_at=until - timedelta(minutes=105 * number + 7),
            category=scenes[number % len(scenes)],
            merchant=f"Shop {number % 90}",
            counterparty=f"Shop {number % 90}",
        )
        for number in range(EVENTS - 12)
    ]
    return [*bought, *builders.pays([9_000] * 12, until=until, number=EVENTS)]


if __name__ == "__main__":
    _main()
