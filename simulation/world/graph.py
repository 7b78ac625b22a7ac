"""Who knows whom: friends, families, dormitories, and rings of people who mean to take and go.

Families and dormitories share addresses, networks and sometimes a telephone, as rings do: whoever
flags by sharing alone will flag them too. They are decoys, and innocent.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from simulation.words import Scene
from simulation.world.events import Events, Funding, Kind, Numbers, Wallet, events, joined
from simulation.world.personas import Population
from simulation.world.setting.days import SPRING_FESTIVALS, Days, seconds_of_day

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
# Of a thousand people fourteen are in rings, two hundred in families; students share dormitories.
RING_SHARE, RING_SIZES, FAMILY_SHARE = 0.014, (4, 11), 0.20
DEGREE_POWER, MULTIPLE_POWER, MOST_FRIENDS, MOST_TIMES = 2.2, 2.0, 40, 60
BACK_SHARE, STRANGERS_A_MONTH = 0.5, 1.1
HOUR = 3600


class RingKind(IntEnum):
    """How the money runs before the ring applies."""

    FAN_IN = 0
    CYCLE = 1
    STAR = 2


@dataclass(frozen=True, eq=False)
class Graph:
    """Groups by number (-1: none), and what each person is seen with."""

    ring: Whole
    ring_kind: Whole
    ring_at: Whole
    family: Whole
    dormitory: Whole
    device: Whole
    network: Whole
    address: Whole

    @property
    def is_ring_member(self) -> Flags:
        return np.asarray(self.ring >= 0)


def connect(chance: np.random.Generator, people: Population, days: Days) -> Graph:
    """Rings among salaried strangers, families among the rest, dormitories among students."""
    count = len(people)
    adults = chance.permutation(np.nonzero(~people.is_student)[0])
    in_rings = round(count * RING_SHARE) if count >= RING_SIZES[0] / RING_SHARE / 2 else 0
    ring = grouped(chance, adults[:in_rings], count, RING_SIZES)
    in_families = in_rings + round(count * FAMILY_SHARE)
    family = grouped(chance, adults[in_rings:in_families], count, (2, 5))
    dormitory = grouped(chance, chance.permutation(np.nonzero(people.is_student)[0]), count, (4, 7))
    rings = int(ring.max(initial=-1)) + 1
    ripe = np.nonzero(days.month >= min(5, days.months - 1))[0]
    begins = days.begins[chance.choice(ripe[: max(1, len(ripe) * 2 // 3)], rings)]
    own = np.arange(count)
    return Graph(
        ring=ring,
        ring_kind=chance.integers(0, len(RingKind), rings),
        ring_at=begins + 11 * HOUR,
        family=family,
        dormitory=dormitory,
        device=shared(chance, shared(chance, own, ring, 0.75), family, 0.15),
        network=shared(chance, shared(chance, shared(chance, own, ring, 0.6), family, 0.9),
                       dormitory, 0.95),
        address=shared(chance, shared(chance, shared(chance, own, ring, 0.5), family, 0.9),
                       dormitory, 1.0),
    )  # fmt: skip


def grouped(
    chance: np.random.Generator, members: Whole, count: int, sizes: tuple[int, int]
) -> Whole:
    """The members cut into groups; what is left over is too few and stays alone."""
    group = np.full(count, -1, dtype=np.int64)
    start = number = 0
    while len(members) - start >= sizes[0]:
        size = min(int(chance.integers(*sizes)), len(members) - start)
        group[members[start : start + size]] = number
        start, number = start + size, number + 1
    return group


def shared(chance: np.random.Generator, own: Whole, group: Whole, share: float) -> Whole:
    """Most of a group are seen with what its first member has."""
    firsts = np.array([int(np.argmax(group == number)) for number in range(group.max() + 1)] or [0])
    joins = (group >= 0) & (chance.random(len(own)) < share)
    return np.where(joins, own[firsts][np.maximum(group, 0)], own)


def transfers(
    chance: np.random.Generator, numbers: Numbers, people: Population, graph: Graph, days: Days
) -> Events:
    """Between friends, within families, with strangers outside, in rings; red packets at feasts."""
    parts = [
        *friendly(chance, numbers, people, days),
        *familial(chance, numbers, graph, days),
        *plotted(chance, numbers, graph),
        outside(chance, numbers, people, days),
        packets(chance, numbers, people, days),
    ]
    return joined(parts)


def both_sides(
    numbers: Numbers, giver: Whole, taker: Whole, seconds: Whole, amount: npt.ArrayLike
) -> list[Events]:
    """One transfer as two events with one `pair`."""
    pair = numbers.take(len(giver))
    common = {
        "scene": Scene.TRANSFER_SOCIAL,
        "amount_fen": amount,
        "wallet": Wallet.WECHAT,
        "funding": Funding.BALANCE,
        "pair": pair,
    }
    return [
        events(
            numbers, person=giver, peer=taker, seconds=seconds, kind=Kind.TRANSFER_OUT, **common
        ),
        events(numbers, person=taker, peer=giver, seconds=seconds, kind=Kind.TRANSFER_IN, **common),
    ]


def friendly(
    chance: np.random.Generator, numbers: Numbers, people: Population, days: Days
) -> list[Events]:
    """Few have many friends. Friends are alike in discipline, so that trouble has company."""
    count = len(people)
    order = np.argsort(people.discipline + chance.normal(0, 0.12, count))
    degree = np.minimum(1 + chance.zipf(DEGREE_POWER, count), min(MOST_FRIENDS, count - 1))
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)
    giver = np.repeat(np.arange(count), degree)
    away = chance.integers(1, 13, len(giver)) * chance.choice([-1, 1], len(giver))
    taker = order[(rank[giver] + away) % count]
    times = np.minimum(chance.zipf(MULTIPLE_POWER, len(giver)), MOST_TIMES)
    scale = max(1, round(18 / days.months))
    times = -(-times // scale)
    giver, taker = np.repeat(giver, times), np.repeat(taker, times)
    is_back = chance.random(len(giver)) < BACK_SHARE / 2
    giver, taker = np.where(is_back, taker, giver), np.where(is_back, giver, taker)
    kept = giver != taker
    seconds = moments(chance, len(giver), days)
    amount = round_sums(chance, len(giver), 12_000)
    return both_sides(numbers, giver[kept], taker[kept], seconds[kept], amount[kept])


def familial(
    chance: np.random.Generator, numbers: Numbers, graph: Graph, days: Days
) -> list[Events]:
    """Each month somebody of a family gives another money for the house."""
    members = np.nonzero(graph.family >= 0)[0]
    if not len(members):
        return []
    giver = np.repeat(members, days.months)
    kin = [members[graph.family[members] == graph.family[each]] for each in members]
    taker = np.concatenate([chance.choice(each, days.months) for each in kin])
    kept = giver != taker
    seconds = moments(chance, len(giver), days)
    amount = round_sums(chance, len(giver), 60_000)
    return both_sides(numbers, giver[kept], taker[kept], seconds[kept], amount[kept])


def plotted(chance: np.random.Generator, numbers: Numbers, graph: Graph) -> list[Events]:
    """One to three days before a ring applies, its money goes round, in, or out and back."""
    givers: list[int] = []
    takers: list[int] = []
    seconds: list[int] = []
    for number, at in enumerate(graph.ring_at):
        members = [int(each) for each in np.nonzero(graph.ring == number)[0]]
        for giver, taker in ring_paths(RingKind(int(graph.ring_kind[number])), members):
            givers.append(giver)
            takers.append(taker)
            seconds.append(int(at) - int(chance.integers(24 * HOUR, 72 * HOUR)))
    amount = round_sums(chance, len(givers), 250_000)
    return both_sides(
        numbers,
        np.array(givers, dtype=np.int64),
        np.array(takers, dtype=np.int64),
        np.array(seconds, dtype=np.int64),
        amount,
    )


def ring_paths(kind: RingKind, members: list[int]) -> list[tuple[int, int]]:
    hub, others = members[0], members[1:]
    if kind is RingKind.CYCLE:
        return list(zip(members, [*others, hub], strict=True))
    paths = [(each, hub) for each in others]
    return paths if kind is RingKind.FAN_IN else paths + [(hub, each) for each in others]


def outside(
    chance: np.random.Generator, numbers: Numbers, people: Population, days: Days
) -> Events:
    """Transfers with people who are not in this world, one way or the other."""
    times = chance.poisson(STRANGERS_A_MONTH * days.months, len(people))
    person = np.repeat(np.arange(len(people)), times)
    is_out = chance.random(len(person)) < 0.55
    return events(
        numbers,
        person=person,
        seconds=moments(chance, len(person), days),
        kind=np.where(is_out, Kind.TRANSFER_OUT, Kind.TRANSFER_IN),
        scene=Scene.TRANSFER_SOCIAL,
        amount_fen=round_sums(chance, len(person), 9_000),
        wallet=Wallet.WECHAT,
        funding=Funding.BALANCE,
        peer=-2 - chance.integers(0, 400, len(person)),
    )


def packets(
    chance: np.random.Generator, numbers: Numbers, people: Population, days: Days
) -> Events:
    """Red packets: now and then all year, many on the evenings of Spring Festival."""
    feasts = [days.index_of(feast) for feast in SPRING_FESTIVALS]
    evenings = [day for day in feasts if 0 <= day < len(days)]
    usual = np.repeat(np.arange(len(people)), chance.poisson(0.5 * days.months, len(people)))
    day = chance.integers(0, len(days), len(usual))
    for evening in evenings:
        festive = np.repeat(np.arange(len(people)), chance.poisson(5, len(people)))
        usual = np.concatenate([usual, festive])
        near = np.clip(evening + chance.integers(-1, 4, len(festive)), 0, len(days) - 1)
        day = np.concatenate([day, near])
    is_out = chance.random(len(usual)) < 0.5
    return events(
        numbers,
        person=usual,
        seconds=days.begins[day] + chance.integers(18 * HOUR, 23 * HOUR, len(usual)),
        kind=np.where(is_out, Kind.RED_PACKET_OUT, Kind.RED_PACKET_IN),
        scene=Scene.TRANSFER_SOCIAL,
        amount_fen=chance.choice([88, 168, 520, 666, 888, 1_000, 2_000, 6_666], len(usual)),
        wallet=Wallet.WECHAT,
        funding=Funding.BALANCE,
        peer=-2 - chance.integers(0, 400, len(usual)),
    )


def moments(chance: np.random.Generator, count: int, days: Days) -> Whole:
    day = chance.integers(0, len(days), count)
    return days.begins[day] + seconds_of_day(chance, count)


def round_sums(chance: np.random.Generator, count: int, usual_fen: int) -> Whole:
    """People send round sums."""
    fen = usual_fen * np.exp(chance.normal(0, 0.9, count))
    return np.maximum(np.round(fen / 1_000) * 1_000, 1_000).astype(np.int64)
