"""The words of a page are those that pdfplumber finds, though its other findings are left alone."""

import re
from io import BytesIO

import pdfplumber
import pytest
from fpdf import FPDF

from borrowers.connectors.containers.pdf import letters_on, pages, word_of

LEANING_DEGREES = (0, 90, 180, 270, 30)


def page_with(degrees: int) -> bytes:
    """Words of two sizes, some of them turned, beside lines, a filled box and a picture."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=11)
    pdf.set_text_color(200, 30, 30)
    for row in range(12):
        pdf.text(20, 30 + 7 * row, f"2026-11-{row + 1:02d}  1,{row:03d}.50   Shop No. {row}")
    pdf.line(10, 10, 90, 90)
    pdf.rect(40, 40, 20, 20, style="DF")
    pdf.set_font("times", style="B", size=7)
    with pdf.rotation(degrees, 100, 200):
        pdf.text(100, 200, "turned words")
    return bytes(pdf.output())


def moved(content: bytes, box: bytes) -> bytes:
    """The same page where its paper does not begin at the corner."""
    found = re.search(rb"/MediaBox \[[^\]]*\]", content)
    assert found is not None
    wanted = b"/MediaBox [" + box + b"]"
    return content.replace(found[0], wanted.ljust(len(found[0])))


CASES = {
    **{f"turned by {degrees}": page_with(degrees) for degrees in LEANING_DEGREES},
    "another corner": moved(page_with(30), b"7 5 590 830"),
    "below zero": moved(page_with(90), b"-9 -4 590 830"),
}


@pytest.mark.parametrize("name", CASES)
def test_are_found_where_the_library_finds_them(name):
    with pdfplumber.open(BytesIO(CASES[name])) as document:
        page = document.pages[0]
        expected = [word_of(each) for each in page.extract_words()]

    assert len(expected) > 40
    assert list(pages(CASES[name], "").pages[0]) == expected


@pytest.mark.parametrize("name", CASES)
def test_stand_on_letters_that_say_what_the_library_says(name):
    with pdfplumber.open(BytesIO(CASES[name])) as document:
        page = document.pages[0]
        found = list(letters_on(page, page.layout))
        chars = page.chars

    assert len(found) == len(chars)
    for ours, theirs in zip(found, chars, strict=True):
        assert ours == {name: theirs[name] for name in ours}
