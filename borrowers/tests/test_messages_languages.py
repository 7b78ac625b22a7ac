"""What we write to people, in both languages: the same facts in each, filled in and whole."""

import re

import pytest
from django.utils import translation

from borrowers.messages.templates import TEMPLATES, missing_facts, wording
from borrowers.tests import cast
from common.money import yuan

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LANGUAGES = ("en", "zh-hans")
VALUES: dict[str, object] = {
    "amount_fen": 123_456,
    "rate_ppm": 144_000,
    "due_on": "2028-02-29",
    "points": 120,
    "loan": "a-public-id",
    "application": "another-public-id",
}


def facts_of(code: str) -> dict[str, object]:
    return {key: VALUES[key] for key in TEMPLATES[code].facts}


def said(code: str, language: str, **changes: object) -> str:
    with translation.override(language):
        found = wording(code, {**facts_of(code), **changes}, translation.gettext)
    return f"{found.title}\n{found.body}"


@pytest.mark.parametrize("code", TEMPLATES)
class TestEveryMessage:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_is_whole(self, code, language):
        words = said(code, language)

        assert "%(" not in words
        assert "None" not in words
        assert all(line.strip() == line and line for line in words.split("\n"))

    def test_is_in_the_readers_language(self, code):
        assert not CHINESE.search(said(code, "en"))
        assert CHINESE.search(said(code, "zh-hans"))

    def test_asks_for_the_same_facts_in_both(self, code):
        template = TEMPLATES[code]
        for words in (template.title, template.body):
            with translation.override("zh-hans"):
                chinese = translation.gettext(words)

            assert sorted(PLACEHOLDER.findall(chinese)) == sorted(PLACEHOLDER.findall(words))

    def test_uses_every_fact_that_it_asks_for(self, code):
        """A fact that no word shows was told to nobody: then it need not be known."""
        template = TEMPLATES[code]
        shown = set(PLACEHOLDER.findall(template.title + template.body))
        asked = {re.sub(r"_(fen|ppm|on)$", "", key) for key in template.facts}

        assert shown == asked

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_shows_the_same_figures_in_both(self, code, language):
        words = said(code, language)

        for key in TEMPLATES[code].facts:
            figure = {"amount_fen": yuan(123_456), "due_on": "2028-02-29", "points": "120"}[key]
            assert figure in words

    def test_says_nothing_of_the_fact_that_nobody_asked_for(self, code):
        """The loan's number is kept beside a message so that the page can link to it."""
        for language in LANGUAGES:
            words = said(code, language, loan="a-public-id", unknown_fact="secret")

            assert "a-public-id" not in words
            assert "secret" not in words

    def test_misses_each_fact_that_is_not_given(self, code):
        given = facts_of(code)

        for key in given:
            assert missing_facts(code, {k: v for k, v in given.items() if k != key}) == [key]
        assert missing_facts(code, given) == []

    def test_names_nobody(self, code):
        """A message can be seen over somebody's shoulder: it says no name and no number."""
        words = TEMPLATES[code].title + TEMPLATES[code].body

        assert not re.search(r"name|phone|id_number", " ".join(TEMPLATES[code].facts))
        assert not any(phone in words for phone in cast.PHONES.values())

    def test_threatens_nobody_and_shouts_at_nobody(self, code):
        words = said(code, "en").lower()

        for harsh in ("police", "court", "family", "employer", "immediately", "last warning", "!"):
            assert harsh not in words


@pytest.mark.parametrize(
    ("fen", "shown"), [(0, "¥0.00"), (1, "¥0.01"), (-5, "¥-0.05"), (123_456_789, "¥1,234,567.89")]
)
def test_amounts_are_written_to_the_fen(fen, shown):
    assert shown in said("REPAYMENT_RECEIVED", "en", amount_fen=fen)
    assert shown in said("REPAYMENT_RECEIVED", "zh-hans", amount_fen=fen)


def test_a_fact_with_a_percent_sign_in_it_is_shown_as_it_is():
    assert "50%(s" in said("POINTS_EARNED", "en", points="50%(s")
