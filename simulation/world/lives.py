"""The world as a whole: causes first, then wishes, then what the money allowed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from simulation.words import Scene
from simulation.world import graph as society
from simulation.world import income, spending
from simulation.world.events import Events, Kind, Numbers, events, in_order, joined
from simulation.world.graph import Graph
from simulation.world.income import Earnings
from simulation.world.money.decisions import DECISIONS, NOTHING, Outcome, Wish, wills
from simulation.world.money.moments import moments
from simulation.world.money.purse import Debt, Purse, Row
from simulation.world.personas import Population, populate
from simulation.world.setting.days import Days, calendar
from simulation.world.setting.merchants import Merchants, open_shops

# The city is the same for every seed of people.
CITY = 20_260_101
SCENES = {
    Kind.LOAN_PAYOUT: Scene.CREDIT_DRAWDOWN,
    Kind.LOAN_REPAYMENT: Scene.CREDIT_REPAYMENT,
    Kind.BNPL_REPAYMENT: Scene.CREDIT_REPAYMENT,
    Kind.CARD_REPAYMENT: Scene.CREDIT_REPAYMENT,
    Kind.SUPPORT_IN: Scene.TRANSFER_SOCIAL,
    Kind.TOP_UP: Scene.CASH,
    Kind.WITHDRAWAL: Scene.CASH,
    Kind.FUND_IN: Scene.INVESTMENT,
    Kind.FUND_OUT: Scene.INVESTMENT,
    Kind.OWN_TRANSFER: Scene.TRANSFER_SOCIAL,
    Kind.OWN_RETURN: Scene.TRANSFER_SOCIAL,
}
Told = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class World:
    """Everything that is true. Only its files may ever reach the platform.

    `wishes` is all that people meant to do, and `begun` the state of chance when each life began:
    with both, a life can be lived again, up to any day exactly as it was.
    """

    seed: int
    people: Population
    graph: Graph
    earnings: Earnings
    days: Days
    shops: Merchants
    events: Events
    debts: tuple[Debt | None, ...]
    bounds: np.ndarray
    wishes: Events
    begun: tuple[Mapping[str, Any], ...]

    def of(self, person: int) -> Events:
        """One person's events, in the order of time."""
        return self.events.taken(np.arange(self.bounds[person], self.bounds[person + 1]))


def simulate(
    *,
    people: int,
    months: int,
    seed: int,
    first_day: date,
    tell: Told = lambda _person: None,
) -> World:
    """The same arguments give the same world. `tell` hears of each person that has been lived."""
    chance = np.random.default_rng(seed)
    numbers = Numbers()
    days = calendar(first_day, months)
    shops = open_shops(np.random.default_rng(CITY))
    everybody = populate(chance, people)
    graph = society.connect(chance, everybody, days)
    earnings = income.earn(chance, everybody, months)
    wishes = in_order(
        joined(
            [
                *(
                    source(chance, numbers, everybody, earnings, days)
                    for source in (income.wages, income.gigs, income.allowances, income.takings)
                ),
                spending.everything(chance, numbers, everybody, earnings, days, shops),
                society.transfers(chance, numbers, everybody, graph, days),
                moments(chance, numbers, everybody, graph, days),
            ]
        )
    )
    happened, debts, begun = live(chance, numbers, everybody, graph, wishes, tell)
    bounds = np.searchsorted(happened.person, np.arange(people + 1))
    return World(
        seed, everybody, graph, earnings, days, shops, happened, tuple(debts), bounds,
        wishes, tuple(begun),
    )  # fmt: skip


def live(
    chance: np.random.Generator,
    numbers: Numbers,
    people: Population,
    graph: Graph,
    wishes: Events,
    tell: Told,
) -> tuple[Events, list[Debt | None], list[Mapping[str, Any]]]:
    """Pass every wish by its owner's purse; what nobody could pay did not happen."""
    bounds = np.searchsorted(wishes.person, np.arange(len(people) + 1))
    amount, funding = wishes.amount_fen.copy(), wishes.funding.copy()
    added: list[tuple[int, *Row]] = []
    debts: list[Debt | None] = []
    begun: list[Mapping[str, Any]] = []
    for person in range(len(people)):
        begun.append(chance.bit_generator.state)
        purse = Purse(people, person, is_in_ring=bool(graph.ring[person] >= 0))
        start, end = int(bounds[person]), int(bounds[person + 1])
        outcomes = lived(purse, wishes, start, end, chance)
        if outcomes:
            amount[start:end], funding[start:end] = np.array(outcomes).T
        added += [(person, *row) for row in purse.added]
        debts.append(purse.debt)
        tell(person)
    settled = Events(**{**vars(wishes), "amount_fen": amount, "funding": funding})
    kept = settled.taken((funding > 0) & stands(settled, funding))
    return in_order(named(joined([kept, events_of(numbers, added)]))), debts, begun


def lived(
    purse: Purse, wishes: Events, start: int, end: int, chance: np.random.Generator
) -> list[Outcome]:
    """The outcome of each of one person's wishes."""
    will = wills(chance)
    paid: dict[int, int] = {}
    return [decided(purse, *row, will, paid) for row in wished(wishes, start, end)]


def wished(wishes: Events, start: int, end: int) -> Iterator[tuple[Wish, int, int]]:
    """Each wish as the purse looks at it, with its number and that of what it undoes."""
    columns = (
        wishes.seconds, wishes.kind, wishes.amount_fen, wishes.wallet, wishes.shop,
        wishes.funding, wishes.scene, wishes.series,
    )  # fmt: skip
    rows = zip(*(column[start:end].tolist() for column in columns), strict=True)
    numbers, parents = wishes.number[start:end].tolist(), wishes.parent[start:end].tolist()
    for row, number, parent in zip(rows, numbers, parents, strict=True):
        yield Wish(*row), number, parent


def decided(
    purse: Purse, wish: Wish, number: int, parent: int, will: Iterator[float], paid: dict[int, int]
) -> Outcome:
    """What becomes of one wish; `paid` remembers whose money each purchase took."""
    if wish.kind == Kind.REFUND:
        return given_back(purse, wish, paid.get(parent, 0))
    outcome = DECISIONS[wish.kind](purse, wish, next(will))
    paid[number] = outcome[1]
    return outcome


def given_back(purse: Purse, wish: Wish, funding: int) -> Outcome:
    """What was never bought cannot come back."""
    if not funding:
        return NOTHING
    purse.refund(wish.amount_fen, funding, wish.wallet, wish.shop)
    return wish.amount_fen, funding


def stands(settled: Events, funding: np.ndarray) -> np.ndarray:
    """A transfer stands only if its giver had the money: then neither side has it."""
    failed = settled.pair[(settled.kind == Kind.TRANSFER_OUT) & (funding == 0)]
    return ~np.isin(settled.pair, failed[failed >= 0])


def events_of(numbers: Numbers, added: list[tuple[int, *Row]]) -> Events:
    columns = np.array(added, dtype=np.int64).reshape(-1, 7).T
    person, seconds, kind, amount, wallet, funding, shop = columns
    return events(
        numbers,
        person=person,
        seconds=seconds,
        kind=kind,
        amount_fen=amount,
        wallet=wallet,
        funding=funding,
        shop=shop,
        peer=np.where(kind == Kind.SUPPORT_IN, -2, -1),
    )


def named(rows: Events) -> Events:
    """The scenes of what the ledger decided by itself."""
    scene = rows.scene.copy()
    for kind, code in SCENES.items():
        scene[rows.kind == kind] = int(code)
    return Events(**{**vars(rows), "scene": scene})
