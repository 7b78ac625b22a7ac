"""The network: which links count, how strongly, what hangs together, and how near to fraud. Pure.

Nearness starts from confirmed fraud alone. That a neighbour did not repay is no link and no seed.
"""

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from scoring.graph.contracts import (
    Applications,
    Flags,
    Integers,
    LinkKind,
    Marks,
    Real,
    Society,
    Transfers,
)

# A mark that more members share is a shop's counter or a hostel's, and links nobody.
MOST_SHARING = 12
STRENGTH = {LinkKind.DEVICE: 0.5, LinkKind.ACCOUNT: 1.0, LinkKind.REFERRAL: 0.25}
DAMPING, ROUNDS, CLOSE_ENOUGH = 0.85, 100, 1e-10


def numbers(*values: int) -> Integers:
    """A column of whole numbers."""
    return np.array(values, dtype=np.int64)


def agreed(society: Society) -> Society:
    """Only what lies between two members, once, and nothing from a member to themselves."""
    members = np.unique(society.members)
    transfers, marks, applications = society.transfers, society.marks, society.applications
    both = (
        has(members, transfers.giver)
        & has(members, transfers.taker)
        & (transfers.giver != transfers.taker)
        & (transfers.amount_fen > 0)
    )
    kept = transfers.taken(both)
    kept = kept.taken(_once(kept.giver, kept.taker, kept.seconds, kept.amount_fen))
    seen = marks.taken(has(members, marks.member))
    seen = seen.taken(_once(seen.member, seen.kind, seen.mark))
    asked = applications.taken(has(members, applications.member))
    asked = asked.taken(_once(asked.member, asked.seconds))
    return Society(members, kept, seen, asked)


def has(members: Integers, wanted: Integers) -> Flags:
    """Which of the wanted are members; the members are sorted."""
    if not len(members):
        return np.zeros(len(wanted), dtype=np.bool_)
    place = np.minimum(np.searchsorted(members, wanted), len(members) - 1)
    return np.asarray(members[place] == wanted)


def _once(*columns: Integers) -> Integers:
    """The places of the rows that differ, in the order of their columns."""
    if not len(columns[0]):
        return np.zeros(0, dtype=np.int64)
    order = np.lexsort(columns[::-1])
    differs = np.zeros(len(order), dtype=np.bool_)
    differs[0] = True
    for column in columns:
        ordered = column[order]
        differs[1:] |= ordered[1:] != ordered[:-1]
    return order[differs].astype(np.int64)


def pairs_sharing(marks: Marks) -> tuple[Integers, Integers, Integers, Integers]:
    """Each pair of members with a mark in common: lower, higher, kind, how many share it."""
    order = np.lexsort((marks.member, marks.mark, marks.kind))
    member, kind, mark = marks.member[order], marks.kind[order], marks.mark[order]
    if not len(member):
        return numbers(), numbers(), numbers(), numbers()
    starts = np.nonzero(
        np.concatenate([[True], (kind[1:] != kind[:-1]) | (mark[1:] != mark[:-1])])
    )[0]
    size = np.diff(np.append(starts, len(member)))
    size_of = np.repeat(size, size)
    group = np.repeat(np.arange(len(size)), size)
    lows, highs = [numbers()], [numbers()]
    # Those who share stand side by side: each is paired with the next, the one after it, and on.
    for step in range(1, MOST_SHARING):
        low = np.nonzero((group[:-step] == group[step:]) & (size_of[:-step] <= MOST_SHARING))[0]
        lows.append(low)
        highs.append(low + step)
        if len(member) <= step + 1:
            break
    low, high = np.concatenate(lows), np.concatenate(highs)
    return member[low], member[high], kind[low], size_of[low].astype(np.int64)


def adjacency(society: Society) -> csr_array:
    """How strongly members are linked, both ways, by their places among the sorted members.

    Many transfers of one pair count little more than a few; what many share counts for little.
    """
    members, transfers = society.members, society.transfers
    low, high, kind, sharing = pairs_sharing(society.marks)
    strength = np.zeros(max(LinkKind) + 1)
    for each, weight in STRENGTH.items():
        strength[each] = weight
    by_mark = _matrix(members, low, high, strength[kind] / np.maximum(sharing - 1, 1))
    times = _matrix(members, transfers.giver, transfers.taker, np.ones(len(transfers)))
    both = (times + times.T).tocsr()
    both.data = np.log1p(both.data)
    return (both + by_mark + by_mark.T).tocsr()


def _matrix(members: Integers, source: Integers, target: Integers, weight: Real) -> csr_array:
    place = np.searchsorted(members, source), np.searchsorted(members, target)
    return coo_array((weight, place), shape=(len(members), len(members))).tocsr()


def components(links: csr_array) -> Integers:
    """The number of each member's component."""
    if not links.shape[0]:
        return numbers()
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def nearness(links: csr_array, confirmed: Integers) -> Real:
    """Personalised PageRank from the places of confirmed fraud; it sums to one, or is zero.

    Where nobody was confirmed, nobody is near to anything.
    """
    count = links.shape[0]
    if not len(confirmed):
        return np.zeros(count)
    start = np.zeros(count)
    start[np.unique(confirmed)] = 1.0 / len(np.unique(confirmed))
    degree = np.asarray(links.sum(axis=1)).ravel()
    is_alone = degree == 0
    onwards = links.multiply(1.0 / np.where(is_alone, 1.0, degree)[:, None]).T.tocsr()
    rank = start
    for _ in range(ROUNDS):
        moved = onwards @ rank
        # Who is linked with nobody hands everything back to the start.
        following = DAMPING * (moved + rank[is_alone].sum() * start) + (1 - DAMPING) * start
        if float(np.abs(following - rank).sum()) < CLOSE_ENOUGH:
            return np.asarray(following)
        rank = following
    return rank


def shared(society: Society) -> Real:
    """With how many others each member shares a mark, damped by how many share it."""
    low, high, _kind, sharing = pairs_sharing(society.marks)
    weight = 1.0 / np.maximum(sharing - 1, 1)
    found = np.zeros(len(society.members))
    np.add.at(found, np.searchsorted(society.members, low), weight)
    np.add.at(found, np.searchsorted(society.members, high), weight)
    return np.log1p(found)


def empty() -> Society:
    """Nobody, and nothing between them."""
    none = numbers()
    return Society(
        none, Transfers(none, none, none, none), Marks(none, none, none), Applications(none, none)
    )
