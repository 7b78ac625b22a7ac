"""The same payment in a bank's row, a wallet's bill and a shop's bill: it counts once."""

from collections.abc import Iterable

import numpy as np

from borrowers.behaviour.contracts import CHANNELS, Category, Direction, LinkKind, Platform
from borrowers.behaviour.matching.found import Found
from borrowers.behaviour.matching.pairs import (
    Window,
    accounts_agree,
    one_to_one,
    scored,
    together,
)
from borrowers.behaviour.matching.rows import (
    BANK_TIER,
    INTERCHANGE,
    SHOP_TIER,
    WALLET_TIER,
    Flags,
    Integers,
    Rows,
)

FIVE_MINUTES = 300
# A bank books on the day of the payment or on the next.
BOOKED = Window(FIVE_MINUTES, FIVE_MINUTES, 0, 1)
SAME_DAY = Window(FIVE_MINUTES, FIVE_MINUTES, 0, 0)
# Money sent back reaches the card days after the wallet said so.
SENT_BACK = Window(86_400, 8 * 86_400, 1, 8)
_NO_BANK = [CHANNELS[name] for name in ("BALANCE", "BNPL", "MONEY_FUND")]
_LATER_PAID = [CHANNELS["BNPL"]]
_WALLETS = (Platform.WECHAT, Platform.ALIPAY)


def find(found: Found) -> None:
    """Link every row that tells a payment again to the row that tells it better."""
    same_account(found)
    purchases(found)
    refunds(found)


def same_account(found: Found) -> None:
    """One account's row in the bank's own file and in a file between programmes."""
    rows, columns = found.rows, found.rows.columns
    is_bank = (rows.tier == BANK_TIER) & rows.is_moved & (columns.account != 0)
    low, high = together(rows, is_bank, is_bank, SAME_DAY)
    is_poorer = np.isin(columns.source[low], INTERCHANGE)
    kept = (
        (columns.source[low] > columns.source[high])
        & is_poorer
        & (columns.account[low] == columns.account[high])
        & (columns.direction[low] == columns.direction[high])
    )
    choose(found, low[kept], high[kept], SAME_DAY)


def purchases(found: Found) -> None:
    """Bank to wallet, wallet to shop, and bank to shop where no wallet's bill is there."""
    rows, columns = found.rows, found.rows.columns
    has_card = (columns.account != 0) | ~np.isin(columns.channel, _NO_BANK)
    is_paid_now = ~np.isin(columns.channel, _LATER_PAID)
    bank, wallet, shop = (rows.spent(tier) for tier in (BANK_TIER, WALLET_TIER, SHOP_TIER))
    steps: Iterable[tuple[Flags, Flags]] = (
        (bank, wallet & has_card),
        (wallet, shop & is_paid_now),
        (bank, shop & is_paid_now & has_card),
    )
    for low_rows, high_rows in steps:
        free = low_rows & ~found.is_taken
        # A shop's row that a wallet has told again was paid through it, and its bank's row is
        # linked to the wallet's; one that nobody has told again is still open.
        is_open = high_rows & ~(found.is_paired & (rows.tier == SHOP_TIER))
        low, high = together(rows, free, is_open, BOOKED)
        kept = ways_agree(rows, low, high) & accounts_agree(rows, low, high)
        choose(found, low[kept], high[kept], BOOKED)


def refunds(found: Found) -> None:
    """A bank's credit is the refund that the wallet's bill tells of, and so is the shop's."""
    rows, columns = found.rows, found.rows.columns
    came_in = (
        (rows.tier == BANK_TIER)
        & rows.is_moved
        & (columns.direction == Direction.IN)
        & (columns.via != 0)
        & (columns.category != Category.INCOME_SALARY)
    )
    bank = rows.came_back(BANK_TIER) | came_in
    wallet, shop = rows.came_back(WALLET_TIER), rows.came_back(SHOP_TIER)
    for low_rows, high_rows in ((bank, wallet), (wallet, shop), (bank, shop)):
        is_open = high_rows & ~(found.is_paired & (rows.tier == SHOP_TIER))
        low, high = together(rows, low_rows & ~found.is_taken, is_open, SENT_BACK)
        kept = ways_agree(rows, low, high) & accounts_agree(rows, low, high)
        choose(found, low[kept], high[kept], SENT_BACK)


def choose(found: Found, low: Integers, high: Integers, window: Window) -> None:
    found.add(LinkKind.SAME_PAYMENT, one_to_one(scored(found.rows, low, high, window)))


def ways_agree(rows: Rows, low: Integers, high: Integers) -> Flags:
    """Does one row name the platform of the other, or do account and time leave no doubt?

    A shop's row may name the wallet that paid, which is then the wallet's own platform or the way
    that the bank's row names.
    """
    columns = rows.columns
    names_other = columns.via[low] == rows.platform[high]
    is_named = np.isin(columns.via[high], _WALLETS) & (
        (columns.via[high] == rows.platform[low]) | (columns.via[high] == columns.via[low])
    )
    other_wallet = np.isin(columns.via[high], _WALLETS) & ~is_named
    says_nothing = columns.via[low] == 0
    is_exact = rows.is_timed[low] & rows.is_timed[high]
    same_party = (columns.merchant[low] == columns.merchant[high]) & (columns.merchant[low] != 0)
    same_account = (columns.account[low] == columns.account[high]) & (columns.account[low] != 0)
    through_wallet = (
        (rows.tier[low] == BANK_TIER)
        & (rows.tier[high] == SHOP_TIER)
        & np.isin(columns.via[low], _WALLETS)
        & (same_account | same_party)
    )
    sure = says_nothing & is_exact & (same_account | same_party)
    return np.asarray((names_other | is_named | through_wallet | sure) & ~other_wallet)
