"""BoCom: a word for each side of the ledger; credit cards with currency and amount in one cell."""

from collections.abc import Sequence

from simulation.bills.banks.entries import Account, Entry, Occasion, oldest_first, summary
from simulation.bills.containers.tables import csv_sheet, signed
from simulation.words import Direction

HEADER = (
    "序号", "交易日期", "交易时间", "交易类型", "借贷", "交易金额", "余额", "对方账号", "对方户名",
    "交易地点", "摘要",
)  # fmt: skip
CREDIT_HEADER = ("交易日期", "记账日期", "交易说明", "交易币种/金额", "入账币种/金额")
OWN = {
    Occasion.CONSUMPTION: "网上支付",
    Occasion.REFUND: "网上支付退货",
    Occasion.SALARY: "代发工资",
    Occasion.TOP_UP: "网上支付",
    Occasion.INTEREST: "存款利息",
}
CREDIT_OWN = {Occasion.REFUND: "退货", Occasion.CARD_REPAYMENT: "信用卡还款 转账还款"}


def debit(entries: Sequence[Entry], _account: Account) -> bytes:
    rows = (cells(number, each) for number, each in enumerate(oldest_first(entries), start=1))
    return csv_sheet([HEADER, *rows])


def cells(number: int, entry: Entry) -> Sequence[str]:
    return (
        str(number),
        f"{entry.wall:%Y-%m-%d}",
        f"{entry.wall:%H:%M:%S}",
        summary(entry, OWN),
        "贷 Cr" if entry.direction == Direction.IN else "借 Dr",
        signed(entry.amount_fen),
        signed(entry.balance_fen),
        entry.party_account,
        entry.party,
        entry.platform or "手机银行",
        f"{entry.whom} {entry.note}".strip() if entry.platform else entry.note,
    )


def credit(entries: Sequence[Entry], _account: Account) -> bytes:
    return csv_sheet([CREDIT_HEADER, *(credit_cells(each) for each in oldest_first(entries))])


def credit_cells(entry: Entry) -> Sequence[str]:
    day, amount = f"{entry.wall:%Y-%m-%d}", f"CNY {signed(entry.amount_fen)}"
    return day, day, f"{summary(entry, CREDIT_OWN)} {entry.whom}", amount, amount
