"""CCB: called .xls, written here as the text with tabs that other banks call so; times apart."""

from collections.abc import Sequence

from simulation.bills.banks.entries import Account, Entry, Occasion, oldest_first, summary
from simulation.bills.containers.tables import signed, tab_sheet

HEADER = (
    "记账日          ", "交易日期          ", "交易时间                ", "支出                ",
    "收入                ", "账户余额          ", "币种          ", "摘要            ",
    "对方账号          ", "对方户名          ", "交易地点                ",
)  # fmt: skip
OWN = {
    Occasion.SALARY: "代发工资",
    Occasion.TRANSFER: "电子汇入",
    Occasion.OWN_TRANSFER: "跨行转出",
    Occasion.WITHDRAWAL: "提现",
}


def debit(entries: Sequence[Entry], account: Account) -> bytes:
    rows = [
        ("China Construction Bank",),
        ("开户机构：", "示例支行（虚构）"),
        ("币　　种：", "人民币"),
        ("账　　号：", account.masked),
        ("",),
        HEADER,
        *(cells(each) for each in oldest_first(entries)),
        ("以上数据仅供参考|具体内容请以柜台为准",),
    ]
    return tab_sheet(rows, width=len(HEADER))


def cells(entry: Entry) -> Sequence[str]:
    day = f"{entry.wall:%Y%m%d}"
    return (
        day,
        day,
        f"{entry.wall:%H:%M:%S}",
        signed(entry.out_fen),
        signed(entry.in_fen),
        signed(entry.balance_fen),
        "人民币",
        summary(entry, OWN),
        entry.party_account,
        entry.party,
        place(entry),
    )


def place(entry: Entry) -> str:
    """Where it was paid: the wallet stands twice."""
    if not entry.platform:
        return entry.note
    return f"{entry.platform}-{entry.platform}外部商户-{entry.party}"
