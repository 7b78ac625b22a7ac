"""What happened, before any wallet put it into its own words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from simulation.words import Direction, Scene


class Kind(StrEnum):
    """What kind of payment it was; each wallet has its own word for each."""

    PURCHASE = "PURCHASE"
    QR_PAYMENT = "QR_PAYMENT"
    QR_RECEIPT = "QR_RECEIPT"
    TRANSFER = "TRANSFER"
    RED_PACKET = "RED_PACKET"
    SALARY = "SALARY"
    WITHDRAWAL = "WITHDRAWAL"
    TOP_UP = "TOP_UP"
    FUND_IN = "FUND_IN"
    FUND_OUT = "FUND_OUT"
    CARD_REPAYMENT = "CARD_REPAYMENT"
    REFUND = "REFUND"
    VOID = "VOID"


class Method(StrEnum):
    """What paid."""

    BALANCE = "BALANCE"
    MONEY_FUND = "MONEY_FUND"
    DEBIT = "DEBIT"
    CREDIT = "CREDIT"
    BNPL = "BNPL"


@dataclass(frozen=True, slots=True)
class Record:
    """One payment of a fictional person.

    `card` is the card that paid, as the wallet names it: 工商银行储蓄卡(0000).
    `number` is the wallet's own, `order` the merchant's. A refund names the payment that it
    undoes in `undoes`; a payment does not know what came back, the writers work that out.
    """

    at: datetime
    kind: Kind
    direction: Direction
    amount_fen: int
    party: str
    number: str
    item: str = ""
    order: str = ""
    method: Method = Method.BALANCE
    scene: Scene = Scene.UNKNOWN
    undoes: str = ""
    card: str = ""


def refunded_by_number(records: Iterable[Record]) -> Counter[str]:
    """How much of each payment came back, by the payment's number."""
    back: Counter[str] = Counter()
    for record in records:
        if record.kind is Kind.REFUND:
            back[record.undoes] += record.amount_fen
    return back


@dataclass(frozen=True, slots=True)
class Owner:
    """The fictional holder of the wallet; the name says that nobody is meant."""

    nickname: str = "测试用户"
    account: str = "specimen@example.invalid"


def yuan(fen: int) -> str:
    """`1234` as `12.34`, without separators, as wallets write it."""
    return f"{fen // 100}.{fen % 100:02d}"
