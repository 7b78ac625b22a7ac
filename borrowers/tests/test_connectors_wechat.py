"""WeChat's bill: what its types, directions and states mean."""

from datetime import UTC, datetime

import pytest

from borrowers.connectors.contracts import Category, Direction, EventStatus
from borrowers.connectors.registry import read_bill
from borrowers.tests.bill_texts import (
    number,
    wechat,
    wechat_row,
    wechat_sheet,
    workbook,
)


def only_event(row):
    (event,) = read_bill(wechat(row), "bill.csv").events
    return event


class TestOneRow:
    def test_a_purchase_is_spending_at_a_merchant(self):
        event = only_event(wechat_row())

        assert event.direction is Direction.OUT
        assert event.category is Category.DINING
        assert event.status is EventStatus.SETTLED
        assert event.amount_fen == 2_000
        assert event.refunded_fen == 0
        assert event.merchant == "示例小面馆"
        assert event.counterparty == ""
        assert event.memo == "午餐"
        assert event.channel == "BALANCE"
        assert event.native_id == number(1)
        assert not event.degraded

    def test_the_wall_clock_of_shanghai_becomes_utc(self):
        event = only_event(wechat_row(at="2025-03-04 07:30:05"))

        assert event.occurred_at == datetime(2025, 3, 3, 23, 30, 5, tzinfo=UTC)

    def test_an_unknown_type_is_kept_and_read_by_its_words(self):
        event = only_event(wechat_row(kind="新的类型", party="示例", item="不知道"))

        assert event.category is Category.UNKNOWN
        assert event.direction is Direction.OUT
        assert event.type_text == "新的类型"

    def test_an_unknown_state_is_kept_as_unknown(self):
        event = only_event(wechat_row(status="新的说法"))

        assert event.status is EventStatus.UNKNOWN
        assert event.direction is Direction.OUT

    def test_the_slash_means_nothing(self):
        event = only_event(wechat_row(party="/", item="/", note="/"))

        assert (event.merchant, event.memo) == ("", "")


class TestPeople:
    @pytest.mark.parametrize(
        ("kind", "direction"),
        [("转账", "收入"), ("微信红包", "收入"), ("微信红包-单发", "支出"), ("群收款", "收入")],
    )
    def test_money_between_people_is_social_and_no_income(self, kind, direction):
        event = only_event(wechat_row(kind=kind, direction=direction, party="小林", item="/"))

        assert event.category is Category.TRANSFER_SOCIAL
        assert event.counterparty == "小林"
        assert event.merchant == ""

    def test_a_friend_cannot_write_a_salary_into_a_note(self):
        row = wechat_row(kind="转账", direction="收入", party="小林", item="转账备注:三月工资")

        assert only_event(row).category is Category.TRANSFER_SOCIAL

    def test_an_employer_can_pay_a_salary_by_transfer(self):
        row = wechat_row(
            kind="转账", direction="收入", party="示例餐饮有限公司", item="转账备注:三月工资"
        )

        event = only_event(row)

        assert event.category is Category.INCOME_SALARY
        assert event.direction is Direction.IN

    def test_rent_sent_to_a_landlord_is_housing(self):
        row = wechat_row(kind="转账", party="房东", item="转账备注:微信转账", amount="¥1500.00")

        assert only_event(row).category is Category.HOUSING

    def test_money_over_the_counter_is_income_but_no_salary(self):
        row = wechat_row(
            kind="二维码收款",
            direction="收入",
            party="用户A",
            item="收款方备注:工资",
            status="已收钱",
        )

        event = only_event(row)

        assert event.category is Category.INCOME_OTHER
        assert event.counterparty == "用户A"


class TestOwnMoney:
    @pytest.mark.parametrize(
        ("kind", "category"),
        [
            ("零钱提现", Category.CASH),
            ("零钱充值", Category.CASH),
            ("信用卡还款", Category.CREDIT_REPAYMENT),
            ("转入零钱通-来自零钱", Category.INVESTMENT),
            ("转入零钱通-来自工商银行(9876)", Category.INVESTMENT),
            ("零钱通转出-到零钱", Category.INVESTMENT),
            ("零钱通转出-到工商银行(9876)", Category.INVESTMENT),
            ("购买理财通", Category.INVESTMENT),
            ("微粒贷借款", Category.CREDIT_DRAWDOWN),
        ],
    )
    @pytest.mark.parametrize("direction", ["/", "收入", "支出"])
    def test_it_is_neither_income_nor_spending(self, kind, category, direction):
        event = only_event(wechat_row(kind=kind, direction=direction, party="/", item="/"))

        assert event.category is category
        assert event.direction is Direction.NEUTRAL

    def test_a_loan_paid_out_is_no_income(self):
        row = wechat_row(
            kind="商户消费", direction="收入", party="示例消费金融有限公司", item="贷款发放"
        )

        event = only_event(row)

        assert event.category is Category.CREDIT_DRAWDOWN
        assert event.direction is Direction.NEUTRAL

    def test_a_failed_withdrawal_moved_nothing_and_is_no_refund(self):
        row = wechat_row(kind="零钱提现", direction="/", status="提现失败，已退回零钱")

        event = only_event(row)

        assert event.status is EventStatus.FAILED
        assert event.refunded_fen == 0

    def test_a_closed_payment_never_moved_money(self):
        event = only_event(wechat_row(status="交易关闭"))

        assert event.status is EventStatus.CLOSED
        assert event.direction is Direction.NEUTRAL
        assert event.amount_fen == 2_000


class TestAmounts:
    @pytest.mark.parametrize(
        ("words", "fen"),
        [
            ("¥28.16", 2_816),
            ("￥28.16", 2_816),
            ("28.16", 2_816),
            ("¥50.0", 5_000),
            ("¥7", 700),
            ('"¥1,234.56"', 123_456),
            ("２８．１６", 2_816),
            ("28.16元", 2_816),
            ("¥-28.16", 2_816),
            ("0.00", 0),
        ],
    )
    def test_every_spelling_gives_the_same_fen(self, words, fen):
        assert only_event(wechat_row(amount=words)).amount_fen == fen

    @pytest.mark.parametrize("words", ["¥", "", "abc", "1.234", "nan", "1e400", "12.3.4", "9" * 30])
    def test_an_unreadable_amount_is_quarantined_beside_the_good_rows(self, words):
        reading = read_bill(wechat(wechat_row(amount=words), wechat_row()), "bill.csv")

        assert [each.reason for each in reading.quarantined] == ["AMOUNT_UNREADABLE"]
        assert reading.quarantined[0].row_number == 5
        assert len(reading.events) == 1
        assert reading.rows_read == 2

    def test_a_negative_income_is_quarantined(self):
        row = wechat_row(direction="收入", amount="-5.00")

        reading = read_bill(wechat(row, wechat_row()), "bill.csv")

        assert [each.reason for each in reading.quarantined] == ["AMOUNT_NEGATIVE"]


class TestColumns:
    def test_their_order_means_nothing(self):
        shuffled = "当前状态,金额(元),交易单号,收/支,交易类型,交易时间,交易对方"
        row = f"支付成功,¥20.00,{number(1)}\t,支出,商户消费,2025-03-04 12:30:00,示例小面馆"

        (event,) = read_bill(wechat(row, columns=shuffled), "bill.csv").events

        assert event.amount_fen == 2_000
        assert event.native_id == number(1)
        assert event.merchant == "示例小面馆"

    def test_new_columns_are_ignored(self):
        columns = "交易时间,新列,交易类型,收/支,金额(元),当前状态"
        row = "2025-03-04 12:30:00,什么,商户消费,支出,¥20.00,支付成功"

        assert len(read_bill(wechat(row, columns=columns), "bill.csv").events) == 1

    def test_the_header_is_found_wherever_it_stands(self):
        notes = [f"{index}. 新的说明" for index in range(40)]

        assert len(read_bill(wechat(wechat_row(), notes=notes), "bill.csv").events) == 1

    def test_a_bill_without_any_preamble_is_still_a_bill(self):
        content = wechat(wechat_row()).decode("utf-8-sig").split("\r\n", 3)[3].encode()

        assert read_bill(content, "bill.csv").dialect == "WECHAT_CSV"

    def test_an_unknown_direction_is_quarantined(self):
        reading = read_bill(wechat(wechat_row(direction="向上"), wechat_row()), "bill.csv")

        assert [each.reason for each in reading.quarantined] == ["DIRECTION_UNKNOWN"]


class TestTotals:
    NOTES = ("共2笔记录", "收入：1笔 5.00元", "支出：1笔 20.00元")
    ROWS = (
        wechat_row(),
        wechat_row(kind="转账", direction="收入", amount="¥5.00", native_id=number(2)),
    )

    def test_they_agree_with_an_untouched_bill(self):
        reading = read_bill(wechat(*self.ROWS, notes=self.NOTES), "bill.csv")

        assert reading.totals_agree is True
        assert reading.declared_rows == 2
        assert reading.declared_in_fen == 500
        assert reading.declared_out_fen == 2_000

    def test_they_disagree_where_a_row_was_deleted(self):
        reading = read_bill(wechat(self.ROWS[0], notes=self.NOTES), "bill.csv")

        assert reading.totals_agree is False

    def test_they_disagree_where_an_amount_was_edited(self):
        edited = self.ROWS[1].replace("¥5.00", "¥5000.00")

        assert read_bill(wechat(self.ROWS[0], edited, notes=self.NOTES), "").totals_agree is False

    def test_a_bill_that_declares_nothing_says_nothing(self):
        assert read_bill(wechat(*self.ROWS), "bill.csv").totals_agree is None


class TestWorkbook:
    def test_cells_may_be_numbers_and_times(self):
        row = [
            datetime(2026, 9, 24, 11, 40, 58),  # noqa: DTZ001 - a cell has no zone
            "商户消费", "示例小面馆", "午餐", "支出", 28.16,
            "零钱", "支付成功", number(7), "/", "/",
        ]  # fmt: skip

        reading = read_bill(workbook(wechat_sheet(row)), "bill.xlsx")

        (event,) = reading.events
        assert reading.dialect == "WECHAT_XLSX_2026"
        assert event.amount_fen == 2_816
        assert event.occurred_at == datetime(2026, 9, 24, 3, 40, 58, tzinfo=UTC)

    def test_a_time_may_be_a_bare_serial(self):
        row = [46289.48678240741, "商户消费", "示例", "/", "支出", 5, "/", "支付成功", number(7)]

        (event,) = read_bill(workbook(wechat_sheet(row)), "bill.xlsx").events

        assert event.occurred_at == datetime(2026, 9, 24, 3, 40, 58, tzinfo=UTC)

    def test_cells_may_all_be_words(self):
        row = wechat_row().replace("\t", "").split(",")

        reading = read_bill(workbook(wechat_sheet(row)), "bill.xlsx")

        assert reading.dialect == "WECHAT_XLSX_2025"
        assert reading.events[0].amount_fen == 2_000

    def test_the_bill_may_stand_on_the_second_worksheet(self):
        row = wechat_row().replace("\t", "").split(",")

        reading = read_bill(workbook(wechat_sheet(row), cover=["hello"]), "bill.xlsx")

        assert len(reading.events) == 1

    def test_a_name_of_digits_stays_a_name(self):
        row = [
            "2025-03-04 12:30:00", "商户消费", 11111111, 22222222.0, "支出", "¥7.00", "/",
            "支付成功", number(7),
        ]  # fmt: skip

        (event,) = read_bill(workbook(wechat_sheet(row)), "bill.xlsx").events

        assert event.merchant == "11111111"
        assert event.memo == "22222222"
