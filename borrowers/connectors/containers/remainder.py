"""What nobody read of a file: a part that holds rows of a bill must not be passed over. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from borrowers.connectors import refusals
from borrowers.connectors.contracts import Document, Pages, Sheet
from borrowers.connectors.header import NOT_IN_AMOUNTS, TIME

# With fen, or with the sign of the currency: a bare number may be anything.
MONEY = re.compile(r"[-+]?\d+\.\d{2}|[-+]?[¥￥]\s?\d+(\.\d+)?")
SHORT_DAY = re.compile(r"\d{8}")
# What says nothing of how many rows were lost: there were none, or the part was a form.
EMPTY = (refusals.NoTransactions, refusals.EmptyFile)


def refuse_unread(unread: Iterable[Document], refused: Iterable[refusals.FileRefused]) -> None:
    """Raises the refusal of a part that was known and could not be read, and PartsUnread where
    rows with a day and an amount stand in a part that nobody knows."""
    for each in refused:
        if not isinstance(each, EMPTY):
            raise each
    rows = sum(moves_money(cells) for document in unread for cells in lines(document))
    if rows:
        raise refusals.PartsUnread(rows=rows)


def moves_money(cells: Sequence[str]) -> bool:
    """One cell is a day and another is an amount of money."""
    has_day = any(TIME.match(each) or SHORT_DAY.fullmatch(each) for each in cells)
    return has_day and any(is_money(each) for each in cells)


def is_money(words: str) -> bool:
    return bool(MONEY.fullmatch(words) or MONEY.fullmatch(words.translate(NOT_IN_AMOUNTS)))


def lines(document: Document) -> Iterator[list[str]]:
    """The rows of a sheet, or what stands at one height on a page."""
    if isinstance(document, Sheet):
        yield from (
            [str(cell).strip() for cell in row if cell is not None] for row in document.rows
        )
    elif isinstance(document, Pages):
        for page in document.pages:
            words = sorted(page, key=lambda word: (word.top, word.left))
            for _, line in groupby(words, key=lambda word: round(word.top)):
                yield [word.text for word in line]
