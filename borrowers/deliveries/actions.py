"""Working through a delivery: person by person, each in a transaction of their own.

Whoever may not be written about gets one answer, whatever the reason: nobody can learn from it
who is known here. What was answered with success is on paper, and so in the next decision.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from borrowers.behaviour.actions import keep_signed
from borrowers.behaviour.imports import SignedBatch
from borrowers.consent.purposes import CONSUMPTION_RECORDS, PARTNER_PREFIX
from borrowers.consent.queries import active_id, active_ids
from borrowers.deliveries.contracts import SAID, DeliveryFacts, Outcome, Sent
from borrowers.deliveries.models import Delivery
from borrowers.deliveries.reading import Read, Unreadable, read, sent
from borrowers.partners.contracts import PartnerFacts
from borrowers.people.locks import lock
from borrowers.people.queries import ids_by_public_id
from common.transactions import durable

# Who is first to tell of an id owns it. One statement, under the lock of the person.
_TAKE = """
INSERT INTO borrowers_deliveredevent (consent_id, event_code, content_code)
SELECT %(consent)s, * FROM unnest(%(events)s::text[], %(contents)s::text[])
ON CONFLICT (consent_id, event_code) DO NOTHING
RETURNING event_code
"""
_KNOWN = """
SELECT event_code, content_code FROM borrowers_deliveredevent
 WHERE consent_id = %s AND event_code = ANY(%s)
"""
NOT_KEPT = frozenset({Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.REFUSED})


def deliver(*, partner: PartnerFacts, events: Sequence[Any], now: datetime) -> DeliveryFacts:
    """Take what may be taken of a batch and keep what became of each of its events."""
    outcomes: dict[int, Outcome] = {}
    by_person: dict[str, list[Sent]] = {}
    for place, said in enumerate(events):
        given = sent(place, said)
        if given is None:
            outcomes[place] = Outcome.SHAPE
        else:
            by_person.setdefault(given.borrower, []).append(given)
    allowed = _allowed(by_person, partner)
    for public_id, theirs in by_person.items():
        if public_id in allowed:
            outcomes |= _take_of_one(allowed[public_id], theirs, partner, now)
        else:
            outcomes |= _refused(theirs)
    return _kept(partner, "".join(outcomes[place] for place in range(len(events))))


def _allowed(public_ids: Iterable[str], partner: PartnerFacts) -> dict[str, int]:
    """Whom the partner may write about: who shares records, and allowed this very partner."""
    ids = ids_by_public_id(list(public_ids))
    shares = active_ids(ids.values(), CONSUMPTION_RECORDS)
    named = active_ids(ids.values(), _purpose(partner))
    return {name: number for name, number in ids.items() if number in shares and number in named}


def _purpose(partner: PartnerFacts) -> str:
    return PARTNER_PREFIX + partner.code


@durable
def _take_of_one(
    borrower_id: int, theirs: Sequence[Sent], partner: PartnerFacts, now: datetime
) -> dict[int, Outcome]:
    """The events of one person, while both consents still stand."""
    lock(borrower_id)
    consent_id = active_id(borrower_id, _purpose(partner))
    if consent_id is None or active_id(borrower_id, CONSUMPTION_RECORDS) is None:
        return _refused(theirs)
    outcomes, readable = _read(theirs, partner, now)
    taken = _taken(consent_id, readable)
    outcomes |= taken.outcomes
    set_aside = [(place, each) for place, each in sorted(outcomes.items()) if each not in NOT_KEPT]
    if taken.new or set_aside:
        keep_signed(
            borrower_id=borrower_id,
            consent_id=consent_id,
            batch=SignedBatch(
                sender=partner.public_id,
                events=[each.event for each in taken.new],
                duplicates=sum(each is Outcome.DUPLICATE for each in outcomes.values()),
                quarantined=[(place + 1, SAID[each][1]) for place, each in set_aside],
                day=now.date(),
            ),
        )
    return outcomes


def _refused(theirs: Iterable[Sent]) -> dict[int, Outcome]:
    return {each.place: Outcome.REFUSED for each in theirs}


def _read(
    theirs: Iterable[Sent], partner: PartnerFacts, now: datetime
) -> tuple[dict[int, Outcome], list[Read]]:
    outcomes: dict[int, Outcome] = {}
    readable: list[Read] = []
    for each in theirs:
        try:
            readable.append(read(each, partner=partner.public_id, now=now))
        except Unreadable as unreadable:
            outcomes[each.place] = unreadable.outcome
    return outcomes, readable


@dataclass(frozen=True, slots=True)
class _Taken:
    """Which events are new, and what became of each."""

    new: list[Read]
    outcomes: dict[int, Outcome]


def _taken(consent_id: int, readable: Sequence[Read]) -> _Taken:
    """New, known, or known to have said something else."""
    if not readable:
        return _Taken([], {})
    codes = {each.sent.place: _code(each.sent.id) for each in readable}
    firsts: dict[str, Read] = {}
    for each in readable:
        firsts.setdefault(codes[each.sent.place], each)
    contents = {code: each.content_code for code, each in firsts.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            {"consent": consent_id, "events": list(contents), "contents": list(contents.values())},
        )
        new = {code for (code,) in cursor.fetchall()}
        if known := contents.keys() - new:
            cursor.execute(_KNOWN, [consent_id, list(known)])
            contents |= dict(cursor.fetchall())
    outcomes = {each.sent.place: _outcome(each, codes, contents) for each in readable}
    fresh = [firsts[code] for code in contents if code in new]
    outcomes |= {each.sent.place: Outcome.ACCEPTED for each in fresh}
    return _Taken(fresh, outcomes)


def _outcome(each: Read, codes: Mapping[int, str], contents: Mapping[str, str]) -> Outcome:
    is_same = contents[codes[each.sent.place]] == each.content_code
    return Outcome.DUPLICATE if is_same else Outcome.CONFLICT


def _code(event_id: str) -> str:
    return hashlib.sha256(event_id.encode()).hexdigest()[:32]


@durable
def _kept(partner: PartnerFacts, outcomes: str) -> DeliveryFacts:
    row = Delivery.objects.create(partner_id=partner.id, outcomes=outcomes)
    return DeliveryFacts(public_id=row.public_id, outcomes=outcomes)
