"""Meituan bills: the title of an order instead of a merchant, two times and two amounts."""

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
from borrowers.connectors.header import Table, find, text, titles
from borrowers.connectors.tables.drafts import Draft, Layout, channel_of, party_of, start, tail_of
from borrowers.connectors.tables.labels import wallet_in
from borrowers.connectors.tables.reading import read

TITLE = re.compile("美团交易账单|美团用户名")
ROWS_WITH_TITLE = 40

NAMES = {
    "交易成功时间": "time",
    "交易创建时间": "created",
    "交易类型": "type",
    "订单标题": "item",
    "收/支": "direction",
    "支付方式": "method",
    "实付金额": "amount",
    "实付金额(元)": "amount",
    "订单金额": "order_amount",
    "交易单号": "id",
    "商家单号": "order",
    "备注": "note",
}
NEEDED = {
    "time": "交易成功时间",
    "type": "交易类型",
    "direction": "收/支",
    "amount": "实付金额",
}
REFUND = "退款"
CATEGORY_BY_TYPE = (
    (Category.REFUND, (REFUND,)),
    (Category.CREDIT_REPAYMENT, ("还款",)),
    (Category.CREDIT_DRAWDOWN, ("借款", "放款")),
    (Category.CASH, ("提现", "充值")),
)
# A delivery is titled by its restaurant; anything else by what was bought.
RESTAURANT = re.compile(r"\s*订单详情$")
PLATFORM = "美团"


class Meituan:
    """The connector of Meituan bills."""

    kind: str = "MEITUAN"
    version: str = "1"
    source: Source = Source.MEITUAN
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


def dialect(_: Table) -> str:
    return "MEITUAN_2025"


def started(cells: Mapping[str, Cell], row_number: int, sheet: Sheet, type_text: str) -> Draft:
    """A draft by the time of success; of an order without one, by the time it was made."""
    time = cells.get("time") if text(cells.get("time")) else cells.get("created")
    return start({**cells, "time": time}, row_number, sheet, type_text)


def complete(draft: Draft, cells: Mapping[str, Cell]) -> None:
    """What Meituan's words mean. A row has no status: what did not succeed is not listed."""
    title, note, method = (text(cells.get(name)) for name in ("item", "note", "method"))
    draft.channel = channel_of(method)
    draft.tail, draft.via = tail_of(method), wallet_in(method)
    draft.memo = " ".join(words for words in (title, note) if words)
    draft.party = party_of(title)
    draft.category = category_of(draft, title)
    draft.direction = categories.direction_of(draft.category, draft.stated)
    draft.status = EventStatus.SETTLED
    if draft.category in categories.OWN_MONEY - {Category.REFUND}:
        draft.counterparty = PLATFORM
    else:
        draft.merchant = RESTAURANT.sub("", title)


def category_of(draft: Draft, title: str) -> Category:
    """By type first; then by direction and words."""
    for category, beginnings in CATEGORY_BY_TYPE:
        if draft.type_text.startswith(beginnings):
            return category
    if draft.stated is Direction.IN:
        return categories.of_income(draft.memo, "", is_from_person=False)
    if draft.stated is Direction.NEUTRAL:
        return categories.of_own_money(title) or Category.UNKNOWN
    if RESTAURANT.search(title):
        return Category.DINING
    return categories.of_purchase(title, "")


LAYOUT = Layout(
    source=Source.MEITUAN,
    names=NAMES,
    needed=NEEDED,
    complete=complete,
    dialect=dialect,
    start=started,
)


READER = Meituan()
