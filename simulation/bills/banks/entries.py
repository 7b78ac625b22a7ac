"""What happened on an account, before any bank put it into its own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from common.periods import SHANGHAI
from simulation.words import Direction


class Occasion(StrEnum):
    """Why money moved on the account; each bank has its own word for each."""

    CONSUMPTION = "CONSUMPTION"
    REFUND = "REFUND"
    SALARY = "SALARY"
    PLATFORM_PAY = "PLATFORM_PAY"
    TRANSFER = "TRANSFER"
    OWN_TRANSFER = "OWN_TRANSFER"
    WITHDRAWAL = "WITHDRAWAL"
    TOP_UP = "TOP_UP"
    FUND = "FUND"
    CARD_REPAYMENT = "CARD_REPAYMENT"
    LOAN_PAYOUT = "LOAN_PAYOUT"
    LOAN_REPAYMENT = "LOAN_REPAYMENT"
    INTEREST = "INTEREST"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a statement. `platform` is the wallet behind it, as banks name wallets: 财付通.

    `balance_fen` is what the account held after it; on a credit card it is what is owed, negative.
    """

    at: datetime
    direction: Direction
    amount_fen: int
    balance_fen: int
    occasion: Occasion
    party: str
    platform: str = ""
    note: str = ""
    party_account: str = ""
    number: str = ""

    @property
    def signed_fen(self) -> int:
        return self.amount_fen if self.direction == Direction.IN else -self.amount_fen

    @property
    def in_fen(self) -> int:
        return self.amount_fen if self.direction == Direction.IN else 0

    @property
    def out_fen(self) -> int:
        return self.amount_fen if self.direction == Direction.OUT else 0

    @property
    def wall(self) -> datetime:
        return self.at.astimezone(SHANGHAI)

    @property
    def whom(self) -> str:
        """The other side as most banks print it: 财付通-云溪面馆."""
        return f"{self.platform}-{self.party}" if self.platform and self.party else self.party


@dataclass(frozen=True, slots=True)
class Account:
    """A card of somebody who does not exist; the number names no bank's own range."""

    holder: str = "测试用户（虚构）"
    number: str = "9900000000000000"
    is_credit: bool = False
    opening_fen: int = 0

    @property
    def tail(self) -> str:
        return self.number[-4:]

    @property
    def masked(self) -> str:
        return f"{self.number[:4]}****{self.tail}"


SUMMARIES = {
    Occasion.CONSUMPTION: "消费",
    Occasion.REFUND: "退款",
    Occasion.SALARY: "工资",
    Occasion.PLATFORM_PAY: "代付",
    Occasion.TRANSFER: "转账",
    Occasion.OWN_TRANSFER: "转账",
    Occasion.WITHDRAWAL: "提现",
    Occasion.TOP_UP: "充值",
    Occasion.FUND: "基金申购",
    Occasion.CARD_REPAYMENT: "信用卡还款",
    Occasion.LOAN_PAYOUT: "贷款发放",
    Occasion.LOAN_REPAYMENT: "贷款还款",
    Occasion.INTEREST: "结息",
}


def summary(entry: Entry, own: dict[Occasion, str]) -> str:
    """The bank's own word, or the one that all banks use."""
    return own.get(entry.occasion) or SUMMARIES[entry.occasion]


def total_in(entries: Sequence[Entry]) -> int:
    return sum(entry.in_fen for entry in entries)


def total_out(entries: Sequence[Entry]) -> int:
    return sum(entry.out_fen for entry in entries)


def oldest_first(entries: Sequence[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda each: each.at)


def newest_first(entries: Sequence[Entry]) -> list[Entry]:
    """The same chain of balances read backwards, also within one second."""
    return oldest_first(entries)[::-1]
