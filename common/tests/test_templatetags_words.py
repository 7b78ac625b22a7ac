"""Sentences that were written where Django is not known reach pages in the reader's language."""

from dataclasses import dataclass, field

import pytest
from django.template import Context, Template
from django.utils import translation

from common.templatetags.words import said, said_to_staff, translated


@dataclass
class Sentence:
    message: str
    context: dict[str, str] = field(default_factory=dict)
    to_staff: str = ""


class TestSaid:
    def test_is_filled_after_it_is_translated(self):
        sentence = Sentence("You asked for %(value)s.", {"value": "¥5"})

        with translation.override("en"):
            assert said(sentence) == "You asked for ¥5."

    def test_a_percent_sign_in_a_figure_stays(self):
        sentence = Sentence("%(value)s of all", {"value": "45%"})

        assert said(sentence) == "45% of all"

    def test_a_missing_figure_is_an_error_and_not_a_gap(self):
        with pytest.raises(KeyError):
            said(Sentence("You asked for %(value)s."))

    def test_is_escaped_on_a_page(self):
        page = Template("{% load words %}{{ sentence|said }}")

        shown = page.render(Context({"sentence": Sentence("%(x)s", {"x": "<b>"})}))

        assert shown == "&lt;b&gt;"


class TestSaidToStaff:
    def test_speaks_of_the_person_where_the_sentence_speaks_to_them(self):
        sentence = Sentence("Your age: %(x)s", {"x": "28"}, "The applicant's age: %(x)s")

        assert said_to_staff(sentence) == "The applicant's age: 28"

    def test_is_the_sentence_itself_where_it_addresses_nobody(self):
        assert said_to_staff(Sentence("Months: %(x)s", {"x": "3"})) == "Months: 3"


class TestTranslated:
    def test_words_are_looked_up_and_nothing_stays_nothing(self):
        with translation.override("en"):
            assert translated("Income") == "Income"
        # An empty msgid would answer with the catalogue's own header.
        assert translated("") == ""
