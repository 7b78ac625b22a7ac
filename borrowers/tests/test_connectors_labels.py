"""Every event says how its category was found, how sure that is, and where it was paid."""

import pytest

from borrowers.connectors.contracts import Category, Method, Place, Platform
from borrowers.connectors.registry import read_bill
from borrowers.tests.bill_texts import alipay_app, app_row, wechat, wechat_row


def event(**row):
    (found,) = read_bill(wechat(wechat_row(**row)), "").events
    return found


class TestMethod:
    @pytest.mark.parametrize(
        ("row", "method", "category"),
        [
            ({"party": "示例面馆", "item": "牛肉面"}, Method.MODEL, Category.DINING),
            ({"kind": "转账", "party": "*芳"}, Method.GATE, Category.TRANSFER_SOCIAL),
            ({"party": "示例旗舰店", "item": "订单"}, Method.PLATFORM, Category.ONLINE_SHOPPING),
            ({"party": "abc", "item": "/"}, Method.NONE, Category.UNKNOWN),
        ],
    )
    def test_of_a_wallets_row(self, row, method, category):
        found = event(**row)

        assert (found.method, found.category) == (method, category)
        assert (found.confidence_percent > 0) is (method is not Method.NONE)

    def test_of_a_platforms_own_class(self):
        content = alipay_app(app_row(native_class="餐饮美食", party="abc", item="xyz"))

        (found,) = read_bill(content, "").events

        assert (found.category, found.method) == (Category.DINING, Method.NATIVE)

    def test_of_a_suppressed_row_is_forgotten_with_its_words(self):
        found = event(party="示例大药房", item="感冒药")

        assert (found.category, found.method) == (Category.UNKNOWN, Method.NONE)
        assert found.confidence_percent == 0


class TestPlace:
    @pytest.mark.parametrize(
        ("row", "place"),
        [
            ({"kind": "扫二维码付款", "party": "示例小店"}, Place.OFFLINE),
            ({"party": "示例牛肉面馆"}, Place.OFFLINE),
            ({"party": "示例旗舰店"}, Place.ONLINE),
            ({"party": "示例视频", "item": "连续包月会员"}, Place.AUTO_DEBIT),
            ({"party": "abc", "item": "xyz"}, Place.UNKNOWN),
        ],
    )
    def test_is_read_out_of_the_words(self, row, place):
        assert event(**row).place is place

    def test_of_money_that_came_in_is_nowhere(self):
        assert event(direction="收入", kind="二维码收款", party="示例店").place is Place.UNKNOWN


class TestWhoPaid:
    def test_the_card_of_a_wallets_row_is_known_by_its_tail(self):
        assert event(method="工商银行储蓄卡(1234)").tail == "1234"
        assert event(method="零钱").tail == ""

    def test_a_wallets_row_names_the_shop_whose_bill_may_tell_more(self):
        assert event(party="京东商城平台商户").via is Platform.JD
        assert event(party="美团").via is Platform.MEITUAN
        assert event(party="示例面馆").via is Platform.NONE
