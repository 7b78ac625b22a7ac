"""What is decided at each moment, wish by wish, in the order of time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from simulation.world.events import Funding, Kind, Wallet
from simulation.world.money.purse import Purse


@dataclass(frozen=True, slots=True)
class Wish:
    """One row as the ledger looks at it."""

    seconds: int
    kind: int
    amount_fen: int
    wallet: int
    shop: int
    funding: int
    scene: int
    series: int


Outcome = tuple[int, int]
NOTHING: Outcome = (0, 0)


def spend(purse: Purse, wish: Wish, will: float) -> Outcome:
    if wish.kind == Kind.PURCHASE and purse.holds_back(wish.amount_fen, wish.scene, will):
        return NOTHING
    return wish.amount_fen, purse.pay(wish.amount_fen, wish.funding, wish.wallet, wish.shop)


def receive(purse: Purse, wish: Wish, will: float) -> Outcome:
    purse.gain(wish.amount_fen, wish.funding, wish.wallet)
    if purse.debt and purse.debt.owes and will < 0.35 + 0.65 * purse.discipline:
        purse.settle(wish.seconds + 600, will)
    return wish.amount_fen, wish.funding


def top_up(purse: Purse, wish: Wish, _will: float) -> Outcome:
    if purse.debit < 2 * wish.amount_fen:
        return NOTHING
    purse.debit -= wish.amount_fen
    purse.balances[Wallet(wish.wallet)] += wish.amount_fen
    return wish.amount_fen, Funding.DEBIT


def withdraw(purse: Purse, wish: Wish, _will: float) -> Outcome:
    fen = purse.balances[Wallet(wish.wallet)] * 8 // 10 // 10_000 * 10_000
    if fen < 20_000:
        return NOTHING
    purse.balances[Wallet(wish.wallet)] -= fen
    purse.debit += fen
    return fen, Funding.DEBIT


def put_by(purse: Purse, _wish: Wish, will: float) -> Outcome:
    fen = int((purse.debit - purse.income * 0.8) * 0.3 // 10_000 * 10_000)
    if fen < 20_000 or will > purse.discipline:
        return NOTHING
    purse.debit -= fen
    purse.fund += fen
    return fen, Funding.DEBIT


def move_over(purse: Purse, _wish: Wish, will: float) -> Outcome:
    fen = int(purse.debit * (0.15 + 0.2 * will) // 10_000 * 10_000)
    if fen < 20_000:
        return NOTHING
    purse.debit -= fen
    purse.second += fen
    return fen, Funding.DEBIT


def repay_card(purse: Purse, _wish: Wish, _will: float) -> Outcome:
    fen = min(purse.credit_limit - purse.credit_left, purse.debit)
    if fen <= 0:
        return NOTHING
    purse.debit -= fen
    purse.credit_left += fen
    return fen, Funding.DEBIT


def repay_bnpl(purse: Purse, wish: Wish, _will: float) -> Outcome:
    lender = (wish.wallet, wish.shop)
    fen = min(purse.bnpl_used.get(lender, 0), purse.debit)
    if fen <= 0:
        return NOTHING
    purse.debit -= fen
    purse.bnpl_used[lender] -= fen
    return fen, Funding.DEBIT


def apply_for_loan(purse: Purse, wish: Wish, will: float) -> Outcome:
    if not purse.wishes_to_borrow(will, is_forced=wish.series >= 0):
        return NOTHING
    return purse.borrow(wish.seconds, will * 7 % 1), Funding.DEBIT


def meet_instalment(purse: Purse, wish: Wish, will: float) -> Outcome:
    purse.fall_due(wish.seconds, will)
    return NOTHING


def remind(purse: Purse, wish: Wish, will: float) -> Outcome:
    purse.be_reminded(wish.seconds, will)
    return NOTHING


DECISIONS: dict[int, Callable[[Purse, Wish, float], Outcome]] = {
    **dict.fromkeys((Kind.PURCHASE, Kind.SUBSCRIPTION, Kind.RENT), spend),
    **dict.fromkeys((Kind.TRANSFER_OUT, Kind.RED_PACKET_OUT), spend),
    **dict.fromkeys((Kind.SALARY, Kind.GIG_PAY, Kind.ALLOWANCE, Kind.RECEIPT), receive),
    **dict.fromkeys((Kind.TRANSFER_IN, Kind.RED_PACKET_IN), receive),
    Kind.TOP_UP: top_up,
    Kind.WITHDRAWAL: withdraw,
    Kind.FUND_IN: put_by,
    Kind.OWN_TRANSFER: move_over,
    Kind.CARD_REPAYMENT: repay_card,
    Kind.BNPL_REPAYMENT: repay_bnpl,
    Kind.LOAN_PAYOUT: apply_for_loan,
    Kind.LOAN_REPAYMENT: meet_instalment,
    Kind.REMINDER: remind,
}


def wills(chance: np.random.Generator) -> Iterator[float]:
    """Endless small decisions, the same for the same seed."""
    while True:
        yield from chance.random(1024).tolist()
