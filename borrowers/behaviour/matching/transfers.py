"""Money between a person's own accounts: neither income nor spending, on whichever side."""

import numpy as np

from borrowers.behaviour.contracts import Category, Direction, LinkKind
from borrowers.behaviour.matching.found import Found
from borrowers.behaviour.matching.pairs import (
    Window,
    accounts_agree,
    by_score,
    one_to_one,
    scored,
    together,
)
from borrowers.behaviour.matching.rows import (
    BANK_TIER,
    OWN_MONEY,
    WALLET_TIER,
    Flags,
    Integers,
    Rows,
)

FIVE_MINUTES, DAY = 300, 86_400
# What a wallet sends to a bank may arrive on the next day, what a card repays three days later.
ARRIVES = Window(FIVE_MINUTES, DAY, 0, 1)
REPAYS = Window(FIVE_MINUTES, 3 * DAY, 0, 3)
BETWEEN_BANKS = Window(FIVE_MINUTES, FIVE_MINUTES, 0, 1)
PART_PAID = Window(60, 60, 0, 0)
# Wallets keep a thousandth of what is withdrawn, ten fen at least, out of the amount shown.
FEE_PPM, LEAST_FEE_FEN = 1_000, 10
# At day precision a transfer needs an amount that is no chance.
LEAST_BY_DAY_FEN = 10_000
_COULD_BE_OWN = (
    *OWN_MONEY,
    Category.TRANSFER_SOCIAL,
    Category.INCOME_OTHER,
    Category.UNKNOWN,
)


def find(found: Found) -> None:
    """Link top-ups, withdrawals, funds, repayments of cards and transfers between banks."""
    with_wallets(found)
    card_repayments(found)
    between_banks(found)
    paid_in_part(found)


def with_wallets(found: Found) -> None:
    """A wallet's top-up or withdrawal and the bank's row of it, with and without the fee."""
    rows, columns = found.rows, found.rows.columns
    paid = rows.paid_fen
    fee = np.maximum((paid * FEE_PPM + 500_000) // 1_000_000, LEAST_FEE_FEN)
    for arrives_fen in (paid, paid - fee):
        bank = (rows.tier == BANK_TIER) & rows.is_moved & ~found.is_taken
        wallet = rows.own_money(WALLET_TIER) & ~found.is_paired
        low, high = together(rows, bank, wallet, ARRIVES, high_key=arrives_fen)
        kept = (columns.via[low] == rows.platform[high]) & accounts_agree(rows, low, high)
        pairs = one_to_one(scored(rows, low[kept], high[kept], ARRIVES))
        found.add(LinkKind.TRANSFER_LEG, pairs)


def card_repayments(found: Found) -> None:
    """The credit card's own row of a repayment that a wallet or a debit card made."""
    rows, columns = found.rows, found.rows.columns
    is_repayment = (columns.category == Category.CREDIT_REPAYMENT) & rows.is_moved
    is_bank = rows.tier == BANK_TIER
    for tier in (WALLET_TIER, BANK_TIER):
        low, high = together(
            rows,
            is_repayment & is_bank & ~found.is_taken,
            is_repayment & (rows.tier == tier) & ~found.is_taken,
            REPAYS,
        )
        kept = are_apart(rows, low, high)
        if tier == BANK_TIER:
            kept &= columns.direction[low] != Direction.OUT
        tie_legs(found, low[kept], high[kept], REPAYS)


def between_banks(found: Found) -> None:
    """From one account to another: the holder named on both sides, or the same minutes."""
    rows, columns = found.rows, found.rows.columns
    could_be = (
        (rows.tier == BANK_TIER)
        & rows.is_moved
        & ~found.is_paired
        & (columns.via == 0)
        & np.isin(columns.category, _COULD_BE_OWN)
    )
    came = could_be & (columns.direction != Direction.OUT)
    went = could_be & (columns.direction != Direction.IN)
    low, high = together(rows, came, went, BETWEEN_BANKS)
    both_neutral = (columns.direction[low] == 0) & (columns.direction[high] == 0)
    same_holder = (columns.counterparty[low] == columns.counterparty[high]) & (
        columns.counterparty[low] != 0
    )
    both_own = np.isin(columns.category[low], OWN_MONEY) & np.isin(
        columns.category[high], OWN_MONEY
    )
    is_exact = rows.is_timed[low] & rows.is_timed[high] & ~names_differ(rows, low, high)
    kept = are_apart(rows, low, high) & (
        same_holder | both_own | is_exact | by_day(rows, low, high)
    )
    kept &= ~both_neutral | (low > high)
    tie_legs(found, low[kept], high[kept], BETWEEN_BANKS)


def names_differ(rows: Rows, low: Integers, high: Integers) -> Flags:
    """Both sides name somebody, and not the same: money that came from one and went to another."""
    one, other = rows.columns.counterparty[low], rows.columns.counterparty[high]
    return np.asarray((one != other) & (one != 0) & (other != 0))


def by_day(rows: Rows, low: Integers, high: Integers) -> Flags:
    """A transfer out and the same amount in on that day, where no name speaks against it."""
    columns = rows.columns
    is_sent = (columns.category[high] == Category.TRANSFER_SOCIAL) & (
        columns.direction[high] == Direction.OUT
    )
    is_large = rows.paid_fen[low] >= LEAST_BY_DAY_FEN
    return np.asarray(
        is_sent & is_large & ~names_differ(rows, low, high) & (rows.day[low] == rows.day[high])
    )


def paid_in_part(found: Found) -> None:
    """A card that paid a part of what the wallet shows, the rest coming from balance or coupon."""
    rows, columns = found.rows, found.rows.columns
    bank = rows.spent(BANK_TIER) & ~found.is_paired & (columns.account != 0)
    wallet = rows.spent(WALLET_TIER) & ~found.is_paired & (columns.account != 0)
    keys = columns.account
    low, high = together(rows, bank, wallet, PART_PAID, low_key=keys, high_key=keys)
    kept = (
        (rows.paid_fen[low] < rows.paid_fen[high])
        & rows.is_timed[low]
        & rows.is_timed[high]
        & (columns.via[low] == rows.platform[high])
    )
    pairs = one_to_one(scored(rows, low[kept], high[kept], PART_PAID))
    found.add(LinkKind.FUNDING_LEG, pairs)


def are_apart(rows: Rows, low: Integers, high: Integers) -> Flags:
    """Two accounts, or at least two files that say nothing against it."""
    columns = rows.columns
    known = (columns.account[low] != 0) & (columns.account[high] != 0)
    different = columns.account[low] != columns.account[high]
    is_other_file = columns.batch[low] != columns.batch[high]
    return np.asarray(np.where(known, different, is_other_file))


def tie_legs(found: Found, low: Integers, high: Integers, window: Window) -> None:
    """Each row in one transfer at most, though any row could be on either side."""
    pairs = scored(found.rows, low, high, window)
    pairs = pairs.taken(by_score(pairs))
    order = np.argsort(-pairs.score_ppm, kind="stable")
    used: set[int] = set()
    kept = []
    for place in order.tolist():
        ends = {int(pairs.low[place]), int(pairs.high[place])}
        if used.isdisjoint(ends):
            used |= ends
            kept.append(place)
    found.add(LinkKind.TRANSFER_LEG, pairs.taken(np.array(sorted(kept), dtype=np.int64)))
