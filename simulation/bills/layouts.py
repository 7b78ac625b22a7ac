"""Every layout of wallets and shops by name, and the one call that writes any of them."""

from collections.abc import Sequence
from enum import StrEnum

from simulation.bills.records import Owner, Record
from simulation.bills.wallets import alipay, jd, meituan, wechat


class Layout(StrEnum):
    """The layouts that wallets and shops have used since 2018."""

    WECHAT_CSV = "WECHAT_CSV"
    WECHAT_CSV_QUOTED = "WECHAT_CSV_QUOTED"
    WECHAT_XLSX_2025 = "WECHAT_XLSX_2025"
    WECHAT_XLSX_2026 = "WECHAT_XLSX_2026"
    ALIPAY_WEB = "ALIPAY_WEB"
    ALIPAY_APP_2021 = "ALIPAY_APP_2021"
    ALIPAY_APP_2023 = "ALIPAY_APP_2023"
    JD_2024 = "JD_2024"
    JD_2025 = "JD_2025"
    MEITUAN = "MEITUAN"


WALLETS = tuple(each for each in Layout if each.startswith(("WECHAT", "ALIPAY")))
WRITERS = {
    Layout.WECHAT_CSV: wechat.csv_2018,
    Layout.WECHAT_CSV_QUOTED: wechat.csv_quoted,
    Layout.WECHAT_XLSX_2025: wechat.xlsx_2025,
    Layout.WECHAT_XLSX_2026: wechat.xlsx_2026,
    Layout.ALIPAY_WEB: alipay.web,
    Layout.ALIPAY_APP_2021: alipay.app_2021,
    Layout.ALIPAY_APP_2023: alipay.app_2023,
    Layout.JD_2024: jd.csv_2024,
    Layout.JD_2025: jd.csv_2025,
    Layout.MEITUAN: meituan.csv_2025,
}
SUFFIXES = {Layout.WECHAT_XLSX_2025: "xlsx", Layout.WECHAT_XLSX_2026: "xlsx"}
STEMS = {
    "WECHAT": "微信支付账单",
    "ALIPAY": "alipay_record",
    "JD": "京东交易流水",
    "MEITUAN": "美团账单",
}


def write(
    records: Sequence[Record],
    *,
    layout: Layout,
    owner: Owner | None = None,
    stated: Sequence[Record] | None = None,
) -> bytes:
    """The bill that the wallet would have mailed. There must be a record.

    `stated` are the records that the bill's own totals speak of, where somebody has changed the
    rows and left the totals as they were.
    """
    assert records
    return WRITERS[layout](records, owner or Owner(), stated or records)


def file_name(layout: Layout) -> str:
    """A name as the wallets give it; readers must not look at it."""
    stem = STEMS[layout.partition("_")[0]]
    return f"{stem}.{SUFFIXES.get(layout, 'csv')}"
