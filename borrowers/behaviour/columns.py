"""From rows of a bill to columns of events: what moved money, once, net of refunds. Pure."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import islice

import numpy as np

from borrowers.behaviour.contracts import (
    CHANNELS,
    NO_BALANCE,
    Category,
    Direction,
    EventColumns,
    EventStatus,
    RawEvent,
    measure_of,
)


def joined(parts: Sequence[EventColumns]) -> EventColumns:
    """Several sets of columns as one, in order; segments keep the numbers that they have."""
    return EventColumns(
        **{
            each.name: np.concatenate([getattr(part, each.name) for part in parts])
            for each in fields(EventColumns)
        }
    ).ordered()


def merchant_number(merchant: str) -> int:
    """A merchant as a number where no key is at hand; stored events use a keyed one."""
    if not merchant:
        return 0
    return int.from_bytes(hashlib.sha256(merchant.encode()).digest()[:8], "big", signed=True)


def from_events(events: Sequence[RawEvent], segment: int = 0) -> EventColumns:
    """The events that moved money, as columns of one segment."""
    rows = [
        (
            segment,
            int(event.occurred_at.timestamp()),
            net_fen,
            _direction(event),
            event.category,
            merchant_number(event.merchant),
            event.source,
            event.place,
            CHANNELS.get(event.channel, 0),
            merchant_number(event.merchant or event.counterparty),
            NO_BALANCE if event.balance_fen is None else event.balance_fen,
            measure_of(event.source, event.metrics),
        )
        for event, net_fen in counted(events)
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, len(fields(EventColumns)))
    return EventColumns(
        segment=table[:, 0],
        seconds=table[:, 1],
        amount_fen=table[:, 2],
        direction=table[:, 3].astype(np.int8),
        category=table[:, 4].astype(np.int16),
        merchant=table[:, 5],
        source=table[:, 6].astype(np.int8),
        place=table[:, 7].astype(np.int8),
        channel=table[:, 8].astype(np.int8),
        party=table[:, 9],
        balance_fen=table[:, 10],
        measure=table[:, 11],
    ).ordered()


def _direction(event: RawEvent) -> Direction:
    # Some sources call a refund neutral; to the person it is money that came back.
    return Direction.IN if event.category == Category.REFUND else event.direction


OWN_CURRENCY = "CNY"
# So many purchases at one merchant are asked for a refund without a number, the first ones first.
MOST_CANDIDATES = 300
_VOID = frozenset({EventStatus.CLOSED, EventStatus.FAILED})


def counted(events: Sequence[RawEvent]) -> Iterator[tuple[RawEvent, int]]:
    """Each event that moved money of ours, with its amount net of the refund noted on its own row.

    A refund may be written twice, as a note on the purchase and as a row of its own: the row is
    left out where the purchase carries it, so that it is taken off once. A refund row that stands
    alone is kept; it undoes a purchase that another file told of. Money of another currency is
    read and shown, and counts for nothing.
    """
    moved = [each for each in events if each.status not in _VOID and each.currency == OWN_CURRENCY]
    explained = _explained(events, [each for each in moved if each.category == Category.REFUND])
    for event in moved:
        if event.category != Category.REFUND:
            yield event, event.amount_fen - event.refunded_fen
        elif id(event) not in explained:
            yield event, event.amount_fen


def _explained(events: Sequence[RawEvent], refunds: Sequence[RawEvent]) -> frozenset[int]:
    """The refund rows that a purchase's note tells of already. What fills a note whole comes first,
    so that the refund of another purchase cannot take a part of it."""
    noted = _NotedRefunds(events)
    whole = {id(refund) for refund in refunds if noted.explain(refund, is_whole=True)}
    rest = (refund for refund in refunds if id(refund) not in whole)
    return frozenset(whole | {id(each) for each in rest if noted.explain(each, is_whole=False)})


class _NotedRefunds:
    """Refunds that purchases carry on their own rows, each to be met by its refund rows."""

    def __init__(self, events: Sequence[RawEvent]) -> None:
        self._left_fen: dict[int, int] = {}
        self._by_number: dict[tuple[int, str], dict[int, RawEvent]] = {}
        self._by_merchant: dict[tuple[int, str], dict[int, RawEvent]] = {}
        for place, event in enumerate(events):
            if event.category == Category.REFUND or event.refunded_fen <= 0:
                continue
            self._left_fen[place] = event.refunded_fen
            self._by_number.setdefault((event.source, event.native_id), {})[place] = event
            self._by_merchant.setdefault((event.source, event.merchant), {})[place] = event

    def explain(self, refund: RawEvent, *, is_whole: bool) -> bool:
        """Take the refund off the purchase that carries it; False where there is none."""
        number, merchant = refund.parent_native_id, refund.merchant
        among = self._by_number if number else self._by_merchant
        candidates = among.get((refund.source, number or merchant), {})
        for place, purchase in islice(candidates.items(), MOST_CANDIDATES):
            left_fen = self._left_fen[place]
            fits = refund.amount_fen == left_fen if is_whole else refund.amount_fen <= left_fen
            if fits and refund.occurred_at >= purchase.occurred_at:
                self._take(place, refund.amount_fen, purchase)
                return True
        return False

    def _take(self, place: int, fen: int, purchase: RawEvent) -> None:
        """What is met whole is asked no more: files hold thousands of refunds by one merchant."""
        self._left_fen[place] -= fen
        if not self._left_fen[place]:
            del self._by_number[purchase.source, purchase.native_id][place]
            del self._by_merchant[purchase.source, purchase.merchant][place]
