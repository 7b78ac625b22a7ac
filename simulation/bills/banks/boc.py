"""BOC: masked accounts and rows of dashes; credit cards with two columns of amounts."""

from collections.abc import Sequence

from simulation.bills.banks.entries import Account, Entry, Occasion, newest_first, summary
from simulation.bills.containers.tables import csv_sheet, grouped, signed

HEADER = (
    "记账日期", "记账时间", "币别", "金额", "余额", "交易名称", "渠道", "网点名称", "附言",
    "对方账户名", "对方卡号/账号", "对方开户行", "借记卡号",
)  # fmt: skip
CREDIT_HEADER = ("交易日", "银行记账日", "卡号后四位", "交易描述", "存入", "支出", "币种")
DASHES = "-" * 19
OWN = {
    Occasion.CONSUMPTION: "网上快捷支付",
    Occasion.REFUND: "网上快捷退款",
    Occasion.SALARY: "代发工资",
    Occasion.TRANSFER: "跨行转账",
    Occasion.OWN_TRANSFER: "跨行转账",
    Occasion.WITHDRAWAL: "网上快捷提现",
    Occasion.TOP_UP: "网上快捷支付",
}


def debit(entries: Sequence[Entry], account: Account) -> bytes:
    rows = (debit_cells(each, account) for each in newest_first(entries))
    return csv_sheet([("中国银行交易流水明细单",), HEADER, *rows])


def debit_cells(entry: Entry, account: Account) -> Sequence[str]:
    return (
        f"{entry.wall:%Y-%m-%d}",
        f"{entry.wall:%H:%M:%S}",
        "人民币",
        grouped(entry.signed_fen),
        grouped(entry.balance_fen),
        summary(entry, OWN),
        "银企对接" if entry.platform else "手机银行",
        DASHES,
        entry.note or (entry.whom if entry.platform else "-" * 10),
        entry.whom or DASHES,
        entry.party_account or DASHES,
        DASHES,
        account.tail,
    )


def credit(entries: Sequence[Entry], account: Account) -> bytes:
    ordered = newest_first(entries)
    title = f"中国银行信用卡账单({ordered[0].wall:%Y年%m月})"
    return csv_sheet([(title,), CREDIT_HEADER, *(credit_cells(each, account) for each in ordered)])


def credit_cells(entry: Entry, account: Account) -> Sequence[str]:
    words = f"{entry.whom}CHN"
    if entry.occasion in {Occasion.REFUND, Occasion.CARD_REPAYMENT}:
        words = f"{summary(entry, {})}-{words}"
    return (
        f"{entry.wall:%Y-%m-%d}",
        f"{entry.wall:%Y-%m-%d}",
        account.tail,
        words,
        signed(entry.in_fen) if entry.in_fen else "",
        signed(entry.out_fen) if entry.out_fen else "",
        "CNY",
    )
