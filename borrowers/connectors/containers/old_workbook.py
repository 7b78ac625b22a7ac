"""Workbooks of the format before 2007 (XLS), as banks still export them."""

import io
import struct
from datetime import datetime
from typing import Any

from borrowers.connectors import refusals
from borrowers.connectors.containers.limits import COLUMNS, LINES, too_large
from borrowers.connectors.contracts import Cell, Row, Sheet

# What the library raises on damaged files; seen by cutting and flipping bytes (tests).
DAMAGED = (
    struct.error, LookupError, ValueError, TypeError, AttributeError, AssertionError,
    OverflowError, EOFError, NotImplementedError, ArithmeticError, RecursionError,
    UnboundLocalError,
)  # fmt: skip


def sheets(content: bytes) -> list[Sheet]:
    """The worksheets. Raises PasswordProtected, TruncatedFile, TooLarge."""
    # Imported here: most bills are text.
    import xlrd  # noqa: PLC0415 (only for old workbooks: the reader has little room)
    from xlrd.compdoc import CompDocError  # noqa: PLC0415 (only for old workbooks: the reader has little room)

    try:
        book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO(), ragged_rows=True)
        return sheets_of(book)
    except xlrd.XLRDError as error:
        is_locked = "encrypted" in str(error).casefold()
        raise (refusals.PasswordProtected if is_locked else refusals.TruncatedFile) from error
    except (CompDocError, *DAMAGED) as error:
        raise refusals.TruncatedFile from error


def sheets_of(book: Any) -> list[Sheet]:
    found = []
    budget = LINES
    for worksheet in book.sheets():
        budget -= worksheet.nrows
        if budget < 0:
            raise too_large()
        rows = [row_of(worksheet, index, book.datemode) for index in range(worksheet.nrows)]
        counts_from_1904 = book.datemode == 1
        found.append(
            Sheet(container="XLS", encoding="xls", rows=rows, counts_from_1904=counts_from_1904)
        )
    return found


def row_of(worksheet: Any, index: int, datemode: int) -> Row:
    kinds = worksheet.row_types(index, 0, COLUMNS)
    values = worksheet.row_values(index, 0, COLUMNS)
    return [cell_of(kind, value, datemode) for kind, value in zip(kinds, values, strict=True)]


def cell_of(kind: int, value: Any, datemode: int) -> Cell:
    """Whole numbers come as floats in this format and are whole numbers again."""
    import xlrd  # noqa: PLC0415 (only for old workbooks: the reader has little room)

    if kind == xlrd.XL_CELL_TEXT:
        return str(value)
    if kind == xlrd.XL_CELL_DATE:
        return moment_of(value, datemode)
    if kind == xlrd.XL_CELL_NUMBER:
        return int(value) if value.is_integer() and abs(value) < 10**15 else float(value)
    return None


def moment_of(days: float, datemode: int) -> Cell:
    from xlrd.xldate import xldate_as_datetime  # noqa: PLC0415 (only for old workbooks: the reader has little room)

    try:
        wall: datetime = xldate_as_datetime(days, datemode)
    except (ValueError, OverflowError):
        return days
    return f"{wall:%H:%M:%S}" if 0 <= days < 1 else wall
