"""From rows of a bill to columns: void rows out, refunds taken off once, one order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour.columns import counted, from_events, joined, merchant_number
from borrowers.behaviour.contracts import Category, Direction, EventStatus, RawEvent, Source
from borrowers.connectors.registry import read_bill
from borrowers.tests.bill_texts import wechat, wechat_row

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
COFFEE = RawEvent(
    source=Source.WECHAT,
    occurred_at=NOON,
    amount_fen=2_800,
    refunded_fen=0,
    direction=Direction.OUT,
    category=Category.DINING,
    status=EventStatus.SETTLED,
    channel="BALANCE",
    native_id="1001",
    parent_native_id="",
    merchant="Quiet Corner Coffee",
    counterparty="",
    memo="",
    type_text="",
    status_text="",
    event_key=bytes(32),
    row_number=1,
    degraded=False,
)
REFUND = replace(
    COFFEE,
    occurred_at=NOON + timedelta(hours=1),
    category=Category.REFUND,
    direction=Direction.NEUTRAL,
    native_id="2001",
    parent_native_id="1001",
)


def amounts(*events: RawEvent) -> list[int]:
    return [net_fen for _, net_fen in counted(events)]


class TestCounted:
    def test_takes_a_noted_refund_off_its_purchase(self):
        assert amounts(replace(COFFEE, refunded_fen=800)) == [2_000]

    @pytest.mark.parametrize("status", [EventStatus.CLOSED, EventStatus.FAILED])
    def test_leaves_out_what_never_moved(self, status):
        assert amounts(replace(COFFEE, status=status), replace(REFUND, status=status)) == []

    def test_keeps_a_purchase_that_came_back_whole_as_nothing_spent(self):
        whole = replace(COFFEE, status=EventStatus.REFUNDED, refunded_fen=2_800)

        assert amounts(whole, REFUND) == [0]

    def test_counts_a_refund_once_when_the_purchase_carries_it_too(self):
        assert amounts(replace(COFFEE, refunded_fen=2_800), REFUND) == [0]

    def test_counts_two_partial_refunds_of_one_purchase_once(self):
        part = replace(REFUND, amount_fen=1_000)

        assert amounts(replace(COFFEE, refunded_fen=2_000), part, part) == [800]

    def test_keeps_a_refund_whose_purchase_stands_in_another_file(self):
        assert amounts(REFUND) == [2_800]
        assert amounts(COFFEE, REFUND) == [2_800, 2_800]

    def test_keeps_a_refund_that_is_larger_than_what_the_purchase_carries(self):
        assert amounts(replace(COFFEE, refunded_fen=800), REFUND) == [2_000, 2_800]

    def test_links_by_merchant_where_there_is_no_number(self):
        nameless = replace(REFUND, parent_native_id="")
        noted = replace(COFFEE, refunded_fen=2_800)

        assert amounts(noted, nameless) == [0]
        assert amounts(noted, replace(nameless, merchant="Elsewhere")) == [0, 2_800]

    def test_never_links_a_refund_to_a_later_purchase_or_another_source(self):
        noted = replace(COFFEE, refunded_fen=2_800)

        assert amounts(replace(noted, occurred_at=NOON + timedelta(days=1)), REFUND) == [0, 2_800]
        assert amounts(noted, replace(REFUND, source=Source.ALIPAY)) == [0, 2_800]


class TestColumns:
    def test_make_a_lone_refund_money_that_came_in(self):
        assert from_events([REFUND]).direction.tolist() == [Direction.IN]

    def test_carry_seconds_codes_and_one_number_per_merchant(self):
        columns = from_events([COFFEE], segment=3)

        assert columns.segment.tolist() == [3]
        assert columns.seconds.tolist() == [int(NOON.timestamp())]
        assert columns.category.tolist() == [Category.DINING]
        assert columns.source.tolist() == [Source.WECHAT]
        assert columns.merchant.tolist() == [merchant_number("Quiet Corner Coffee")]

    def test_of_nothing_are_empty_and_typed(self):
        columns = from_events([])

        assert len(columns) == 0
        assert columns.direction.dtype == np.int8
        assert columns.category.dtype == np.int16

    @given(
        parts=st.lists(
            st.lists(
                st.tuples(
                    st.integers(min_value=0, max_value=5), st.integers(min_value=0, max_value=9)
                ),
                max_size=8,
            ),
            min_size=1,
            max_size=4,
        )
    )
    def test_joined_stand_in_the_one_order(self, parts):
        people = [
            from_events(
                [
                    replace(COFFEE, occurred_at=NOON + timedelta(seconds=at), amount_fen=fen)
                    for at, fen in events
                ],
                segment=segment,
            )
            for segment, events in enumerate(parts)
        ]

        whole = joined(list(reversed(people)))

        rows = list(zip(whole.segment, whole.seconds, whole.amount_fen, strict=True))
        assert rows == sorted(rows)
        assert len(rows) == sum(len(events) for events in parts)


def test_a_note_is_met_by_the_refund_that_fills_it_before_a_smaller_one():
    """A smaller refund of another order must not hide behind it and leave the larger one over."""
    content = wechat(
        wechat_row(party="示例铺", amount="¥50.00", status="已退款(￥50.00)"),
        wechat_row(kind="示例铺-退款", party="示例铺", direction="收入", native_id="/",
                   amount="¥20.00", at="2025-03-05 12:30:00"),
        wechat_row(kind="示例铺-退款", party="示例铺", direction="收入", native_id="/",
                   amount="¥50.00", at="2025-03-06 12:30:00"),
    )  # fmt: skip
    events = [replace(event, parent_native_id="") for event in read_bill(content, "").events]

    left = [net_fen for event, net_fen in counted(events) if event.category == Category.REFUND]

    assert left == [2_000]
