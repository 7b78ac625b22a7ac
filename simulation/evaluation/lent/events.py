"""The world's events as the platform would hold them, without writing and reading files.

One row for each happening that stands in at least one shared file, with the scenes mistaken as
often as `evaluate_sources` measures it. A test holds a sample against the real files and readers.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from borrowers.behaviour.contracts import (
    CHANNELS,
    NO_BALANCE,
    Category,
    Direction,
    EventColumns,
    Place,
    Source,
)
from simulation.folders.people.sharing import shares_of
from simulation.folders.rows import BILL_KINDS, OCCASIONS
from simulation.words import Scene
from simulation.world import World
from simulation.world.events import OWN_TRANSFERS, Events, Funding, Kind, Shop, Wallet

Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
# Of a hundred purchases so many are put into another scene, or into none.
MISTAKEN_SHARE, UNKNOWN_SHARE = 0.05, 0.6
# Numbers of people stand behind those of shops, so that no two are the same.
PEOPLE_FROM, EMPLOYERS_FROM, LENDER = 1_000_000, 9_000_000, 99
# As the world's purses begin.
BEGUN_WITH_FEN = 150_000
NEUTRAL = (*OWN_TRANSFERS, Kind.BNPL_REPAYMENT, Kind.LOAN_PAYOUT, Kind.LOAN_REPAYMENT)
SOURCES: Mapping[str, Source] = {
    "wechat": Source.WECHAT,
    "alipay": Source.ALIPAY,
    "jd": Source.JD,
    "meituan": Source.MEITUAN,
    "debit": Source.BANK,
    "second": Source.BANK,
    "credit": Source.BANK,
}
CATEGORIES = {
    Kind.GIG_PAY: Category.INCOME_OTHER,
    Kind.RECEIPT: Category.INCOME_OTHER,
    Kind.SALARY: Category.INCOME_SALARY,
    Kind.RENT: Category.HOUSING,
    Kind.REFUND: Category.REFUND,
}
FUNDINGS = {
    Funding.BALANCE: "BALANCE",
    Funding.FUND: "MONEY_FUND",
    Funding.DEBIT: "DEBIT",
    Funding.SECOND: "DEBIT",
    Funding.CREDIT: "CREDIT",
    Funding.BNPL: "BNPL",
}


@dataclass(frozen=True, eq=False)
class Known:
    """Every event that the platform can know of, in the world's order, and whose it is."""

    person: Whole
    columns: EventColumns

    def before(self, person: Whole, as_of: Whole) -> EventColumns:
        """The rows of each (person, as of) as one segment; the kernel cuts at the moment itself."""
        starts = np.searchsorted(self.person, person)
        counts = np.searchsorted(self.person, person, side="right") - starts
        segment = np.repeat(np.arange(len(person)), counts)
        offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        rows = np.repeat(starts, counts) + offset
        kept = self.columns.seconds[rows] < as_of[segment]
        chosen = {
            each.name: getattr(self.columns, each.name)[rows[kept]] for each in fields(EventColumns)
        }
        return EventColumns(**{**chosen, "segment": segment[kept]}).ordered()


def known(world: World, *, sources: Collection[str] | None = None) -> Known:
    """What people share is known; `sources` narrows it, as if nobody shared the others."""
    seen = stands_in(world.events)
    given = shared(world, SOURCES if sources is None else sources)
    visible = {name: seen[name] & given[name][world.events.person] for name in SOURCES}
    kept = is_counted(world.events, visible)
    rows = world.events.taken(kept)
    of = {name: flags[kept] for name, flags in visible.items()}
    return Known(rows.person, columns_of(world, rows, of, balances(world)[kept]))


def is_counted(rows: Events, visible: Mapping[str, Flags]) -> Flags:
    """Told somewhere, no leg between two files of one's own, and nothing that is of health."""
    told = np.sum([visible[name] for name in SOURCES], axis=0)
    is_leg = np.isin(rows.kind, [int(each) for each in OWN_TRANSFERS]) & (told > 1)
    is_health = (rows.scene == Scene.MEDICAL) & (visible["wechat"] | visible["alipay"])
    return np.asarray((told > 0) & ~is_leg & ~is_health)


def shared(world: World, sources: Collection[str]) -> dict[str, Flags]:
    """By source: which people share it."""
    everybody = [shares_of(world, person).given for person in range(len(world.people))]
    return {
        name: np.array([name in given and name in sources for given in everybody], dtype=bool)
        for name in SOURCES
    }


def stands_in(rows: Events) -> dict[str, Flags]:
    """By source: whether its file has a row of it."""
    in_bill = np.isin(rows.kind, [int(each) for each in BILL_KINDS])
    on_card = np.isin(rows.kind, [int(each) for each in OCCASIONS])
    own = np.isin(rows.kind, (Kind.OWN_TRANSFER, Kind.OWN_RETURN))
    return {
        "wechat": in_bill & (rows.wallet == Wallet.WECHAT),
        "alipay": in_bill & (rows.wallet == Wallet.ALIPAY),
        "jd": in_bill & (rows.shop == Shop.JD),
        "meituan": in_bill & (rows.shop == Shop.MEITUAN),
        "debit": on_card & (rows.funding == Funding.DEBIT),
        "second": own | (on_card & (rows.funding == Funding.SECOND)),
        "credit": (rows.kind == Kind.CARD_REPAYMENT) | (on_card & (rows.funding == Funding.CREDIT)),
    }


def columns_of(
    world: World, rows: Events, of: Mapping[str, Flags], balance_fen: Whole
) -> EventColumns:
    """The rows as columns; what files do not tell here is as if no row had told it."""
    source = said_by(of, len(rows))
    only_bank = of["debit"] & (source == Source.BANK) & (rows.funding == Funding.DEBIT)
    return EventColumns(
        segment=rows.person,
        seconds=rows.seconds,
        amount_fen=rows.amount_fen,
        direction=directions(rows).astype(np.int8),
        category=categories(world, rows, of).astype(np.int16),
        merchant=merchants(rows),
        source=source.astype(np.int8),
        place=places(world, rows).astype(np.int8),
        channel=table(FUNDINGS, CHANNELS)[rows.funding].astype(np.int8),
        balance_fen=np.where(only_bank, balance_fen, NO_BALANCE),
    )


def balances(world: World) -> Whole:
    """What the card held after each row, from what each began with."""
    rows, people = world.events, world.people
    signs = np.zeros(max(Kind) + 1, dtype=np.int64)
    for kind, (_, direction) in OCCASIONS.items():
        signs[kind] = {Direction.IN: 1, Direction.OUT: -1}.get(Direction(int(direction)), 0)
    moved = signs[rows.kind] * rows.amount_fen * (rows.funding == Funding.DEBIT)
    chain = np.concatenate([[0], np.cumsum(moved)])
    before = chain[np.searchsorted(rows.person, np.arange(len(people)))]
    opening = (people.income_fen * people.buffer_months).astype(np.int64) + BEGUN_WITH_FEN
    return np.asarray(chain[1:] - before[rows.person] + opening[rows.person])


def table(names: Mapping[Funding, str], codes: Mapping[str, int]) -> Whole:
    found = np.zeros(max(Funding) + 1, dtype=np.int64)
    for funding, name in names.items():
        found[funding] = codes[name]
    return found


def said_by(of: Mapping[str, Flags], count: int) -> Whole:
    """The file that tells it best: a wallet before a shop before a bank."""
    source = np.zeros(count, dtype=np.int64)
    for name in ("credit", "second", "debit", "meituan", "jd", "alipay", "wechat"):
        source = np.where(of[name], int(SOURCES[name]), source)
    return source


def directions(rows: Events) -> Whole:
    """As bills say it; one's own money and debts to others are neutral."""
    ways = np.zeros(max(Kind) + 1, dtype=np.int64)
    for kind, (_, direction) in (*OCCASIONS.items(), *BILL_KINDS.items()):
        ways[kind] = int(direction)
    ways[[int(each) for each in NEUTRAL]] = int(Direction.NEUTRAL)
    return ways[rows.kind]


def categories(world: World, rows: Events, of: Mapping[str, Flags]) -> Whole:
    """The truth, mistaken now and then; of health nothing is known."""
    category = rows.scene.copy()
    for kind, code in CATEGORIES.items():
        category[rows.kind == kind] = int(code)
    chance = np.random.default_rng((world.seed, 92))
    draw, other = chance.random(len(rows)), chance.integers(1, 17, len(rows))
    is_bought = np.isin(rows.kind, (Kind.PURCHASE, Kind.SUBSCRIPTION))
    wrong = np.where(draw < MISTAKEN_SHARE * UNKNOWN_SHARE, int(Category.UNKNOWN), other)
    category = np.where(is_bought & (draw < MISTAKEN_SHARE), wrong, category)
    # A statement says of a rent no more than to whom it went.
    is_bare = (rows.kind == Kind.RENT) & ~of["wechat"] & ~of["alipay"]
    category = np.where(is_bare, int(Category.TRANSFER_SOCIAL), category)
    return np.where(category == Category.MEDICAL, int(Category.UNKNOWN), category)


def merchants(rows: Events) -> Whole:
    """A number for the other side: the shop, the other person, the employer or the lender."""
    code = np.where(rows.merchant >= 0, rows.merchant + 1_000, 0)
    code = np.where(rows.peer != -1, PEOPLE_FROM + 1_000 + rows.peer, code)
    code = np.where(rows.kind == Kind.SALARY, EMPLOYERS_FROM + rows.person, code)
    is_loan = np.isin(rows.kind, (Kind.LOAN_PAYOUT, Kind.LOAN_REPAYMENT))
    return np.where(is_loan, LENDER, code)


def places(world: World, rows: Events) -> Whole:
    is_shop = rows.merchant >= 0
    online = world.shops.is_online[np.maximum(rows.merchant, 0)] | (rows.shop != Shop.NONE)
    place = np.where(is_shop & online, int(Place.ONLINE), np.where(is_shop, int(Place.OFFLINE), 0))
    return np.where(rows.kind == Kind.SUBSCRIPTION, int(Place.AUTO_DEBIT), place)
