"""What the platform could see of a world's society, with consent; and what is true of it.

The world's decoys are made harder than life: whole dormitories and families apply within two
days, split their bills, and collect large sums for one of theirs in the same week.
"""

from dataclasses import dataclass

import numpy as np

from scoring.graph.contracts import (
    Applications,
    Flags,
    Integers,
    LinkKind,
    Marks,
    Society,
    Transfers,
)
from simulation.world import World
from simulation.world.events import Kind
from simulation.world.graph import Graph

HOUR, DAY = 3_600, 86_400
TOGETHER_SHARE, COLLECTS_SHARE, OUTINGS = 0.3, 0.3, 0.5


@dataclass(frozen=True, eq=False)
class Seen:
    """A society as it may be looked at, and the truth beside it."""

    society: Society
    consents: Flags
    applied_at: Integers


def seen(world: World, *, consent_share: float, seed: int) -> Seen:
    """Who agrees is drawn: fraud agrees as often as everybody else."""
    chance = np.random.default_rng(seed)
    people, graph = len(world.people), world.graph
    consents = chance.random(people) < consent_share
    applied_at = applications(chance, world)
    parts = [mutual(world), *decoys(chance, graph, world.days.begins, applied_at)]
    transfers = Transfers(
        *(
            np.concatenate([getattr(each, name) for each in parts])
            for name in ("giver", "taker", "seconds", "amount_fen")
        )
    )
    applicants = np.nonzero(applied_at >= 0)[0]
    society = Society(
        members=np.nonzero(consents)[0],
        transfers=transfers,
        marks=marks(graph),
        applications=Applications(applicants, applied_at[applicants]),
    )
    return Seen(society, consents, applied_at)


def mutual(world: World) -> Transfers:
    """Transfers that stand in the records of both."""
    rows = world.events
    went = rows.taken((rows.kind == Kind.TRANSFER_OUT) & (rows.pair >= 0))
    came = rows.pair[(rows.kind == Kind.TRANSFER_IN) & (rows.pair >= 0)]
    went = went.taken(np.isin(went.pair, came))
    return Transfers(went.person, went.peer, went.seconds, went.amount_fen)


def marks(graph: Graph) -> Marks:
    """Shared telephones. Networks and addresses are seen by nobody here."""
    people = len(graph.device)
    return Marks(np.arange(people), np.full(people, LinkKind.DEVICE, dtype=np.int64), graph.device)


def applications(chance: np.random.Generator, world: World) -> Integers:
    """When each applied, or -1: borrowers when they did, rings at their hour, decoys in groups."""
    graph, begins = world.graph, world.days.begins
    applied_at = np.full(len(world.people), -1, dtype=np.int64)
    for person, debt in enumerate(world.debts):
        applied_at[person] = debt.at if debt is not None else -1
    for group in (graph.family, graph.dormitory):
        for number in range(int(group.max()) + 1):
            members = np.nonzero(group == number)[0]
            if chance.random() < TOGETHER_SHARE:
                start = int(chance.choice(begins[len(begins) // 3 :]))
                applied_at[members] = start + chance.integers(0, 2 * DAY, len(members))
            else:
                alone = members[applied_at[members] < 0]
                applied_at[alone] = chance.choice(begins, len(alone)) + 12 * HOUR
    inside = np.nonzero(graph.is_ring_member)[0]
    applied_at[inside] = graph.ring_at[graph.ring[inside]] + inside % 7 * 1_900
    return applied_at


def decoys(
    chance: np.random.Generator, graph: Graph, begins: Integers, applied_at: Integers
) -> list[Transfers]:
    """Bills split each month in dormitories and at home, and large sums collected for one."""
    rows: list[tuple[int, int, int, int]] = []
    for group, is_home in ((graph.dormitory, False), (graph.family, True)):
        for number in range(int(group.max()) + 1):
            members = [int(each) for each in np.nonzero(group == number)[0]]
            for start in begins[::30]:
                rows += gathered(chance, members, int(start) + 20 * HOUR, 6_000)
            if chance.random() < (COLLECTS_SHARE if is_home else OUTINGS):
                at = int(applied_at[members[0]]) - int(chance.integers(DAY, 6 * DAY))
                rows += gathered(chance, members, at, 400_000 if is_home else 15_000)
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return [Transfers(table[:, 0], table[:, 1], table[:, 2], table[:, 3])]


def gathered(
    chance: np.random.Generator, members: list[int], at: int, usual_fen: int
) -> list[tuple[int, int, int, int]]:
    """All but one of a group send money to that one within hours."""
    taker = int(chance.choice(members))
    return [
        (
            giver,
            taker,
            at + int(chance.integers(0, 6 * HOUR)),
            int(usual_fen * np.exp(chance.normal(0, 0.5)) // 100 + 1) * 100,
        )
        for giver in members
        if giver != taker
    ]


@dataclass(frozen=True, slots=True)
class Counted:
    """Rings as found against rings as they are, and who was troubled without cause."""

    found: int
    found_right: int
    rings: int
    rings_found: int
    members: int
    members_found: int
    decoys: int
    decoys_referred: int
    others: int
    others_referred: int


def counted(world: World, given: Seen, found: list[tuple[int, ...]]) -> Counted:
    """A ring is found where most of a finding are of it, and half of its members are named who
    could be: those who agreed. Rings of whom fewer than two agreed are there all the same."""
    graph, referred = world.graph, np.zeros(len(world.people), dtype=np.bool_)
    right: set[int] = set()
    right_findings = 0
    for members in found:
        inside = np.array(members)
        referred[inside] = True
        named = graph.ring[inside]
        values, counts = np.unique(named, return_counts=True)
        best = int(values[np.argmax(counts)])
        if best < 0 or counts.max() * 2 <= len(inside):
            continue
        right_findings += 1
        if counts.max() * 2 >= int((given.consents & (graph.ring == best)).sum()):
            right.add(best)
    is_decoy = ((graph.family >= 0) | (graph.dormitory >= 0)) & ~graph.is_ring_member
    asked = given.consents & (given.applied_at >= 0)
    others = asked & ~is_decoy & ~graph.is_ring_member
    return Counted(
        found=len(found),
        found_right=right_findings,
        rings=int(graph.ring.max()) + 1,
        rings_found=len(right),
        members=int((graph.is_ring_member & given.consents).sum()),
        members_found=int((graph.is_ring_member & referred).sum()),
        decoys=int((is_decoy & asked).sum()),
        decoys_referred=int((is_decoy & referred).sum()),
        others=int(others.sum()),
        others_referred=int((others & referred).sum()),
    )
