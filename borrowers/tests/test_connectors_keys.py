"""Event keys: the same row gives the same key, another row another one, whatever the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.connectors.registry import read_bill
from borrowers.tests.bill_texts import alipay_app, app_row, number, wechat, wechat_row

ROWS = [
    wechat_row(native_id=number(index), at=f"2025-03-{index + 1:02d} 12:30:00")
    for index in range(1, 8)
]


def keys(content):
    return [event.event_key for event in read_bill(content, "").events]


class TestLastingNumbers:
    def test_the_same_file_gives_the_same_keys(self):
        assert keys(wechat(*ROWS)) == keys(wechat(*ROWS))

    def test_keys_have_thirty_two_bytes_and_never_repeat(self):
        found = keys(wechat(*ROWS))

        assert {len(key) for key in found} == {32}
        assert len(set(found)) == len(ROWS)

    @given(order=st.permutations(range(7)), kept=st.integers(1, 7))
    def test_a_longer_or_reordered_export_gives_the_same_keys(self, order, kept):
        whole = set(keys(wechat(*ROWS)))

        assert set(keys(wechat(*[ROWS[index] for index in order[:kept]]))) <= whole

    def test_a_later_export_that_knows_of_a_refund_gives_the_same_key(self):
        later = wechat_row(status="已全额退款")

        assert keys(wechat(wechat_row())) == keys(wechat(later))

    def test_the_same_row_twice_comes_once_and_is_counted(self):
        reading = read_bill(wechat(ROWS[0], ROWS[1], ROWS[0]), "")

        assert len(reading.events) == 2
        assert reading.duplicates == 1
        assert reading.rows_read == 3

    def test_two_bills_pasted_into_one_file_are_both_read(self):
        second = wechat(*ROWS[2:5]).decode("utf-8-sig").encode()

        reading = read_bill(wechat(*ROWS[:3]) + second, "")

        assert len(reading.events) == 5
        assert reading.duplicates == 1

    @given(order=st.permutations(range(3)))
    def test_one_number_on_different_rows_keeps_them_all(self, order):
        rows = [
            wechat_row(kind="商户消费", amount="¥20.00"),
            wechat_row(kind="其他", amount="¥20.00"),
            wechat_row(kind="商户消费", amount="¥7.00"),
        ]

        shuffled = keys(wechat(*[rows[index] for index in order]))

        assert len(set(shuffled)) == 3
        assert set(shuffled) == set(keys(wechat(*rows)))

    def test_a_refund_under_the_payments_number_is_another_event(self):
        refund = wechat_row(kind="示例小面馆-退款", direction="收入", at="2025-03-05 12:30:00")

        assert len(set(keys(wechat(wechat_row(), refund)))) == 2

    def test_wechat_and_alipay_never_share_a_key(self):
        assert not set(keys(wechat(wechat_row()))) & set(keys(alipay_app(app_row())))


class TestWithoutNumbers:
    @pytest.mark.parametrize(
        "native_id",
        ["", "/", "3985734", "4.2E+27", "4.20000000000E+27", "420000111100000000000000"],
    )
    def test_two_coffees_in_one_second_are_two_coffees(self, native_id):
        row = wechat_row(native_id=native_id)

        reading = read_bill(wechat(row, row), "")

        assert len({event.event_key for event in reading.events}) == 2
        assert reading.duplicates == 0
        assert keys(wechat(row, row)) == keys(wechat(row, row))

    @pytest.mark.parametrize("native_id", ["4.2E+27", "420000111100000000000000"])
    def test_a_number_that_excel_damaged_is_not_kept(self, native_id):
        (event,) = read_bill(wechat(wechat_row(native_id=native_id)), "").events

        assert event.native_id == ""
        assert event.degraded

    def test_one_coffee_is_the_first_of_the_two(self):
        row = wechat_row(native_id="/")

        assert keys(wechat(row))[0] == keys(wechat(row, row))[0]

    @pytest.mark.parametrize(
        "change",
        [
            {"at": "2025-03-04 12:30:01"},
            {"amount": "¥20.01"},
            {"party": "另一家店"},
            {"direction": "收入"},
        ],
    )
    def test_whatever_a_row_says_makes_its_key(self, change):
        assert keys(wechat(wechat_row(native_id="/"))) != keys(
            wechat(wechat_row(native_id="/", **change))
        )

    def test_spelling_of_the_merchant_does_not(self):
        wide = wechat_row(native_id="/", party="示例 ＫＦＣ")
        narrow = wechat_row(native_id="/", party="示例 kfc")

        assert keys(wechat(wide)) == keys(wechat(narrow))

    def test_seconds_lost_by_excel_mark_the_row(self):
        (event,) = read_bill(wechat(wechat_row(at="2025/3/4 9:05")), "").events

        assert event.degraded
        assert event.occurred_at.minute == 5
