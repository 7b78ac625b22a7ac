"""What we write and show reads whole in both languages: every fact, every code, every purpose."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour.words import (
    CATEGORIES,
    FINDINGS,
    FREQUENCIES,
    ROWS_DO_NOT_FIT,
    ROWS_MISSING,
    SOURCES,
    TOTALS_DIFFER,
)
from borrowers.consent.purposes import PURPOSES, of_partner, text_sha256
from borrowers.messages.templates import TEMPLATES, missing_facts, wording
from borrowers.people.contracts import REVEAL_REASONS
from borrowers.web.lines import CAME_OF_IT, SAID

LANGUAGES = ("en", "zh-hans")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# A fact of every unit, and how each reads.
FACTS = {
    "amount_fen": 123_456,
    "before_fen": 500_000,
    "due_on": "2026-12-20",
    "limit_fen": 200_000,
    "most_fen": 987_600,
    "next_on": "2026-12-23",
    "paid_on": "2026-11-23",
    "periods": 4,
    "points": 120,
    "rest_fen": 2_550,
    "until_on": "2026-12-20",
    "wanted_on": "2026-12-28",
}
READS = {
    "amount_fen": "¥1,234.56",
    "before_fen": "¥5,000.00",
    "due_on": "2026-12-20",
    "limit_fen": "¥2,000.00",
    "most_fen": "¥9,876.00",
    "next_on": "2026-12-23",
    "paid_on": "2026-11-23",
    "periods": "4",
    "points": "120",
    "rest_fen": "¥25.50",
    "until_on": "2026-12-20",
    "wanted_on": "2026-12-28",
}
SHOWN: dict[str, Mapping[Any, str]] = {
    "categories": CATEGORIES,
    "sources": SOURCES,
    "findings": FINDINGS,
    "frequencies": FREQUENCIES,
    "reasons": REVEAL_REASONS,
    "marks": SAID,
    "decisions": CAME_OF_IT,
    "doubts": {1: ROWS_DO_NOT_FIT, 2: ROWS_MISSING, 3: TOTALS_DIFFER},
}


def in_chinese(words: str) -> str:
    with translation.override("zh-hans"):
        return translation.gettext(words)


class TestMessages:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("code", TEMPLATES)
    def test_say_every_fact_in_either_language(self, code, language):
        facts = {name: FACTS[name] for name in TEMPLATES[code].facts}

        with translation.override(language):
            said = wording(code, facts, translation.gettext)

        assert missing_facts(code, facts) == []
        for name in facts:
            assert READS[name] in f"{said.title} {said.body}"
        assert "%" not in f"{said.title}{said.body}".replace("100%", "")
        assert bool(CHINESE.search(said.title)) is (language == "zh-hans")
        assert bool(CHINESE.search(said.body)) is (language == "zh-hans")

    @pytest.mark.parametrize("code", TEMPLATES)
    def test_ask_for_the_facts_that_they_say_and_for_no_other(self, code):
        template = TEMPLATES[code]
        asked = {re.sub(r"_(fen|ppm|on)$", "", name) for name in template.facts}

        for words in (template.title, template.body):
            assert set(PLACEHOLDER.findall(in_chinese(words))) == set(PLACEHOLDER.findall(words))
        assert set(PLACEHOLDER.findall(template.title + template.body)) == asked

    @pytest.mark.parametrize("code", [each for each in TEMPLATES if TEMPLATES[each].facts])
    def test_name_each_fact_that_is_missing(self, code):
        wanted = TEMPLATES[code].facts

        assert missing_facts(code, {}) == list(wanted)
        assert missing_facts(code, {wanted[0]: 1}) == list(wanted[1:])

    @given(fen=st.integers(-(10**12), 10**12))
    def test_write_an_amount_as_yuan_and_fen(self, fen):
        said = wording("REPAYMENT_RECEIVED", {"amount_fen": fen}, str).body

        digits = "".join(each for each in said if each.isdigit())
        assert int(digits) == abs(fen)
        assert said.count("¥") == 1

    def test_are_not_filled_twice(self):
        """A fact that looks like a placeholder stays what it is."""
        said = wording("POINTS_EARNED", {"points": "%(points)s"}, str).body

        assert said.startswith("%(points)s points")


class TestNotices:
    @pytest.mark.parametrize("code", PURPOSES)
    def test_of_every_purpose_read_whole_in_chinese(self, code):
        for sentence in PURPOSES[code].sentences():
            said = in_chinese(sentence)
            assert CHINESE.search(said), sentence
            assert "%" not in said

    @pytest.mark.parametrize("code", PURPOSES)
    def test_have_a_fingerprint_for_each_language(self, code):
        prints = set()
        for language in LANGUAGES:
            with translation.override(language):
                prints.add(text_sha256(PURPOSES[code], translation.gettext))

        assert len(prints) == len(LANGUAGES)

    def test_of_a_partner_name_it_and_keep_its_name(self):
        purpose = of_partner("MALL", "示例商城")

        assert in_chinese(purpose.title) == purpose.title == "示例商城"
        assert all(CHINESE.search(in_chinese(each)) for each in purpose.sentences())

    def test_of_two_partners_have_two_fingerprints(self):
        mall, shop = of_partner("MALL", "示例商城"), of_partner("SHOP", "示例商城")

        assert text_sha256(mall, str) != text_sha256(shop, str)


@pytest.mark.parametrize(
    "words", [pytest.param(each, id=f"{name}-{code}") for name, table in SHOWN.items()
              for code, each in table.items()]
)  # fmt: skip
def test_what_pages_show_of_codes_is_said_in_chinese(words):
    said = in_chinese(words)

    assert CHINESE.search(said)
    assert set(PLACEHOLDER.findall(said)) == set(PLACEHOLDER.findall(words))
