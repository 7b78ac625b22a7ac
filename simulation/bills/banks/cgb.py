"""CGB: the occasion in wide brackets before the words; debit cards with one signed column."""

from collections.abc import Sequence

from simulation.bills.banks.entries import Account, Entry, Occasion, newest_first, summary
from simulation.bills.containers.tables import csv_sheet, grouped, signed

CREDIT_HEADER = (
    "交易日期", "入账日期", "交易摘要", "交易金额", "交易货币", "入账金额", "入账货币",
)  # fmt: skip
HEADER = (
    "交易日期", "交易时间", "交易摘要", "收入", "支出", "账户余额", "币种", "对方户名", "对方账号",
    "附言",
)  # fmt: skip
NAMES = {Occasion.REFUND: "退款", Occasion.CARD_REPAYMENT: "还款"}
OWN = {Occasion.SALARY: "代发工资", Occasion.CONSUMPTION: "网上支付"}


def credit(entries: Sequence[Entry], _account: Account) -> bytes:
    return csv_sheet([CREDIT_HEADER, *(credit_cells(each) for each in newest_first(entries))])


def credit_cells(entry: Entry) -> Sequence[str]:
    day, amount = f"{entry.wall:%Y/%m/%d}", signed(-entry.signed_fen)
    words = f"（{NAMES.get(entry.occasion, '消费')}）{entry.whom}"
    return day, day, words, amount, "人民币", amount, "人民币"


def debit(entries: Sequence[Entry], account: Account) -> bytes:
    title = f"广发银行借记卡交易明细 账号：{account.masked}"
    return csv_sheet([(title,), HEADER, *(debit_cells(each) for each in newest_first(entries))])


def debit_cells(entry: Entry) -> Sequence[str]:
    return (
        f"{entry.wall:%Y-%m-%d}",
        f"{entry.wall:%H:%M:%S}",
        summary(entry, OWN),
        grouped(entry.in_fen) if entry.in_fen else "",
        grouped(entry.out_fen) if entry.out_fen else "",
        grouped(entry.balance_fen),
        "人民币",
        entry.whom,
        entry.party_account,
        entry.note,
    )
