"""The paper that contracts are printed on: its typeface, margins, and what is on every page."""

from copy import copy
from datetime import UTC, date, datetime, time
from functools import cache
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace, SubsetMap, TTFFont

from lending.loans.contracts import Grid, Sheet

FACE = "contract"
MARGIN_MM = 18
LINE_MM = 6
SMALL = 8
GREY = 110
PALE = 242
# Tables with a row for every letter: reading them takes most of the time.
ROWS = frozenset({"hmtx", "vmtx"})
ALL_PAGES = "{nb}"  # fpdf2 puts the number of pages in its place when it writes the file


class Paper(FPDF):
    """A4 with the page's number below, and from the second page on what it belongs to above."""

    def __init__(self, *, font: Path, running_head: str, page_words: str, at: datetime) -> None:
        super().__init__(format="A4")
        self.running_head = running_head
        self.page_words = page_words
        # A fixed date, so that the same contract is the same file.
        self.set_creation_date(at)
        self.fonts[FACE] = typeface(font)
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=MARGIN_MM)

    def header(self) -> None:
        """What these pages belong to; the first page says it by its title."""
        if self.page_no() > 1:
            self._quietly(self.running_head, align="L")
            self.ln(LINE_MM / 2)

    def footer(self) -> None:
        """The page's number, and of how many."""
        self.set_y(-MARGIN_MM + LINE_MM / 2)
        words = self.page_words % {"number": self.page_no(), "total": ALL_PAGES}
        self._quietly(words, align="C")

    def _quietly(self, words: str, *, align: str) -> None:
        self.set_font(FACE, size=SMALL)
        self.set_text_color(GREY)
        self.cell(0, LINE_MM, words, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_text_color(0)


def typeface(font: Path) -> TTFFont:
    """The typeface as `add_font` reads it, for one paper and no other.

    Reading thousands of letters takes longer than printing a contract, so it is done once a
    process. Whatever a paper writes into its face, which letters it uses and the tables that are
    cut down to them, is that paper's own.
    """
    known = _read(font)
    own = TTFFont.__new__(TTFFont)
    for name in TTFFont.__slots__:
        if hasattr(known, name):  # of one that nobody asked for there is only the place
            setattr(own, name, getattr(known, name))
    own.ttfont = _own_tables(known.ttfont, font)
    own.desc = copy(known.desc)
    own.cw = known.cw.copy()
    own.missing_glyphs = []
    own.subset = SubsetMap(own)
    return own


def _own_tables(known: TTFont, font: Path) -> TTFont:
    """The file opened anew, with copies of what is slow to read: what stands in thousands of rows.

    A paper's subset cuts rows out and changes the letters that it keeps, so that each has its own.
    """
    own = TTFont(BytesIO(_content(font)), recalcTimestamp=False, lazy=True)
    order = known.getGlyphOrder()
    own.setGlyphOrder(list(order))
    for tag in ROWS & set(known.keys()):
        own[tag] = copy(known[tag])
        own[tag].metrics = dict(known[tag].metrics)
    own["cmap"] = copy(known["cmap"])
    own["cmap"].tables = [copy(each) for each in known["cmap"].tables]
    for each in own["cmap"].tables:
        each.cmap = dict(each.cmap)
    own["glyf"] = copy(known["glyf"])
    own["glyf"].glyphOrder, own["glyf"]._reverseGlyphOrder = list(order), {}  # noqa: SLF001 (kept apart)
    # A letter is a row of bytes until somebody draws it, and one without a line has none.
    own["glyf"].glyphs = {
        name: Glyph(vars(each).get("data", b"")) for name, each in known["glyf"].glyphs.items()
    }
    return own


@cache
def _content(font: Path) -> bytes:
    return font.read_bytes()


@cache
def _read(font: Path) -> TTFFont:
    """Never printed with, only copied from, by several threads at once: read to its end here."""
    blank = FPDF()
    blank.add_font(FACE, fname=font)
    face = blank.fonts[FACE]
    assert isinstance(face, TTFFont)
    loaded = {tag: face.ttfont[tag] for tag in (*ROWS & set(face.ttfont.keys()), "cmap", "glyf")}
    loaded["cmap"].ensureDecompiled()
    face.ttfont.close()
    return face


def printed(sheet: Sheet, *, font: Path, on: date) -> bytes:
    """The sheet as a PDF; the same input gives the same bytes."""
    page = Paper(
        font=font, running_head=sheet.running_head, page_words=sheet.page_words, at=_noon(on)
    )
    page.add_page()
    page.set_font(FACE, size=18)
    page.cell(0, LINE_MM * 2, sheet.title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_draw_color(GREY)
    for part in sheet.parts:
        page.set_font(FACE, size=12)
        if part.heading:
            page.cell(0, LINE_MM + 3, part.heading, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if isinstance(part, Grid):
            _print_grid(page, part)
        else:
            page.set_font(FACE, size=10)
            page.multi_cell(0, LINE_MM, part.text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        page.ln(1)
    return bytes(page.output())


def _print_grid(page: Paper, grid: Grid) -> None:
    page.set_font(FACE, size=9)
    with page.table(
        text_align="LEFT" if grid.widths else "RIGHT",
        col_widths=grid.widths or None,
        line_height=LINE_MM,
        headings_style=FontFace(fill_color=PALE),
        padding=1 if grid.widths else 0,
    ) as table:
        for cells in grid.rows:
            table.row(cells)


def _noon(on: date) -> datetime:
    return datetime.combine(on, time(4), tzinfo=UTC)
