"""Every reason in both languages: the sentence, the own figure, and nobody misaddressed."""

import re
from typing import Literal

import pytest
from django.utils import translation

from common.templatetags.words import said, said_to_staff
from common.texts import Bilingual
from scoring.decisions.contracts import Reason
from scoring.decisions.reasons import (
    _WITHOUT_ROOM,
    NEUTRAL,
    NEUTRAL_TO_STAFF,
    SENTENCES,
    WEIGHED_ELSEWHERE,
    Words,
    is_without_room,
    words,
)
from scoring.features.catalogue import FEATURES, Unit, figure

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{3,}")
PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|\{\w*\}")
VALUE, THRESHOLD = 12_345.0, 0.5

# Code, value, threshold, and the whole sentence as Lin reads it.
TOLD = [
    ("INCOME_LEVEL", 512_300, 400_000, "Average income a month: ¥5,123 (reference: ¥4,000)"),
    (
        "INCOME_STEADINESS",
        0.254,
        0.3,
        "Your income moves by about 25% from month to month (reference: 30%)",
    ),
    (
        "INCOME_TREND",
        120_050,
        500_000,
        "Income in the latest month: ¥1,200.50 (typical before: ¥5,000)",
    ),
    ("LEFT_OVER", -0.2, 0.1, "Left over from the income: -20% (reference: 10%)"),
    ("DAILY_NEEDS", 0.333, 0.2, "Spending on daily needs: 33% of all (reference: 20%)"),
    (
        "SPENDING_VARIETY",
        0.714,
        0.5,
        "Variety of your spending, from 0 to 1: 0.71 (reference: 0.50)",
    ),
    ("ACTIVE_WEEKS", 12.0, 9.0, "Weeks with payments in the last 13 weeks: 12 (reference: 9)"),
    ("HISTORY", 5.96, 3.0, "Months of records: 6.0 (reference: 3.0)"),
    ("QUIET_TIME", 41.0, 14.0, "Longest time without a payment, in days: 41 (reference: 14)"),
    ("OTHER_CREDIT", 0.155, 0.1, "Other credit makes 16% of your payments (reference: 10%)"),
    ("REPAID_ON_TIME", 1.0, 0.9, "Instalments paid to us on time: 100% (reference: 90%)"),
    ("UNDER_AGE", 17, 18, "We lend from the age of 18; your age is 17."),
    (
        "AMOUNT_TOO_LARGE",
        5_000_001,
        5_000_000,
        "You asked for ¥50,000.01; this product lends at most ¥50,000.",
    ),
    (
        "AMOUNT_TOO_SMALL",
        49_999,
        50_000,
        "You asked for ¥499.99; this product lends from ¥500.",
    ),
    (
        "EXPOSURE_REACHED",
        19_960_000,
        20_000_000,
        "You owe ¥199,600; one person may owe at most ¥200,000 in all.",
    ),
    (
        "INCOME_BEARS",
        40_000,
        None,
        "Your income bears an instalment of up to ¥400 a month.",
    ),
    (
        "OTHER_LOANS_COUNT",
        1_000_000,
        None,
        "What you owe us already, ¥10,000, counts towards the limit.",
    ),
    ("LESS_THAN_ASKED", 1_000_000, 300_000, "You asked for ¥10,000; the limit is ¥3,000."),
    ("SHORTER_THAN_ASKED", 12, 6, "You asked for 12 months; we lend this over up to 6."),
    (
        "SCORE_LOW",
        512,
        None,
        "Your score of 512 is under the line for an automatic offer, so a person will look at it.",
    ),
]


def told(code, language, *, to=said, value=VALUE, threshold=THRESHOLD, **more):
    reason = Reason(code, "G", -3, "DOWN", value, threshold)
    with translation.override(language):
        return to(words(reason, **more))


@pytest.mark.parametrize(("code", "value", "threshold", "sentence"), TOLD)
def test_lin_reads_her_own_figure_in_its_unit(code, value, threshold, sentence):
    assert told(code, "en", value=value, threshold=threshold) == sentence


@pytest.mark.parametrize("code", SENTENCES)
class TestEveryReason:
    def test_is_told_in_chinese(self, code):
        sentence = told(code, "zh-hans")

        assert CHINESE.search(sentence)
        assert not ENGLISH.search(sentence)

    def test_is_told_to_staff_in_chinese(self, code):
        sentence = told(code, "zh-hans", to=said_to_staff)

        assert CHINESE.search(sentence)
        assert not ENGLISH.search(sentence)

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    @pytest.mark.parametrize("to", [said, said_to_staff])
    def test_leaves_no_figure_unfilled(self, code, language, to):
        for value, threshold in [(VALUE, THRESHOLD), (None, None), (0.0, 0.0), (-7.0, 10**12)]:
            sentence = told(code, language, to=to, value=value, threshold=threshold)
            assert not PLACEHOLDER.search(sentence)

    @pytest.mark.parametrize("to", [said, said_to_staff])
    def test_carries_the_same_figures_in_both_languages(self, code, to):
        value, threshold = 7_654_300.0, 1_234_500.0
        figures = {
            place: figure(number, SENTENCES[code].unit)
            for place, number in [("value", value), ("threshold", threshold)]
        }
        english = told(code, "en", to=to, value=value, threshold=threshold)
        chinese = told(code, "zh-hans", to=to, value=value, threshold=threshold)

        assert [each in chinese for each in figures.values()] == [
            each in english for each in figures.values()
        ]

    def test_speaks_to_nobody_else_in_chinese(self, code):
        assert not re.search("您|你", told(code, "zh-hans", to=said_to_staff))


@pytest.mark.parametrize("code", _WITHOUT_ROOM)
class TestWhereNothingCanBeLent:
    def test_another_sentence_is_told_in_both_languages(self, code):
        for language in ("en", "zh-hans"):
            assert told(code, language, without_room=True) != told(code, language)
        assert CHINESE.search(told(code, "zh-hans", without_room=True))

    def test_staff_read_it_too(self, code):
        assert not re.search(
            r"\byou|your\b", told(code, "en", to=said_to_staff, without_room=True), re.IGNORECASE
        )
        assert CHINESE.search(told(code, "zh-hans", to=said_to_staff, without_room=True))


@pytest.mark.parametrize("code", sorted(set(SENTENCES) - set(_WITHOUT_ROOM)))
def test_other_reasons_are_told_as_ever_where_nothing_can_be_lent(code):
    assert told(code, "en", without_room=True) == told(code, "en")


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ([], False),
        ([Reason("LESS_THAN_ASKED", "TERMS", 0, "DOWN", 9, 0)], True),
        ([Reason("LESS_THAN_ASKED", "TERMS", 0, "DOWN", 9, None)], True),
        ([Reason("LESS_THAN_ASKED", "TERMS", 0, "DOWN", 9, 10_000)], False),
        ([Reason("NOTHING_LEFT", "TERMS", 0, "DOWN")], False),
    ],
)
def test_nothing_can_be_lent_where_the_limit_is_nought(reasons, expected):
    assert is_without_room(reasons) is expected


@pytest.mark.parametrize("name", FEATURES)
class TestAFeatureThatAModelNames:
    def reason(self, name, *, points=-9, value=0.5, threshold=None):
        way: Literal["UP", "DOWN"] = "UP" if points > 0 else "DOWN"
        return Reason(name, FEATURES[name].group, points, way, value, threshold)

    def test_is_told_against_and_for_a_person_in_its_own_words(self, name):
        against = words(self.reason(name, value=None))
        in_favour = words(self.reason(name, points=9, value=None))

        assert (against, in_favour) == (FEATURES[name].worse, FEATURES[name].better)

    def test_carries_the_own_figure_and_the_reference_in_both_languages(self, name):
        unit = FEATURES[name].unit
        own, held = figure(0.5, unit), figure(30.0, unit)

        bare = words(self.reason(name))
        full = words(self.reason(name, threshold=30.0))

        assert isinstance(bare, Bilingual)
        assert isinstance(full, Bilingual)
        assert bare.en.endswith(f"({own})")
        assert bare.zh.endswith(f"（{own}）")
        assert full.en.endswith(f"({own}; reference: {held})")
        assert full.zh.endswith(f"（{own}；参考值：{held}）")

    def test_is_said_in_the_readers_language(self, name):
        found = words(self.reason(name))

        with translation.override("zh-hans"):
            assert CHINESE.search(said(found))
        with translation.override("en"):
            assert not CHINESE.search(said(found))


class TestACodeWithoutWords:
    def test_that_was_weighed_is_told_neutrally(self):
        found = words(Reason("moon_phase", "SKY", -4, "DOWN", 3.0))

        assert isinstance(found, Words)
        assert (found.message, found.to_staff) == (NEUTRAL, NEUTRAL_TO_STAFF)

    def test_that_holds_is_told_by_its_code(self):
        found = words(Reason("HOUSE_RULE_7", "POLICY", 0, "DOWN"))

        assert isinstance(found, Words)
        assert (found.message, found.context) == (WEIGHED_ELSEWHERE, {"code": "HOUSE_RULE_7"})

    @pytest.mark.parametrize("points", [0, 5])
    def test_is_told_in_chinese_too(self, points):
        with translation.override("zh-hans"):
            assert CHINESE.search(said(words(Reason("moon_phase", "SKY", points, "UP"))))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, Unit.FEN, "¥0"),
        (1, Unit.FEN, "¥0.01"),
        (100, Unit.FEN, "¥1"),
        (-12_345, Unit.FEN, "¥-123.45"),
        (1_049, Unit.YUAN, "¥10"),
        (1_051, Unit.YUAN, "¥11"),
        (0.994, Unit.SHARE, "99%"),
        (1.5, Unit.SHARE, "150%"),
        (1_234.4, Unit.COUNT, "1,234"),
        (12.5, Unit.DAYS, "12"),
        (0.125, Unit.RATIO, "0.12"),
        (11.96, Unit.MONTHS, "12.0"),
    ],
)
def test_a_figure_is_rounded_as_people_read_it(value, unit, text):
    assert figure(value, unit) == text
