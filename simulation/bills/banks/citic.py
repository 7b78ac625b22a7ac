"""CITIC credit cards: called .xls; the wallet before a wide dash."""

from collections.abc import Sequence

from simulation.bills.banks.entries import Account, Entry, Occasion, newest_first
from simulation.bills.containers.tables import signed, tab_sheet

HEADER = (
    "交易日期", "入账日期", "交易描述", "卡末四位", "交易币种", "结算币种", "交易金额", "结算金额",
)  # fmt: skip
NAMES = {Occasion.REFUND: "退货", Occasion.CARD_REPAYMENT: "还款"}


def credit(entries: Sequence[Entry], account: Account) -> bytes:
    rows = (cells(each, account) for each in newest_first(entries))
    return tab_sheet([("本期账单明细(人民币)",), HEADER, *rows], width=len(HEADER))


def cells(entry: Entry, account: Account) -> Sequence[str]:
    day, amount = f"{entry.wall:%Y-%m-%d}", signed(-entry.signed_fen)
    words = f"{entry.platform}－{entry.party}" if entry.platform else entry.party
    if entry.occasion in NAMES:
        words = f"{NAMES[entry.occasion]}-{words}"
    return day, day, words, account.tail, "人民币", "人民币", amount, amount
