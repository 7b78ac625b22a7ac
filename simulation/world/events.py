"""What happens in the world, as parallel columns: one row each, in however many files it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]


class Kind(IntEnum):
    """What happened."""

    PURCHASE = 1
    REFUND = 2
    SUBSCRIPTION = 3
    RENT = 4
    SALARY = 6
    GIG_PAY = 7
    ALLOWANCE = 8
    RECEIPT = 9
    TRANSFER_OUT = 10
    TRANSFER_IN = 11
    RED_PACKET_OUT = 12
    RED_PACKET_IN = 13
    TOP_UP = 14
    WITHDRAWAL = 15
    CARD_REPAYMENT = 16
    FUND_IN = 17
    FUND_OUT = 18
    BNPL_REPAYMENT = 19
    LOAN_PAYOUT = 20
    LOAN_REPAYMENT = 21
    OWN_TRANSFER = 22
    SUPPORT_IN = 23
    OWN_RETURN = 24
    # A moment at which something is decided; it leaves no event of its own.
    REMINDER = 30


INCOMES = (Kind.SALARY, Kind.GIG_PAY, Kind.ALLOWANCE, Kind.RECEIPT)
PAYMENTS = (Kind.PURCHASE, Kind.SUBSCRIPTION, Kind.RENT)
OWN_TRANSFERS = (
    Kind.TOP_UP,
    Kind.WITHDRAWAL,
    Kind.CARD_REPAYMENT,
    Kind.FUND_IN,
    Kind.FUND_OUT,
    Kind.OWN_TRANSFER,
    Kind.OWN_RETURN,
)


class Wallet(IntEnum):
    """The wallet whose bill has a row of it."""

    NONE = 0
    WECHAT = 1
    ALIPAY = 2


class Shop(IntEnum):
    """The shop whose bill has a row of it."""

    NONE = 0
    JD = 1
    MEITUAN = 2


class Funding(IntEnum):
    """Whose money moved."""

    NONE = 0
    BALANCE = 1
    FUND = 2
    DEBIT = 3
    CREDIT = 4
    BNPL = 5
    SECOND = 6


@dataclass(frozen=True, eq=False)
class Events:
    """`number` is an event's own; `parent` the number of the payment that a refund undoes;
    `pair` joins the two sides of a transfer between two people; `series` counts a person's
    subscriptions and loans."""

    number: Whole
    person: Whole
    seconds: Whole
    kind: Whole
    scene: Whole
    amount_fen: Whole
    merchant: Whole
    wallet: Whole
    shop: Whole
    funding: Whole
    peer: Whole
    parent: Whole
    pair: Whole
    series: Whole

    def __len__(self) -> int:
        return len(self.number)

    def taken(self, places: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> "Events":
        """Some of the rows, in the order of their places."""
        return Events(*(getattr(self, each.name)[places] for each in fields(self)))


COLUMNS = tuple(each.name for each in fields(Events))
# What a column holds where nothing is said: nobody, nothing.
UNSAID = dict.fromkeys(("merchant", "peer", "parent", "pair", "series"), -1)


class Numbers:
    """Hands out event numbers, each once."""

    def __init__(self) -> None:
        self.given = 0

    def take(self, count: int) -> Whole:
        self.given += count
        return np.arange(self.given - count, self.given, dtype=np.int64)


def events(numbers: Numbers, **columns: npt.ArrayLike) -> Events:
    """Rows from columns or single values; `person` says how many there are."""
    count = len(np.asarray(columns["person"]))
    filled = {"number": numbers.take(count), **columns}
    return Events(
        *(
            np.broadcast_to(np.asarray(filled.get(name, UNSAID.get(name, 0))), count).astype(
                np.int64
            )
            for name in COLUMNS
        )
    )


def joined(parts: Sequence[Events]) -> Events:
    return Events(*(np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS))


def in_order(rows: Events) -> Events:
    """By person, then by time; what was drawn first comes first where times are the same."""
    return rows.taken(np.lexsort((rows.number, rows.seconds, rows.person)))
