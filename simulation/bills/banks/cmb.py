"""CMB: days without times; credit cards with days without years, where the title says which."""

from collections.abc import Sequence

from simulation.bills.banks.entries import Account, Entry, Occasion, oldest_first, summary
from simulation.bills.containers.tables import csv_sheet, grouped

HEADER = ("记账日期", "货币", "交易金额", "联机余额", "交易摘要", "对手信息", "客户摘要")
CREDIT_HEADER = ("交易日", "记账日", "交易摘要", "人民币金额", "卡号末四位", "交易地金额")
OWN = {
    Occasion.CONSUMPTION: "快捷支付",
    Occasion.REFUND: "快捷退款",
    Occasion.SALARY: "代发工资",
    Occasion.TRANSFER: "汇入汇款",
    Occasion.OWN_TRANSFER: "转账汇款",
    Occasion.TOP_UP: "快捷支付",
    Occasion.WITHDRAWAL: "提现",
}


def debit(entries: Sequence[Entry], _account: Account) -> bytes:
    return csv_sheet([HEADER, *(cells(each) for each in oldest_first(entries))])


def cells(entry: Entry) -> Sequence[str]:
    return (
        f"{entry.wall:%Y-%m-%d}",
        "CNY",
        grouped(entry.signed_fen),
        grouped(entry.balance_fen),
        summary(entry, OWN),
        f"{entry.party} {entry.party_account}".strip(),
        f"{entry.whom}{entry.note}" if entry.platform else entry.note or summary(entry, {}),
    )


def credit(entries: Sequence[Entry], account: Account) -> bytes:
    ordered = oldest_first(entries)
    title = f"招商银行信用卡对账单（个人消费卡账户 {ordered[-1].wall:%Y年%m月}）（补）"
    return csv_sheet([(title,), CREDIT_HEADER, *(credit_cells(each, account) for each in ordered)])


def credit_cells(entry: Entry, account: Account) -> Sequence[str]:
    """What is owed more is positive; a repayment has no day of its own."""
    day = f"{entry.wall:%m/%d}"
    is_repayment = entry.occasion is Occasion.CARD_REPAYMENT
    words = f"{entry.platform or '银联转账'}还款" if is_repayment else entry.whom
    if entry.occasion is Occasion.REFUND:
        words = f"退款-{words}"
    amount = grouped(-entry.signed_fen)
    return "" if is_repayment else day, day, words, amount, account.tail, amount
