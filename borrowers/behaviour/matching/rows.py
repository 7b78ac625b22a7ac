"""Events made ready for matching: in one order, each with its tier, its day and what it paid."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np
import numpy.typing as npt

from borrowers.behaviour.contracts import (
    LAST_DECLARED,
    Category,
    Direction,
    EventStatus,
    MatchColumns,
    Platform,
    Precision,
    Source,
)

Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Small = npt.NDArray[np.int16]
DAY_SECONDS = 86_400
# China has kept one clock all year since 1992.
SHANGHAI_SECONDS = 8 * 3_600

# A shop knows what was bought, a wallet where, a bank only that money went.
BANK_TIER, WALLET_TIER, SHOP_TIER = 1, 2, 3
_WALLETS: dict[int, int] = {Source.WECHAT: Platform.WECHAT, Source.ALIPAY: Platform.ALIPAY}
_SHOPS: dict[int, int] = {Source.JD: Platform.JD, Source.MEITUAN: Platform.MEITUAN}
# Files between programmes: what they hold, the bank's own file tells with more words.
INTERCHANGE = (Source.OFX, Source.MT940, Source.CAMT, Source.QIF)
FIRST_BANK = Source.ICBC

NOTHING_MOVED = (EventStatus.PENDING, EventStatus.CLOSED, EventStatus.FAILED)
OWN_MONEY = (
    Category.CASH,
    Category.INVESTMENT,
    Category.CREDIT_REPAYMENT,
    Category.CREDIT_DRAWDOWN,
)


def _table(values: Mapping[int, int]) -> Small:
    table = np.zeros(LAST_DECLARED + 1, dtype=np.int16)
    for source, value in values.items():
        table[source] = value
    return table


_TIERS = _table(
    dict.fromkeys(range(FIRST_BANK, LAST_DECLARED + 1), BANK_TIER)
    | dict.fromkeys(_WALLETS, WALLET_TIER)
    | dict.fromkeys(_SHOPS, SHOP_TIER)
)
_PLATFORMS = _table({**_WALLETS, **_SHOPS})


@dataclass(frozen=True, eq=False)
class Rows:
    """One person's events by time and key, so that the order of arrival cannot matter."""

    columns: MatchColumns
    tier: Small = field(init=False)
    platform: Small = field(init=False)
    paid_fen: Integers = field(init=False)
    seconds: Integers = field(init=False)
    day: Integers = field(init=False)
    is_timed: Flags = field(init=False)
    is_moved: Flags = field(init=False)
    is_refund: Flags = field(init=False)

    def __post_init__(self) -> None:
        columns = self.columns
        seconds = columns.microseconds // 1_000_000
        derived = {
            "tier": _TIERS[columns.source],
            "platform": _PLATFORMS[columns.source],
            "paid_fen": columns.amount_fen + columns.refunded_fen,
            "seconds": seconds,
            "day": (seconds + SHANGHAI_SECONDS) // DAY_SECONDS,
            "is_timed": columns.precision <= Precision.MINUTE,
            "is_moved": ~np.isin(columns.status, NOTHING_MOVED)
            & (columns.precision <= Precision.DAY),
            "is_refund": columns.category == Category.REFUND,
        }
        for name, values in derived.items():
            object.__setattr__(self, name, values)

    def __len__(self) -> int:
        return len(self.columns)

    def spent(self, tier: int) -> Flags:
        """Money that left for something, as rows of this tier tell it."""
        is_out = self.columns.direction == Direction.OUT
        return np.asarray((self.tier == tier) & is_out & self.is_moved & ~self.is_refund)

    def came_back(self, tier: int) -> Flags:
        return np.asarray((self.tier == tier) & self.is_refund & self.is_moved)

    def own_money(self, tier: int) -> Flags:
        """Money that changed its place or a debt, and stayed the person's own."""
        is_own = np.isin(self.columns.category, OWN_MONEY)
        return np.asarray((self.tier == tier) & is_own & self.is_moved)


def in_order(columns: MatchColumns) -> MatchColumns:
    """The same events by time and key: the one order in which they are matched."""
    order = np.lexsort((columns.ext, columns.microseconds))
    return MatchColumns(
        **{each.name: getattr(columns, each.name)[order] for each in fields(columns)}
    )
