"""Printed records: lines of words, fields behind their labels, and a table under its headings."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from borrowers.connectors.contracts import Pages, Row, Sheet
from borrowers.connectors.header import FEWEST_NAMES, name_of
from borrowers.connectors.statements.dialects import readable
from borrowers.connectors.statements.printed import Line, lines_of


def lines(pages: Pages) -> Iterator[Line]:
    """Every line of every page, from the top."""
    for words in pages.pages:
        yield from lines_of(words)


def whole_text(pages: Pages) -> str:
    """All words, one line after another; the title that the file gives itself comes first."""
    return "\n".join([readable(pages.title), *(line.text() for line in lines(pages))])


def fields(text: str, labels: Sequence[str]) -> dict[str, str]:
    """What stands behind each label up to the next one, or on the line below where nothing does.

    Every label that the paper may carry is given, also those whose values nobody wants: so that
    no value takes in the label beside it. The first value of a label counts.
    """
    found: dict[str, str] = {}
    matches = list(pattern(labels).finditer(text))
    ends = [match.start() for match in matches[1:]] + [len(text)]
    for match, end in zip(matches, ends, strict=True):
        label = "".join((match.group(1) or match.group(2)).split())
        values = (line.strip() for line in text[match.end() : end].splitlines())
        found.setdefault(label, next((value for value in values if value), ""))
    return found


def pattern(labels: Sequence[str]) -> re.Pattern[str]:
    """A label stands alone, or before a colon; printers stretch short ones (`姓 名`)."""
    any_of = "|".join(r"[^\S\n]*".join(each) for each in sorted(labels, key=len, reverse=True))
    return re.compile(rf"(?:(?<!\S)({any_of})(?=\s|$|[:：])|({any_of})(?=\s*[:：]))\s*[:：]?")


def as_sheet(pages: Pages, names: Mapping[str, str]) -> Sheet:
    """The pages as a table: the headings part every line below them into cells, page by page."""
    rows: list[Row] = [[readable(pages.title)]]
    edges: list[float] = []
    for line in lines(pages):
        if sum(1 for word in line.words if name_of(word.text) in names) >= FEWEST_NAMES:
            edges = [(left.right + right.left) / 2 for left, right in pairwise(line.words)]
        rows.append(cells(line, edges) if edges else [line.text()])
    return Sheet(container="PDF", encoding="pdf", rows=rows)


def cells(line: Line, edges: Sequence[float]) -> Row:
    """Each word under the heading that its middle is nearest to."""
    found = [""] * (len(edges) + 1)
    for word in line.words:
        place = sum(1 for edge in edges if edge < (word.left + word.right) / 2)
        found[place] += word.text
    return found
