"""JD and Meituan: refund notes, two column orders, credit of the shop, and which amount counts."""

import pytest

from borrowers.connectors import refusals
from borrowers.connectors.contracts import Category, Direction, EventStatus, Source
from borrowers.connectors.registry import CONNECTORS, read_bill

JD_2024 = (
    "交易时间,交易分类,商户名称,交易说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注"
)
JD_2025 = (
    "交易时间,商户名称,交易说明,金额,收/付款方式,交易状态,收/支,交易分类,交易订单号,商家订单号,备注"
)
JD_TITLE = ("导出信息：", "京东账号名：jd_specimen", "共：2笔记录", "特别提示：", "")
MEITUAN = (
    "交易创建时间,交易成功时间,交易类型,订单标题,收/支,支付方式,订单金额,实付金额,"
    "交易单号,商家单号,备注"
)
MEITUAN_TITLE = ("美团交易账单明细", "美团用户名：[specimen]", '""')


def jd_row(**changes):
    row = {
        "交易时间": "2025-03-04 12:30:00\t",
        "交易分类": "食品酒饮",
        "商户名称": "京东平台商户",
        "交易说明": "椰子水",
        "收/支": "支出",
        "金额": "91.42",
        "收/付款方式": "京东白条",
        "交易状态": "交易成功",
        "交易订单号": "234906303557\t",
        "商家订单号": "110000000000000000000044\t",
        "备注": "",
    }
    return {**row, **changes}


def jd(*rows, header=JD_2025, title=JD_TITLE):
    lines = [*title, header, *(",".join(row[name] for name in header.split(",")) for row in rows)]
    return ("\ufeff" + "".join(f"{line}\n" for line in lines)).encode()


def meituan_row(**changes):
    row = {
        "交易创建时间": "2025-02-22 01:42:03",
        "交易成功时间": "2025-02-22 01:42:06",
        "交易类型": "支付",
        "订单标题": "示例米线（望京店） 订单详情",
        "收/支": "支出",
        "支付方式": "示例银行信用卡(1875)",
        "订单金额": "¥22.30",
        "实付金额": "¥21.17",
        "交易单号": '"25022811100401670006000394166443\t"',
        "商家单号": '"0_2204430449361044\t"',
        "备注": "/",
    }
    return {**row, **changes}


def meituan(*rows, header=MEITUAN, title=MEITUAN_TITLE):
    lines = [*title, header, *(",".join(row[name] for name in header.split(",")) for row in rows)]
    return ("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode()


def event_of(content):
    (event,) = read_bill(content, "").events
    return event


class TestJD:
    @pytest.mark.parametrize(("header", "dialect"), [(JD_2024, "JD_2024"), (JD_2025, "JD_2025")])
    def test_both_column_orders_tell_the_same(self, header, dialect):
        reading = read_bill(jd(jd_row(), header=header), "")

        (event,) = reading.events
        assert (reading.source, reading.dialect) == (Source.JD, dialect)
        assert (event.amount_fen, event.direction) == (9_142, Direction.OUT)
        assert event.category is Category.GROCERIES
        assert event.merchant == "京东平台商户"
        assert event.memo == "椰子水"

    def test_any_order_of_columns_tells_the_same(self):
        header = ",".join(sorted(JD_2025.split(",")))

        assert event_of(jd(jd_row(), header=header)) == event_of(jd(jd_row()))

    def test_its_columns_alone_name_it(self):
        assert read_bill(jd(jd_row(), title=()), "").source is Source.JD

    def test_buying_on_credit_of_the_shop_is_seen(self):
        assert event_of(jd(jd_row())).channel == "BNPL"

    @pytest.mark.parametrize(
        ("cell", "direction", "amount_fen", "refunded_fen"),
        [
            ("131.77(已退款89.84)", "支出", 13_177, 8_984),
            ("131.77（已退款￥89.84）", "支出", 13_177, 8_984),
            ("44.28(已全额退款)", "不计收支", 4_428, 4_428),
            ("44.28(已全额退款)", "支出", 4_428, 4_428),
            ("10.00(已退款99.00)", "支出", 1_000, 1_000),
        ],
    )
    def test_the_note_in_the_amount_says_what_came_back(
        self, cell, direction, amount_fen, refunded_fen
    ):
        event = event_of(jd(jd_row(**{"金额": cell, "收/支": direction})))

        assert event.direction is Direction.OUT
        assert (event.amount_fen, event.refunded_fen) == (amount_fen, refunded_fen)
        assert (event.status is EventStatus.REFUNDED) is (amount_fen == refunded_fen)

    def test_a_note_and_a_row_are_one_refund(self):
        paid = jd_row(金额="91.42(已退款10.00)")
        back = jd_row(**{"金额": "10.00", "交易状态": "退款成功", "收/支": "不计收支"})

        reading = read_bill(jd(paid, back), "")

        assert reading.refund_fen == 1_000
        assert [event.category for event in reading.events] == [
            Category.GROCERIES,
            Category.REFUND,
        ]

    @pytest.mark.parametrize("at", ["2025-03-03 09:00:00", "2025-03-09 09:00:00"])
    def test_a_refund_row_is_no_income_and_finds_its_order_by_the_shared_number(self, at):
        back = jd_row(
            **{"交易时间": at, "交易说明": "退款-椰子水", "收/支": "收入", "金额": "1.42"}
        )

        reading = read_bill(jd(jd_row(), back), "")

        assert [event.refunded_fen for event in reading.events] == [142, 0]
        assert reading.refund_fen == 142
        assert not any(event.direction is Direction.IN for event in reading.events)

    @pytest.mark.parametrize(
        ("changes", "category"),
        [
            ({"交易分类": "白条", "交易说明": "白条主动还款"}, Category.CREDIT_REPAYMENT),
            ({"交易分类": "小金库", "交易说明": "京东小金库-转入"}, Category.INVESTMENT),
            ({"交易分类": "余额", "交易说明": "京东余额提现"}, Category.CASH),
            ({"交易分类": "其他", "交易说明": "冻结-PLUS年卡"}, Category.UNKNOWN),
        ],
    )
    def test_own_money_is_neither_income_nor_spending(self, changes, category):
        event = event_of(jd(jd_row(**changes, **{"收/支": "不计收支"})))

        assert (event.direction, event.category) == (Direction.NEUTRAL, category)

    def test_what_a_fund_earns_is_income(self):
        earned = {"交易分类": "小金库", "交易说明": "京东小金库收益", "收/支": "收入"}

        assert event_of(jd(jd_row(**earned))).category is Category.INCOME_OTHER

    def test_a_closed_order_moved_nothing(self):
        assert event_of(jd(jd_row(交易状态="交易关闭"))).direction is Direction.NEUTRAL

    def test_a_wrong_note_costs_its_row_only(self):
        reading = read_bill(jd(jd_row(), jd_row(金额="1(已退款.)")), "")

        assert len(reading.events) == 1
        assert [each.reason for each in reading.quarantined] == ["AMOUNT_UNREADABLE"]

    def test_missing_columns_are_named(self):
        with pytest.raises(refusals.UnknownLayout) as refused:
            read_bill(jd(jd_row(), header=JD_2025.replace(",收/支", "")), "")

        assert refused.value.context == {"columns": "收/支"}


class TestMeituan:
    def test_what_was_really_paid_counts_at_the_time_it_was_paid(self):
        reading = read_bill(meituan(meituan_row()), "")

        (event,) = reading.events
        assert (reading.source, reading.dialect) == (Source.MEITUAN, "MEITUAN_2025")
        assert event.amount_fen == 2_117
        assert f"{event.occurred_at:%H:%M:%S}" == "17:42:06"
        assert (event.merchant, event.tail) == ("示例米线（望京店）", "1875")
        assert (event.category, event.channel) == (Category.DINING, "CREDIT")

    def test_an_order_without_a_time_of_success_has_the_time_it_was_made(self):
        event = event_of(meituan(meituan_row(交易成功时间="/")))

        assert f"{event.occurred_at:%H:%M:%S}" == "17:42:03"

    def test_its_credit_is_seen_and_its_repayment_is_no_spending(self):
        bought = meituan_row(支付方式="美团月付")
        repaid = meituan_row(交易类型="还款", 订单标题="【美团月付】主动还款")

        assert event_of(meituan(bought)).channel == "BNPL"
        event = event_of(meituan(repaid))
        assert event.category is Category.CREDIT_REPAYMENT
        assert event.direction is Direction.NEUTRAL

    def test_money_back_is_no_income_and_finds_its_order_by_the_title(self):
        back = meituan_row(
            **{
                "交易类型": "退款",
                "收/支": "收入",
                "交易成功时间": "2025-02-23 09:00:00",
                "交易单号": '"2502270181541103443\t"',
            }
        )

        reading = read_bill(meituan(meituan_row(), back), "")

        paid, refund = reading.events
        assert (paid.refunded_fen, reading.refund_fen) == (2_117, 2_117)
        assert refund.parent_native_id == paid.native_id
        assert refund.direction is Direction.NEUTRAL

    def test_a_refund_of_an_order_before_the_bill_counts_once(self):
        back = meituan_row(**{"交易类型": "退款", "收/支": "收入"})

        assert read_bill(meituan(back), "").refund_fen == 2_117

    def test_any_order_of_columns_tells_the_same(self):
        header = ",".join(sorted(MEITUAN.split(",")))

        assert event_of(meituan(meituan_row(), header=header, title=())) == event_of(
            meituan(meituan_row(), title=())
        )

    def test_a_missing_column_is_named(self):
        with pytest.raises(refusals.UnknownLayout) as refused:
            read_bill(meituan(meituan_row(), header=MEITUAN.replace(",实付金额", "")), "")

        assert refused.value.context == {"columns": "实付金额"}


def test_shops_have_the_face_of_every_connector():
    assert {CONNECTORS[kind].source for kind in ("JD", "MEITUAN")} == {Source.JD, Source.MEITUAN}
