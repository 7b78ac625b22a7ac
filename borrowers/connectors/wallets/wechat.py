"""WeChat Pay bills: CSV until July 2025, XLSX since; the same columns in all of them."""

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
from borrowers.connectors.header import RowUnreadable, Table, amount_fen, find, text, titles
from borrowers.connectors.tables.drafts import Draft, Layout, channel_of, party_of, tail_of
from borrowers.connectors.tables.labels import shop_in
from borrowers.connectors.tables.reading import read

TITLE = re.compile("微信支付账单|微信昵称")
ROWS_WITH_TITLE = 40

NAMES = {
    "交易时间": "time",
    "交易类型": "type",
    "交易对方": "party",
    "商品": "item",
    "收/支": "direction",
    "收支类型": "direction",
    "金额(元)": "amount",
    "金额": "amount",
    "支付方式": "method",
    "当前状态": "status",
    "交易单号": "id",
    "商户单号": "order",
    "备注": "note",
}
NEEDED = {
    "time": "交易时间",
    "type": "交易类型",
    "direction": "收/支",
    "amount": "金额(元)",
    "status": "当前状态",
}

# Types begin with these words. The set is open: a new type is read by its direction and words.
BETWEEN_PEOPLE = ("转账", "微信红包", "红包", "群收款", "亲属卡", "赞赏码", "分分捐", "面对面")
# Paid over a counter by whoever stood there: income, but no employer.
QR_RECEIPT = "二维码收款"
CATEGORY_BY_TYPE = (
    (Category.INVESTMENT, ("零钱通", "转入零钱通", "购买理财通", "理财通", "基金")),
    (Category.CREDIT_REPAYMENT, ("信用卡还款", "分付还款", "微粒贷还款", "还款")),
    (Category.CREDIT_DRAWDOWN, ("微粒贷借款", "微粒贷放款", "分付取现")),
    (Category.CASH, ("零钱提现", "零钱充值", "提现")),
)
REFUND = "退款"

# Asked in this order: a failed withdrawal "has gone back", but that is no refund.
STATES = (
    (EventStatus.FAILED, ("失败",)),
    (EventStatus.CLOSED, ("关闭", "已取消", "已撤销", "已过期")),
    (EventStatus.PENDING, ("待", "处理中", "申请中", "未支付", "退款中")),
    (EventStatus.SETTLED, ("成功", "已", "完成")),
)
NOTHING_MOVED = frozenset({EventStatus.FAILED, EventStatus.CLOSED, EventStatus.PENDING})
REFUNDED = "退"
REFUNDED_PART = re.compile(r"已退款\s*[(（]?\s*[¥￥?]?\s*(\d[\d,]*(?:\.\d+)?)")
REFUNDED_WHOLE = ("已全额退款", "已退还", "已退款")


class WeChat:
    """The connector of WeChat Pay bills."""

    kind: str = "WECHAT"
    version: str = "1"
    source: Source = Source.WECHAT
    purpose: str = "CONSUMPTION_RECORDS"
    reads: type[Sheet] = Sheet

    def recognises(self, sheet: Sheet) -> bool:
        """By its column names, or by its title where columns are missing."""
        header = find(sheet.rows, NAMES, NEEDED)
        if header and not header.missing(NEEDED):
            return True
        return any(TITLE.search(note[:60]) for note in titles(sheet.rows[:ROWS_WITH_TITLE]))

    def read(self, sheet: Sheet) -> BillReading:
        return read(sheet, LAYOUT)


def dialect(table: Table) -> str:
    """Which layout: by container, and by what came with the third (a note, amounts as numbers)."""
    if table.sheet.container == "CSV":
        return "WECHAT_CSV"
    says_zone = any("UTC+08:00" in note for note in table.notes)
    at = table.header.places["amount"]
    below = table.sheet.rows[table.header.row_index + 1 :][:ROWS_WITH_TITLE]
    has_numbers = any(at < len(row) and isinstance(row[at], int | float) for row in below)
    return "WECHAT_XLSX_2026" if says_zone or has_numbers else "WECHAT_XLSX_2025"


def complete(draft: Draft, cells: Mapping[str, Cell]) -> None:
    """What WeChat's words mean."""
    party, item, note = text(cells.get("party")), text(cells.get("item")), text(cells.get("note"))
    method = text(cells.get("method"))
    draft.channel, draft.tail = channel_of(method), tail_of(method)
    draft.via = shop_in(party, item)
    draft.memo = " ".join(words for words in (item, note) if words)
    draft.party = party_of(party, draft.type_text.removesuffix(f"-{REFUND}"))
    draft.category = category_of(draft, item, party)
    draft.direction = categories.direction_of(draft.category, draft.stated)
    is_own = draft.category in categories.OWN_MONEY - {Category.REFUND}
    if is_own or draft.type_text.startswith((*BETWEEN_PEOPLE, QR_RECEIPT)):
        draft.counterparty = party
    else:
        draft.merchant = party
        if draft.category is Category.REFUND:
            draft.type_text = REFUND  # The bill writes the merchant's name into the type.
    settle(draft)


def category_of(draft: Draft, item: str, party: str) -> Category:
    """By type first; then by direction and words."""
    kind = draft.type_text
    if REFUND in kind:
        return Category.REFUND
    for category, beginnings in CATEGORY_BY_TYPE:
        if kind.startswith(beginnings):
            return category
    is_between_people = kind.startswith(BETWEEN_PEOPLE)
    if draft.stated is Direction.IN:
        return income_of(draft, party, is_from_person=is_between_people)
    if is_between_people:
        return categories.of_transfer(draft.memo, party)
    if draft.stated is Direction.OUT:
        return categories.of_purchase(item, party)
    return categories.of_own_money(f"{kind} {item} {party}") or Category.UNKNOWN


def income_of(draft: Draft, party: str, *, is_from_person: bool) -> Category:
    if draft.type_text.startswith(QR_RECEIPT):
        return Category.INCOME_OTHER
    return categories.of_income(draft.memo, party, is_from_person=is_from_person)


@lru_cache(maxsize=4096)
def status_of(words: str) -> EventStatus:
    """Asked in the order of `STATES`; what no word tells is not known."""
    for status, marks in STATES:
        if any(mark in words for mark in marks):
            return status
    return EventStatus.UNKNOWN


def settle(draft: Draft) -> None:
    """Whether money moved, and how much of it the status says came back."""
    words = draft.status_text
    draft.status = status_of(words)
    if draft.status in NOTHING_MOVED:
        draft.direction = Direction.NEUTRAL
    elif draft.category is not Category.REFUND:
        draft.stated_refund_fen = stated_refund(words, draft.amount_fen)


def stated_refund(words: str, whole_fen: int) -> int:
    """`已退款(￥5.00)` states a part, `已全额退款` the whole."""
    if REFUNDED not in words:
        return 0
    part = REFUNDED_PART.search(words)
    try:
        if part:
            return min(amount_fen(part.group(1)), whole_fen)
    except RowUnreadable:
        return 0
    return whole_fen if any(mark in words for mark in REFUNDED_WHOLE) else 0


LAYOUT = Layout(
    source=Source.WECHAT, names=NAMES, needed=NEEDED, complete=complete, dialect=dialect
)


READER = WeChat()
