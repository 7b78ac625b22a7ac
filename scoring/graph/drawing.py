"""What stands around a case: people by numbers that mean nothing elsewhere, and their links. Pure.

Who is nearest is numbered first; a picture holds so many, and the rest are counted.
"""

from collections import deque
from collections.abc import Collection

import numpy as np

from scoring.graph.contracts import Drawn, DrawnLink, Integers, LinkedPerson, LinkKind, Society
from scoring.graph.network import adjacency, agreed, nearness, pairs_sharing
from scoring.graph.rings import RUNS_BEFORE, rings

MOST_DRAWN = 24


def drawn(society: Society, *, middle: int, applied_at: int, confirmed: Collection[int]) -> Drawn:
    """The case of one member in the middle; nobody where they no longer allow it."""
    seen = agreed(society)
    if middle not in seen.members:
        return Drawn((), (), 0)
    steps = _steps(seen, middle)
    order = sorted(steps, key=lambda member: (steps[member], member))
    shown = {member: number for number, member in enumerate(order[:MOST_DRAWN])}
    starts = np.searchsorted(seen.members, np.array(sorted(confirmed), dtype=np.int64))
    near = nearness(adjacency(seen), starts)
    ring = next((each for each in rings(seen) if middle in each.members), None)
    inside = set(ring.members) if ring else set()
    applied = set(seen.applications.member.tolist())
    people = tuple(
        LinkedPerson(
            number=number,
            steps=steps[member],
            is_in_ring=member in inside,
            has_applied=member in applied,
            is_confirmed=member in confirmed,
            nearness=float(near[int(np.searchsorted(seen.members, member))]),
        )
        for member, number in shown.items()
    )
    links = (*_transfers(seen, shown, applied_at), *_marks(seen, shown))
    return Drawn(people, links, len(order) - len(people))


def _steps(seen: Society, middle: int) -> dict[int, int]:
    """How many links lie between the middle and each who can be reached."""
    links = adjacency(seen)
    found = {middle: 0}
    waiting = deque([middle])
    while waiting:
        member = waiting.popleft()
        place = int(np.searchsorted(seen.members, member))
        row = links.indices[links.indptr[place] : links.indptr[place + 1]]
        for other in seen.members[np.sort(row)].tolist():
            if other not in found:
                found[other] = found[member] + 1
                waiting.append(other)
    return found


def _transfers(seen: Society, shown: dict[int, int], applied_at: int) -> list[DrawnLink]:
    """One link for each direction and time, with how often and how much."""
    money = seen.transfers
    recent = (money.seconds <= applied_at) & (money.seconds > applied_at - RUNS_BEFORE)
    sums: dict[tuple[int, int, bool], list[int]] = {}
    rows: tuple[Integers, ...] = (money.giver, money.taker, money.amount_fen)
    for giver, taker, fen, is_recent in zip(
        *(each.tolist() for each in rows), recent.tolist(), strict=True
    ):
        if giver in shown and taker in shown:
            entry = sums.setdefault((shown[giver], shown[taker], is_recent), [0, 0])
            entry[0] += 1
            entry[1] += fen
    return [
        DrawnLink(source, target, LinkKind.TRANSFER, times, fen, is_recent)
        for (source, target, is_recent), (times, fen) in sorted(sums.items())
    ]


def _marks(seen: Society, shown: dict[int, int]) -> list[DrawnLink]:
    low, high, kind, _sharing = pairs_sharing(seen.marks)
    found = {
        (shown[one], shown[other], LinkKind(each))
        for one, other, each in zip(low.tolist(), high.tolist(), kind.tolist(), strict=True)
        if one in shown and other in shown
    }
    return [
        DrawnLink(one, other, each, 1, 0, is_before_applying=False)
        for one, other, each in sorted(found)
    ]
