"""ABC: days and times without marks, signs before the amounts, rows of unequal length."""

from collections.abc import Sequence

from simulation.bills.banks.entries import Account, Entry, Occasion, oldest_first, summary
from simulation.bills.containers.tables import csv_sheet, signed

HEADER = (
    "交易日期", "交易时间", "交易摘要", "交易金额", "本次余额", "对手信息", "日 志 号", "交易渠道",
    "交易附言",
)  # fmt: skip
OWN = {
    Occasion.SALARY: "代发工资",
    Occasion.TRANSFER: "转存",
    Occasion.OWN_TRANSFER: "转支",
    Occasion.LOAN_REPAYMENT: "正常还款",
}
PARTIES = {"财付通": "微信支付"}


def debit(entries: Sequence[Entry], _account: Account) -> bytes:
    return csv_sheet([HEADER, *(cells(each) for each in oldest_first(entries))])


def cells(entry: Entry) -> Sequence[str]:
    is_purchase = entry.occasion in {Occasion.CONSUMPTION, Occasion.TOP_UP} and entry.platform
    party = PARTIES.get(entry.platform, entry.platform) + entry.party
    words = (
        f"{entry.wall:%Y%m%d}",
        f"{entry.wall:%H%M%S}",
        entry.platform if is_purchase else summary(entry, OWN),
        f"{'+' if entry.signed_fen >= 0 else ''}{signed(entry.signed_fen)}",
        signed(entry.balance_fen),
        party or "--",
        entry.number[-9:],
    )
    if entry.occasion is Occasion.LOAN_REPAYMENT:
        return words
    way = "电子商务" if entry.platform else "超级网银"
    return (*words, way, f"{PARTIES.get(entry.platform, entry.platform)}-{entry.party}{entry.note}")
