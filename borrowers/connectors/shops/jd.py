"""JD bills: the same columns in two orders; what came back stands in the amount's own cell."""

import re
from collections.abc import Mapping

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
from borrowers.connectors.header import Table, amount_fen, find, name_of, text, titles
from borrowers.connectors.tables.drafts import Draft, Layout, channel_of, party_of, start, tail_of
from borrowers.connectors.tables.labels import wallet_in
from borrowers.connectors.tables.reading import read

TITLE = re.compile("京东账号|京东快捷支付")
ROWS_WITH_TITLE = 40

NAMES = {
    "交易时间": "time",
    "交易分类": "class",
    "商户名称": "party",
    "交易说明": "item",
    "收/支": "direction",
    "金额": "amount",
    "金额(元)": "amount",
    "收/付款方式": "method",
    "交易状态": "status",
    "交易订单号": "id",
    "商家订单号": "order",
    "备注": "note",
}
NEEDED = {"time": "交易时间", "direction": "收/支", "amount": "金额", "status": "交易状态"}
OWN_NAMES = frozenset({"商户名称", "交易说明"})

# `131.77(已退款89.84)` moved 131.77, and 89.84 of it came back.
AMOUNT = re.compile(r"([^(（]+)[(（]\s*已(?:全额退款|退款\s*[¥￥]?([\d,.]+)元?)\s*[)）]")

STATES = (
    (EventStatus.FAILED, ("失败",)),
    (EventStatus.CLOSED, ("关闭", "已取消")),
    (EventStatus.PENDING, ("等待付款", "待付款", "处理中", "退款中")),
    (EventStatus.SETTLED, ("成功", "完成", "已", "待", "等待")),
)
NOTHING_MOVED = frozenset({EventStatus.FAILED, EventStatus.CLOSED, EventStatus.PENDING})
# A deposit that is promised or set free: no money changes hands.
PROMISES = ("解冻-", "冻结-")
REFUND = "退款"
# What a money fund earns; the rest of its rows only move the person's own money.
EARNED = "收益"
OWN_BY_CLASS = {
    "小金库": Category.INVESTMENT,
    "余额": Category.CASH,
    "白条": Category.CREDIT_REPAYMENT,
    "金条": Category.CREDIT_REPAYMENT,
}
# JD's class of goods, where it says enough; the others tell nothing (网购, 线下消费, 其他).
GOODS = {
    "食品酒饮": Category.GROCERIES,
    "生鲜": Category.GROCERIES,
    "母婴": Category.GROCERIES,
    "日用百货": Category.GROCERIES,
    "清洁纸品": Category.GROCERIES,
    "美食": Category.DINING,
    "美妆个护": Category.APPAREL_BEAUTY,
    "服饰内衣": Category.APPAREL_BEAUTY,
    "鞋服箱包": Category.APPAREL_BEAUTY,
    "鞋靴箱包": Category.APPAREL_BEAUTY,
    "珠宝首饰": Category.APPAREL_BEAUTY,
    "数码电器": Category.ELECTRONICS_HOME,
    "手机通讯": Category.ELECTRONICS_HOME,
    "电脑办公": Category.ELECTRONICS_HOME,
    "家用电器": Category.ELECTRONICS_HOME,
    "家居家装": Category.ELECTRONICS_HOME,
    "家居用品": Category.ELECTRONICS_HOME,
    "图书文教": Category.EDUCATION,
    "图书文娱": Category.EDUCATION,
    "教育培训": Category.EDUCATION,
    "文化娱乐": Category.ENTERTAINMENT,
    "生活缴费": Category.UTILITIES_TELECOM,
    "充值缴费": Category.UTILITIES_TELECOM,
    "话费充值": Category.UTILITIES_TELECOM,
    "交通出行": Category.TRANSPORT,
    "酒店旅行": Category.TRAVEL,
    "保险": Category.INSURANCE_FINANCE,
}


class JD:
    """The connector of JD bills."""

    kind: str = "JD"
    version: str = "1"
    source: Source = Source.JD
    purpose: str = "CONSUMPTION_RECORDS"
    reads: type[Sheet] = Sheet

    def recognises(self, sheet: Sheet) -> bool:
        """By the two columns that only JD has, or by its title above the rows."""
        header = find(sheet.rows, NAMES, NEEDED)
        if header is None or header.missing(NEEDED):
            return has_title(sheet)
        names = {name_of(cell) for cell in sheet.rows[header.row_index] if isinstance(cell, str)}
        return names >= OWN_NAMES or has_title(sheet)

    def read(self, sheet: Sheet) -> BillReading:
        return read(sheet, LAYOUT)


def has_title(sheet: Sheet) -> bool:
    return any(TITLE.search(note[:80]) for note in titles(sheet.rows[:ROWS_WITH_TITLE]))


def dialect(table: Table) -> str:
    """Since December 2024 the direction stands behind the amount."""
    places = table.header.places
    return "JD_2025" if places["direction"] > places["amount"] else "JD_2024"


def started(cells: Mapping[str, Cell], row_number: int, sheet: Sheet, type_text: str) -> Draft:
    """A draft of the amount without its note; the note says what came back."""
    gross, note = split(text(cells.get("amount")))
    draft = start({**cells, "amount": gross or cells.get("amount")}, row_number, sheet, type_text)
    if gross:
        back_fen = amount_fen(note) if note else draft.amount_fen
        draft.stated_refund_fen = min(max(back_fen, 0), draft.amount_fen)
    return draft


def split(words: str) -> tuple[str, str]:
    """The amount and the part that came back (nothing: the whole); no amount without a note."""
    found = AMOUNT.fullmatch(words)
    return (found.group(1), found.group(2) or "") if found else ("", "")


def complete(draft: Draft, cells: Mapping[str, Cell]) -> None:
    """What JD's words mean."""
    party, item, note = text(cells.get("party")), text(cells.get("item")), text(cells.get("note"))
    party = "" if party == "null" else party
    native_class = text(cells.get("class"))
    draft.type_text = native_class
    method = text(cells.get("method"))
    draft.channel, draft.tail = channel_of(method), tail_of(method)
    draft.via = wallet_in(method)
    draft.memo = " ".join(words for words in (item, note) if words)
    draft.party = party_of(party, item.removeprefix(f"{REFUND}-"))
    draft.category = category_of(draft, native_class, item, party)
    draft.direction = categories.direction_of(draft.category, draft.stated)
    if draft.category in categories.OWN_MONEY - {Category.REFUND}:
        draft.counterparty = party
    else:
        draft.merchant = party
    settle(draft, item)


def category_of(draft: Draft, native_class: str, item: str, party: str) -> Category:
    """Refunds first; then what the direction allows; JD's class of goods where it is precise."""
    if is_refund(draft, item):
        return Category.REFUND
    if draft.stated is Direction.NEUTRAL and not draft.stated_refund_fen:
        if item.startswith(PROMISES):
            return Category.UNKNOWN
        own = OWN_BY_CLASS.get(native_class) or categories.of_own_money(f"{item} {party}")
        return own or Category.UNKNOWN
    if draft.stated is Direction.IN:
        if EARNED in item:
            return Category.INCOME_OTHER
        return OWN_BY_CLASS.get(native_class) or categories.of_income(
            draft.memo, party, is_from_person=False
        )
    return GOODS.get(native_class) or categories.of_purchase(item, party)


def is_refund(draft: Draft, item: str) -> bool:
    return item.startswith(REFUND) or draft.status_text.startswith(REFUND)


def settle(draft: Draft, item: str) -> None:
    """Whether money moved. What came back whole is called neither income nor spending; it was
    paid all the same."""
    words = draft.status_text
    draft.status = next(
        (status for status, marks in STATES if any(mark in words for mark in marks)),
        EventStatus.UNKNOWN,
    )
    if draft.category is Category.REFUND:
        draft.stated_refund_fen = 0
    elif draft.stated_refund_fen and draft.stated is Direction.NEUTRAL:
        draft.direction = Direction.OUT
    if draft.status in NOTHING_MOVED or item.startswith(PROMISES):
        draft.direction = Direction.NEUTRAL


LAYOUT = Layout(
    source=Source.JD,
    names=NAMES,
    needed=NEEDED,
    complete=complete,
    dialect=dialect,
    start=started,
)


READER = JD()
