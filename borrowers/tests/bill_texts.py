"""Hand-made bills for tests: as small as a test needs, in the shapes that wallets use."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl

WECHAT_COLUMNS = (
    "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注"
)
WECHAT_PREAMBLE = (
    "微信支付账单明细,,,,,,,,,,",
    "微信昵称：[测试],,,,,,,,,,",
    "----------------------微信支付账单明细列表--------------------,,,,,,,,,,",
)
WEB_COLUMNS = (
    "交易号,商家订单号,交易创建时间,付款时间,最近修改时间,交易来源地,类型,交易对方,商品名称,"
    "金额（元）,收/支,交易状态,服务费（元）,成功退款（元）,备注,资金状态,"
)
APP_COLUMNS = (
    "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,"
    "交易订单号,商家订单号,备注,"
)
APP_PREAMBLE = (
    "------------------------------------------------------------------------------------",
    "导出信息：",
    "姓名：测试",
    "支付宝账户：specimen@example.invalid",
    "",
    "------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------",
)


def number(index: int) -> str:
    """A wallet's number of 28 digits."""
    return f"4200001111{index:018d}"


def wechat(*rows: str, columns: str = WECHAT_COLUMNS, notes: Sequence[str] = ()) -> bytes:
    lines = [*WECHAT_PREAMBLE[:2], *notes, WECHAT_PREAMBLE[2], columns, *rows]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig")


def wechat_row(
    *,
    at: str = "2025-03-04 12:30:00",
    kind: str = "商户消费",
    party: str = "示例小面馆",
    item: str = "午餐",
    direction: str = "支出",
    amount: str = "¥20.00",
    method: str = "零钱",
    status: str = "支付成功",
    native_id: str = number(1),
    order: str = "/",
    note: str = "/",
) -> str:
    cells = (
        at,
        kind,
        party,
        item,
        direction,
        amount,
        method,
        status,
        f"{native_id}\t",
        order,
        note,
    )
    return ",".join(cells)


def alipay_app(*rows: str, columns: str = APP_COLUMNS, notes: Sequence[str] = ()) -> bytes:
    lines = [*APP_PREAMBLE[:4], *notes, *APP_PREAMBLE[4:], columns, *rows]
    return "".join(f"{line}\r\n" for line in lines).encode("gb18030")


def app_row(
    *,
    at: str = "2025-03-04 12:30:00",
    native_class: str = "餐饮美食",
    party: str = "示例小面馆",
    item: str = "午餐",
    direction: str = "支出",
    amount: str = "20.00",
    method: str = "余额",
    status: str = "交易成功",
    native_id: str = number(1),
    order: str = "",
    note: str = "",
) -> str:
    cells = (
        at, native_class, party, "/", item, direction, amount, method, status,
        f"{native_id}\t", f"{order}\t", note, "",
    )  # fmt: skip
    return ",".join(cells)


def alipay_web(*rows: str, footer: Sequence[str] = ()) -> bytes:
    lines = [
        "支付宝交易记录明细查询",
        "账号:[specimen@example.invalid]",
        "---------------------------------交易记录明细列表------------------------------------",
        WEB_COLUMNS,
        *rows,
        "------------------------------------------------------------------------------------",
        *footer,
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("gb18030")


def web_row(
    *,
    at: str = "2022-03-04 12:30:00",
    party: str = "示例小面馆",
    item: str = "午餐",
    direction: str = "支出",
    amount: str = "20.00",
    status: str = "交易成功",
    refund: str = "0.00",
    moved: str = "已支出",
    native_id: str = number(1),
) -> str:
    cells = (
        f"{native_id}  \t", "\t", f"{at} ", f"{at} ", at, "支付宝网站", "即时到账交易", party,
        item, amount, direction, status, "0.00", refund, "", moved, "",
    )  # fmt: skip
    return ",".join(cells)


def workbook(rows: Sequence[Sequence[Any]], *, cover: Sequence[Any] | None = None) -> bytes:
    """Rows as a workbook made by openpyxl; `cover` puts another worksheet in front."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    if cover is not None:
        sheet.append(list(cover))
        sheet = book.create_sheet("bill")
    for row in rows:
        sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def wechat_sheet(*rows: Sequence[Any]) -> list[list[Any]]:
    """The rows of a WeChat workbook: title, separator, header, then these."""
    return [
        ["微信支付账单明细"],
        [],
        ["----------------------微信支付账单明细列表--------------------"],
        WECHAT_COLUMNS.split(","),
        *[list(row) for row in rows],
    ]
