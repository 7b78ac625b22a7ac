"""Rings: people who apply together after money ran between them in days, as it never had. Pure.

Families and dormitories share telephones, networks and addresses, help each other with money, and
may apply together. So three things are needed at once: a shape of the money, the days in which it
ran, and applications within a short time. Sharing alone is never enough; and who has sent each
other money for long is at home with one another, and makes no ring.
"""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from scoring.graph.contracts import Applications, Flags, Integers, Ring, Shape, Society, Transfers
from scoring.graph.network import agreed, pairs_sharing

DAY = 86_400
# Money that ran in the week before, and applications within three days of each other.
RUNS_BEFORE, TOGETHER = 7 * DAY, 3 * DAY
# Less than this is a dinner shared. Earlier money between two is looked at from a month before.
LEAST_FEN, KNOWN_FOR, TIMES_KNOWN, TIMES_LARGER = 30_000, 30 * DAY, 2, 3
LEAST_MEMBERS, LONG_CHAIN = 3, 4
_LATE = np.int64(1) << 62


def rings(society: Society) -> tuple[Ring, ...]:
    """Every ring among those who allowed it, in the order of their first member."""
    seen = agreed(society)
    running = seen.transfers.taken(sudden(seen.transfers, seen.applications))
    if not len(running):
        return ()
    members, places = np.unique(np.concatenate([running.giver, running.taker]), return_inverse=True)
    giver, taker = places[: len(running)], places[len(running) :]
    linked = coo_array((np.ones(len(giver)), (giver, taker)), shape=(len(members), len(members)))
    group = connected_components(linked, directed=False)[1]
    low, high, _kind, _size = pairs_sharing(seen.marks)
    found = []
    for number in range(int(group.max()) + 1):
        inside = members[group == number]
        shared = int((np.isin(low, inside) & np.isin(high, inside)).sum())
        ring = _ring(inside, running.taken(np.asarray(group[giver] == number)), shared)
        if ring is not None:
            found.append(ring)
    return tuple(sorted(found, key=lambda each: each.members))


def _ring(inside: Integers, running: Transfers, marks_shared: int) -> Ring | None:
    shape = shape_of(running.giver, running.taker)
    if len(inside) < LEAST_MEMBERS or shape is None:
        return None
    # A chain may be what is left of a circle whose other members allow no look; by itself it is
    # weak, so it has to be long, or its members must share a mark.
    if shape is Shape.CHAIN and len(inside) < LONG_CHAIN and not marks_shared:
        return None
    return Ring(
        members=tuple(int(each) for each in inside),
        shape=shape,
        first_at=int(running.seconds.min()),
        last_at=int(running.seconds.max()),
        money_fen=int(running.amount_fen.sum()),
        transfers=len(running),
        marks_shared=marks_shared,
    )


def shape_of(giver: Integers, taker: Integers) -> Shape | None:
    """The shape of money that hangs together."""
    pairs = np.unique(np.stack([giver, taker]), axis=1)
    names, places = np.unique(pairs, return_inverse=True)
    source, target = places.reshape(2, -1)
    takes = np.bincount(target, minlength=len(names))
    gives = np.bincount(source, minlength=len(names))
    if bool(((takes >= 2) & (gives >= 2)).any()):
        return Shape.STAR
    if bool((takes >= LEAST_MEMBERS - 1).any()):
        return Shape.FAN_IN
    if is_round(source, target, len(names)):
        return Shape.CYCLE
    return Shape.CHAIN if len(names) >= LEAST_MEMBERS else None


def is_round(source: Integers, target: Integers, count: int) -> bool:
    """Whether money comes back to where it started, by way of two others at least."""
    linked = coo_array((np.ones(len(source)), (source, target)), shape=(count, count))
    group = connected_components(linked, directed=True, connection="strong")[1]
    return bool((np.bincount(group) >= LEAST_MEMBERS).any())


def sudden(transfers: Transfers, applications: Applications) -> Flags:
    """Which transfers ran soon before both of their people applied, at about the same time, and
    were not what the two are used to."""
    giver_at = next_application(applications, transfers.giver, transfers.seconds)
    taker_at = next_application(applications, transfers.taker, transfers.seconds)
    chosen = (
        (giver_at - transfers.seconds <= RUNS_BEFORE)
        & (taker_at - transfers.seconds <= RUNS_BEFORE)
        & (np.abs(giver_at - taker_at) <= TOGETHER)
        & (transfers.amount_fen >= LEAST_FEN)
    )
    places = np.nonzero(chosen)[0]
    chosen[places] = ~_usual(transfers, places)
    return np.asarray(chosen)


def next_application(applications: Applications, member: Integers, seconds: Integers) -> Integers:
    """When each member next applied, at or after each moment; very late where never."""
    order = np.lexsort((applications.seconds, applications.member))
    who, when = applications.member[order], applications.seconds[order]
    found = np.full(len(member), _LATE, dtype=np.int64)
    if not len(who):
        return found
    # One number for member and time: both are counted from their least.
    first = int(min(when.min(), seconds.min(initial=when.min())))
    span = int(max(when.max(), seconds.max(initial=when.max()))) - first + 1
    members = np.unique(np.concatenate([who, member]))
    keys = np.searchsorted(members, who) * span + (when - first)
    asked = np.searchsorted(members, member) * span + (seconds - first)
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    same = (who[place] == member) & (keys[place] >= asked)
    found[same] = when[place][same]
    return found


def _usual(transfers: Transfers, places: Integers) -> Flags:
    """Whether the two people of a transfer had sent each other money for long, or as much."""
    low, high = _pair(transfers)
    order = np.lexsort((transfers.seconds, high, low))
    usual = np.zeros(len(places), dtype=np.bool_)
    bounds = _bounds(low[order], high[order], low[places], high[places])
    for number, (place, start, end) in enumerate(zip(places, *bounds, strict=True)):
        own = order[start:end]
        earlier = own[transfers.seconds[own] < transfers.seconds[place] - KNOWN_FOR]
        greatest = int(transfers.amount_fen[earlier].max(initial=0))
        usual[number] = (
            len(earlier) >= TIMES_KNOWN
            or int(transfers.amount_fen[place]) < TIMES_LARGER * greatest
        )
    return usual


def _pair(transfers: Transfers) -> tuple[Integers, Integers]:
    return (
        np.minimum(transfers.giver, transfers.taker),
        np.maximum(transfers.giver, transfers.taker),
    )


def _bounds(
    low: Integers, high: Integers, wanted_low: Integers, wanted_high: Integers
) -> tuple[Integers, Integers]:
    """From where to where each wanted pair stands among the sorted pairs."""
    names = np.unique(np.concatenate([low, high]))
    key = np.searchsorted(names, low) * len(names) + np.searchsorted(names, high)
    asked = np.searchsorted(names, wanted_low) * len(names) + np.searchsorted(names, wanted_high)
    return np.searchsorted(key, asked), np.searchsorted(key, asked, side="right")


def circular_fen(society: Society, member: int, at: int) -> int:
    """How much money left a member and came back, by way of others, in the days before `at`."""
    before = society.transfers.taken(
        (society.transfers.seconds < at) & (society.transfers.seconds >= at - RUNS_BEFORE)
    )
    names, places = np.unique(np.concatenate([before.giver, before.taker]), return_inverse=True)
    if member not in names:
        return 0
    giver, taker = places[: len(before)], places[len(before) :]
    linked = coo_array((np.ones(len(giver)), (giver, taker)), shape=(len(names), len(names)))
    group = connected_components(linked, directed=True, connection="strong")[1]
    own = int(np.searchsorted(names, member))
    inside = (group[giver] == group[own]) & (group[taker] == group[own])
    went = int(before.amount_fen[inside & (giver == own)].sum())
    came = int(before.amount_fen[inside & (taker == own)].sum())
    return min(went, came)
