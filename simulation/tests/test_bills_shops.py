"""JD's and Meituan's bills: notes beside amounts, two orders of columns, two times, coupons."""

from dataclasses import replace

import pytest
from hypothesis import given

from simulation.bills import Layout
from simulation.bills.records import Kind, Method, refunded_by_number
from simulation.tests.bill_lives import lives
from simulation.tests.sample_bill import (
    DRESS,
    DRESS_BACK,
    LAMP,
    LAMP_PARTLY_BACK,
    LUNCH,
    SOLD,
    TO_THE_CARD,
    by_column,
    bytes_of,
    column,
    lines,
)
from simulation.words import Direction, Scene

OLD, NEW, MEITUAN = Layout.JD_2024, Layout.JD_2025, Layout.MEITUAN
# What a shop's bill has of a life: the orders and what came back of them.
ORDERS = lives().map(
    lambda records: [each for each in records if each.kind in {Kind.PURCHASE, Kind.REFUND}]
)


class TestJdsPreamble:
    def test_is_this(self):
        assert lines(NEW, SOLD)[:9] == [
            "导出信息：",
            "京东账号名：林一诺（虚构）",
            "起始时间：2026-09-24\t终止时间：2026-09-28",
            "导出交易类型：全部",
            "导出时间：2026-09-28 23:59:59",
            "共：5笔记录",
            "收入：0笔，0.00元",
            "支出：2笔，182.16元",
            "不计收支：3笔，245.00元",
        ]

    def test_counts_the_part_that_did_not_come_back(self):
        """159.00 less 5.00; the 5.00 stand by themselves among what is neither."""
        said = lines(NEW, [LAMP, LAMP_PARTLY_BACK])

        assert said[7:9] == ["支出：1笔，154.00元", "不计收支：1笔，5.00元"]

    def test_ends_above_the_header_in_line_twenty_two(self):
        for layout in (OLD, NEW):
            said = lines(layout, SOLD)
            assert said[9] == ""
            assert said[10] == "特别提示："
            assert said[20] == "电子回单客户"
            assert said[21].startswith("交易时间,")

    @given(records=ORDERS.filter(bool))
    def test_adds_up_to_what_was_spent(self, records):
        refunded = refunded_by_number(records)
        bought = [each for each in records if each.kind is Kind.PURCHASE]
        kept = [each.amount_fen - refunded[each.number] for each in bought]
        fen = f"{sum(kept):03d}"

        count = sum(left > 0 for left in kept)
        assert lines(NEW, records)[7] == f"支出：{count}笔，{fen[:-2]}.{fen[-2:]}元"

    def test_speaks_of_the_records_as_they_were(self):
        said = lines(NEW, [LUNCH], SOLD)

        assert said[5] == "共：5笔记录"
        assert len(said) == 22 + 1


class TestJdsRows:
    def test_end_as_unix_lines_do_after_a_mark(self):
        content = bytes_of(OLD, SOLD)

        assert content.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in content

    def test_stand_in_another_order_of_columns_since_december_2024(self):
        assert lines(OLD, SOLD)[21] == (
            "交易时间,交易分类,商户名称,交易说明,收/支,金额,收/付款方式,交易状态,"
            "交易订单号,商家订单号,备注"
        )
        assert lines(NEW, SOLD)[21] == (
            "交易时间,商户名称,交易说明,金额,收/付款方式,交易状态,收/支,交易分类,"
            "交易订单号,商家订单号,备注"
        )

    def test_have_tabs_behind_times_and_numbers(self):
        assert lines(NEW, [LUNCH])[22] == (
            "2026-09-24 11:40:58\t,云溪老梁牛肉面馆,午餐套餐,28.16,工商银行储蓄卡(5678),交易成功,"
            "支出,食品酒饮,4200000001202609240000000001\t,88000000000001\t,"
        )

    def test_say_the_same_in_both_orders(self):
        assert by_column(OLD, SOLD) == by_column(NEW, SOLD)

    def test_note_what_came_back_beside_the_amount(self):
        assert column(NEW, "金额", SOLD) == [
            "120.00",
            "5.00",
            "120.00(已全额退款)",
            "159.00(已退款5.00)",
            "28.16",
        ]

    def test_count_what_came_back_whole_as_neither(self):
        assert column(NEW, "收/支", SOLD) == ["不计收支", "不计收支", "不计收支", "支出", "支出"]

    def test_of_a_refund_name_the_payment_as_the_merchants_order(self):
        assert by_column(NEW, SOLD)[0] == {
            "交易时间": "2026-09-28 10:10:10",
            "商户名称": "望川服饰旗舰店",
            "交易说明": "退款-连衣裙",
            "金额": "120.00",
            "收/付款方式": "京东白条",
            "交易状态": "退款成功",
            "收/支": "不计收支",
            "交易分类": "网购",
            "交易订单号": DRESS_BACK.number,
            "商家订单号": DRESS.number,
            "备注": "",
        }

    @pytest.mark.parametrize(
        ("scene", "words"),
        [
            (Scene.GROCERIES, "食品酒饮"),
            (Scene.DINING, "食品酒饮"),
            (Scene.APPAREL_BEAUTY, "美妆个护"),
            (Scene.ELECTRONICS_HOME, "数码电器"),
            (Scene.ENTERTAINMENT, "文化娱乐"),
            (Scene.UTILITIES_TELECOM, "生活缴费"),
            (Scene.MEDICAL, "医疗保健"),
            (Scene.EDUCATION, "图书文教"),
            (Scene.ONLINE_SHOPPING, "其他网购"),
            (Scene.TRAVEL, "其他网购"),
        ],
    )
    def test_have_a_class_for_each_scene(self, scene, words):
        assert column(NEW, "交易分类", [replace(LAMP, scene=scene)]) == [words]

    @pytest.mark.parametrize(
        ("kind", "words"),
        [(Kind.CARD_REPAYMENT, "白条"), (Kind.TOP_UP, "余额"), (Kind.WITHDRAWAL, "余额")],
    )
    def test_have_a_class_for_each_other_kind(self, kind, words):
        moved = replace(TO_THE_CARD, kind=kind)

        assert column(NEW, "交易分类", [moved]) == [words]
        assert column(NEW, "收/支", [moved]) == ["不计收支"]

    @pytest.mark.parametrize(
        ("method", "words"),
        [
            (Method.BALANCE, "京东余额"),
            (Method.MONEY_FUND, "小金库零用钱"),
            (Method.DEBIT, "银行卡"),
            (Method.CREDIT, "银行卡"),
            (Method.BNPL, "京东白条"),
        ],
    )
    def test_name_what_paid(self, method, words):
        assert column(NEW, "收/付款方式", [replace(LAMP, method=method)]) == [words]

    def test_name_the_platform_where_no_shop_is_known(self):
        bare = replace(LAMP, party="", item="")

        (row,) = by_column(NEW, [bare])
        assert (row["商户名称"], row["交易说明"]) == ("京东平台商户", "订单")


class TestMeituansPreamble:
    def test_is_this(self):
        assert lines(MEITUAN, SOLD)[:19] == [
            "美团交易账单明细",
            "美团用户名：[林一诺（虚构）]",
            "起始时间：[2026-09-24] 终止时间：[2026-09-28]",
            "导出交易类型：[全部]",
            "导出时间：[2026-09-28 23:59:59]",
            '""',
            "共：5笔记录",
            "支出：3笔 307.16元",
            "收入：2笔 125.00元",
            "不计收支：0笔 0.00元",
            '""',
            "特别提示：",
            "1. 本明细与实际交易结果不符时，以实际交易情况为准",
            "2. 本明细仅展示当前账单中的交易，不包括已删除的记录",
            "3. 部分账单记录如充值/提现等交易，不计入为收入或支出类别",
            "4. 因统计逻辑不同，明细的实付金额累加后可能与统计金额不一致，请以实际交易金额为准",
            "5. 本明细仅供用户个人对账使用，不具备任何证明效力，禁止用于非法用途",
            '""',
            "【美团交易账单明细列表】",
        ]

    def test_counts_a_repayment_of_its_credit_as_spending(self):
        repaid = replace(TO_THE_CARD, kind=Kind.CARD_REPAYMENT, item="【美团月付】主动还款")

        said = lines(MEITUAN, [repaid])

        assert said[7] == "支出：1笔 1000.00元"
        assert said[9] == "不计收支：0笔 0.00元"
        assert by_column(MEITUAN, [repaid])[0]["收/支"] == "支出"

    @given(records=ORDERS.filter(bool))
    def test_adds_up_to_its_rows(self, records):
        said = lines(MEITUAN, records)

        assert said[6] == f"共：{len(records)}笔记录"
        for line, direction in zip(said[7:9], (Direction.OUT, Direction.IN), strict=True):
            fen = sum(each.amount_fen for each in records if each.direction == direction)
            words = f"{fen:03d}"
            assert line.endswith(f" {words[:-2]}.{words[-2:]}元")


class TestMeituansRows:
    def test_write_lunch_with_two_times_and_two_amounts(self):
        assert by_column(MEITUAN, SOLD)[-1] == {
            "交易创建时间": "2026-09-24 11:40:46",
            "交易成功时间": "2026-09-24 11:40:58",
            "交易类型": "支付",
            "订单标题": "午餐套餐",
            "收/支": "支出",
            "支付方式": "工商银行储蓄卡(5678)",
            "订单金额": "¥28.16",
            "实付金额": "¥28.16",
            "交易单号": LUNCH.number,
            "商家单号": "88000000000001",
            "备注": "/",
        }

    def test_are_utf8_with_a_mark_and_windows_line_ends(self):
        content = bytes_of(MEITUAN, SOLD)

        assert content.startswith(b"\xef\xbb\xbf")
        assert content.count(b"\n") == content.count(b"\r\n") == 20 + len(SOLD)

    def test_quote_both_numbers_with_a_tab_inside(self):
        assert lines(MEITUAN, [LUNCH])[-1].endswith(
            ',¥28.16,"4200000001202609240000000001\t","88000000000001\t",/'
        )

    @pytest.mark.parametrize(
        ("ending", "order"),
        [("0000", "¥30.16"), ("0008", "¥30.16"), ("0001", "¥28.16"), ("1006", "¥28.16")],
    )
    def test_of_every_eighth_order_are_paid_with_a_coupon(self, ending, order):
        (row,) = by_column(MEITUAN, [replace(LUNCH, number=f"26092411100401{ending}")])

        assert (row["订单金额"], row["实付金额"]) == (order, "¥28.16")

    def test_of_a_refund_name_the_payment_as_the_merchants_number(self):
        row = by_column(MEITUAN, SOLD)[0]

        assert (row["交易类型"], row["收/支"], row["商家单号"]) == ("退款", "收入", DRESS.number)

    def test_have_the_title_of_the_order_or_else_the_shop(self):
        untitled = replace(LUNCH, item="")

        assert column(MEITUAN, "订单标题", [untitled]) == ["云溪老梁牛肉面馆"]

    @pytest.mark.parametrize(
        ("method", "words"),
        [
            (Method.BALANCE, "美团余额"),
            (Method.MONEY_FUND, "微信支付"),
            (Method.DEBIT, "示例银行储蓄卡(0000)"),
            (Method.CREDIT, "示例银行信用卡(0000)"),
            (Method.BNPL, "美团月付"),
        ],
    )
    def test_name_what_paid(self, method, words):
        assert column(MEITUAN, "支付方式", [replace(LAMP, method=method)]) == [words]
