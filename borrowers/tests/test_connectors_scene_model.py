"""The model of scenes: names that it never saw, texts that say nothing, and its own making."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from borrowers.connectors import scene_model
from borrowers.connectors.categories import lexicon, normalised, of_merchant_code, purchase
from borrowers.connectors.contracts import Category, Method
from borrowers.connectors.scene_model import MARGIN, from_json, pieces
from borrowers.management import scene_training


def guess(text):
    return scene_model.scene_model().guess(normalised(text))


class TestGuess:
    @pytest.mark.parametrize(
        ("text", "category"),
        [
            ("老街猪脚饭", Category.DINING),
            ("滴滴快车", Category.TRANSPORT),
            ("长汀里三禾美妆旗舰店", Category.APPAREL_BEAUTY),
            ("顺丰速运", Category.LOGISTICS_SERVICE),
            ("鲜果时光水果超市", Category.GROCERIES),
            ("城南物业管理处", Category.HOUSING),
            ("快乐星球影城", Category.ENTERTAINMENT),
            ("连锁酒店大床房", Category.TRAVEL),
        ],
    )
    def test_knows_trades_in_names_that_it_never_saw(self, text, category):
        found = guess(text)

        assert found.category is category
        assert found.margin >= MARGIN
        assert 65 <= found.confidence_percent <= 97

    @pytest.mark.parametrize(
        "text", ["", " ", "xyz", "某某商贸有限公司", "王伟", "12345678", "¥￥【】", "🙂🙂"]
    )
    def test_keeps_silent_about_names_that_say_nothing(self, text):
        found = guess(text)

        assert found.category is Category.UNKNOWN or found.margin < MARGIN

    def test_never_says_what_must_not_be_concluded(self):
        assert Category.MEDICAL not in scene_model.scene_model().scenes

    def test_numbers_change_nothing(self):
        assert guess("示例面馆") == guess("示例面馆12345678")

    @given(st.text(max_size=200))
    def test_any_text_has_an_answer(self, text):
        found = guess(text)

        assert found.margin >= 0
        assert len(pieces(text)) + 1 > 0

    def test_a_long_text_costs_no_more_than_a_short_one(self):
        assert len(pieces("面" * 100_000)) <= 3 * scene_model.MOST_CHARACTERS

    def test_many_are_guessed_as_one_is(self):
        model = scene_model.scene_model()
        texts = ["示例面馆", "打车", "xyz"]

        assert model.guesses(texts) == [model.guess(text) for text in texts]


class TestArtefact:
    def test_is_what_its_version_says(self):
        made = json.loads(scene_model.ARTEFACT.read_text(encoding="utf-8"))
        rows = len(made["pieces"])

        assert made["version"] == scene_training.version_of(
            {name: value for name, value in made.items() if name != "version"}
        )
        assert len(from_json(made).lanes) == rows == len(set(made["pieces"]))

    def test_is_trained_from_the_same_texts_each_time(self):
        texts = scene_training.training_texts()

        assert texts == scene_training.training_texts()
        assert {category for _, category in texts} == set(scene_model.scene_model().scenes)

    def test_learns_from_no_sensitive_word(self):
        pattern = lexicon().sensitive

        assert [text for text, _ in scene_training.training_texts() if pattern.search(text)] == []

    def test_answers_as_the_library_that_trained_it(self):
        """Few scenes and words: the packed numbers give the library's own margins."""
        texts = [
            "牛肉面馆",
            "面馆",
            "奶茶铺",
            "面",
            "地铁",
            "打车",
            "公交车",
            "车",
            "超市",
            "菜市场",
        ]
        scenes = [2, 2, 2, 2, 3, 3, 3, 3, 1, 1]
        vectors = TfidfVectorizer(analyzer=scene_training.in_order, binary=True)
        model = LinearSVC(dual=False).fit(vectors.fit_transform(texts), scenes)
        ours = from_json(scene_training.artefact_of(vectors, model))

        for text in ("面馆", "牛肉车", "打车超市"):
            scores = sorted(model.decision_function(vectors.transform([text]))[0])
            assert ours.guess(text).margin == pytest.approx(scores[-1] - scores[-2], abs=0.01)


class TestPurchase:
    def test_says_how_it_was_found(self):
        assert purchase("牛肉面", "示例面馆").method is Method.MODEL
        assert purchase("订单1", "示例旗舰店")[:2] == (Category.ONLINE_SHOPPING, Method.PLATFORM)
        assert purchase("12306", "") == (Category.TRAVEL, Method.KEYWORDS, 75)
        assert purchase("xyz", "abc") == (Category.UNKNOWN, Method.NONE, 0)

    def test_the_item_is_believed_where_the_merchant_is_a_platform(self):
        assert purchase("蓝牙耳机", "京东平台商户").category is Category.ELECTRONICS_HOME


class TestMerchantCodes:
    @pytest.mark.parametrize(
        ("code", "category"),
        [
            ("5411", Category.GROCERIES),
            ("5812", Category.DINING),
            ("3058", Category.TRAVEL),
            ("4121", Category.TRANSPORT),
            ("8220", Category.EDUCATION),
            ("7995", Category.GAMBLING_RISK),
            ("0742", Category.LOGISTICS_SERVICE),
        ],
    )
    def test_tell_the_scene(self, code, category):
        assert of_merchant_code(code) is category

    @pytest.mark.parametrize("code", ["", "0000", "9999", "54110", "54a1", "５４１１", "²³¹¹"])
    def test_unknown_or_broken_say_nothing(self, code):
        assert of_merchant_code(code) in {Category.UNKNOWN, Category.GROCERIES}

    @pytest.mark.parametrize("code", ["8011", "8062", "5912", "8661", "5122", "7273", "4119"])
    def test_of_health_belief_and_intimate_life_say_nothing(self, code):
        assert of_merchant_code(code) is Category.UNKNOWN

    def test_ranges_do_not_overlap(self):
        _, ranges = lexicon().merchant_codes

        for (_, last, _), (first, _, _) in pairwise(ranges):
            assert last < first
