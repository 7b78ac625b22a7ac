"""Alipay's three layouts: what its classes, states and columns mean."""

import pytest

from borrowers.connectors.contracts import Category, Direction, EventStatus
from borrowers.connectors.registry import read_bill
from borrowers.tests.bill_texts import (
    alipay_app,
    alipay_web,
    app_row,
    number,
    web_row,
    workbook,
)


def only_event(row):
    (event,) = read_bill(alipay_app(row), "bill.csv").events
    return event


class TestApp:
    def test_a_purchase_takes_alipays_own_class(self):
        event = only_event(app_row(native_class="数码电器", item="午餐"))

        assert event.category is Category.ELECTRONICS_HOME
        assert event.direction is Direction.OUT
        assert event.merchant == "示例小面馆"
        assert event.type_text == "数码电器"

    def test_a_vague_class_asks_our_own_words_first(self):
        assert (
            only_event(app_row(native_class="其他", item="地铁票")).category is Category.TRANSPORT
        )
        assert only_event(app_row(native_class="商业服务", item="x", party="y")).category is (
            Category.LOGISTICS_SERVICE
        )

    def test_a_class_never_seen_asks_our_own_words(self):
        event = only_event(app_row(native_class="新的分类", item="电影票"))

        assert event.category is Category.ENTERTAINMENT

    @pytest.mark.parametrize("direction", ["不计收支", "其他", ""])
    def test_words_for_neither_income_nor_spending(self, direction):
        event = only_event(
            app_row(native_class="投资理财", item="余额宝-单次转入", direction=direction)
        )

        assert event.direction is Direction.NEUTRAL
        assert event.category is Category.INVESTMENT

    @pytest.mark.parametrize(
        ("native_class", "item", "category"),
        [
            ("信用借还", "花呗还款-2025年3月账单", Category.CREDIT_REPAYMENT),
            ("信用借还", "信用卡还款", Category.CREDIT_REPAYMENT),
            ("信用借还", "借呗放款", Category.CREDIT_DRAWDOWN),
            ("账户存取", "提现-实时提现", Category.CASH),
            ("账户存取", "充值-普通充值", Category.CASH),
            ("投资理财", "蚂蚁财富-示例指数-买入", Category.INVESTMENT),
            ("投资理财", "余额宝-2025.03.04-收益发放", Category.INVESTMENT),
        ],
    )
    def test_own_money_is_neither_income_nor_spending(self, native_class, item, category):
        event = only_event(
            app_row(native_class=native_class, item=item, party="示例", direction="不计收支")
        )

        assert event.category is category
        assert event.direction is Direction.NEUTRAL
        assert event.counterparty == "示例"

    def test_a_repayment_is_no_spending_even_where_alipay_says_so(self):
        event = only_event(app_row(native_class="信用借还", item="花呗还款", direction="支出"))

        assert event.direction is Direction.NEUTRAL

    def test_interest_is_no_income_even_where_alipay_says_so(self):
        event = only_event(
            app_row(native_class="投资理财", item="余额宝-收益发放", direction="收入")
        )

        assert event.direction is Direction.NEUTRAL

    def test_a_salary_is_income(self):
        event = only_event(
            app_row(native_class="收入", item="三月工资", party="示例科技公司", direction="收入")
        )

        assert event.category is Category.INCOME_SALARY
        assert event.direction is Direction.IN

    def test_a_transfer_from_a_friend_is_no_income(self):
        event = only_event(
            app_row(native_class="转账红包", item="工资", party="小林", direction="收入")
        )

        assert event.category is Category.TRANSFER_SOCIAL
        assert event.counterparty == "小林"

    def test_goods_on_their_way_are_paid_for(self):
        event = only_event(app_row(status="等待确认收货"))

        assert event.status is EventStatus.SETTLED
        assert event.direction is Direction.OUT

    @pytest.mark.parametrize(
        ("status", "meant"),
        [("等待付款", EventStatus.PENDING), ("交易关闭", EventStatus.CLOSED)],
    )
    @pytest.mark.parametrize("direction", ["支出", "不计收支"])
    def test_what_was_never_paid_moved_nothing(self, status, meant, direction):
        event = only_event(app_row(status=status, direction=direction))

        assert event.status is meant
        assert event.direction is Direction.NEUTRAL
        assert event.refunded_fen == 0

    @pytest.mark.parametrize("status", ["解冻成功", "信用服务使用成功"])
    def test_a_deposit_promised_or_set_free_moved_nothing(self, status):
        assert only_event(app_row(status=status)).direction is Direction.NEUTRAL

    def test_a_tax_refund_is_no_income_of_work(self):
        event = only_event(
            app_row(native_class="公共服务", direction="收入", status="退税成功", item="个税")
        )

        assert event.category is Category.GOVERNMENT_TAX

    @pytest.mark.parametrize(
        ("method", "channel"),
        [
            ("余额", "BALANCE"),
            ("余额宝", "MONEY_FUND"),
            ("花呗", "BNPL"),
            ("花呗&红包", "BNPL"),
            ("示例银行信用卡(7449)", "CREDIT"),
            ("示例银行储蓄卡(9876)", "DEBIT"),
            ("示例银行(1111)", "UNKNOWN"),
            ("", "UNKNOWN"),
        ],
    )
    def test_what_paid(self, method, channel):
        assert only_event(app_row(method=method)).channel == channel

    def test_padding_means_nothing(self):
        padded = ",".join(f"{cell:<20}" for cell in app_row().split(","))

        assert only_event(padded) == only_event(app_row())

    def test_a_few_columns_are_enough(self):
        columns = "交易时间,交易对方,商品说明,收/支,金额,交易状态,"
        row = "2025-03-04 12:30:00,示例,午餐,支出,20.00,交易成功,"

        reading = read_bill(alipay_app(row, columns=columns), "bill.csv")

        assert reading.events[0].category is Category.DINING

    def test_the_two_app_layouts_are_told_apart_by_where_the_notes_stand(self):
        above = alipay_app(app_row())
        below = above + "--------\r\n导出信息：\r\n共1笔记录\r\n".encode("gb18030")

        assert read_bill(above, "").dialect == "ALIPAY_APP_2023"
        assert read_bill(below, "").dialect == "ALIPAY_APP_2021"
        assert read_bill(below, "").declared_rows == 1

    def test_a_resaved_copy_in_utf8_reads_the_same(self):
        content = alipay_app(app_row())
        resaved = content.decode("gb18030").encode()

        assert read_bill(resaved, "").events == read_bill(content, "").events
        assert read_bill(resaved, "").encoding == "utf-8"

    def test_a_workbook_made_of_it_reads_the_same(self):
        content = alipay_app(app_row())
        rows = [line.split(",") for line in content.decode("gb18030").splitlines()]

        (event,) = read_bill(workbook(rows), "bill.xlsx").events

        assert event == read_bill(content, "").events[0]


class TestWeb:
    def test_a_purchase_is_read_by_its_words(self):
        reading = read_bill(alipay_web(web_row()), "bill.csv")

        assert reading.dialect == "ALIPAY_WEB"
        assert reading.events[0].category is Category.DINING

    def test_the_column_of_refunds_counts(self):
        (event,) = read_bill(alipay_web(web_row(refund="5.00")), "").events

        assert event.refunded_fen == 500
        assert event.status is EventStatus.SETTLED

    def test_closed_with_money_moved_was_paid_and_came_back(self):
        (event,) = read_bill(alipay_web(web_row(status="交易关闭", moved="已支出")), "").events

        assert event.status is EventStatus.REFUNDED
        assert event.refunded_fen == event.amount_fen
        assert event.direction is Direction.OUT

    def test_closed_without_money_moved_was_never_paid(self):
        (event,) = read_bill(alipay_web(web_row(status="交易关闭", moved="")), "").events

        assert event.status is EventStatus.CLOSED
        assert event.direction is Direction.NEUTRAL

    def test_the_footer_is_compared_and_is_no_row(self):
        footer = (
            "共1笔记录",
            "已收入:0笔,0.00元",
            "待收入:3笔,7.00元",
            "已支出:1笔,20元",
            "待支出:0笔,0.00元",
            "导出时间:[2022-10-08 14:34:22]    用户:测试",
        )

        reading = read_bill(alipay_web(web_row(), footer=footer), "")

        assert reading.rows_read == 1
        assert reading.declared_in_fen == 0
        assert reading.declared_out_fen == 2_000
        assert reading.totals_agree is True

    def test_own_money_by_words_alone(self):
        row = web_row(item="余额宝-单次转入", party="示例基金", direction="", moved="资金转移")

        (event,) = read_bill(alipay_web(row), "").events

        assert event.category is Category.INVESTMENT
        assert event.direction is Direction.NEUTRAL

    def test_a_footer_that_excel_broke_is_still_no_row(self):
        content = alipay_web(web_row(native_id=number(3)), footer=("共1笔记录",))
        broken = content.replace(b"\r\n" + b"-" * 84, b"\r\n#NAME?")

        assert read_bill(broken, "").rows_read == 1
