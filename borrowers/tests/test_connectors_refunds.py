"""Refunds: every way in which wallets tell of them, counted once."""

import pytest

from borrowers.connectors.contracts import Category, Direction, EventStatus
from borrowers.connectors.registry import read_bill
from borrowers.tests.bill_texts import alipay_app, app_row, number, wechat, wechat_row


def paid(index=1, **changes):
    return wechat_row(native_id=number(index), **changes)


def sent_back(index=9, *, amount="¥20.00", at="2025-03-06 08:00:00", party="示例小面馆"):
    return wechat_row(
        native_id=number(index),
        kind=f"{party}-退款",
        direction="收入",
        amount=amount,
        at=at,
        party=party,
        status="已全额退款",
    )


def by_id(*rows):
    return {event.native_id: event for event in read_bill(wechat(*rows), "").events}


def net_spending(events):
    return sum(
        event.amount_fen - event.refunded_fen
        for event in events
        if event.direction is Direction.OUT
    )


class TestWeChat:
    def test_state_and_row_together_count_once(self):
        events = by_id(sent_back(), paid(status="已全额退款"))

        assert events[number(1)].refunded_fen == 2_000
        assert events[number(1)].status is EventStatus.REFUNDED
        assert events[number(9)].category is Category.REFUND
        assert events[number(9)].direction is Direction.NEUTRAL
        assert events[number(9)].parent_native_id == number(1)
        assert net_spending(events.values()) == 0

    @pytest.mark.parametrize("status", ["已退款(￥5.00)", "已退款￥5.00", "已退款（¥5.00）"])
    def test_a_part_stated_in_the_state(self, status):
        events = by_id(paid(status=status))

        assert events[number(1)].refunded_fen == 500
        assert events[number(1)].status is EventStatus.SETTLED

    def test_a_part_in_state_and_row_counts_once(self):
        events = by_id(sent_back(amount="¥5.00"), paid(status="已退款(￥5.00)"))

        assert events[number(1)].refunded_fen == 500

    def test_a_row_alone_counts_too(self):
        events = by_id(sent_back(amount="¥5.00"), paid())

        assert events[number(1)].refunded_fen == 500
        assert events[number(9)].parent_native_id == number(1)

    def test_two_parts_add_up(self):
        events = by_id(sent_back(8, amount="¥5.00"), sent_back(9, amount="¥6.00"), paid())

        assert events[number(1)].refunded_fen == 1_100

    def test_a_refund_finds_the_payment_that_says_it_was_refunded(self):
        events = by_id(
            sent_back(amount="¥5.00"),
            paid(2, at="2025-03-05 12:30:00"),
            paid(1, status="已退款(￥5.00)"),
        )

        assert events[number(1)].refunded_fen == 500
        assert events[number(2)].refunded_fen == 0

    def test_a_refund_never_exceeds_the_payment(self):
        events = by_id(sent_back(amount="¥50.00"), paid())

        assert events[number(1)].refunded_fen == 0
        assert events[number(9)].parent_native_id == ""

    def test_a_refund_never_finds_a_later_payment(self):
        events = by_id(paid(at="2025-03-07 12:30:00"), sent_back())

        assert events[number(1)].refunded_fen == 0

    def test_a_refund_never_finds_a_payment_older_than_ninety_days(self):
        events = by_id(sent_back(at="2025-07-01 08:00:00"), paid())

        assert events[number(1)].refunded_fen == 0

    def test_a_refund_of_another_merchant_finds_nothing(self):
        events = by_id(sent_back(party="别的店"), paid())

        assert events[number(1)].refunded_fen == 0

    def test_a_refund_alone_is_no_income(self):
        (event,) = read_bill(wechat(sent_back()), "").events

        assert event.category is Category.REFUND
        assert event.direction is Direction.NEUTRAL

    def test_the_merchants_name_does_not_stay_in_the_type(self):
        (event,) = read_bill(wechat(sent_back()), "").events

        assert event.type_text == "退款"

    def test_a_transfer_that_the_friend_sent_back(self):
        row = wechat_row(kind="转账", party="小林", status="对方已退还")
        back = wechat_row(
            kind="转账-退款",
            party="小林",
            direction="收入",
            at="2025-03-05 12:30:00",
            native_id=number(9),
        )

        events = by_id(back, row)

        assert events[number(1)].refunded_fen == 2_000
        assert events[number(9)].parent_native_id == number(1)

    def test_a_red_packet_that_nobody_opened(self):
        row = wechat_row(kind="微信红包（单发）", party="发给小林", status="已全额退款")
        back = wechat_row(
            kind="微信红包-退款",
            party="/",
            direction="收入",
            at="2025-03-05 12:30:00",
            native_id=number(9),
        )

        events = by_id(back, row)

        assert events[number(1)].refunded_fen == 2_000
        assert events[number(9)].parent_native_id == number(1)

    def test_income_that_was_given_back_is_no_income(self):
        row = wechat_row(kind="二维码收款", direction="收入", status="已全额退款")

        (event,) = read_bill(wechat(row), "").events

        assert event.amount_fen == event.refunded_fen


def app_refund(*, native_id, amount="20.00", at="2025-03-06 08:00:00", order="", item="午餐"):
    return app_row(
        native_class="退款",
        item=f"退款-{item}",
        direction="不计收支",
        status="退款成功",
        native_id=native_id,
        amount=amount,
        at=at,
        order=order,
    )


def app_events(*rows):
    return {event.native_id: event for event in read_bill(alipay_app(*rows), "").events}


class TestAlipay:
    @pytest.mark.parametrize("direction", ["支出", "不计收支"])
    @pytest.mark.parametrize("separator", ["_", "*"])
    def test_a_closed_payment_with_a_refund_row_had_been_paid(self, direction, separator):
        events = app_events(
            app_refund(native_id=f"{number(1)}{separator}20250306"),
            app_row(status="交易关闭", direction=direction),
        )

        assert events[number(1)].direction is Direction.OUT
        assert events[number(1)].status is EventStatus.REFUNDED
        assert events[number(1)].refunded_fen == 2_000
        assert net_spending(events.values()) == 0

    def test_a_part_comes_back_to_a_payment_that_stays(self):
        events = app_events(app_refund(native_id=f"{number(1)}_1", amount="5.00"), app_row())

        assert events[number(1)].refunded_fen == 500
        assert events[number(1)].status is EventStatus.SETTLED

    def test_the_number_decides_between_equal_payments(self):
        events = app_events(
            app_refund(native_id=f"{number(1)}_1"),
            app_row(native_id=number(2), at="2025-03-05 12:30:00"),
            app_row(native_id=number(1)),
        )

        assert events[number(1)].refunded_fen == 2_000
        assert events[number(2)].refunded_fen == 0

    def test_the_merchants_order_decides_where_numbers_differ(self):
        events = app_events(
            app_refund(native_id=number(8), order="T900"),
            app_row(native_id=number(2), at="2025-03-05 12:30:00", order="T901"),
            app_row(native_id=number(1), order="T900"),
        )

        assert events[number(1)].refunded_fen == 2_000
        assert events[number(2)].refunded_fen == 0

    def test_merchant_and_amount_decide_where_nothing_else_does(self):
        events = app_events(app_refund(native_id=number(8)), app_row())

        assert events[number(1)].refunded_fen == 2_000
        assert events[number(8)].parent_native_id == number(1)

    def test_a_refund_of_an_earlier_bill_keeps_the_number_of_its_payment(self):
        (event,) = read_bill(alipay_app(app_refund(native_id=f"{number(1)}_1")), "").events

        assert event.parent_native_id == number(1)
        assert event.category is Category.REFUND

    def test_a_fund_bought_and_given_back_is_no_refund_of_spending(self):
        row = app_row(
            native_class="投资理财", item="示例指数-买入", status="退款成功", direction="不计收支"
        )

        (event,) = read_bill(alipay_app(row), "").events

        assert event.category is Category.INVESTMENT
