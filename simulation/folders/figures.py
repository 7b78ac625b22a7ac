"""The figures of a world beside what they ought to be: the seed report.

The targets are design targets, not measurements of anybody; a small world misses some by chance.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulation.words import Scene
from simulation.world import World
from simulation.world.events import Events, Kind
from simulation.world.money.purse import Debt

DAY = 86_400
# From so many people on chance hides little, and a figure outside its band is worth a look.
ENOUGH_PEOPLE = 500
PAID = (Kind.PURCHASE, Kind.SUBSCRIPTION)
SENT = (Kind.TRANSFER_OUT, Kind.RED_PACKET_OUT, Kind.RENT)
GROUPS = {
    "groceries and dining": (30, 36, (Scene.GROCERIES, Scene.DINING)),
    "housing and utilities": (19, 26, (Scene.HOUSING, Scene.UTILITIES_TELECOM)),
    "transport": (7, 12, (Scene.TRANSPORT,)),
    "shopping on line, apparel, electronics": (
        15, 21, (Scene.ONLINE_SHOPPING, Scene.APPAREL_BEAUTY, Scene.ELECTRONICS_HOME),
    ),
    "education": (3, 10, (Scene.EDUCATION,)),
    "medical": (3, 6.5, (Scene.MEDICAL,)),
    "entertainment": (4, 6.5, (Scene.ENTERTAINMENT,)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure and the band that it is meant to lie in."""

    name: str
    value: float
    low: float
    high: float

    @property
    def is_within(self) -> bool:
        return self.low <= self.value <= self.high

    def __str__(self) -> str:
        mark = "  " if self.is_within else " !"
        return f"{mark} {self.name:<58}{self.value:>9.2f}   {self.low:g} to {self.high:g}"


def figures(world: World) -> list[Figure]:
    """All of them, in one order."""
    return [
        Figure(*each)
        for part in (payments, hours, scenes, habits, earning, borrowing, society)
        for each in part(world)
    ]


Many = npt.NDArray[np.bool_] | npt.NDArray[np.int64] | npt.NDArray[np.float64] | list[float]
Drawn = Iterator[tuple[str, float, float, float]]


def payments(world: World) -> Drawn:
    rows = world.events
    paid = chosen(rows, (*PAID, *SENT))
    paid = paid.taken((paid.wallet > 0) | (paid.shop > 0))
    whole = world.people.is_thin[paid.person]
    times = np.bincount(paid.person[~whole], minlength=len(world.people))
    counts = times[~world.people.is_thin] / world.days.months
    yield "wallet payments a month, median person", median(counts), 60, 120
    yuan = paid.amount_fen / 100
    yield "their amount in yuan, median", median(yuan), 18, 32
    yield "their amount in yuan, mean", mean(yuan), 80, 145
    yield (
        "their amount in yuan, 95 of 100 are below",
        float(np.percentile(yuan, 95)) if len(yuan) else 0.0,
        250,
        480,
    )
    yield "% of them below 50 yuan", 100 * mean(yuan < 50), 68, 86
    bought = chosen(rows, (Kind.PURCHASE,))
    yield "% of purchases in whole yuan", 100 * mean(bought.amount_fen % 100 == 0), 38, 50


def hours(world: World) -> Drawn:
    bought = chosen(world.events, (Kind.PURCHASE,))
    hour = (bought.seconds + 8 * 3600) // 3600 % 24
    night = (hour >= 1) & (hour < 5)
    yield "% of purchases between one and five at night", 100 * mean(night), 0.2, 3
    day = world.days.weekday[(bought.seconds - world.days.begins[0]) // DAY]
    weekend = mean(day >= 5) / max(mean(day < 5), 0.001) * 5 / 2
    yield "weekend days against week days", weekend, 1.2, 1.5


def scenes(world: World) -> Drawn:
    paid = chosen(world.events, (*PAID, Kind.RENT))
    by_scene = np.bincount(paid.scene, weights=paid.amount_fen.astype(float), minlength=40)
    for name, (low, high, parts) in GROUPS.items():
        share = 100 * sum(by_scene[int(scene)] for scene in parts) / max(by_scene.sum(), 1)
        yield f"% of spending: {name}", float(share), low, high


def habits(world: World) -> Drawn:
    rows = world.events
    bought = chosen(rows, (Kind.PURCHASE,))
    yield "% of payments at a person's five first shops", 100 * faithfulness(bought), 38, 60
    is_order = world.shops.is_online[bought.merchant]
    back = int((rows.kind == Kind.REFUND).sum())
    yield "% of orders on line that come back", 100 * back / max(1, int(is_order.sum())), 2, 4


def faithfulness(bought: Events) -> float:
    pairs, counts = np.unique(bought.person * 100_000 + bought.merchant, return_counts=True)
    owner = pairs // 100_000
    order = np.lexsort((-counts, owner))
    owner, counts = owner[order], counts[order]
    firsts = np.searchsorted(owner, owner)
    return float(counts[np.arange(len(owner)) - firsts < 5].sum() / max(counts.sum(), 1))


def earning(world: World) -> Drawn:
    people = world.people
    yield "% of people on a salary", 100 * mean(people.is_salaried), 62, 78
    pay = chosen(world.events, (Kind.SALARY,))
    usual = pay.taken(pay.series == 0)
    spread = [
        float(np.std(each) / np.mean(each))
        for person in np.unique(usual.person)
        if len(each := usual.amount_fen[usual.person == person]) > 5
    ]
    yield "coefficient of variation of a salary, median", median(spread), 0.03, 0.15
    insured = world.earnings.insured_base_fen > 0
    yield (
        "% of months insured, of the salaried",
        100 * mean(insured[people.is_salaried]),
        70,
        95,
    )


def borrowing(world: World) -> Drawn:
    honest = ~(world.people.has_fraud_intent | world.graph.is_ring_member)
    debts = [(person, debt) for person, debt in enumerate(world.debts) if debt is not None]
    yield "% of people who borrow", 100 * len(debts) / len(world.people), 25, 75
    if not debts:
        return
    late = np.array([worst_days(debt, world) for _, debt in debts])
    yield "% of borrowers 30 days late within six months", 100 * float((late >= 30).mean()), 4, 9
    first = [
        not debt.paid_at and late_days > 60
        for (_, debt), late_days in zip(debts, late, strict=True)
    ]
    yield "% of borrowers who never pay anything", 100 * float(np.mean(first)), 0.4, 3.5
    was_late = late > 0
    yield "% of borrowers late at all", 100 * float(was_late.mean()), 15, 60
    rest = np.array([honest[person] for person, _ in debts]) & (late >= 30)
    preceded = [
        lost_income(world, person, debt)
        for (person, debt), bad in zip(debts, rest, strict=True)
        if bad
    ]
    if preceded:
        yield "% of honest defaults after a loss of income", 100 * float(np.mean(preceded)), 40, 75


def worst_days(debt: Debt, world: World) -> int:
    """How late the latest instalment of the first six was, at most until the world ends."""
    end = int(world.days.begins[-1]) + DAY
    paid = [*debt.paid_at, *[end] * debt.owes]
    return max(
        ((there - due) // DAY for due, there in zip(debt.due_at[:6], paid, strict=False)), default=0
    )


def lost_income(world: World, person: int, debt: Debt) -> bool:
    """Did income fall in the three months before the first instalment that stayed unpaid?"""
    missed = debt.due_at[min(len(debt.paid_at), len(debt.due_at) - 1)]
    month = int(
        world.days.month[min((missed - int(world.days.begins[0])) // DAY, len(world.days) - 1)]
    )
    return not world.earnings.has_work[person, max(0, month - 3) : month + 1].all()


def society(world: World) -> Drawn:
    rows = world.events
    sent = chosen(rows, (Kind.TRANSFER_OUT,))
    inside = sent.taken(sent.peer >= 0)
    edges = {*zip(inside.person.tolist(), inside.peer.tolist(), strict=True)}
    mutual = sum((taker, giver) in edges for giver, taker in edges)
    yield "% of friendships with transfers both ways", 100 * mutual / max(1, len(edges)), 30, 65
    members = float(world.graph.is_ring_member.mean())
    yield "% of people in rings", 100 * members, 1.2, 2.4
    if not members:
        return
    decoys = (world.graph.family >= 0) | (world.graph.dormitory >= 0)
    yield (
        "innocent people who share, for each in a ring",
        float(decoys.mean() / members),
        5,
        25,
    )


def mean(values: Many) -> float:
    """Of nothing it is nought."""
    return float(np.mean(values)) if np.size(values) else 0.0


def median(values: Many) -> float:
    return float(np.median(values)) if np.size(values) else 0.0


def chosen(rows: Events, kinds: tuple[Kind, ...]) -> Events:
    return rows.taken(np.isin(rows.kind, kinds))
