"""A wallet's week of somebody who does not exist, spelled out, and its bills as tables."""

import csv
import io

import openpyxl

from simulation.bills import Layout, write
from simulation.bills.records import Kind, Method, Owner, Record
from simulation.tests.sample_account import wall
from simulation.words import Direction, Scene

OWNER = Owner("林一诺（虚构）", "lin@example.invalid")
LUNCH = Record(
    at=wall(2026, 9, 24, 11, 40, 58),
    kind=Kind.PURCHASE,
    direction=Direction.OUT,
    amount_fen=2_816,
    party="云溪老梁牛肉面馆",
    number="4200000001202609240000000001",
    item="午餐套餐",
    order="88000000000001",
    method=Method.DEBIT,
    scene=Scene.DINING,
    card="工商银行储蓄卡(5678)",
)
LAMP = Record(
    at=wall(2026, 9, 24, 21, 5, 0),
    kind=Kind.PURCHASE,
    direction=Direction.OUT,
    amount_fen=15_900,
    party="晴岚数码旗舰店",
    number="4200000001202609240000000002",
    item="台灯",
    order="88000000000002",
    scene=Scene.ELECTRONICS_HOME,
)
LAMP_PARTLY_BACK = Record(
    at=wall(2026, 9, 26, 9, 0, 0),
    kind=Kind.REFUND,
    direction=Direction.IN,
    amount_fen=500,
    party="晴岚数码旗舰店",
    number="4200000001202609260000000003",
    item="台灯",
    order="88000000000002",
    undoes=LAMP.number,
)
DRESS = Record(
    at=wall(2026, 9, 25, 20, 0, 30),
    kind=Kind.PURCHASE,
    direction=Direction.OUT,
    amount_fen=12_000,
    party="望川服饰旗舰店",
    number="4200000001202609250000000004",
    item="连衣裙",
    order="88000000000004",
    method=Method.BNPL,
    scene=Scene.APPAREL_BEAUTY,
)
DRESS_BACK = Record(
    at=wall(2026, 9, 28, 10, 10, 10),
    kind=Kind.REFUND,
    direction=Direction.IN,
    amount_fen=12_000,
    party="望川服饰旗舰店",
    number="4200000001202609280000000005",
    item="连衣裙",
    order="88000000000004",
    method=Method.BNPL,
    undoes=DRESS.number,
)
FROM_A_FRIEND = Record(
    at=wall(2026, 9, 27, 0, 0, 1),
    kind=Kind.TRANSFER,
    direction=Direction.IN,
    amount_fen=10_000,
    party="韦小舟（虚构）",
    number="4200000001202609270000000006",
)
TO_THE_CARD = Record(
    at=wall(2026, 9, 29, 22, 0, 0),
    kind=Kind.WITHDRAWAL,
    direction=Direction.NEUTRAL,
    amount_fen=100_000,
    party="零钱提现",
    number="4200000001202609290000000007",
    method=Method.DEBIT,
    card="工商银行储蓄卡(5678)",
)
GIVEN_UP = Record(
    at=wall(2026, 9, 29, 23, 59, 59),
    kind=Kind.VOID,
    direction=Direction.OUT,
    amount_fen=999,
    party="阅山书店",
    number="4200000001202609290000000008",
    item="图书",
    order="88000000000008",
    scene=Scene.EDUCATION,
)
WEEK = (
    LUNCH, LAMP, LAMP_PARTLY_BACK, DRESS, DRESS_BACK, FROM_A_FRIEND, TO_THE_CARD, GIVEN_UP,
)  # fmt: skip
SOLD = (LUNCH, LAMP, LAMP_PARTLY_BACK, DRESS, DRESS_BACK)
# The line of the header, from one.
HEADER_LINES = {
    Layout.WECHAT_CSV: 17,
    Layout.WECHAT_CSV_QUOTED: 17,
    Layout.WECHAT_XLSX_2025: 17,
    Layout.WECHAT_XLSX_2026: 18,
    Layout.ALIPAY_WEB: 5,
    Layout.ALIPAY_APP_2021: 2,
    Layout.ALIPAY_APP_2023: 25,
    Layout.JD_2024: 22,
    Layout.JD_2025: 22,
    Layout.MEITUAN: 20,
}


def bytes_of(layout, records=WEEK, stated=None):
    return write(records, layout=layout, owner=OWNER, stated=stated)


def encoding_of(layout):
    return "gb18030" if layout.startswith("ALIPAY") else "utf-8-sig"


def lines(layout, records=WEEK, stated=None):
    """A text bill line by line, without the ends of its lines."""
    return bytes_of(layout, records, stated).decode(encoding_of(layout)).splitlines()


def cells(layout, records=WEEK):
    """A workbook cell by cell."""
    book = openpyxl.load_workbook(io.BytesIO(bytes_of(layout, records)))
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def by_column(layout, records=WEEK):
    """The rows below the header of a text bill, each cell under its column's name."""
    text = lines(layout, records)[HEADER_LINES[layout] - 1 :]
    names, *rows = csv.reader(text)
    heads = [name.strip() for name in names]
    return [dict(zip(heads, map(str.strip, row), strict=False)) for row in rows]


def column(layout, name, records=WEEK):
    return [row[name] for row in by_column(layout, records) if name in row]
