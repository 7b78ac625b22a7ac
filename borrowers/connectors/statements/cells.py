"""Cells of a bank's row: days in every spelling, times of day, amounts and their currencies."""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from borrowers.connectors.contracts import Cell, Direction, Precision
from borrowers.connectors.header import (
    DAMAGED_ID,
    SERIALS,
    RowUnreadable,
    amount_fen,
    from_serial,
    in_utc,
    nearest_second,
    text,
)

CLOCK = r"(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2})(?:\.\d+)?)?"
AFTER_DAY = rf"(?:[\sT]*(?<=[\sT日]){CLOCK})?"
YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?" + AFTER_DAY)
COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[\sT]*(\d\d):?(\d\d)(?::?(\d\d))?)?")
YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + AFTER_DAY)
# A narrow column breaks a day after its dash: `2025-` above `01-13`.
WRAPPED = re.compile(r"(?<=\d[-/.])\s+(?=\d)")
NO_YEAR = re.compile(r"(\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d)")
DAY_IN_WORDS = re.compile(r"(\d{1,2})[-\s]*([A-Za-z]{3})[a-z]*[-,.\s]*(\d{4})?" + AFTER_DAY)
MONTH_IN_WORDS = re.compile(r"([A-Za-z]{3})[a-z]*[-.\s]*(\d{1,2})[,\s]*(\d{4})?" + AFTER_DAY)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CLOCK_ALONE = re.compile(CLOCK)
DIGITS_OF_CLOCK = re.compile(r"\d{3,6}")
# Excel drops the zeros that banks write: 2024/1/5 stands where 2024/01/05 stood.
SERIALS_OF_CLOCKS = frozenset({0, *SERIALS})
UNPADDED = re.compile(r"\d{4}[-/](?:\d[-/]\d{1,2}|\d\d[-/]\d)(?!\d)")

# Waiting to be booked: the amount is promised, not moved.
WAITING = re.compile("尚未入账|未入账|待入账|未记账|处理中|[Pp]ending|PENDING")

CURRENCIES = {
    "人民币": "CNY", "人民币元": "CNY", "rmb": "CNY", "元": "CNY", "¥": "CNY", "156": "CNY",
    "美元": "USD", "$": "USD", "us$": "USD", "港币": "HKD", "港元": "HKD", "hk$": "HKD",
    "日元": "JPY", "欧元": "EUR", "€": "EUR", "英镑": "GBP", "£": "GBP", "澳元": "AUD",
    "澳大利亚元": "AUD", "加元": "CAD", "加拿大元": "CAD", "cad$": "CAD", "新加坡元": "SGD",
    "新台币": "TWD", "台币": "TWD", "韩元": "KRW", "泰铢": "THB", "瑞士法郎": "CHF",
    "澳门元": "MOP",
}  # fmt: skip
CODE = re.compile(r"[A-Za-z]{3}")
NAMES_OF_MONEY = "|".join(
    re.escape(name) for name in sorted(CURRENCIES, key=len, reverse=True) if name != "156"
)
MONEY = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+])?(?P<currency>[a-z]{{3}}(?![a-z])|{NAMES_OF_MONEY})?(?P<inner>[-+])?"
    r"(?P<digits>\d[\d,]*(?:\.\d+)?|\.\d+)(?P<behind>-)?(?P<close>\))?"
    rf"(?P<flag>cr|dr|借|贷)?(?P<unit>{NAMES_OF_MONEY}|[a-z]{{3}})?(?:\([a-z]{{2,3}}\))?",
)
# How most amounts are written; the others take the longer way.
PLAIN_MONEY = re.compile(r"([-+]?)(\d[\d,]{0,12})(?:\.(\d\d))?")
MARKS_OF_NOTHING = re.compile(r"[-—–*/\s]*")
MINUSES = str.maketrans("−–—﹣", "----")

OUT_WORDS = frozenset({"支", "出", "付", "取", "d", "dr", "db", "debit", "withdrawal", "out", "-"})
IN_WORDS = frozenset({"收", "入", "存", "c", "cr", "credit", "deposit", "in", "+"})
OUT_STARTS = ("借", "支出", "付款", "转出", "取款", "汇出", "debit", "withdraw")
IN_STARTS = ("贷", "收入", "收款", "转入", "存入", "存款", "汇入", "credit", "deposit")


@dataclass(frozen=True, slots=True)
class Days:
    """How one file writes its days.

    `is_day_first` says which of two small numbers is the day, None where the file leaves it open;
    `latest` is the last day that the statement covers, which gives days without a year theirs.
    """

    is_day_first: bool | None = None
    latest: date | None = None
    leaves_out_years: bool = False
    counts_from_1904: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """When a row happened, how exactly the file tells it, and whether a spreadsheet blurred it."""

    at: datetime
    precision: Precision
    degraded: bool


@dataclass(frozen=True, slots=True)
class Money:
    """A signed amount in hundredths, its currency where the cell names one, and a Dr or Cr."""

    fen: int
    currency: str = ""
    flag: Direction | None = None


# --- when ---------------------------------------------------------------------------------------


def moment(day_cell: Cell, time_cell: Cell, days: Days) -> Moment:
    """A day and the time beside it, or a cell that holds both. Raises RowUnreadable.

    A time of day that cannot be (77:57:11) costs the row its precision, not the row.
    """
    day, clock = day_and_clock(day_cell, days)
    beside = clock_of(time_cell)
    is_damaged = bool(text(time_cell)) and beside is None
    clock = beside or clock
    wall = datetime.combine(day, clock[0] if clock else time())
    precision = clock[1] if clock else Precision.DAY
    is_blurred = precision is Precision.MINUTE or UNPADDED.match(text(day_cell)) is not None
    return Moment(in_utc(wall), precision, is_damaged or is_blurred)


def day_and_clock(cell: Cell, days: Days) -> tuple[date, tuple[time, Precision] | None]:
    """The day in a cell, and the time where the same cell tells it. Raises RowUnreadable."""
    if isinstance(cell, datetime):
        return split(nearest_second(cell), days)
    words = WRAPPED.sub("", spelled(cell))
    if COMPACT.fullmatch(words) is None and is_number(cell, words):
        return split(from_serial(float(words), days.counts_from_1904), days)
    return day_in(words, days)


@lru_cache(maxsize=4096)
def day_in(words: str, days: Days) -> tuple[date, tuple[time, Precision] | None]:
    """Many rows share a day. Raises RowUnreadable."""
    for pattern, parts in SPELLINGS:
        if match := pattern.fullmatch(words):
            try:
                return parts(match, days), clock_in(match.groups()[-3:])
            except ValueError as error:
                if isinstance(error, RowUnreadable):
                    raise
                raise RowUnreadable("TIME_UNREADABLE") from error
    if match := NO_YEAR.fullmatch(words):
        return in_some_year(match, days), None
    raise RowUnreadable("TIME_UNREADABLE")


def is_number(cell: Cell, words: str) -> bool:
    """A serial: a number in the workbook, or five digits and a fraction in text."""
    return isinstance(cell, int | float) or re.fullmatch(r"\d{5}(\.\d+)?", words) is not None


def split(wall: datetime, days: Days) -> tuple[date, tuple[time, Precision] | None]:
    """A spreadsheet's time. To a day without a year it added the year in which it was opened."""
    day = wall.date()
    if days.leaves_out_years and days.latest and day > days.latest:
        day = nearest_before(day.month, day.day, days.latest)
    has_clock = wall.time() != time()
    return day, (wall.time(), Precision.SECOND) if has_clock else None


@lru_cache(maxsize=4096)
def normal(words: str) -> str:
    return unicodedata.normalize("NFKC", words).translate(MINUSES).strip()


def spelled(cell: Cell) -> str:
    return normal(text(cell))


def year_first(match: re.Match[str], _: Days) -> date:
    year, month, day = map(int, match.groups()[:3])
    return date(year, month, day)


def year_last(match: re.Match[str], days: Days) -> date:
    first, second, year = map(int, match.groups()[:3])
    if days.is_day_first is None and first != second and max(first, second) <= 12:
        raise RowUnreadable("DATE_AMBIGUOUS")
    is_day_first = first > 12 if days.is_day_first is None else days.is_day_first
    return date(year, second, first) if is_day_first else date(year, first, second)


def day_in_words(match: re.Match[str], days: Days) -> date:
    return named(match.group(2), int(match.group(1)), match.group(3), days)


def month_in_words(match: re.Match[str], days: Days) -> date:
    return named(match.group(1), int(match.group(2)), match.group(3), days)


def named(month: str, day: int, year: str | None, days: Days) -> date:
    number = MONTHS.index(month.lower()) + 1
    return date(int(year), number, day) if year else nearest_before(number, day, days.latest)


def in_some_year(match: re.Match[str], days: Days) -> date:
    """`12/29` in the statement of January is of the year before."""
    month, day = (int(part) for part in match.groups() if part)
    try:
        return nearest_before(month, day, days.latest)
    except ValueError as error:
        if isinstance(error, RowUnreadable):
            raise
        raise RowUnreadable("TIME_UNREADABLE") from error


def nearest_before(month: int, day: int, latest: date | None) -> date:
    """The last such day up to the end of the statement (a 29 February may lie further back)."""
    if latest is None:
        raise RowUnreadable("YEAR_UNKNOWN")
    if (month, day) > (12, 31) or month > 12:
        raise RowUnreadable("TIME_UNREADABLE")
    for year in range(latest.year, latest.year - 5, -1):
        if (month, day) <= (latest.month, latest.day) or year < latest.year:
            try:
                return date(year, month, day)
            except ValueError:
                continue
    raise RowUnreadable("TIME_UNREADABLE")


SPELLINGS = (
    (YEAR_FIRST, year_first),
    (COMPACT, year_first),
    (YEAR_LAST, year_last),
    (DAY_IN_WORDS, day_in_words),
    (MONTH_IN_WORDS, month_in_words),
)


def clock_in(parts: Iterable[str | None]) -> tuple[time, Precision] | None:
    """Hours, minutes and maybe seconds, if there is such a time of day."""
    hours, minutes, seconds = parts
    if hours is None or minutes is None:
        return None
    try:
        clock = time(int(hours), int(minutes), int(seconds or 0))
    except ValueError:
        return None
    return clock, Precision.SECOND if seconds else Precision.MINUTE


def clock_of(cell: Any) -> tuple[time, Precision] | None:
    """A time of day in its own cell: `18:53:19`, `185319`, a fraction of a day, or a full time."""
    if isinstance(cell, datetime):
        return nearest_second(cell).time(), Precision.SECOND
    if isinstance(cell, time):  # openpyxl gives one for a cell that shows a time only
        return cell.replace(microsecond=0), Precision.SECOND
    if isinstance(cell, float) and (0 <= cell < 1 or not cell.is_integer()):
        if (
            not math.isfinite(cell) or int(cell) not in SERIALS_OF_CLOCKS
        ):  # 1.5 is no five past one.
            return None
        midnight = datetime(2000, 1, 1)  # noqa: DTZ001 - any day will do
        return nearest_second(midnight + timedelta(days=cell % 1)).time(), Precision.SECOND
    return clock_in_words(spelled(cell))


def clock_in_words(words: str) -> tuple[time, Precision] | None:
    if DIGITS_OF_CLOCK.fullmatch(words):
        padded = words.zfill(6) if len(words) > 4 else words.zfill(4)
        return clock_in((padded[:2], padded[2:4], padded[4:6] or None))
    for pattern in (CLOCK_ALONE, YEAR_FIRST, COMPACT):
        if match := pattern.fullmatch(words):
            return clock_in(match.groups()[-3:])
    return None


def order_of_days(cells: Iterable[Cell]) -> bool | None:
    """Is the day the first of two numbers? Decided over the whole file; None where it is open.

    A number above twelve settles it. Otherwise the order of the rows does: statements are sorted,
    and only one of the two readings leaves them so.
    """
    pairs = [
        (int(match.group(3)), int(match.group(1)), int(match.group(2)))
        for cell in cells
        if isinstance(cell, str) and (match := YEAR_LAST.fullmatch(spelled(cell)))
    ]
    firsts = max((first for _, first, _ in pairs), default=0)
    seconds = max((second for _, _, second in pairs), default=0)
    if (firsts > 12) != (seconds > 12):
        return firsts > 12
    day_first = is_sorted([(year, second, first) for year, first, second in pairs])
    month_first = is_sorted([(year, first, second) for year, first, second in pairs])
    return day_first if day_first != month_first else None


def has_year_last(cell: Cell) -> bool:
    return isinstance(cell, str) and YEAR_LAST.fullmatch(spelled(cell)) is not None


def is_sorted(days: list[tuple[int, int, int]]) -> bool:
    ascending = sorted(days)
    return days in (ascending, ascending[::-1])


# --- how much -----------------------------------------------------------------------------------


def money(cell: Cell) -> Money | None:
    """An amount; None where the cell says nothing, or only `-`. Raises RowUnreadable."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Money(amount_fen(cell))
    if isinstance(cell, str) and (plain := PLAIN_MONEY.fullmatch(cell)):
        sign, yuan, fen = plain.groups()
        whole = int(yuan.replace(",", "")) * 100 + int(fen or 0)
        return Money(-whole if sign == "-" else whole)
    words = "".join(spelled(cell).split()).casefold()
    if MARKS_OF_NOTHING.fullmatch(words):
        return None
    match = MONEY.fullmatch(words)
    if match is None:
        raise RowUnreadable("AMOUNT_UNREADABLE")
    found = match.groupdict()
    is_negative = "-" in (found["sign"], found["inner"], found["behind"])
    is_negative = is_negative or bool(found["open"] and found["close"])
    fen = amount_fen(found["digits"])
    return Money(
        fen=-fen if is_negative else fen,
        currency=currency_of(found["currency"] or found["unit"]),
        flag=direction_of_flag(found["flag"]) if found["flag"] else None,
    )


def money_or_nothing(cell: Cell) -> int | None:
    """A balance, where it can be read: banks mask it, and no row is lost for that."""
    try:
        found = money(cell)
    except RowUnreadable:
        return None
    return found.fen if found else None


def currency_of(cell: Cell) -> str:
    """The three letters of a currency; nothing where the cell names none."""
    return code_of(text(cell)) if cell else ""


@lru_cache(maxsize=1024)
def code_of(words: str) -> str:
    words = normal(words).casefold()
    if words in CURRENCIES:
        return CURRENCIES[words]
    for name, code in CURRENCIES.items():
        if words and not name.isdigit() and len(name) > 1 and name in words:
            return code
    return words.upper() if CODE.fullmatch(words) else ""


def direction_of_flag(cell: Cell) -> Direction | None:
    """What `借 Dr`, `贷`, `支出`, `C` or `DEBIT` says, from the person's side."""
    words = "".join(spelled(cell).split()).casefold()
    if words in OUT_WORDS or words.startswith(OUT_STARTS):
        return Direction.OUT
    if words in IN_WORDS or words.startswith(IN_STARTS):
        return Direction.IN
    return None


def is_damaged_number(cell: Cell) -> bool:
    """An account number that went through a spreadsheet: 6.2E+18, or zeros at its end."""
    return DAMAGED_ID.fullmatch(text(cell)) is not None
