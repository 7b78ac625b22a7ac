"""How a row's category was found, how sure that is, and where the purchase was made.

Connectors say what a row is. Here a merchant's code may say more where words said little, the way
is written down by which the category was found, and the place is read out of the row's words.
"""

import re
from functools import lru_cache

from borrowers.connectors import categories
from borrowers.connectors.categories import contains, normalised
from borrowers.connectors.contracts import (
    Category,
    Direction,
    Method,
    Place,
    Platform,
    Source,
)
from borrowers.connectors.tables.drafts import Draft

# How sure it makes, in percent.
BY_GATE, BY_NATIVE, BY_CODE = 92, 90, 85

# What a wallet or a shop calls its own ways of paying without a hand being moved.
BY_ITSELF = (
    "自动扣", "自动续", "连续包", "先享后付", "免密", "代扣", "自动充", "月租", "无感",
    "自动还款", "委托扣",
)  # fmt: skip
AT_THE_COUNTER = (
    "扫二维码", "二维码收款", "收款码", "收钱码", "付款码", "门店", "刷卡", "当面付", "扫码付",
    "到店", "刷脸",
)  # fmt: skip
ON_LINE = (
    "平台商户", "旗舰店", "专营店", "专卖店", "商城", "网店", "订单编号", "外卖", "网购", "app",
    "预订", "代订", "充值", "网课", "官方", "线上", "快递寄件", "优选", "拼购", "集市", "缴费",
    "缴纳", "专享", "美团", "京东", "淘宝",
)  # fmt: skip
COUNTER_NAMES = re.compile(
    r"(?:店|馆|摊|铺|超市|市场|食堂|餐厅|公交|地铁|停车场|加油站|医院|药房|影城|ktv|健身房|网咖|中心|城|站|公司|所|厅|沙龙|景区)"
    r"(?:[（(].*)?$"
)
ONLINE_SOURCES = frozenset({Source.JD, Source.MEITUAN})
WALLET_SOURCES = frozenset({Source.WECHAT, Source.ALIPAY})
SHOPS = ((Platform.JD, ("京东", "网银在线")), (Platform.MEITUAN, ("美团", "三快")))
WALLETS = ((Platform.WECHAT, ("微信",)), (Platform.ALIPAY, ("支付宝", "花呗", "余额宝")))
SPENDING = frozenset(
    {each for each in Category if Category.UNKNOWN < each <= Category.GOVERNMENT_TAX}
) - {Category.TRANSFER_SOCIAL}


def label(draft: Draft, source: Source) -> None:
    """Write down how the category was found; let the merchant's code speak where little did."""
    words = draft.merchant or draft.counterparty
    if draft.method is Method.NONE:
        found = how(draft.category, draft.memo, words, draft.type_text)
        draft.category, draft.method, draft.confidence_percent = found
    is_open = draft.method > Method.MERCHANT_CODE or draft.method is Method.NONE
    by_code = categories.of_merchant_code(draft.merchant_code) if is_open else Category.UNKNOWN
    if by_code and draft.stated is Direction.OUT:
        draft.category, draft.method = by_code, Method.MERCHANT_CODE
        draft.confidence_percent = BY_CODE
    if draft.place is Place.UNKNOWN and draft.stated is Direction.OUT:
        draft.place = place_of(source, draft.type_text, draft.memo, words)


@lru_cache(maxsize=65_536)
def how(category: Category, memo: str, party: str, type_text: str) -> categories.Labelled:
    """The way by which a connector came to this category."""
    if category not in SPENDING and category is not Category.UNKNOWN:
        return categories.Labelled(category, Method.GATE, BY_GATE)
    by_words = categories.purchase(memo, party)
    if by_words.category is category:
        return by_words
    by_name = categories.purchase("", party)
    if by_name.category is category:
        return by_name
    if category is Category.UNKNOWN:
        return categories.Labelled(category, Method.NONE, 0)
    is_native = type_text in categories.lexicon().alipay
    method, percent = (Method.NATIVE, BY_NATIVE) if is_native else (Method.GATE, BY_GATE)
    return categories.Labelled(category, method, percent)


@lru_cache(maxsize=65_536)
def place_of(source: Source, type_text: str, memo: str, party: str) -> Place:
    """Taken by itself, paid over a counter, or on line; UNKNOWN where no word tells."""
    words = normalised(f"{type_text} {memo} {party}")
    if contains(words, BY_ITSELF):
        return Place.AUTO_DEBIT
    if contains(words, AT_THE_COUNTER):
        return Place.OFFLINE
    if source in ONLINE_SOURCES or contains(words, ON_LINE):
        return Place.ONLINE
    if source not in WALLET_SOURCES:
        return Place.UNKNOWN
    name = normalised(party).partition("(虚构")[0].partition("(示例")[0]
    return Place.OFFLINE if COUNTER_NAMES.search(name) else Place.UNKNOWN


@lru_cache(maxsize=4_096)
def shop_in(*words: str) -> Platform:
    """The shop behind a wallet's row: its own bill may tell of the same purchase."""
    return named(SHOPS, " ".join(words))


@lru_cache(maxsize=4_096)
def wallet_in(method: str) -> Platform:
    """The wallet that paid for a shop's row."""
    return named(WALLETS, method)


def named(platforms: tuple[tuple[Platform, tuple[str, ...]], ...], words: str) -> Platform:
    for platform, marks in platforms:
        if contains(words, marks):
            return platform
    return Platform.NONE
