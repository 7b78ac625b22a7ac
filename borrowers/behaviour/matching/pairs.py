"""Which rows could belong together, and the choice that gives every row one partner at most."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from borrowers.behaviour.contracts import LinkMethod
from borrowers.behaviour.matching.rows import (
    DAY_SECONDS,
    SHANGHAI_SECONDS,
    Flags,
    Integers,
    Rows,
    Small,
)

# A thousand alike payments in one day make a million pairs; the nearest in rank are enough.
NEAREST = 48
# Above this many rows on a side, contested partners are given by score instead of all at once.
MOST_TOGETHER = 250
_SPAN = 1 << 34


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of rows, `low` telling again what `high` tells better; how sure, and by what."""

    low: Integers
    high: Integers
    score_ppm: Integers
    method: Small

    def __len__(self) -> int:
        return len(self.low)

    def taken(self, places: Flags | Integers) -> "Pairs":
        return Pairs(**{each.name: getattr(self, each.name)[places] for each in fields(self)})


@dataclass(frozen=True, slots=True)
class Window:
    """How far `low` may lie from `high`: in seconds where both tell the time, else in days."""

    seconds_before: int
    seconds_after: int
    days_before: int
    days_after: int


def together(
    rows: Rows,
    low: Flags,
    high: Flags,
    window: Window,
    *,
    low_key: Integers | None = None,
    high_key: Integers | None = None,
) -> tuple[Integers, Integers]:
    """Every low row with every high row of another file and the same key (what was paid) inside
    the window."""
    low_key = rows.paid_fen if low_key is None else low_key
    high_key = rows.paid_fen if high_key is None else high_key
    lows, highs = np.flatnonzero(low), np.flatnonzero(high)
    found = [
        _within(rows, lows, part, window, low_key, high_key)
        for part in (highs[rows.is_timed[highs]], highs[~rows.is_timed[highs]])
        if len(part) and len(lows)
    ]
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    a, b = (np.concatenate(each) for each in zip(*found, strict=True))
    kept = rows.columns.batch[a] != rows.columns.batch[b]
    return a[kept], b[kept]


def _within(
    rows: Rows,
    lows: Integers,
    highs: Integers,
    window: Window,
    low_key: Integers,
    high_key: Integers,
) -> tuple[Integers, Integers]:
    _, codes = np.unique(np.concatenate([low_key[lows], high_key[highs]]), return_inverse=True)
    low_code, high_code = codes[: len(lows)] * _SPAN, codes[len(lows) :] * _SPAN
    order = np.lexsort((highs, high_code + rows.seconds[highs]))
    sorted_highs, places = highs[order], (high_code + rows.seconds[highs])[order]
    is_exact = rows.is_timed[lows] & rows.is_timed[highs[0]]
    midnight = rows.day[lows] * DAY_SECONDS - SHANGHAI_SECONDS
    earliest = np.where(
        is_exact,
        rows.seconds[lows] - window.seconds_after,
        midnight - window.days_after * DAY_SECONDS,
    )
    latest = np.where(
        is_exact,
        rows.seconds[lows] + window.seconds_before,
        midnight + (window.days_before + 1) * DAY_SECONDS - 1,
    )
    first = np.searchsorted(places, low_code + earliest, side="left")
    after = np.searchsorted(places, low_code + latest, side="right")
    return _expanded(lows, sorted_highs, first, after)


def _expanded(
    lows: Integers, highs: Integers, first: Integers, after: Integers
) -> tuple[Integers, Integers]:
    """The ranges as pairs; of a long range each low row gets the part around its own rank."""
    order = np.lexsort((lows, first))
    lows, first, after = lows[order], first[order], after[order]
    counts = np.maximum(after - first, 0)
    rank = np.arange(len(lows)) - np.searchsorted(first, first, side="left")
    is_long = counts > NEAREST
    shift = np.clip(rank - NEAREST // 2, 0, np.maximum(counts - NEAREST, 0))
    first = np.where(is_long, first + shift, first)
    counts = np.minimum(counts, NEAREST)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(lows, counts), highs[np.repeat(first, counts) + within]


def scored(rows: Rows, low: Integers, high: Integers, window: Window) -> Pairs:
    """How well the rows of each pair fit: account, way, party, and how near they lie in time."""
    columns = rows.columns
    same_account = (columns.account[low] == columns.account[high]) & (columns.account[low] != 0)
    same_way = (columns.via[low] != 0) & (columns.via[low] == rows.platform[high])
    same_party = (columns.merchant[low] == columns.merchant[high]) & (columns.merchant[low] != 0)
    is_exact = rows.is_timed[low] & rows.is_timed[high]
    apart = np.abs(rows.seconds[low] - rows.seconds[high])
    widest = max(window.seconds_after, window.seconds_before, 1)
    days = np.abs(rows.day[low] - rows.day[high])
    near = np.where(
        is_exact, 140_000 * np.maximum(1 - apart / widest, 0), 80_000 / (1 + days)
    ).astype(np.int64)
    score = 520_000 + 180_000 * same_account + 80_000 * same_way + 80_000 * same_party + near
    method = np.select(
        [same_account, same_party],
        [int(LinkMethod.ACCOUNT_AND_TIME), int(LinkMethod.PARTY_AND_TIME)],
        int(LinkMethod.AMOUNT_AND_TIME),
    )
    return Pairs(low, high, score, method.astype(np.int16))


def accounts_agree(rows: Rows, low: Integers, high: Integers) -> Flags:
    """Equal where both rows say which card or account it was."""
    one, other = rows.columns.account[low], rows.columns.account[high]
    return np.asarray((one == other) | (one == 0) | (other == 0))


# --- one partner for each -----------------------------------------------------------------------


def one_to_one(pairs: Pairs) -> Pairs:
    """At most one partner for every row: alone where nobody contests it, else the best in all."""
    if not len(pairs):
        return pairs
    alone = (_times(pairs.low) == 1) & (_times(pairs.high) == 1)
    chosen = [np.flatnonzero(alone)]
    contested = np.flatnonzero(~alone)
    chosen += [contested[each] for each in _shared_out(pairs.taken(contested))]
    return pairs.taken(np.sort(np.concatenate(chosen)))


def _times(values: Integers) -> Integers:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse])


def _shared_out(pairs: Pairs) -> Iterator[npt.NDArray[np.intp]]:
    """The chosen places among contested pairs, group by group of rows that contest each other."""
    if not len(pairs):
        return
    from scipy.sparse import coo_array  # noqa: PLC0415 (slow to load, and seldom needed)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 (scipy is heavy, and few people have links)

    lows, low = np.unique(pairs.low, return_inverse=True)
    _, high = np.unique(pairs.high, return_inverse=True)
    size = len(lows) + int(high.max()) + 1
    edges = coo_array((np.ones(len(pairs)), (low, high + len(lows))), shape=(size, size))
    _, labels = connected_components(edges, directed=False)
    group = labels[low]
    order = np.argsort(group, kind="stable")
    for places in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        part = pairs.taken(places)
        sides = len(np.unique(part.low)), len(np.unique(part.high))
        choose = best_in_all if max(sides) <= MOST_TOGETHER else by_score
        yield places[choose(part)]


def best_in_all(pairs: Pairs) -> npt.NDArray[np.intp]:
    """The places of the pairs whose scores together are the highest."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 (scipy is heavy, and few people have links)

    lows, low = np.unique(pairs.low, return_inverse=True)
    highs, high = np.unique(pairs.high, return_inverse=True)
    gain = np.zeros((len(lows), len(highs)))
    place = np.full(gain.shape, -1)
    gain[low, high], place[low, high] = pairs.score_ppm, np.arange(len(pairs))
    chosen = place[linear_sum_assignment(gain, maximize=True)]
    return np.sort(chosen[chosen >= 0])


def by_score(pairs: Pairs) -> npt.NDArray[np.intp]:
    """The best pair first, then the best of what is left."""
    order = np.lexsort((pairs.high, pairs.low, -pairs.score_ppm))
    used_low: set[int] = set()
    used_high: set[int] = set()
    chosen = []
    for place in order.tolist():
        low, high = int(pairs.low[place]), int(pairs.high[place])
        if low not in used_low and high not in used_high:
            used_low.add(low)
            used_high.add(high)
            chosen.append(place)
    return np.sort(np.array(chosen, dtype=np.intp))
