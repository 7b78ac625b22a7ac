"""Cells, days and totals as text files write them."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from common.periods import SHANGHAI
from simulation.bills.records import yuan

SPECIAL = re.compile('[,"\r\n]')


def csv_cell(words: str, *, is_quoted: bool = False) -> str:
    if is_quoted or SPECIAL.search(words):
        return '"' + words.replace('"', '""') + '"'
    return words


def day(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d}"


def wall_text(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def grouped(fen: int) -> str:
    """`123456` as `1,234.56`, and a minus where there is one: as banks write it."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def signed(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{yuan(abs(fen))}"


def total(pattern: str, amounts_fen: Sequence[int]) -> str:
    return pattern.format(len(amounts_fen), yuan(sum(amounts_fen)))


def csv_sheet(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with byte order mark; rows may be of unequal length."""
    lines = (",".join(csv_cell(cell) for cell in row) for row in rows)
    return ("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode()


def tab_sheet(rows: Iterable[Sequence[str]], *, width: int) -> bytes:
    """What some banks call .xls: text in GB 18030 with a tab between cells."""
    lines = ("\t".join([*row, *[""] * (width - len(row))]) for row in rows)
    return "".join(f"{line}\r\n" for line in lines).encode("gb18030")
