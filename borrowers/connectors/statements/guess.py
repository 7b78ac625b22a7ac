"""Which field each column feeds, guessed from its heading, where no dialect of a bank fits."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from borrowers.connectors.contracts import Row
from borrowers.connectors.header import Header
from borrowers.connectors.statements.dialects import chinese_of, column_of
from borrowers.connectors.statements.rows import ROWS_OF_PREAMBLE

# For each field the headings that name it, the surest first; a heading is spelled without spaces
# and in small letters. `clock` may turn out to hold days, `type` to hold debit or credit.
HEADINGS = {
    "day": (
        "交易日期|交易日|日期时间|交易日期时间|trans(action)?\\.?date|txndate|tradedate",
        "日期|发生日期?|消费日期?|日期/时间|date",
        "valuedate|起息日期?|dateposted",
    ),
    "clock": ("交易时间|发生时间|trans(action)?time", "时间|记账时间|入账时间|time"),
    "booked": (
        "(银行)?(记账|入账|过账|清算|结算)日期?",
        "post(ed|ing)?date|dateposted|bookingdate|settlementdate",
    ),
    "out": (
        "(支出|借方|转出|取出|支取|付款|流出|付出|取款|提款)(金额|发生额|额)?",
        "debits?(amount)?|withdrawals?(amount)?|(paid|money)out|withdrawnamount|out",
    ),
    "in": (
        "(收入|贷方|转入|存入|收款|流入|存款)(金额|发生额|额)?",
        "credits?(amount)?|deposits?(amount)?|(paid|money)in|depositedamount|in",
    ),
    "amount": (
        "人民币金额|(记账|入账|结算|账单|清算)金额|billingamount",
        "交易金额|发生额|交易额|trans(action)?(amount|amt)",
        "金额|变动金额|(收入/支出|收/?支)金额|amount|amt",
        "[a-z]{3}\\$|amount\\([a-z]{3}\\)",
    ),
    "flag": (
        "借贷(标志|方向|状态|标识|标记)?|收支(标志|类型|方向)?|收/支|交易方向|收付(标志|方向)",
        "dcflg|d/?c|dr/cr|cr/dr|debit(/|or)credit|credit(/|or)debit|dr/crindicator",
    ),
    "balance": (
        "(账户|联机|本次|交易后|当前|卡内)?(余额|结余)",
        "(running|account|ledger|closing)?balance",
    ),
    "currency": (
        "(记账|账户|结算|入账)?(币种|货币|币别)|交易(币种|货币)",
        "(billing|account)?currency|ccy",
    ),
    "party": (
        "(对方|对手|交易对手|交易对方|商户)(户名|账户名|账户名称|名称|姓名|单位|信息|账号与户名)?",
        "(收/付款|收款|付款)(人|方)(户名|名称|姓名)?",
        "merchant(name)?|payee|counterparty(name)?",
        "beneficiary|name",
    ),
    "party_account": (
        "(对方|对手|收款|付款)(账号|账户|卡号|卡号/账号|账号/卡号)|counterpartyaccount",
    ),
    "type": ("(交易|业务)(类型|名称|种类|类别)|transactiontype|type", "交易方式"),
    "memo": (
        "(交易)?(摘要|说明|描述|详情)",
        "(transaction)?(description|details?|narrative)1?|particulars",
        "memo|reference|remarks?|payeeinformation",
    ),
    "note": ("(交易|客户)?(附言|备注|用途|说明|摘要)", "description2|notes?|memo"),
    "place": ("交易(地点|场所)(/附言)?",),
    "tail": ("卡号?(末|后)四位|cardlast4(digits)?|card(no\\.?|number)?\\(last4digits\\)",),
    "account": (
        "(本方|交易)?(账号|卡号)",
        "account(number|no\\.?)?|card#|firstbankcard|cardnumber",
    ),
    "status": ("(交易)?状态|(transaction)?status",),
    "id": ("(交易)?(流水号|参考号)|日志号|凭证号", "transactionid|referenceno\\.?"),
}
PATTERNS = {
    field: [re.compile(pattern) for pattern in patterns] for field, patterns in HEADINGS.items()
}
# Wallets and shops have connectors of their own: two of these, and a file is theirs.
NOT_A_BANK = frozenset(
    {
        "收/付款方式", "当前状态", "交易单号", "商户单号", "资金状态", "商品说明", "交易订单号",
        "证券代码", "证券名称", "股票代码", "成交数量", "成交价格", "成交均价", "成交金额",
        "交易对",
        "商家订单号", "实付金额", "交易分类", "支付方式", "商品名称", "商家单号", "订单标题",
    }
)  # fmt: skip
# Under these headings stand the bank's own words, not the person's.
OWN_WORDS = frozenset({"摘要", "交易摘要"})
WHEN = frozenset({"day", "booked", "clock"})
TELLS_MORE = frozenset({"balance", "flag", "type", "memo", "party", "currency"})


@lru_cache(maxsize=4096)
def field_named(spelled: str) -> str:
    for field, patterns in PATTERNS.items():
        if any(pattern.fullmatch(spelled) for pattern in patterns):
            return field
    return ""


class Guessed(Mapping[str, str]):
    """Headings and their fields, as far as words tell: for pages, where nothing else parts words
    that are headings from words that are not."""

    def __getitem__(self, heading: str) -> str:
        if field := field_named(heading.casefold()):
            return field
        raise KeyError(heading)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def header_of(rows: Sequence[Row]) -> Header | None:
    """The row that names the most fields of a statement, days and amounts among them if any is."""
    best: Header | None = None
    for row_index, row in enumerate(rows[:ROWS_OF_PREAMBLE]):
        header = header_in(row, row_index)
        if header and (best is None or weight(header) > weight(best)):
            best = header
    return best


def weight(header: Header) -> tuple[bool, int]:
    return is_statement(header), len(header.places)


def header_in(row: Row, row_index: int) -> Header | None:
    """The row as a header, if it reads like one: three fields, no digits beyond a heading's."""
    names = [cell if isinstance(cell, str) else "" for cell in row]
    filled = [name for name in names if name.strip()]
    if len(filled) < 3 or len(filled) < sum(1 for cell in row if cell not in (None, "")):
        return None
    if len(NOT_A_BANK.intersection(map(column_of, filled))) > 1:
        return None
    places = places_in(names)
    width = max(index for index, name in enumerate(names) if name.strip()) + 1
    return Header(row_index, places, width) if len(places) >= 3 else None


def places_in(names: Sequence[str]) -> dict[str, int]:
    """The best heading for each field; a heading feeds one field only."""
    spelled = [(chinese_of(name) or column_of(name)).casefold() for name in names]
    places: dict[str, int] = {}
    for field, patterns in PATTERNS.items():
        for pattern in patterns:
            index = first_match(pattern, spelled, set(places.values()))
            if index is not None:
                places[field] = index
                break
    if "type" not in places and "memo" in places and spelled[places["memo"]] in OWN_WORDS:
        places["type"] = places.pop("memo")
    return told_apart(places)


def first_match(pattern: re.Pattern[str], spelled: Sequence[str], taken: set[int]) -> int | None:
    for index, name in enumerate(spelled):
        if index not in taken and name and pattern.fullmatch(name):
            return index
    return None


def told_apart(places: dict[str, int]) -> dict[str, int]:
    """A lonely time column holds the day too; two columns of money need no third."""
    if "clock" in places and not {"day", "booked"} & set(places):
        places["day"] = places.pop("clock")
    if {"out", "in"} <= set(places):
        places.pop("amount", None)
        places.pop("flag", None)
    elif "amount" in places:
        places.pop("out", None)
        places.pop("in", None)
    return places


def is_statement(header: Header) -> bool:
    """Days and amounts, and something beside them."""
    names = set(header.places)
    has_money = "amount" in names or {"out", "in"} <= names
    return has_money and bool(WHEN & names) and bool(TELLS_MORE & names)


def missing(header: Header | None) -> str:
    """What a person should look for in the file, in both languages."""
    names = set(header.places) if header else set()
    wanted = []
    if not WHEN & names:
        wanted.append("交易日期 (date)")
    if "amount" not in names and not {"out", "in"} <= names:
        wanted.append("交易金额 (amount)")
    return ", ".join(wanted) or "借贷标志 (debit or credit)"
