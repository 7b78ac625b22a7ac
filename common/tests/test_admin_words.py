"""Coloured words and links of staff pages: the right colour, the right page, nothing unescaped."""

import pytest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, override

from common.admin.chips import chip
from common.admin.links import linked

LOOKS = {"GOOD": "success", "BAD": "danger"}


class TestChips:
    def test_take_the_colour_of_their_code(self):
        assert "bg-green-100" in chip("Fine", code="GOOD", looks=LOOKS)
        assert "bg-red-100" in chip("Fine", code="BAD", looks=LOOKS)

    def test_stay_grey_without_a_colour(self):
        drawn = chip("Fine", code="UNKNOWN", looks=LOOKS)

        assert "bg-base-500/8" in drawn
        assert "Fine" in drawn

    def test_are_safe_and_escape_what_they_are_told(self):
        drawn = chip("<script>", code="GOOD", looks=LOOKS)

        assert isinstance(drawn, SafeString)
        assert "<script>" not in drawn
        assert "&lt;script&gt;" in drawn

    def test_say_the_word_in_the_readers_language(self):
        word = gettext_lazy("Phone")

        with override("zh-hans"):
            assert "Phone" not in chip(word, code="GOOD", looks=LOOKS)

    def test_have_no_air_around_them(self):
        drawn = chip("Fine", code="GOOD", looks=LOOKS)

        assert drawn == drawn.strip()
        assert drawn.startswith("<span")


class TestLinks:
    @pytest.mark.parametrize(
        ("page", "path"),
        [
            ("lending_loan", "/admin/lending/loan/7/change/"),
            ("borrowers_borrower", "/admin/borrowers/borrower/7/change/"),
        ],
    )
    def test_lead_to_the_page_of_the_row(self, page, path):
        assert f'href="{path}"' in linked(page, 7, "There")

    def test_escape_their_words(self):
        drawn = linked("lending_loan", 7, "<b>林**")

        assert isinstance(drawn, SafeString)
        assert "&lt;b&gt;林**" in drawn
