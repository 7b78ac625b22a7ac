"""Alipay's three layouts: its padding, its notes, its classes, and refunds in two manners."""

from dataclasses import replace

import pytest
from hypothesis import given

from simulation.bills import Layout
from simulation.bills.records import Kind, Method
from simulation.bills.wallets import alipay
from simulation.tests.bill_lives import lives
from simulation.tests.sample_bill import (
    DRESS,
    DRESS_BACK,
    FROM_A_FRIEND,
    LAMP,
    LAMP_PARTLY_BACK,
    LUNCH,
    OWNER,
    WEEK,
    by_column,
    bytes_of,
    column,
    lines,
)
from simulation.words import Direction, Scene

WEB, OLD_APP, APP = Layout.ALIPAY_WEB, Layout.ALIPAY_APP_2021, Layout.ALIPAY_APP_2023
DASHES = "-" * 84


class TestTheText:
    @pytest.mark.parametrize("layout", [WEB, OLD_APP, APP])
    def test_is_gb18030_with_windows_line_ends_and_no_mark(self, layout):
        content = bytes_of(layout)

        assert content[0:1] in {b"-", "支".encode("gb18030")[:1]}
        assert content.endswith(b"\r\n")
        assert content.count(b"\n") == content.count(b"\r\n")

    @pytest.mark.parametrize(("layout", "cells"), [(WEB, 16), (OLD_APP, 11), (APP, 12)])
    def test_pads_every_cell_to_twenty_signs_and_ends_with_a_comma(self, layout, cells):
        header = next(line for line in lines(layout) if "交易时间" in line or "交易号 " in line)

        assert header.endswith(",")
        assert [len(cell) for cell in header.split(",")] == [20] * cells + [0]

    def test_never_cuts_a_cell_that_is_longer(self):
        long = replace(LUNCH, party="很长的店名" * 6)

        assert column(APP, "交易对方", [long]) == ["很长的店名" * 6]

    def test_had_no_padding_since_july_2023_but_kept_the_last_comma(self):
        content = alipay.app_2023([LUNCH], OWNER, [LUNCH], is_padded=False)

        assert content.decode("gb18030").splitlines()[-1] == (
            "2026-09-24 11:40:58,餐饮美食,云溪老梁牛肉面馆,/,午餐套餐,支出,28.16,"
            "工商银行储蓄卡(5678),交易成功,4200000001202609240000000001\t,88000000000001\t,,"
        )

    def test_keeps_a_rare_character_that_gbk_has_not(self):
        assert column(APP, "交易对方", [replace(LUNCH, party="𠮷野家")]) == ["𠮷野家"]


class TestTheWebExport:
    def test_says_whose_it_is_above_and_the_sums_below(self):
        said = lines(WEB)

        assert said[:4] == [
            "支付宝交易记录明细查询",
            "账号:[lin@example.invalid]",
            "起始日期:[2026-09-24 00:00:00]    终止日期:[2026-09-29 23:59:59]",
            "---------------------------------交易记录明细列表------------------------------------",
        ]
        assert said[-7:] == [
            DASHES,
            "共6笔记录",
            "已收入:1笔,100.00元",
            "待收入:0笔,0.00元",
            "已支出:4笔,317.15元",
            "待支出:0笔,0.00元",
            "导出时间:[2026-09-29 23:59:59]    用户:林一诺（虚构）",
        ]

    def test_has_a_column_for_what_came_back_and_no_rows_of_it(self):
        table = [row for row in by_column(WEB) if "成功退款（元）" in row]

        assert [(row["商品名称"], row["成功退款（元）"], row["交易状态"]) for row in table] == [
            ("图书", "0.00", "交易关闭"),
            ("提现-实时提现", "0.00", "交易成功"),
            ("转账", "0.00", "交易成功"),
            ("连衣裙", "120.00", "交易关闭"),
            ("台灯", "5.00", "交易成功"),
            ("午餐套餐", "0.00", "交易成功"),
        ]

    def test_writes_lunch(self):
        assert by_column(WEB)[5] == {
            "交易号": "4200000001202609240000000001",
            "商家订单号": "88000000000001",
            "交易创建时间": "2026-09-24 11:40:58",
            "付款时间": "2026-09-24 11:40:58",
            "最近修改时间": "2026-09-24 11:40:58",
            "交易来源地": "其他（包括阿里巴巴和外部商家）",
            "类型": "即时到账交易",
            "交易对方": "云溪老梁牛肉面馆",
            "商品名称": "午餐套餐",
            "金额（元）": "28.16",
            "收/支": "支出",
            "交易状态": "交易成功",
            "服务费（元）": "0.00",
            "成功退款（元）": "0.00",
            "备注": "",
            "资金状态": "已支出",
            "": "",
        }

    def test_leaves_the_time_of_payment_empty_where_nothing_was_paid(self):
        given_up = by_column(WEB)[0]

        assert given_up["交易创建时间"] == "2026-09-29 23:59:59"
        assert (given_up["付款时间"], given_up["资金状态"]) == ("", "")

    def test_says_nothing_of_which_way_own_money_went(self):
        moved = by_column(WEB)[1]

        assert (moved["收/支"], moved["资金状态"]) == ("", "资金转移")

    @given(records=lives())
    def test_has_one_row_for_each_payment_however_much_came_back(self, records):
        paid = [each for each in records if each.kind is not Kind.REFUND]
        said = lines(WEB, records)

        assert said.index(DASHES) == 5 + len(paid)
        assert f"共{len(paid)}笔记录" in said


class TestTheApp:
    ABOUT = (
        "导出信息：",
        "姓名：林一诺（虚构）",
        "支付宝账户：lin@example.invalid",
        "起始时间：[2026-09-24 00:00:00]    终止时间：[2026-09-29 23:59:59]",
        "导出交易类型：[全部]",
        "导出时间：[2026-09-29 23:59:59]",
        "共8笔记录",
    )

    def test_of_2021_says_its_sums_below_with_commas(self):
        said = lines(OLD_APP)
        below = said.index(DASHES) + 1

        assert below == 2 + len(WEEK) + 1
        assert tuple(said[below : below + 7]) == self.ABOUT
        assert said[below + 7 : below + 10] == [
            "收入：1笔,100.00元",
            "支出：4笔,317.15元",
            "其他：3笔,1125.00元",
        ]

    def test_of_2023_says_its_sums_above_with_blanks(self):
        said = lines(APP)

        assert said[0] == DASHES
        assert tuple(said[1:8]) == self.ABOUT
        assert said[8:11] == [
            "收入：1笔 100.00元",
            "支出：4笔 317.15元",
            "不计收支：3笔 1125.00元",
        ]
        assert said[12] == "特别提示："
        assert len(said) == 25 + len(WEEK)

    def test_writes_the_same_rows_in_two_orders_of_columns(self):
        assert by_column(OLD_APP)[7] == {
            "收/支": "支出",
            "交易对方": "云溪老梁牛肉面馆",
            "对方账号": "/",
            "商品说明": "午餐套餐",
            "收/付款方式": "工商银行储蓄卡(5678)",
            "金额": "28.16",
            "交易状态": "交易成功",
            "交易分类": "餐饮美食",
            "交易订单号": "4200000001202609240000000001",
            "商家订单号": "88000000000001",
            "交易时间": "2026-09-24 11:40:58",
            "": "",
        }
        assert by_column(APP)[7] == by_column(OLD_APP)[7] | {"备注": ""}

    def test_numbers_a_refund_by_its_payment_and_itself(self):
        refund = by_column(APP)[4]

        assert refund["交易订单号"] == f"{LAMP.number}_{LAMP_PARTLY_BACK.number}"
        assert refund["商品说明"] == "退款-台灯"
        assert (refund["收/支"], refund["交易分类"], refund["交易状态"]) == (
            "不计收支",
            "退款",
            "退款成功",
        )

    @pytest.mark.parametrize(("layout", "words"), [(OLD_APP, "其他"), (APP, "不计收支")])
    def test_has_its_own_word_for_what_is_neither(self, layout, words):
        assert column(layout, "收/支")[:8] == [
            "支出",
            words,
            words,
            "收入",
            words,
            "支出",
            "支出",
            "支出",
        ]

    def test_closes_a_payment_that_came_back_whole_and_no_other(self):
        states = dict(zip(column(APP, "交易订单号"), column(APP, "交易状态"), strict=True))

        assert states[DRESS.number] == "交易关闭"
        assert states[LAMP.number] == "交易成功"
        assert states[LUNCH.number] == "交易成功"

    def test_says_nothing_of_what_paid_for_what_was_given_up(self):
        assert column(APP, "收/付款方式")[0] == ""

    @pytest.mark.parametrize(
        ("method", "words"),
        [
            (Method.BALANCE, "余额"),
            (Method.MONEY_FUND, "余额宝"),
            (Method.DEBIT, "示例银行储蓄卡(0000)"),
            (Method.CREDIT, "花呗"),
            (Method.BNPL, "花呗"),
        ],
    )
    def test_names_what_paid(self, method, words):
        assert column(APP, "收/付款方式", [replace(LAMP, method=method)]) == [words]

    @pytest.mark.parametrize(
        ("scene", "words"),
        [
            (Scene.GROCERIES, "日用百货"),
            (Scene.DINING, "餐饮美食"),
            (Scene.TRANSPORT, "交通出行"),
            (Scene.TRAVEL, "酒店旅游"),
            (Scene.APPAREL_BEAUTY, "服饰装扮"),
            (Scene.ELECTRONICS_HOME, "数码电器"),
            (Scene.EDUCATION, "教育培训"),
            (Scene.UTILITIES_TELECOM, "充值缴费"),
            (Scene.HOUSING, "住房物业"),
            (Scene.ENTERTAINMENT, "文化休闲"),
            (Scene.INSURANCE_FINANCE, "保险"),
            (Scene.LOGISTICS_SERVICE, "生活服务"),
            (Scene.GOVERNMENT_TAX, "公共服务"),
            (Scene.ONLINE_SHOPPING, "其他"),
            (Scene.UNKNOWN, "其他"),
        ],
    )
    def test_has_a_class_for_each_scene_of_a_purchase(self, scene, words):
        assert column(APP, "交易分类", [replace(LAMP, scene=scene)]) == [words]

    @pytest.mark.parametrize(
        ("kind", "words", "item"),
        [
            (Kind.QR_RECEIPT, "收入", ""),
            (Kind.TRANSFER, "转账红包", "转账"),
            (Kind.RED_PACKET, "转账红包", "红包"),
            (Kind.SALARY, "收入", "工资"),
            (Kind.WITHDRAWAL, "账户存取", "提现-实时提现"),
            (Kind.TOP_UP, "账户存取", "充值-普通充值"),
            (Kind.FUND_IN, "投资理财", "余额宝-单次转入"),
            (Kind.FUND_OUT, "投资理财", "余额宝-转出到余额"),
            (Kind.CARD_REPAYMENT, "信用借还", "信用卡还款"),
        ],
    )
    def test_has_a_class_and_words_for_each_other_kind(self, kind, words, item):
        (row,) = by_column(APP, [replace(FROM_A_FRIEND, kind=kind)])

        assert (row["交易分类"], row["商品说明"]) == (words, item)

    def test_calls_a_repayment_done(self):
        repaid = replace(FROM_A_FRIEND, kind=Kind.CARD_REPAYMENT, direction=Direction.NEUTRAL)

        assert column(APP, "交易状态", [repaid]) == ["还款成功"]


class TestChangedFiles:
    @pytest.mark.parametrize("layout", [WEB, OLD_APP, APP])
    def test_still_speak_of_the_records_as_they_were(self, layout):
        raised = [replace(each, amount_fen=each.amount_fen * 2) for each in WEEK]

        before, after = lines(layout), lines(layout, raised, WEEK)

        changed = [new for old, new in zip(before, after, strict=True) if old != new]
        assert len(changed) == (6 if layout is WEB else 8)
        assert not any(word in line for line in changed for word in ("收入：", "支出：", "已收入:"))

    def test_count_a_deleted_row_still(self):
        said = lines(APP, [LUNCH, DRESS, DRESS_BACK], WEEK)

        assert "共8笔记录" in said
        assert len(said) == 25 + 3
