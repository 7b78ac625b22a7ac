"""Moral hazard against the truth of a world: latent discipline and intent, and unwilling defaults.

The world's people do not spend a loan otherwise than they said; here they do, by latent discipline
and intent, and only what bills would show of it reaches the index.
"""

from dataclasses import dataclass

import numpy as np

from scoring.graph import hazard, rings
from scoring.graph.contracts import Flags, Integers, Real
from scoring.graph.network import adjacency, agreed, nearness, shared
from simulation.evaluation.societies.linked import Seen
from simulation.words import Direction, Scene
from simulation.world import World
from simulation.world.events import Kind
from simulation.world.money.purse import Debt

DAY = 86_400
SEEDS_SHARE, ELSEWHERE = 0.5, (Scene.GAMBLING_RISK, Scene.INVESTMENT, Scene.TRANSFER_SOCIAL)
BAD_AFTER, STILL_EARNS = 3, 0.6
INS = (
    Kind.SALARY, Kind.GIG_PAY, Kind.ALLOWANCE, Kind.RECEIPT, Kind.TRANSFER_IN, Kind.RED_PACKET_IN
)  # fmt: skip
OUTS = (
    Kind.PURCHASE, Kind.SUBSCRIPTION, Kind.RENT, Kind.TRANSFER_OUT, Kind.RED_PACKET_OUT
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Cases:
    """One row for each borrower who agreed: the truth, the index, and features without and with
    links."""

    discipline: Real
    is_fraud: Flags
    is_unwilling: Flags
    early: Real
    late: Real
    own: Real
    linked: Real


def cases(world: World, given: Seen, *, seed: int) -> Cases:
    """Every agreeing borrower but those whose fraud is taken as confirmed already."""
    chance = np.random.default_rng(seed)
    is_fraud = world.people.has_fraud_intent | world.graph.is_ring_member
    alone = world.people.has_fraud_intent & ~world.graph.is_ring_member
    confirmed = alone & given.consents & (chance.random(len(is_fraud)) < SEEDS_SHARE)
    network = agreed(given.society)
    links = adjacency(network)
    near = nearness(links, np.searchsorted(network.members, np.nonzero(confirmed)[0]))
    sharing = shared(network)
    in_ring = {member for ring in rings.rings(network) for member in ring.members}
    rows: list[tuple[float, ...]] = []
    own: list[list[float]] = []
    for person, debt in enumerate(world.debts):
        if debt is None or not given.consents[person] or confirmed[person]:
            continue
        flows = flows_of(chance, world, person, debt, is_fraud=bool(is_fraud[person]))
        place = int(np.searchsorted(network.members, person))
        circle = rings.circular_fen(network, person, int(given.applied_at[person]))
        row, shown = _row(world, person, debt, flows, circle, in_ring=person in in_ring)
        rows.append((*row, float(near[place]), float(sharing[place]), float(is_fraud[person])))
        own.append(shown)
    table = np.array(rows, dtype=np.float64)
    return Cases(
        discipline=table[:, 0],
        is_unwilling=table[:, 1] > 0,
        early=table[:, 2],
        late=table[:, 3],
        own=np.array(own, dtype=np.float64),
        linked=table[:, 4:8],
        is_fraud=table[:, 8] > 0,
    )


def _row(
    world: World, person: int, debt: Debt, flows: hazard.Flows, circle: int, *, in_ring: bool
) -> tuple[tuple[float, ...], list[float]]:
    use = hazard.use_of_funds(
        flows, paid_out_at=debt.at, principal_fen=debt.principal_fen, scene="CONSUMPTION"
    )
    missed = np.array(debt.due_at[len(debt.paid_at) :], dtype=np.int64)
    able = hazard.could_have_paid(flows, missed_at=missed, instalment_fen=debt.instalment_fen)
    round_share = circle / debt.principal_fen
    early = hazard.index(
        other_use=use.share, could_pay=0.0, round_share=round_share, in_ring=in_ring
    )
    late = hazard.index(
        other_use=use.share, could_pay=able, round_share=round_share, in_ring=in_ring
    )
    truth = float(is_unwilling(world, person, debt))
    discipline = float(world.people.discipline[person])
    linked = (float(in_ring), round_share)
    return (discipline, truth, early.points, late.points, *linked), before(flows, debt.at)


def is_unwilling(world: World, person: int, debt: Debt) -> bool:
    """Three instalments owed at the end, though the truth is that they could be paid: no means to
    pay them was ever meant, or the income went on as before."""
    if debt.owes < BAD_AFTER:
        return False
    if world.people.has_fraud_intent[person] or world.graph.is_ring_member[person]:
        return True
    rows = world.of(person)
    earned = np.isin(rows.kind, (Kind.SALARY, Kind.GIG_PAY, Kind.RECEIPT))
    after = int(rows.amount_fen[earned & (rows.seconds > debt.at)].sum())
    days = max((int(world.days.begins[-1]) - debt.at) / DAY, 1.0)
    return after / days * 30 >= STILL_EARNS * float(world.people.income_fen[person])


def flows_of(
    chance: np.random.Generator, world: World, person: int, debt: Debt, *, is_fraud: bool
) -> hazard.Flows:
    """A person's events as bills show them, with what they did with the loan."""
    rows = world.of(person)
    direction = np.where(
        np.isin(rows.kind, INS), Direction.IN, np.where(np.isin(rows.kind, OUTS), Direction.OUT, 0)
    )
    kept = direction != Direction.NEUTRAL
    elsewhere = diverted(chance, world, person, debt, is_fraud=is_fraud)
    return hazard.Flows(
        seconds=np.concatenate([rows.seconds[kept], elsewhere[:, 0]]),
        amount_fen=np.concatenate([rows.amount_fen[kept], elsewhere[:, 1]]),
        direction=np.concatenate([direction[kept], np.full(len(elsewhere), Direction.OUT)]).astype(
            np.int64
        ),
        category=np.concatenate([seen_as(rows.kind[kept], rows.scene[kept]), elsewhere[:, 2]]),
    )


def seen_as(kind: Integers, scene: Integers) -> Integers:
    """The category that a bill's reader would find."""
    wages = np.isin(kind, (Kind.SALARY, Kind.ALLOWANCE))
    takings = np.isin(kind, (Kind.GIG_PAY, Kind.RECEIPT))
    social = np.isin(
        kind, (Kind.TRANSFER_OUT, Kind.TRANSFER_IN, Kind.RED_PACKET_IN, Kind.RED_PACKET_OUT)
    )
    return np.select(
        [wages, takings, social],
        [Scene.INCOME_SALARY, Scene.INCOME_OTHER, Scene.TRANSFER_SOCIAL],
        scene,
    ).astype(np.int64)


def diverted(
    chance: np.random.Generator, world: World, person: int, debt: Debt, *, is_fraud: bool
) -> Integers:
    """What somebody does with a loan: the less disciplined lose some of it to other things, and
    who means fraud sends most of it on. Rows of (seconds, fen, category)."""
    lack = 1 - float(world.people.discipline[person])
    tempted = chance.random() < (0.75 if is_fraud else 0.04 + 0.9 * lack**2)
    if not tempted:
        return np.zeros((0, 3), dtype=np.int64)
    share = chance.uniform(0.5, 1.0) if is_fraud else chance.uniform(0.1, 0.4 + 0.5 * lack)
    times = int(chance.integers(1, 6))
    seconds = debt.at + chance.integers(3_600, 25 * DAY, times)
    amounts = np.full(times, int(debt.principal_fen * share) // times)
    return np.stack([seconds, amounts, chance.choice(ELSEWHERE, times)], axis=1).astype(np.int64)


def before(flows: hazard.Flows, at: int) -> list[float]:
    """A few plain figures of the 90 days before a loan, to hold the links against."""
    seen = (flows.seconds < at) & (flows.seconds >= at - 90 * DAY)
    fen, out = flows.amount_fen[seen], flows.direction[seen] == Direction.OUT
    income = max(int(fen[~out].sum()), 1)
    spent = int(fen[out].sum())
    social = flows.category[seen] == Scene.TRANSFER_SOCIAL
    weeks = np.bincount((flows.seconds[seen][out] - (at - 90 * DAY)) // (7 * DAY), fen[out], 13)
    night = (flows.seconds[seen] + 8 * 3_600) % DAY < 6 * 3_600
    return [
        float(np.log(income)),
        min(spent / income, 5.0),
        float(np.log1p(seen.sum())),
        float(fen[social & out].sum()) / max(spent, 1),
        float(weeks.std() / max(weeks.mean(), 1.0)),
        float(fen[night & out].sum()) / max(spent, 1),
        float(np.isin(flows.category[seen], (Scene.ENTERTAINMENT, Scene.DINING)).mean())
        if seen.any()
        else 0.0,
    ]
