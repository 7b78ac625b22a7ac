"""Our own words: what they find, and what they keep out of the house."""

import pytest

from borrowers.connectors import categories
from borrowers.connectors.contracts import Category, Direction
from borrowers.connectors.pipe import as_json
from borrowers.connectors.registry import read_bill
from borrowers.tests.bill_texts import alipay_app, app_row, number, wechat, wechat_row


class TestLexicon:
    def test_every_word_is_written_as_it_is_searched(self):
        lexicon = categories.lexicon()
        words = [word for group in lexicon.scenes.by_first.values() for word, _ in group]

        assert [word for word in words if word != categories.normalised(word)] == []
        for group in (lexicon.platforms, lexicon.salary, lexicon.organisations, lexicon.rent):
            assert all(word == categories.normalised(word) for word in group)

    def test_no_word_stands_in_two_scenes(self):
        lexicon = categories.lexicon()
        words = [word for group in lexicon.scenes.by_first.values() for word, _ in group]

        assert len(words) == len(set(words))

    def test_every_scene_has_words_except_the_one_that_must_not(self):
        lexicon = categories.lexicon()
        found = {category for group in lexicon.scenes.by_first.values() for _, category in group}
        scenes = {category for category in Category if 0 < category <= Category.GOVERNMENT_TAX}

        assert scenes - found == {Category.MEDICAL}

    @pytest.mark.parametrize(
        ("item", "merchant", "category"),
        [
            ("午餐", "美团平台商户", Category.DINING),
            ("数据线", "某某旗舰店", Category.ELECTRONICS_HOME),
            ("订单12345", "某某旗舰店", Category.ONLINE_SHOPPING),
            ("", "中国石化加油站", Category.TRANSPORT),
            ("", "ＫＦＣ 示例店", Category.DINING),
            ("", "App Store & Apple Music", Category.ENTERTAINMENT),
            ("羊肉火锅", "", Category.DINING),
            ("体育彩票", "便利店", Category.GAMBLING_RISK),
            ("物业服务费", "", Category.HOUSING),
            ("", "", Category.UNKNOWN),
            ("xyz", "abc", Category.UNKNOWN),
        ],
    )
    def test_the_item_is_asked_before_the_merchant(self, item, merchant, category):
        assert categories.of_purchase(item, merchant) is category

    def test_own_money_has_no_direction(self):
        for category in categories.OWN_MONEY:
            assert categories.direction_of(category, Direction.IN) is Direction.NEUTRAL
        assert categories.direction_of(Category.DINING, Direction.OUT) is Direction.OUT


SENSITIVE = [
    ("示例市人民医院", "门诊缴费"),
    ("示例大药房", "感冒药"),
    ("示例口腔诊所", "/"),
    ("示例体检中心", "/"),
    ("示例寺", "香火"),
    ("示例教会", "奉献"),
    ("示例清真寺", "/"),
    ("示例成人用品店", "/"),
    ("示例便利店", "避孕药"),
    ("示例党支部", "党费"),
]


class TestSensitiveMerchants:
    @pytest.mark.parametrize(("party", "item"), SENSITIVE)
    def test_the_amount_stays_and_the_words_go(self, party, item):
        content = wechat(wechat_row(party=party, item=item))

        reading = read_bill(content, "")

        (event,) = reading.events
        assert event.amount_fen == 2_000
        assert event.direction is Direction.OUT
        assert event.category is Category.UNKNOWN
        assert (event.merchant, event.counterparty, event.memo) == ("", "", "")
        assert reading.suppressed == 1

    @pytest.mark.parametrize(("party", "item"), SENSITIVE)
    def test_no_name_is_anywhere_in_the_reading(self, party, item):
        rows = (
            wechat_row(party=party, item=item),
            wechat_row(
                kind=f"{party}-退款",
                party=party,
                item=item,
                direction="收入",
                native_id=number(2),
                at="2025-03-05 12:30:00",
            ),
        )

        words = str(as_json(read_bill(wechat(*rows), "")))

        assert party not in words
        assert item == "/" or item not in words

    def test_a_refund_still_finds_its_payment(self):
        rows = (
            wechat_row(party="示例大药房"),
            wechat_row(
                kind="示例大药房-退款",
                party="示例大药房",
                direction="收入",
                native_id=number(2),
                at="2025-03-05 12:30:00",
            ),
        )

        events = read_bill(wechat(*rows), "").events

        assert events[0].refunded_fen == 2_000
        assert events[1].category is Category.REFUND

    def test_alipays_class_of_health_goes_too(self):
        reading = read_bill(
            alipay_app(app_row(native_class="医疗健康", party="示例", item="x")), ""
        )

        assert reading.events[0].category is Category.UNKNOWN
        assert reading.events[0].type_text == ""
        assert reading.suppressed == 1

    def test_the_salary_of_a_nurse_stays_income(self):
        row = wechat_row(kind="其他", direction="收入", party="示例医院", item="三月工资")

        (event,) = read_bill(wechat(row), "").events

        assert event.category is Category.INCOME_SALARY
        assert event.merchant == ""

    def test_the_key_of_a_row_without_number_does_not_know_the_name(self):
        one = read_bill(wechat(wechat_row(party="示例大药房", native_id="/")), "")
        other = read_bill(wechat(wechat_row(party="示例医院", native_id="/")), "")

        assert one.events[0].event_key == other.events[0].event_key

    @pytest.mark.parametrize(
        ("party", "item"),
        [
            ("示例宠物医院", "疫苗本"),
            ("示例餐厅(静安寺店)", "/"),
            ("示例家具(佛山店)", "/"),
            ("示例大学", "/"),
        ],
    )
    def test_harmless_names_stay(self, party, item):
        row = wechat_row(party=party, item=item.replace("疫苗本", "狗粮"))

        assert read_bill(wechat(row), "").events[0].merchant == party

    def test_a_fund_of_hospital_shares_tells_nothing_of_health(self):
        row = wechat_row(kind="购买理财通", direction="/", party="理财通", item="示例医疗健康混合")

        (event,) = read_bill(wechat(row), "").events

        assert event.category is Category.INVESTMENT
        assert event.memo == "示例医疗健康混合"
