"""What every word of JD and Meituan means, and which headings of other banks are columns."""

import pytest

from borrowers.connectors.contracts import Category, Direction, EventStatus
from borrowers.connectors.registry import read_bill
from borrowers.connectors.statements.guess import header_of, is_statement, missing
from borrowers.tests.test_connectors_shops import jd, jd_row, meituan, meituan_row

IN, OUT, NEUTRAL = Direction.IN, Direction.OUT, Direction.NEUTRAL
SETTLED, PENDING, CLOSED = EventStatus.SETTLED, EventStatus.PENDING, EventStatus.CLOSED
FAILED, REFUNDED, UNKNOWN = EventStatus.FAILED, EventStatus.REFUNDED, EventStatus.UNKNOWN


def jd_event(**cells):
    (event,) = read_bill(jd(jd_row(**cells)), "").events
    return event


def meituan_event(**cells):
    (event,) = read_bill(meituan(meituan_row(**cells)), "").events
    return event


@pytest.mark.parametrize(
    ("words", "status", "direction"),
    [
        ("交易成功", SETTLED, OUT),
        ("支付成功", SETTLED, OUT),
        ("已完成", SETTLED, OUT),
        ("待收货", SETTLED, OUT),
        ("等待收货", SETTLED, OUT),
        ("还款成功", SETTLED, OUT),
        ("等待付款", PENDING, NEUTRAL),
        ("待付款", PENDING, NEUTRAL),
        ("处理中", PENDING, NEUTRAL),
        ("交易关闭", CLOSED, NEUTRAL),
        ("已取消", CLOSED, NEUTRAL),
        ("支付失败", FAILED, NEUTRAL),
        ("新的说法", UNKNOWN, OUT),
        ("", UNKNOWN, OUT),
    ],
)
def test_states_of_jd(words, status, direction):
    event = jd_event(交易状态=words)

    assert (event.status, event.direction, event.refunded_fen) == (status, direction, 0)


@pytest.mark.parametrize(
    ("native_class", "category"),
    [
        ("食品酒饮", Category.GROCERIES),
        ("生鲜", Category.GROCERIES),
        ("日用百货", Category.GROCERIES),
        ("清洁纸品", Category.GROCERIES),
        ("美食", Category.DINING),
        ("美妆个护", Category.APPAREL_BEAUTY),
        ("服饰内衣", Category.APPAREL_BEAUTY),
        ("珠宝首饰", Category.APPAREL_BEAUTY),
        ("数码电器", Category.ELECTRONICS_HOME),
        ("手机通讯", Category.ELECTRONICS_HOME),
        ("家居用品", Category.ELECTRONICS_HOME),
        ("图书文教", Category.EDUCATION),
        ("文化娱乐", Category.ENTERTAINMENT),
        ("生活缴费", Category.UTILITIES_TELECOM),
        ("交通出行", Category.TRANSPORT),
        ("酒店旅行", Category.TRAVEL),
        ("保险", Category.INSURANCE_FINANCE),
    ],
)
def test_classes_of_jd(native_class, category):
    event = jd_event(交易分类=native_class, 交易说明="某物", 商户名称="某店")

    assert (event.category, event.direction, event.merchant) == (category, OUT, "某店")


# The amount's cell: fen, what came back, state.
JD_AMOUNTS = [
    ("91.42", 9_142, 0, SETTLED),
    ("¥91.42", 9_142, 0, SETTLED),
    ("91.42(已退款5.00)", 9_142, 500, SETTLED),
    ("91.42（已退款5.00）", 9_142, 500, SETTLED),
    ("91.42(已退款¥5.00)", 9_142, 500, SETTLED),
    ("91.42(已退款5元)", 9_142, 500, SETTLED),
    ("91.42 (已退款5.00)", 9_142, 500, SETTLED),
    ("91.42(已全额退款)", 9_142, 9_142, REFUNDED),
    ("91.42(已退款91.42)", 9_142, 9_142, REFUNDED),
    ("91.42(已退款999.00)", 9_142, 9_142, REFUNDED),
    ("91.42(已退款0.00)", 9_142, 0, SETTLED),
]


@pytest.mark.parametrize(("words", "fen", "back_fen", "status"), JD_AMOUNTS)
def test_amounts_of_jd(words, fen, back_fen, status):
    event = jd_event(金额=words)

    assert (event.amount_fen, event.refunded_fen, event.status) == (fen, back_fen, status)
    assert event.direction is OUT


@pytest.mark.parametrize(
    "words", ["91.42(赠品)", "(已退款5.00)", "91.42(已退款)", "91.42(已退款五元)", "免费"]
)
def test_amounts_of_jd_that_cannot_be_read_cost_their_row(words):
    good = jd_row(交易订单号="999")

    reading = read_bill(jd(jd_row(金额=words), good), "")

    assert [each.reason for each in reading.quarantined] == ["AMOUNT_UNREADABLE"]
    assert len(reading.events) == 1


@pytest.mark.parametrize(
    ("method", "channel"),
    [
        ("京东白条", "BNPL"),
        ("白条", "BNPL"),
        ("先享后付", "BNPL"),
        ("小金库零钱", "BALANCE"),
        ("钱包余额", "BALANCE"),
        ("示例银行储蓄卡(1234)", "DEBIT"),
        ("示例银行信用卡(1234)", "CREDIT"),
        ("微信支付", "UNKNOWN"),
        ("", "UNKNOWN"),
    ],
)
def test_what_paid_at_jd(method, channel):
    assert jd_event(**{"收/付款方式": method}).channel == channel


@pytest.mark.parametrize(
    ("kind", "word", "title", "category", "direction"),
    [
        ("支付", "支出", "示例米线（示例店） 订单详情", Category.DINING, OUT),
        ("支付", "支出", "示例米线 订单详情", Category.DINING, OUT),
        ("支付", "支出", "电影票两张", Category.ENTERTAINMENT, OUT),
        ("退款", "收入", "示例米线 订单详情", Category.REFUND, NEUTRAL),
        ("还款", "支出", "美团月付还款", Category.CREDIT_REPAYMENT, NEUTRAL),
        ("还款", "不计收支", "美团月付还款", Category.CREDIT_REPAYMENT, NEUTRAL),
        ("借款", "收入", "生活费借款", Category.CREDIT_DRAWDOWN, NEUTRAL),
        ("提现", "不计收支", "余额提现", Category.CASH, NEUTRAL),
        ("充值", "支出", "余额充值", Category.CASH, NEUTRAL),
    ],
)
def test_types_of_meituan(kind, word, title, category, direction):
    event = meituan_event(交易类型=kind, 订单标题=title, **{"收/支": word})

    assert (event.category, event.direction) == (category, direction)
    assert bool(event.merchant) is (category not in OWN)
    assert event.counterparty == ("美团" if category in OWN else "")


OWN = {Category.CREDIT_REPAYMENT, Category.CREDIT_DRAWDOWN, Category.CASH}


@pytest.mark.parametrize(
    ("method", "channel", "tail"),
    [
        ("示例银行信用卡(1875)", "CREDIT", "1875"),
        ("示例银行储蓄卡（1875）", "DEBIT", "1875"),
        ("美团月付", "BNPL", ""),
        ("微信支付", "UNKNOWN", ""),
        ("余额", "BALANCE", ""),
        ("示例银行信用卡(18755)", "CREDIT", ""),
    ],
)
def test_what_paid_at_meituan(method, channel, tail):
    event = meituan_event(支付方式=method)

    assert (event.channel, event.tail) == (channel, tail)


@pytest.mark.parametrize(
    ("ordered", "paid", "fen"),
    [("¥22.30", "¥21.17", 2_117), ("¥22.30", "22.30", 2_230), ("", "¥5", 500), ("¥9", "￥0.00", 0)],
)
def test_what_was_really_paid_at_meituan_counts(ordered, paid, fen):
    assert meituan_event(订单金额=ordered, 实付金额=paid).amount_fen == fen


# --- headings of any bank -----------------------------------------------------------------------

# Headings as banks that we have no dialect for write them: the field of each, in their order.
HEADINGS = [
    ("交易日期|交易时间|支出|收入|账户余额|对方户名|对方账号|摘要",
     "day clock out in balance party party_account type"),
    ("交易日期|交易金额|余额|交易摘要|交易地点", "day amount balance type place"),
    ("记账日期|借方发生额|贷方发生额|余额|摘要", "booked out in balance type"),
    ("日期|币种|金额|余额|交易对手|备注", "day currency amount balance party note"),
    ("交易日期|凭证号|借贷标志|发生额|余额|对方户名", "day id flag amount balance party"),
    ("交易日|入账日|卡号末四位|交易说明|入账金额", "day booked tail memo amount"),
    ("Date|Description|Debit|Credit|Balance", "day memo out in balance"),
    ("Transaction Date|Posting Date|Description|Amount", "day booked memo amount"),
    ("Date|Payee|Amount|Currency|Balance", "day party amount currency balance"),
    ("Value Date|Narrative|Withdrawals|Deposits|Balance", "day memo out in balance"),
    ("Trans Date|Dr/Cr|Amount|Balance|Remarks", "day flag amount balance memo"),
    ("交易日期（Date）|金额（元）|余额（元）|摘要", "day amount balance type"),
    ("交易时间|金额|余额|对方名称", "day amount balance party"),
]  # fmt: skip


@pytest.mark.parametrize(("headings", "fields"), HEADINGS)
class TestHeadings:
    def test_feed_the_fields_that_they_name(self, headings, fields):
        header = header_of([headings.split("|")])

        assert header is not None
        assert sorted(header.places, key=lambda name: header.places[name]) == fields.split()
        assert is_statement(header)
        assert header.width == headings.count("|") + 1

    def test_may_stand_under_lines_and_in_another_order(self, headings, fields):
        turned = headings.split("|")[::-1]

        header = header_of([["示例银行"], [], ["打印日期：2026-03-01"], turned])

        assert header is not None
        assert header.row_index == 3
        assert set(header.places) == set(fields.split())

    def test_with_padding_and_marks_are_the_same(self, headings, fields):
        padded = [f" {'　'.join(heading.split())} :\t" for heading in headings.split("|")]

        header = header_of([padded])

        assert header is not None
        assert set(header.places) == set(fields.split())


@pytest.mark.parametrize(
    ("headings", "words"),
    [
        ("摘要|余额|对方户名", "交易日期 (date), 交易金额 (amount)"),
        ("交易日期|摘要|余额", "交易金额 (amount)"),
        ("金额|摘要|余额", "交易日期 (date)"),
        ("交易日期|金额|余额", "借贷标志 (debit or credit)"),
    ],
)
def test_what_a_table_lacks_is_named_in_both_languages(headings, words):
    assert missing(header_of([headings.split("|")])) == words
