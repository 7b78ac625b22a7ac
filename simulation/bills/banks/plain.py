"""Banks without a name: the words that any statement uses, in Chinese and in English."""

from collections.abc import Sequence

from simulation.bills.banks.entries import Account, Entry, oldest_first, summary
from simulation.bills.containers.tables import csv_sheet, grouped, signed

CHINESE = ("交易日期", "摘要", "借方金额", "贷方金额", "余额", "对方户名")
ENGLISH = ("Date", "Description", "Debit", "Credit", "Balance", "Currency", "Counterparty")


def chinese(entries: Sequence[Entry], account: Account) -> bytes:
    title = (f"示例商业银行（虚构）账户明细 账号 {account.masked}",)
    rows = (
        (
            f"{each.wall:%Y-%m-%d %H:%M:%S}",
            summary(each, {}),
            grouped(each.out_fen) if each.out_fen else "",
            grouped(each.in_fen) if each.in_fen else "",
            grouped(each.balance_fen),
            each.whom,
        )
        for each in oldest_first(entries)
    )
    return csv_sheet([title, CHINESE, *rows])


def english(entries: Sequence[Entry], _account: Account) -> bytes:
    rows = (
        (
            f"{each.wall:%Y-%m-%d}",
            summary(each, {}),
            signed(each.out_fen) if each.out_fen else "",
            signed(each.in_fen) if each.in_fen else "",
            signed(each.balance_fen),
            "CNY",
            each.whom,
        )
        for each in oldest_first(entries)
    )
    return csv_sheet([ENGLISH, *rows])
