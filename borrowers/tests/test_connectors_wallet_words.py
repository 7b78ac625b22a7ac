"""What every word that WeChat and Alipay use means: types, states, methods, classes, directions."""

import pytest

from borrowers.connectors.contracts import Category, Direction, EventStatus
from borrowers.connectors.registry import read_bill
from borrowers.tests import bill_texts as texts
from borrowers.tests.bill_texts import alipay_app, app_row, wechat, wechat_row

IN, OUT, NEUTRAL = Direction.IN, Direction.OUT, Direction.NEUTRAL
SETTLED, PENDING, CLOSED = EventStatus.SETTLED, EventStatus.PENDING, EventStatus.CLOSED
FAILED, REFUNDED, UNKNOWN = EventStatus.FAILED, EventStatus.REFUNDED, EventStatus.UNKNOWN


def wechat_event(**cells):
    (event,) = read_bill(wechat(wechat_row(**cells)), "").events
    return event


def alipay_event(**cells):
    (event,) = read_bill(alipay_app(app_row(**cells)), "").events
    return event


def web_event(**cells):
    (event,) = read_bill(texts.alipay_web(texts.web_row(**cells)), "").events
    return event


# Type, WeChat's word for the direction, who is named: category, direction, merchant is named.
WECHAT_TYPES = [
    ("商户消费", "支出", "示例小面馆", Category.DINING, OUT, True),
    ("扫二维码付款", "支出", "示例小面馆", Category.DINING, OUT, True),
    ("二维码收款", "收入", "小王", Category.INCOME_OTHER, IN, False),
    ("转账", "支出", "小林", Category.TRANSFER_SOCIAL, OUT, False),
    ("转账", "收入", "小林", Category.TRANSFER_SOCIAL, IN, False),
    ("转账-退款", "收入", "小林", Category.REFUND, NEUTRAL, False),
    ("微信红包", "收入", "小林", Category.TRANSFER_SOCIAL, IN, False),
    ("微信红包-单发", "支出", "发给小林", Category.TRANSFER_SOCIAL, OUT, False),
    ("微信红包-群红包", "支出", "/", Category.TRANSFER_SOCIAL, OUT, False),
    ("微信红包-退款", "收入", "/", Category.REFUND, NEUTRAL, False),
    ("群收款", "支出", "小林", Category.TRANSFER_SOCIAL, OUT, False),
    ("亲属卡交易", "支出", "示例超市", Category.TRANSFER_SOCIAL, OUT, False),
    ("亲属卡交易-退款", "收入", "示例超市", Category.REFUND, NEUTRAL, False),
    ("信用卡还款", "/", "示例银行", Category.CREDIT_REPAYMENT, NEUTRAL, False),
    ("零钱提现", "/", "示例银行", Category.CASH, NEUTRAL, False),
    ("零钱充值", "/", "/", Category.CASH, NEUTRAL, False),
    ("零钱通转出-到零钱", "/", "/", Category.INVESTMENT, NEUTRAL, False),
    ("零钱通转出-到示例银行(9876)", "/", "/", Category.INVESTMENT, NEUTRAL, False),
    ("转入零钱通-来自零钱", "/", "/", Category.INVESTMENT, NEUTRAL, False),
    ("转入零钱通-来自示例银行(9876)", "/", "/", Category.INVESTMENT, NEUTRAL, False),
    ("购买理财通", "/", "/", Category.INVESTMENT, NEUTRAL, False),
    ("赞赏码", "支出", "示例作者", Category.TRANSFER_SOCIAL, OUT, False),
    ("分分捐", "支出", "示例项目", Category.TRANSFER_SOCIAL, OUT, False),
    ("退款", "收入", "示例旗舰店", Category.REFUND, NEUTRAL, True),
    ("示例旗舰店-退款", "收入", "示例旗舰店", Category.REFUND, NEUTRAL, True),
    ("微粒贷借款", "/", "示例银行", Category.CREDIT_DRAWDOWN, NEUTRAL, False),
    ("微粒贷还款", "/", "示例银行", Category.CREDIT_REPAYMENT, NEUTRAL, False),
    ("其他", "支出", "某某", Category.UNKNOWN, OUT, True),
]


@pytest.mark.parametrize(
    ("kind", "word", "party", "category", "direction", "is_shop"), WECHAT_TYPES
)
class TestTypesOfWeChat:
    def test_say_what_it_was(self, kind, word, party, category, direction, is_shop):
        event = wechat_event(kind=kind, direction=word, party=party, item="/")

        assert event.category is category
        assert event.direction is direction
        named = "" if party == "/" else party
        assert (event.merchant, event.counterparty) == ((named, "") if is_shop else ("", named))

    def test_mean_the_same_in_a_workbook(self, kind, word, party, category, direction, is_shop):
        cells = wechat_row(kind=kind, direction=word, party=party, item="/").split(",")
        content = texts.workbook(texts.wechat_sheet(cells))

        (event,) = read_bill(content, "").events

        assert (event.category, event.direction) == (category, direction)
        assert bool(event.merchant) is (is_shop and party != "/")


# State: what it means, direction of a purchase, what came back of twenty yuan.
WECHAT_STATES = [
    ("支付成功", SETTLED, OUT, 0),
    ("已转账", SETTLED, OUT, 0),
    ("朋友已收钱", SETTLED, OUT, 0),
    ("对方已收钱", SETTLED, OUT, 0),
    ("已收钱", SETTLED, OUT, 0),
    ("已存入零钱", SETTLED, OUT, 0),
    ("已到账", SETTLED, OUT, 0),
    ("充值完成", SETTLED, OUT, 0),
    ("充值成功", SETTLED, OUT, 0),
    ("提现已到账", SETTLED, OUT, 0),
    ("已全额退款", REFUNDED, OUT, 2_000),
    ("已退款(￥5.00)", SETTLED, OUT, 500),
    ("已退款（￥5.00）", SETTLED, OUT, 500),
    ("已退款(¥5.00)", SETTLED, OUT, 500),
    ("已退款￥5.00", SETTLED, OUT, 500),
    ("已退款5", SETTLED, OUT, 500),
    ("已退款(￥20.00)", REFUNDED, OUT, 2_000),
    ("已退款(￥742.00)", REFUNDED, OUT, 2_000),
    ("已退款", REFUNDED, OUT, 2_000),
    ("对方已退还", REFUNDED, OUT, 2_000),
    ("提现失败，已退回零钱", FAILED, NEUTRAL, 0),
    ("支付失败", FAILED, NEUTRAL, 0),
    ("交易关闭", CLOSED, NEUTRAL, 0),
    ("已关闭", CLOSED, NEUTRAL, 0),
    ("已撤销", CLOSED, NEUTRAL, 0),
    ("已取消", CLOSED, NEUTRAL, 0),
    ("已过期", CLOSED, NEUTRAL, 0),
    ("待支付", PENDING, NEUTRAL, 0),
    ("处理中", PENDING, NEUTRAL, 0),
    ("待对方收款", PENDING, NEUTRAL, 0),
    ("新状态", UNKNOWN, OUT, 0),
    ("/", UNKNOWN, OUT, 0),
]


@pytest.mark.parametrize(("words", "status", "direction", "back_fen"), WECHAT_STATES)
def test_states_of_wechat(words, status, direction, back_fen):
    event = wechat_event(status=words)

    assert (event.status, event.direction) == (status, direction)
    assert (event.amount_fen, event.refunded_fen) == (2_000, back_fen)


@pytest.mark.parametrize(
    ("method", "channel", "tail"),
    [
        ("零钱", "BALANCE", ""),
        ("零钱通", "MONEY_FUND", ""),
        ("示例银行储蓄卡(9876)", "DEBIT", "9876"),
        ("示例银行信用卡(1234)", "CREDIT", "1234"),
        ("示例银行(1111)", "UNKNOWN", "1111"),
        ("零钱&优惠券", "BALANCE", ""),
        ("零钱通&零钱", "MONEY_FUND", ""),
        ("示例银行储蓄卡(9876)&立减", "DEBIT", "9876"),
        ("分付", "BNPL", ""),
        ("/", "UNKNOWN", ""),
        ("", "UNKNOWN", ""),
    ],
)
def test_methods_of_wechat(method, channel, tail):
    event = wechat_event(method=method)

    assert (event.channel, event.tail) == (channel, tail)


# Class of goods, item: category of a purchase.
ALIPAY_CLASSES = [
    ("餐饮美食", "午餐", Category.DINING),
    ("交通出行", "单车", Category.TRANSPORT),
    ("日用百货", "纸巾", Category.GROCERIES),
    ("数码电器", "耳机", Category.ELECTRONICS_HOME),
    ("家居家装", "台灯", Category.ELECTRONICS_HOME),
    ("服饰装扮", "衬衫", Category.APPAREL_BEAUTY),
    ("美容美发", "剪发", Category.APPAREL_BEAUTY),
    ("充值缴费", "话费", Category.UTILITIES_TELECOM),
    ("旅游景点", "门票", Category.TRAVEL),
    ("酒店旅游", "住一晚", Category.TRAVEL),
    ("电影票务", "一张票", Category.ENTERTAINMENT),
    ("文化休闲", "一场", Category.ENTERTAINMENT),
    ("教育培训", "一课", Category.EDUCATION),
    ("保险", "一份", Category.INSURANCE_FINANCE),
    ("公共服务", "一件", Category.GOVERNMENT_TAX),
    ("转账红包", "一份", Category.TRANSFER_SOCIAL),
    ("亲友代付", "一份", Category.TRANSFER_SOCIAL),
]


@pytest.mark.parametrize(("native_class", "item", "category"), ALIPAY_CLASSES)
def test_classes_of_alipay(native_class, item, category):
    event = alipay_event(native_class=native_class, item=item, party="某某")

    assert event.category is category
    assert event.direction is OUT
    assert event.type_text == native_class


# State: meaning, direction of a purchase.
ALIPAY_STATES = [
    ("交易成功", SETTLED, OUT),
    ("支付成功", SETTLED, OUT),
    ("代付成功", SETTLED, OUT),
    ("等待确认收货", SETTLED, OUT),
    ("等待对方发货", SETTLED, OUT),
    ("已付款", SETTLED, OUT),
    ("交易关闭", CLOSED, NEUTRAL),
    ("已关闭", CLOSED, NEUTRAL),
    ("已取消", CLOSED, NEUTRAL),
    ("等待付款", PENDING, NEUTRAL),
    ("等待买家付款", PENDING, NEUTRAL),
    ("待付款", PENDING, NEUTRAL),
    ("处理中", PENDING, NEUTRAL),
    ("支付失败", FAILED, NEUTRAL),
    ("芝麻免押下单成功", SETTLED, NEUTRAL),
    ("信用服务使用成功", SETTLED, NEUTRAL),
    ("解冻成功", SETTLED, NEUTRAL),
    ("新的说法", UNKNOWN, OUT),
]


@pytest.mark.parametrize(("words", "status", "direction"), ALIPAY_STATES)
def test_states_of_alipay(words, status, direction):
    event = alipay_event(status=words)

    assert (event.status, event.direction, event.refunded_fen) == (status, direction, 0)


# Class, item, party, Alipay's direction: what it was.
ALIPAY_OWN = [
    ("投资理财", "余额宝-自动转入", "示例基金", "不计收支", Category.INVESTMENT),
    ("投资理财", "余额宝-单次转出", "示例基金", "不计收支", Category.INVESTMENT),
    ("信用借还", "花呗主动还款", "花呗", "不计收支", Category.CREDIT_REPAYMENT),
    ("信用借还", "信用卡还款", "示例银行", "不计收支", Category.CREDIT_REPAYMENT),
    ("信用借还", "借呗放款", "示例小贷", "不计收支", Category.CREDIT_DRAWDOWN),
    ("账户存取", "余额提现", "示例银行", "不计收支", Category.CASH),
    ("退款", "退款-衬衫", "示例服饰店", "不计收支", Category.REFUND),
]


@pytest.mark.parametrize(("native_class", "item", "party", "word", "category"), ALIPAY_OWN)
def test_own_money_at_alipay(native_class, item, party, word, category):
    event = alipay_event(native_class=native_class, item=item, party=party, direction=word)

    assert event.category is category
    assert event.direction is NEUTRAL


# State, money said to have moved, stated refund: status, direction, what came back.
WEB_STATES = [
    ("交易成功", "已支出", "0.00", SETTLED, OUT, 0),
    ("交易成功", "已支出", "5.00", SETTLED, OUT, 500),
    ("交易成功", "已支出", "20.00", REFUNDED, OUT, 2_000),
    ("交易成功", "已支出", "99.00", REFUNDED, OUT, 2_000),
    ("交易成功", "已支出", "", SETTLED, OUT, 0),
    ("交易成功", "已支出", "不明", SETTLED, OUT, 0),
    ("交易成功", "已支出", "-3.00", SETTLED, OUT, 0),
    ("交易关闭", "", "0.00", CLOSED, NEUTRAL, 0),
    ("交易关闭", "已支出", "0.00", REFUNDED, OUT, 2_000),
    ("交易关闭", "已支出", "20.00", REFUNDED, OUT, 2_000),
    ("等待付款", "", "0.00", PENDING, NEUTRAL, 0),
]


@pytest.mark.parametrize(("state", "moved", "refund", "status", "direction", "back"), WEB_STATES)
def test_the_web_export_tells_what_moved(state, moved, refund, status, direction, back):
    event = web_event(status=state, moved=moved, refund=refund)

    assert (event.status, event.direction, event.refunded_fen) == (status, direction, back)


@pytest.mark.parametrize("word", ["收 入", "支", "进账", "income", "0", "转出"])
def test_a_direction_that_no_wallet_uses_is_set_aside(word):
    good = wechat_row(native_id=texts.number(2))
    reading = read_bill(wechat(wechat_row(direction=word), good), "")

    assert [each.reason for each in reading.quarantined] == ["DIRECTION_UNKNOWN"]
    assert len(reading.events) == 1


@pytest.mark.parametrize(
    ("note", "party", "category"),
    [
        ("房租", "小王", Category.HOUSING),
        ("三月房租", "小王", Category.HOUSING),
        ("生日快乐", "小王", Category.TRANSFER_SOCIAL),
        ("工资", "小王", Category.TRANSFER_SOCIAL),
    ],
)
def test_what_a_note_can_say_of_a_transfer(note, party, category):
    event = wechat_event(kind="转账", party=party, item=f"转账备注:{note}")

    assert (event.category, event.direction) == (category, OUT)
    assert event.counterparty == party
