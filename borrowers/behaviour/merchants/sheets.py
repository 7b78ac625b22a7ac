"""The merchant table as a file of four columns: written for spreadsheets, read with its faults."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from borrowers.behaviour.contracts import Category, Place
from borrowers.behaviour.merchants.naming import OF_MERCHANTS, Key, Rule, is_name, spelled
from common.errors import Refused
from common.texts import gettext_noop

COLUMNS = ("name", "match", "category", "place")
EXACT, PREFIX = "EXACT", "PREFIX"
LARGEST_FILE = 1024 * 1024
MOST_RULES = 20_000
LONGEST_SHOWN = 100
# A spreadsheet computes cells that begin so; one that only names a merchant is written with a
# quotation mark before it.
COMPUTED = ("=", "+", "-", "@")


class MerchantFileRefused(Refused):
    """No table of merchants can be read out of the file."""

    code = "MERCHANT_FILE_REFUSED"
    message = gettext_noop("This file is no merchant table.")
    advice = gettext_noop(
        "Take a CSV file of at most 1 MB with the columns name, match, category and place. "
        "The export of the table shows how it looks."
    )
    status = 400


class Fault(StrEnum):
    """What is wrong with a line."""

    COLUMNS = "COLUMNS"
    NAME = "NAME"
    MATCH = "MATCH"
    CATEGORY = "CATEGORY"
    PLACE = "PLACE"
    TWICE = "TWICE"


FAULTS: Mapping[Fault, str] = {
    Fault.COLUMNS: gettext_noop("The line does not have as many cells as there are columns."),
    Fault.NAME: gettext_noop("The name needs two to eighty characters."),
    Fault.MATCH: gettext_noop("The match is EXACT or PREFIX."),
    Fault.CATEGORY: gettext_noop("No merchant can have this category."),
    Fault.PLACE: gettext_noop("The place is ONLINE, OFFLINE, AUTO_DEBIT or empty."),
    Fault.TWICE: gettext_noop("An earlier line has the same name."),
}


@dataclass(frozen=True, slots=True)
class FaultyLine:
    """A line of the file that cannot be taken, and why."""

    number: int
    fault: Fault
    text: str


@dataclass(frozen=True, slots=True)
class SheetRead:
    """All that a file says: the rules of its sound lines, and the lines that have a fault."""

    rules: tuple[Rule, ...]
    faults: tuple[FaultyLine, ...]


class _Faulty(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def text_of(content: bytes) -> str:
    """The text of a file, as spreadsheets save it here. Raises MerchantFileRefused."""
    if len(content) > LARGEST_FILE:
        raise MerchantFileRefused
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise MerchantFileRefused


def read(text: str) -> SheetRead:
    """Every line is read, so that all faults are seen at once. Raises MerchantFileRefused."""
    lines = _lines(text)
    order = [cell.strip().casefold() for cell in lines[0][1]] if lines else []
    if sorted(order) != sorted(COLUMNS) or len(lines) > MOST_RULES:
        raise MerchantFileRefused
    rules: dict[Key, Rule] = {}
    faults: list[FaultyLine] = []
    for number, cells in lines[1:]:
        try:
            rule = _rule(order, cells)
        except _Faulty as faulty:
            faults.append(FaultyLine(number, faulty.fault, _shown(cells)))
            continue
        if rule.key in rules:
            faults.append(FaultyLine(number, Fault.TWICE, _shown(cells)))
        rules.setdefault(rule.key, rule)
    return SheetRead(tuple(rules.values()), tuple(faults))


def written(rules: Iterable[Rule]) -> str:
    """The table as a file that `read` reads back to the same rules."""
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow(COLUMNS)
    for rule in sorted(rules, key=lambda each: each.key):
        name = f"'{rule.name}" if rule.name.startswith(COMPUTED) else rule.name
        place = rule.place.name if rule.place else ""
        match = PREFIX if rule.is_prefix else EXACT
        sheet.writerow((name, match, rule.category.name, place))
    return out.getvalue()


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Each line with its number as an editor counts it; empty lines are no lines."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise MerchantFileRefused from error


def _shown(cells: Sequence[str]) -> str:
    return ",".join(cells)[:LONGEST_SHOWN]


def _rule(order: Sequence[str], cells: Sequence[str]) -> Rule:
    if len(cells) != len(COLUMNS):
        raise _Faulty(Fault.COLUMNS)
    told = dict(zip(order, (cell.strip() for cell in cells), strict=True))
    match = told["match"].upper()
    if match not in {EXACT, PREFIX}:
        raise _Faulty(Fault.MATCH)
    return Rule(
        name=_name(told["name"]),
        is_prefix=match == PREFIX,
        category=_category(told["category"]),
        place=_place(told["place"]),
    )


def _name(cell: str) -> str:
    is_quoted = cell.startswith("'") and cell[1:].startswith(COMPUTED)
    name = spelled(cell[1:] if is_quoted else cell)
    if not is_name(name):
        raise _Faulty(Fault.NAME)
    return name


def _category(cell: str) -> Category:
    category = Category.__members__.get(cell.upper())
    if category is None or category not in OF_MERCHANTS:
        raise _Faulty(Fault.CATEGORY)
    return category


def _place(cell: str) -> Place:
    place = Place.__members__.get(cell.upper() or Place.UNKNOWN.name)
    if place is None:
        raise _Faulty(Fault.PLACE)
    return place
