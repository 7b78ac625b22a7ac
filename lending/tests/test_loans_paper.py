"""What stands on every page of a contract: whose it is, and which page of how many."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pdfplumber
import pytest

from lending.loans import agreement, paper, queries
from lending.loans.contracts import Grid, Passage, Sheet
from lending.loans.paper import ALL_PAGES, FACE, Paper, typeface
from lending.tests import builders, doors

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


class Overheard(Paper):
    """Paper that remembers which words were written on which page."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, str]] = []
        super().__init__(
            font=agreement.FONT,
            running_head="Loan contract, application A-1",
            page_words="Page %(number)s of %(total)s",
            at=NOON,
        )

    def cell(self, w: Any = None, h: Any = None, text: str = "", *more: Any, **named: Any) -> Any:
        self.heard.append((self.page_no(), text))
        return super().cell(w, h, text, *more, **named)


def printed(pages: int) -> Overheard:
    paper = Overheard()
    for _ in range(pages):
        paper.add_page()
    paper.output()
    return paper


class TestEveryPage:
    def test_has_its_number(self):
        assert [each for each in printed(2).heard if each[1].startswith("Page")] == [
            (1, f"Page 1 of {ALL_PAGES}"),
            (2, f"Page 2 of {ALL_PAGES}"),
        ]

    def test_but_the_first_says_what_it_belongs_to(self):
        heads = [page for page, words in printed(3).heard if words.startswith("Loan contract")]

        assert heads == [2, 3]


class Plain(Paper):
    """Paper whose typeface is read by fpdf2 itself, for it alone."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.fonts.clear()
        self.add_font(FACE, fname=agreement.FONT)


def sheet(*texts: str) -> Sheet:
    """A text, and a table with figures of its own."""
    grid = Grid(texts[0][:4], (("A", "B"), ("1,234.00", texts[-1][:6])))
    passages = (Passage(f"{number}.", text) for number, text in enumerate(texts))
    return Sheet("借款合同", "合同", "%(number)s / %(total)s", (*passages, grid))


SHEETS = (
    sheet("甲方乙方", "出借人与借款人约定如下"),
    sheet("Lender and borrower agree.", "Fees: none; 利率 12 %"),
    sheet("零壹贰叁肆伍陆柒捌玖" * 40, "éü§"),
)


def paper_of(each: Sheet) -> bytes:
    return paper.printed(each, font=agreement.FONT, on=NOON.date())


@pytest.fixture
def unshared(monkeypatch):
    """Every sheet, each with a typeface that nobody had before."""
    with monkeypatch.context() as patched:
        patched.setattr(paper, "Paper", Plain)
        return [paper_of(each) for each in SHEETS]


class TestTheTypeface:
    """It is read once a process; no paper may see that another one was printed before or beside."""

    def test_prints_what_a_new_one_prints_in_any_order(self, unshared):
        for number in (0, 1, 2, 1, 0, 2, 2):
            assert paper_of(SHEETS[number]) == unshared[number]

    def test_is_one_papers_own_while_others_are_printed(self, unshared):
        wanted = [0, 1, 2] * 6

        with ThreadPoolExecutor(6) as threads:
            found = list(threads.map(lambda number: paper_of(SHEETS[number]), wanted))

        assert found == [unshared[number] for number in wanted]

    def test_keeps_no_letter_of_a_paper(self):
        known = paper._read(agreement.FONT)
        order, letters = (
            list(known.ttfont.getGlyphOrder()),
            dict(known.ttfont["cmap"].getBestCmap()),
        )
        rows = dict(known.ttfont["hmtx"].metrics)

        paper_of(SHEETS[2])

        assert len(known.subset) == len(typeface(agreement.FONT).subset) <= 2
        assert known.missing_glyphs == []
        assert known.ttfont.getGlyphOrder() == order
        assert known.ttfont["cmap"].getBestCmap() == letters
        assert known.ttfont["hmtx"].metrics == rows
        assert all(
            "data" in vars(each) or not each.numberOfContours
            for each in known.ttfont["glyf"].glyphs.values()
        )

    def test_puts_only_the_letters_of_a_paper_into_its_file(self):
        short, long = (paper_of(SHEETS[number]) for number in (0, 2))

        assert len(short) < len(long) < agreement.FONT.stat().st_size / 20

    def test_of_a_file_can_be_read_again(self):
        with pdfplumber.open(BytesIO(paper_of(SHEETS[0]))) as document:
            words = document.pages[0].extract_text()

        assert "出借人与借款人约定如下" in words
        assert "1,234.00" in words


@pytest.mark.django_db
class TestAContract:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_is_the_same_file_each_time_and_longer_than_a_page(self, language):
        lin = builders.person("Lin")
        with doors.open_platform():
            offer = builders.offered(lin)
            builders.confirmed(offer, lin)

            first, again = (
                queries.unsigned_file(offer.application_id, on=builders.TODAY, language=language)
                for _ in range(2)
            )

        assert first == again
        assert first.count(b"/Type /Page\n") >= 1
        assert ALL_PAGES.encode() not in first
