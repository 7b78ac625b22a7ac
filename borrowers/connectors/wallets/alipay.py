"""Alipay bills: the web export to 2023 and the app's two layouts; one reader for all columns."""

import re
from collections.abc import Mapping
from functools import lru_cache

from borrowers.connectors import categories
from borrowers.connectors.contracts import (
    BillReading,
    Category,
    Cell,
    Direction,
    EventStatus,
    Sheet,
    Source,
)
from borrowers.connectors.header import (
    RowUnreadable,
    Table,
    amount_fen,
    find,
    name_of,
    text,
    titles,
)
from borrowers.connectors.tables.drafts import Draft, Layout, channel_of, party_of, tail_of
from borrowers.connectors.tables.labels import shop_in
from borrowers.connectors.tables.reading import read

TITLE = re.compile("支付宝(交易记录|账户|[(（]中国|支付科技|受理)")
ROWS_WITH_TITLE = 40

NAMES = {
    "交易时间": "time",
    "交易创建时间": "time",
    "交易分类": "class",
    "类型": "type",
    "交易对方": "party",
    "商品说明": "item",
    "商品名称": "item",
    "收/支": "direction",
    "金额": "amount",
    "金额(元)": "amount",
    "收/付款方式": "method",
    "交易状态": "status",
    "资金状态": "moved",
    "成功退款(元)": "refund",
    "交易订单号": "id",
    "交易号": "id",
    "商家订单号": "order",
    "备注": "note",
}
NEEDED = {"time": "交易时间", "direction": "收/支", "amount": "金额", "status": "交易状态"}
# JD and other shops use the needed names too; one of these says Alipay where no title does.
OWN_NAMES = frozenset({"交易创建时间", "对方账号", "商品说明", "资金状态", "成功退款(元)"})
WEB_NAMES = frozenset({"交易创建时间", "资金状态", "成功退款(元)", "金额(元)"})
OTHER_SHOPS = re.compile("京东账号|美团账号")

STATES = (
    (EventStatus.FAILED, ("失败",)),
    (EventStatus.CLOSED, ("关闭", "已取消")),
    (EventStatus.PENDING, ("等待付款", "待付款", "等待对方付款", "等待买家付款", "处理中")),
    # Goods on their way are paid for: the money is with Alipay, not with the buyer.
    (EventStatus.SETTLED, ("成功", "等待", "待", "已", "完成")),
)
NOTHING_MOVED = frozenset({EventStatus.FAILED, EventStatus.CLOSED, EventStatus.PENDING})
# A deposit that is promised or set free: no money changes hands.
PROMISES = ("解冻", "冻结", "信用服务使用", "免押")
TAX_REFUND = "退税"
REFUND = "退款"
BETWEEN_PEOPLE = frozenset({"转账红包", "转账", "红包", "亲友代付"})
TRANSFER_ITEMS = ("转账", "红包", "亲情卡", "代付")
VAGUE_OR_NONE = frozenset({"", "其他", "收入"})
CREDIT = "信用借还"


class Alipay:
    """The connector of Alipay transaction records."""

    kind: str = "ALIPAY"
    version: str = "1"
    source: Source = Source.ALIPAY
    purpose: str = "CONSUMPTION_RECORDS"
    reads: type[Sheet] = Sheet

    def recognises(self, sheet: Sheet) -> bool:
        """By a column that only Alipay has, or by its title above or below the rows."""
        header = find(sheet.rows, NAMES, NEEDED)
        if header is None:
            return has_title(sheet)
        is_own = not OWN_NAMES.isdisjoint(header_names(sheet, header.row_index))
        is_complete = not header.missing(NEEDED)
        return (is_own and is_complete) or has_title(sheet)

    def read(self, sheet: Sheet) -> BillReading:
        return read(sheet, LAYOUT)


def has_title(sheet: Sheet) -> bool:
    """Alipay names itself before the header, or in the notes behind the last row."""
    ends = [*sheet.rows[:ROWS_WITH_TITLE], *sheet.rows[-ROWS_WITH_TITLE:]]
    notes = list(titles(ends))
    if any(OTHER_SHOPS.search(note) for note in notes):
        return False
    return any(TITLE.search(note[:80]) for note in notes)


def header_names(sheet: Sheet, row_index: int) -> set[str]:
    return {name_of(cell) for cell in sheet.rows[row_index] if isinstance(cell, str)}


def dialect(table: Table) -> str:
    """Web export; the app's first layout, with its notes below; the app's second, notes above."""
    if not WEB_NAMES.isdisjoint(header_names(table.sheet, table.header.row_index)):
        return "ALIPAY_WEB"
    return "ALIPAY_APP_2021" if table.has_notes_below else "ALIPAY_APP_2023"


def complete(draft: Draft, cells: Mapping[str, Cell]) -> None:
    """What Alipay's words mean."""
    party, item, note = text(cells.get("party")), text(cells.get("item")), text(cells.get("note"))
    native_class = text(cells.get("class"))
    draft.type_text = native_class or draft.type_text
    method = text(cells.get("method"))
    draft.channel, draft.tail = channel_of(method), tail_of(method)
    draft.via = shop_in(party, item)
    draft.memo = " ".join(words for words in (item, note) if words)
    draft.party = party_of(party)
    draft.category = category_of(draft, native_class, item, party)
    draft.direction = categories.direction_of(draft.category, draft.stated)
    is_own = draft.category in categories.OWN_MONEY - {Category.REFUND}
    if is_own or is_between_people(native_class, item):
        draft.counterparty = party
    else:
        draft.merchant = party
    settle(draft, cells)


def category_of(draft: Draft, native_class: str, item: str, party: str) -> Category:
    """Refunds first; then what the direction allows; Alipay's class where it is precise."""
    own = categories.of_own_money(f"{native_class} {item} {party}")
    if TAX_REFUND in draft.status_text:
        return Category.GOVERNMENT_TAX
    if is_refund(draft, native_class, item) and own is not Category.INVESTMENT:
        return Category.REFUND
    if draft.stated is Direction.IN:
        is_from_person = is_between_people(native_class, item)
        return categories.of_income(draft.memo, party, is_from_person=is_from_person)
    is_new_loan = native_class == CREDIT and own is Category.CREDIT_DRAWDOWN
    if own and (draft.stated is Direction.NEUTRAL or is_new_loan):
        return own
    if is_between_people(native_class, item):
        return categories.of_transfer(draft.memo, party)
    return of_spending(native_class, item, party)


def is_refund(draft: Draft, native_class: str, item: str) -> bool:
    return REFUND in native_class or item.startswith(REFUND) or REFUND in draft.status_text


def is_between_people(native_class: str, item: str) -> bool:
    return native_class in BETWEEN_PEOPLE or (
        native_class in VAGUE_OR_NONE and item.startswith(TRANSFER_ITEMS)
    )


def of_spending(native_class: str, item: str, party: str) -> Category:
    lexicon = categories.lexicon()
    if native_class in lexicon.alipay:
        return lexicon.alipay[native_class]
    found = categories.of_purchase(item, party)
    return found or lexicon.alipay_vague.get(native_class, Category.UNKNOWN)


@lru_cache(maxsize=4096)
def status_of(words: str) -> EventStatus:
    """Asked in the order of `STATES`; what no word tells is not known."""
    for status, marks in STATES:
        if any(mark in words for mark in marks):
            return status
    return EventStatus.UNKNOWN


def settle(draft: Draft, cells: Mapping[str, Cell]) -> None:
    """Whether money moved, and what the web export's own column says came back."""
    words = draft.status_text
    draft.status = status_of(words)
    if draft.status in NOTHING_MOVED or any(promise in words for promise in PROMISES):
        draft.direction = Direction.NEUTRAL
    if draft.category is Category.REFUND:
        return
    draft.stated_refund_fen = min(stated_refund(cells.get("refund")), draft.amount_fen)
    if draft.status is EventStatus.CLOSED and text(cells.get("moved")):
        # Closed, yet money is said to have moved: it was paid, and it came back.
        draft.stated_refund_fen = draft.amount_fen


def stated_refund(cell: Cell) -> int:
    try:
        return max(amount_fen(cell), 0) if text(cell) else 0
    except RowUnreadable:
        return 0


LAYOUT = Layout(
    source=Source.ALIPAY, names=NAMES, needed=NEEDED, complete=complete, dialect=dialect
)


READER = Alipay()
