"""One small life in every layout of wallets and shops, and what may befall its file on the way.

The person, the shops and the numbers are made up.
"""

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import openpyxl

from borrowers.connectors.containers.opening import documents
from borrowers.connectors.contracts import BillReading, Sheet
from common.periods import SHANGHAI
from simulation.bills import Layout, write
from simulation.bills.records import Kind, Method, Record
from simulation.words import Direction, Scene

Rows = list[list[Any]]
OUT, IN, NEUTRAL = Direction.OUT, Direction.IN, Direction.NEUTRAL
TIME_NAMES = ("交易时间", "交易创建时间", "付款时间", "最近修改时间", "交易成功时间")
ID_NAMES = ("交易单号", "商户单号", "交易号", "商家订单号", "交易订单号", "商家单号")
AMOUNT_NAMES = ("金额", "金额(元)", "金额（元）", "实付金额")
FIRST_NAMES = {*TIME_NAMES, "收/支", "交易号"}
TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):\d\d")
FIRST_AT = datetime(2025, 3, 4, 9, 5, 7, tzinfo=SHANGHAI)


def payment(index: int, kind: Kind, direction: Direction, fen: int, party: str, **more: Any) -> Any:
    """The `index`-th payment of the life, a day and some minutes after the one before."""
    return Record(
        at=FIRST_AT + timedelta(days=index, minutes=17 * index),
        kind=kind,
        direction=direction,
        amount_fen=fen,
        party=party,
        number=f"42000012345678{index:013d}7",
        order=f"77001234567890{index:08d}",
        **more,
    )


LUNCH = payment(0, Kind.PURCHASE, OUT, 2_050, "示例小面馆", item="午餐", scene=Scene.DINING)
SHIRT = payment(
    1, Kind.PURCHASE, OUT, 15_900, "示例服饰店", item="衬衫", scene=Scene.APPAREL_BEAUTY,
    method=Method.DEBIT, card="示例银行储蓄卡(1234)",
)  # fmt: skip
GONE = payment(2, Kind.VOID, OUT, 8_800, "示例旗舰店", item="订单", scene=Scene.ONLINE_SHOPPING)
BACK = Record(
    at=SHIRT.at + timedelta(hours=30),
    kind=Kind.REFUND,
    direction=IN,
    amount_fen=5_900,
    party=SHIRT.party,
    number="42000012345678000000000999",
    item=SHIRT.item,
    order=SHIRT.order,
    scene=SHIRT.scene,
    method=SHIRT.method,
    card=SHIRT.card,
    undoes=SHIRT.number,
)
SHOP_LIFE = (LUNCH, SHIRT, BACK)
WALLET_LIFE = (
    LUNCH,
    SHIRT,
    GONE,
    BACK,
    payment(4, Kind.SALARY, IN, 850_000, "示例科技有限公司", item="三月工资"),
    payment(5, Kind.TRANSFER, IN, 20_000, "小林"),
    payment(6, Kind.CARD_REPAYMENT, NEUTRAL, 100_000, "示例银行"),
    payment(7, Kind.WITHDRAWAL, NEUTRAL, 50_000, "示例银行"),
)
SHOPS = (Layout.JD_2024, Layout.JD_2025, Layout.MEITUAN)
LAYOUTS = tuple(Layout)
TEXTS = tuple(each for each in Layout if "XLSX" not in each)


def written(layout: Layout) -> bytes:
    """The life as this layout tells it."""
    return write(SHOP_LIFE if layout in SHOPS else WALLET_LIFE, layout=layout)


def rows_of(content: bytes) -> Rows:
    """The cells of a file, for changing."""
    (sheet,) = documents(content)
    assert isinstance(sheet, Sheet)
    return [list(row) for row in sheet.rows]


def header_index(rows: Rows) -> int:
    """The row with the column names."""
    return next(
        index for index, row in enumerate(rows)
        if len(row) > 5 and isinstance(row[0], str) and row[0].strip() in FIRST_NAMES
    )  # fmt: skip


def data_indexes(rows: Rows) -> list[int]:
    """The rows of payments: as wide as the header, and with a time."""
    header = header_index(rows)
    times = places(rows, TIME_NAMES)
    return [
        index for index in range(header + 1, len(rows))
        if len(rows[index]) > max(times) and any(str(rows[index][at]).strip() for at in times)
    ]  # fmt: skip


def places(rows: Rows, names: Sequence[str]) -> list[int]:
    """Where the named columns stand."""
    header = rows[header_index(rows)]
    return [at for at, cell in enumerate(header) if str(cell or "").strip() in names]


def changed(rows: Rows, names: Sequence[str], change: Callable[[Any], Any]) -> Rows:
    """The same rows with the cells of the named columns changed."""
    new = [list(row) for row in rows]
    for index in data_indexes(rows):
        for at in places(rows, names):
            new[index][at] = change(new[index][at])
    return new


def text(rows: Rows, *, delimiter: str = ",", line_end: str = "\r\n", quoted: bool = False) -> str:
    """Cells as separated text."""
    buffer = io.StringIO()
    made = csv.writer(
        buffer,
        delimiter=delimiter,
        lineterminator=line_end,
        quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
    )
    made.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return buffer.getvalue()


def workbook(rows: Rows) -> bytes:
    """Cells as a workbook made by another program than the wallet's."""
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def without_seconds(cell: Any) -> Any:
    """`2025-03-04 09:05:07` as a spreadsheet shows it: `2025/3/4 9:05`."""
    if isinstance(cell, datetime):
        return f"{cell.year}/{cell.month}/{cell.day} {cell.hour}:{cell:%M}"
    if found := TIME.search(str(cell or "")):
        year, month, day, hour, minute = map(int, found.groups())
        return f"{year}/{month}/{day} {hour}:{minute:02d}"
    return cell


def rounded(cell: Any) -> Any:
    """A number of 28 digits as a spreadsheet saves it: 4.2E+27. Shorter ones lose their tail."""
    digits = str(cell or "").strip()
    return f"{float(digits):.5E}".replace("E+0", "E+") if digits.isdigit() else cell


def said(reading: BillReading) -> list[tuple[Any, ...]]:
    """What the payments are, whatever became of their numbers and seconds."""
    return sorted(
        (
            event.occurred_at.replace(second=0), event.amount_fen, event.refunded_fen,
            event.direction, event.category, event.status, event.merchant, event.counterparty,
            event.memo, event.channel,
        )
        for event in reading.events
    )  # fmt: skip


def told(reading: BillReading) -> list[tuple[Any, ...]]:
    """All that the payments say, keys, numbers and seconds among it."""
    return sorted(
        (
            event.event_key, event.occurred_at, event.amount_fen, event.refunded_fen,
            event.direction, event.category, event.status, event.merchant, event.counterparty,
            event.memo, event.channel, event.native_id, event.parent_native_id, event.tail,
        )
        for event in reading.events
    )  # fmt: skip
