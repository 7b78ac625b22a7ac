"""Every layout by name, and the one call that writes any of them."""

from collections.abc import Sequence
from enum import StrEnum

from simulation.bills import alipay, wechat
from simulation.bills.records import Owner, Record


class Layout(StrEnum):
    """The layouts that wallets have used since 2018."""

    WECHAT_CSV = "WECHAT_CSV"
    WECHAT_CSV_QUOTED = "WECHAT_CSV_QUOTED"
    WECHAT_XLSX_2025 = "WECHAT_XLSX_2025"
    WECHAT_XLSX_2026 = "WECHAT_XLSX_2026"
    ALIPAY_WEB = "ALIPAY_WEB"
    ALIPAY_APP_2021 = "ALIPAY_APP_2021"
    ALIPAY_APP_2023 = "ALIPAY_APP_2023"


WRITERS = {
    Layout.WECHAT_CSV: wechat.csv_2018,
    Layout.WECHAT_CSV_QUOTED: wechat.csv_quoted,
    Layout.WECHAT_XLSX_2025: wechat.xlsx_2025,
    Layout.WECHAT_XLSX_2026: wechat.xlsx_2026,
    Layout.ALIPAY_WEB: alipay.web,
    Layout.ALIPAY_APP_2021: alipay.app_2021,
    Layout.ALIPAY_APP_2023: alipay.app_2023,
}
SUFFIXES = {Layout.WECHAT_XLSX_2025: "xlsx", Layout.WECHAT_XLSX_2026: "xlsx"}


def write(records: Sequence[Record], *, layout: Layout, owner: Owner | None = None) -> bytes:
    """The bill that the wallet would have mailed. There must be a record."""
    assert records
    return WRITERS[layout](records, owner or Owner())


def file_name(layout: Layout) -> str:
    """A name as the wallets give it; readers must not look at it."""
    wallet = "微信支付账单" if layout.startswith("WECHAT") else "alipay_record"
    return f"{wallet}.{SUFFIXES.get(layout, 'csv')}"
