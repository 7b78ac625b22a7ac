"""SPDB debit cards: called .xls; two blanks between day and time."""

from collections.abc import Sequence

from simulation.bills.banks.entries import Account, Entry, Occasion, newest_first, summary
from simulation.bills.containers.tables import signed, tab_sheet

HEADER = (
    "交易流水号", "交易时间", "交易摘要", "存入金额", "取出金额", "账户余额", "对方户名",
    "对方账号",
)  # fmt: skip
OWN = {Occasion.SALARY: "代发工资", Occasion.CONSUMPTION: "网上支付", Occasion.TOP_UP: "网上支付"}


def debit(entries: Sequence[Entry], account: Account) -> bytes:
    title = f"浦发银行交易明细 卡号：{account.masked}"
    rows = (cells(each) for each in newest_first(entries))
    return tab_sheet([(title,), HEADER, *rows], width=len(HEADER))


def cells(entry: Entry) -> Sequence[str]:
    return (
        entry.number,
        f"{entry.wall:%Y/%m/%d  %H:%M:%S}",
        summary(entry, OWN),
        signed(entry.in_fen) if entry.in_fen else "",
        signed(entry.out_fen) if entry.out_fen else "",
        signed(entry.balance_fen),
        entry.whom,
        entry.party_account,
    )
