"""ICBC: cells padded with blanks and a tab, two columns of amounts, a line of sums at the end."""

from collections.abc import Callable, Iterable, Sequence

from simulation.bills.banks.entries import (
    Account,
    Entry,
    Occasion,
    newest_first,
    summary,
    total_in,
    total_out,
)
from simulation.bills.containers.tables import csv_cell, grouped

CREDIT_HEADER = (
    "交易日期", "记账日期", "摘要", "交易场所", "交易国家或地区简称", "交易金额(收入)",
    "交易金额(支出)", "交易币种", "记账金额(收入)", "记账金额(支出)", "记账币种", "余额",
    "对方户名",
)  # fmt: skip
DEBIT_HEADER = (
    "交易日期", "摘要", "交易场所", "交易国家或地区简称", "钞/汇", "交易金额(收入)",
    "交易金额(支出)", "交易币种", "记账金额(收入)", "记账金额(支出)", "记账币种", "余额",
    "对方户名",
)  # fmt: skip
DETAILED_HEADER = (
    "交易日期", "摘要", "交易详情", *DEBIT_HEADER[2:], "对方账户",
)  # fmt: skip
OWN = {
    Occasion.TRANSFER: "他行汇入",
    Occasion.OWN_TRANSFER: "跨行汇款",
    Occasion.WITHDRAWAL: "他行汇入",
    Occasion.CARD_REPAYMENT: "自动还款",
    Occasion.FUND: "基金申购",
}
CREDIT_OWN = {Occasion.CARD_REPAYMENT: "人民币自动转帐还款", Occasion.REFUND: "退款"}
WALLETS = {"财付通": "深圳市财付通支付科技有限公司", "支付宝": "支付宝（中国）网络技术有限公司"}
WIDTH = 20
Cells = Callable[[Entry], dict[str, str]]
BELOW = '子账户序号: 00000,子账户类别: 活期,"子账户别名: "'


def debit(entries: Sequence[Entry], account: Account) -> bytes:
    """The first layout of debit cards."""
    return sheet(entries, account, DEBIT_HEADER, debit_cells)


def debit_detailed(entries: Sequence[Entry], account: Account) -> bytes:
    """The second, with two more columns."""
    return sheet(entries, account, DETAILED_HEADER, debit_cells)


def credit(entries: Sequence[Entry], account: Account) -> bytes:
    """Credit cards: what is owed stands as a negative balance."""
    return sheet(entries, account, CREDIT_HEADER, credit_cells)


def sheet(entries: Sequence[Entry], account: Account, header: Sequence[str], cells: Cells) -> bytes:
    named = (cells(each) for each in newest_first(entries))
    rows = ([row[name] for name in header] for row in named)
    lines = [*preamble(account), ",".join(header), *(padded(row) for row in rows), " "]
    return "".join(f"{line}\n" for line in [*lines, sums(entries, account, header)]).encode()


def preamble(account: Account) -> Iterable[str]:
    yield "明细查询文件下载"
    yield ""
    yield f'卡号: {account.masked},"卡别名: "'
    yield ""
    yield ("子账户类别:" if account.is_credit else BELOW)
    yield ""


def debit_cells(entry: Entry) -> dict[str, str]:
    return common(entry, summary(entry, OWN)) | {
        "钞/汇": "钞",
        "交易详情": entry.note,
        "交易金额(收入)": "-",
        "交易金额(支出)": "-",
        "交易币种": "-",
        "对方账户": entry.party_account,
    }


def credit_cells(entry: Entry) -> dict[str, str]:
    return common(entry, summary(entry, CREDIT_OWN)) | {
        "记账日期": f"{entry.wall:%Y-%m-%d}",
        "交易金额(收入)": blank(entry.in_fen),
        "交易金额(支出)": blank(entry.out_fen),
        "交易币种": "人民币",
        "对方户名": "",
    }


def common(entry: Entry, words: str) -> dict[str, str]:
    return {
        "交易日期": f"{entry.wall:%Y-%m-%d}",
        "摘要": words,
        "交易场所": entry.whom if entry.platform else entry.note or entry.party,
        "交易国家或地区简称": "CHN",
        "记账金额(收入)": blank(entry.in_fen),
        "记账金额(支出)": blank(entry.out_fen),
        "记账币种": "人民币",
        "余额": grouped(entry.balance_fen),
        "对方户名": WALLETS.get(entry.platform, entry.party),
    }


def blank(fen: int) -> str:
    return grouped(fen) if fen else ""


def padded(cells: Sequence[str]) -> str:
    return "".join(f'"{cell.replace(chr(34), chr(34) * 2):<{WIDTH}}\t",' for cell in cells)


def sums(entries: Sequence[Entry], account: Account, header: Sequence[str]) -> str:
    names = {
        "记账金额(收入)": f"{blank(total_in(entries)):<{WIDTH}}\t",
        "记账金额(支出)": f"{blank(total_out(entries)):<{WIDTH}}\t",
    }
    first = "合计金额" if account.is_credit else "人民币合计"
    return ",".join([first, *(csv_cell(names.get(name, "")) for name in header[1:])])
