"""Statements of any other bank: columns by the words of their headings, in Chinese or English."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from borrowers.connectors import refusals
from borrowers.connectors.banks import abc, boc, bocom, ccb, cgb, citic, cmb, icbc, spdb
from borrowers.connectors.contracts import BillReading, Pages, Row, Sheet, Source
from borrowers.connectors.header import Header, joined, text
from borrowers.connectors.statements.balances import changes_of, fen, looks_positional, positional
from borrowers.connectors.statements.cells import currency_of, direction_of_flag
from borrowers.connectors.statements.connector import PURPOSE, words_around
from borrowers.connectors.statements.dialects import CHINESE, Dialect, column_of
from borrowers.connectors.statements.guess import Guessed, header_of, is_statement, missing
from borrowers.connectors.statements.printed import as_sheet, beginning
from borrowers.connectors.statements.reading import read

TITLES: Final = (
    (Source.ICBC, icbc.TITLE), (Source.CCB, ccb.TITLE), (Source.ABC, abc.TITLE),
    (Source.BOCOM, bocom.TITLE), (Source.CMB, cmb.TITLE), (Source.CITIC, citic.TITLE),
    (Source.SPDB, spdb.TITLE), (Source.CGB, cgb.TITLE), (Source.BOC, boc.TITLE),
)  # fmt: skip
ANY_BANK = re.compile(
    "银行|储蓄卡|借记卡|信用卡|账户明细|交易明细|交易流水|[Bb]ank|[Ss]tatement|BANK"
)
CARD = re.compile("信用卡|贷记卡|[Cc]redit [Cc]ard|CREDIT CARD")
CARD_IN_HEADINGS = re.compile(r"(?<!bank )card\s*#|credit card", re.IGNORECASE)
PAID = re.compile("还款|payment", re.IGNORECASE)
CURRENCY_IN_WORDS = re.compile(r"(?:币种|货币|Currency)[:：,\s]*([A-Z]{3}|[\u4e00-\u9fff]{2,4})")
# The currency of no country: a foreign statement that names none is counted in none.
NO_CURRENCY = "XXX"
CODE_IN_BRACKETS = re.compile(r"[(（]([A-Z]{3})[)）]")
ROWS_OF_PREAMBLE = 30
# No word for a direction: the row is set aside.
UNTOLD = "?"


# Pages tell no columns but by their headings: these must be among them.
PRINTED = tuple(
    Dialect("PRINTED", Source.BANK, ANY_BANK, Guessed(), dict.fromkeys(names, ""))
    for names in (("day", "amount"), ("day", "out", "in"), ("booked", "amount"))
)


@dataclass(slots=True)
class AnyBank:
    """The connector of statements that no bank's own connector knows."""

    kind: str = "BANK"
    source: Source = Source.BANK
    version: str = "1"
    purpose: str = PURPOSE
    reads: type[Sheet] = Sheet

    def recognises(self, sheet: Sheet) -> bool:
        """By headings for days and amounts; by a bank's name above fewer headings; or by rows of
        days and amounts without any headings."""
        header = header_of(sheet.rows)
        if header is None:
            return looks_positional(sheet.rows) is not None or is_cut_off(sheet)
        return is_statement(header) or ANY_BANK.search(words_around(sheet, header)) is not None

    def read(self, sheet: Sheet) -> BillReading:
        """Raises UnknownLayout where a column or the direction of amounts cannot be found, and
        what the reader of rows raises."""
        header = header_of(sheet.rows)
        if header and not is_statement(header):
            raise unknown(header)
        header = header or positional(sheet.rows)
        if header is None:
            raise refusals.TruncatedFile if is_cut_off(sheet) else unknown(header)
        dialect = dialect_of(sheet, header)
        return read(*with_direction(sheet, dialect, header))


@dataclass(slots=True)
class AnyBankPages:
    """The connector of printed statements that no bank's own connector knows."""

    kind: str = "BANK_PDF"
    source: Source = Source.BANK
    version: str = "1"
    purpose: str = PURPOSE
    reads: type[Pages] = Pages

    def recognises(self, pages: Pages) -> bool:
        """By headings for days and amounts, under the word bank or statement."""
        sheet = self.as_sheet(beginning(pages))
        return sheet is not None and TABLE.recognises(sheet)

    def read(self, pages: Pages) -> BillReading:
        """Raises what the reader of tables raises."""
        sheet = self.as_sheet(pages)
        if sheet is None:
            raise unknown(None)
        return TABLE.read(sheet)

    def as_sheet(self, pages: Pages) -> Sheet | None:
        found = (as_sheet(pages, dialect) for dialect in PRINTED)
        return next((sheet for sheet in found if sheet and header_of(sheet.rows)), None)


def unknown(header: Header | None) -> refusals.UnknownLayout:
    return refusals.UnknownLayout(columns=missing(header))


def is_cut_off(sheet: Sheet) -> bool:
    """A bank's name above, and the text stops before there is a table."""
    stops = sheet.is_cut or sheet.has_open_end
    if not stops or len(sheet.rows) > ROWS_OF_PREAMBLE:
        return False
    above = "\n".join(joined(row) for row in sheet.rows)
    return any(title.search(above) for _, title in TITLES)


def dialect_of(sheet: Sheet, header: Header) -> Dialect:
    """What stands around the rows makes the dialect: whose it is, card or account, which money."""
    around = words_around(sheet, header)
    headings = ",".join(str(cell) for cell in sheet.rows[max(header.row_index, 0)] if cell)
    source, title = next(
        ((source, title) for source, title in TITLES if title.search(around)),
        (Source.BANK, ANY_BANK),
    )
    is_card = "balance" not in header.places and looks_like_card(header, headings, around)
    return Dialect(
        name="STATEMENT_CARD" if is_card else "STATEMENT",
        source=source,
        title=title,
        names=names_in(sheet, header),
        needed={},
        is_card=is_card,
        currency=currency_in(headings, around),
    )


def looks_like_card(header: Header, headings: str, around: str) -> bool:
    """A card's statement says so, names its cards, or tells two days of every row."""
    says_so = CARD.search(around) or CARD_IN_HEADINGS.search(headings)
    return bool(says_so) or "tail" in header.places or {"day", "booked"} <= set(header.places)


def names_in(sheet: Sheet, header: Header) -> dict[str, str]:
    """The headings as they stand, for the pages that repeat them."""
    if header.row_index < 0:
        return {}
    row = sheet.rows[header.row_index]
    return {column_of(str(row[at])): name for name, at in header.places.items()}


def currency_in(headings: str, around: str) -> str:
    """The currency that the statement names outside its rows. Chinese ones mean their own."""
    for words in (headings, around):
        if (match := CURRENCY_IN_WORDS.search(words)) and (code := currency_of(match.group(1))):
            return code
        if match := CODE_IN_BRACKETS.search(words):
            return match.group(1)
    is_chinese = CHINESE.search(headings) or CHINESE.search(around)
    return "CNY" if is_chinese else NO_CURRENCY


# --- which way ----------------------------------------------------------------------------------


def with_direction(sheet: Sheet, dialect: Dialect, header: Header) -> tuple[Sheet, Dialect, Header]:
    """The statement with its direction settled: by two columns, a flag, signs, or balances.

    Raises UnknownLayout where none of them tells it.
    """
    places = dict(header.places)
    if "amount" not in places:
        return sheet, dialect, header
    below = sheet.rows[header.row_index + 1 :]
    flags = [name for name in ("flag", "type") if name in places and is_flag(below, places[name])]
    places.pop("flag", None)
    if flags:
        places["flag"] = header.places[flags[0]]
    amounts = [fen(row, places["amount"]) for row in below]
    has_minus = any(amount is not None and amount < 0 for amount in amounts)
    if dialect.is_card and has_minus and not flags:
        dialect = replace(dialect, turns_sign_round=is_paid_by_plus(below, amounts))
    if not (flags or has_minus or dialect.is_card):
        return by_balances(sheet, amounts, header), dialect, flagged(header, places)
    return sheet, dialect, replace(header, places=places)


def is_flag(rows: Sequence[Row], at: int) -> bool:
    """Does this column say debit or credit wherever it says anything?"""
    said = [row[at] for row in rows if at < len(row) and text(row[at])]
    known = sum(1 for cell in said if direction_of_flag(cell))
    return bool(said) and known * 10 >= len(said) * 9


def is_paid_by_plus(rows: Sequence[Row], amounts: Sequence[int | None]) -> bool:
    """Some cards write what was bought with a minus: then a repayment has none."""
    paid = [
        amount
        for row, amount in zip(rows, amounts, strict=True)
        if amount and any(isinstance(cell, str) and PAID.search(cell) for cell in row)
    ]
    return bool(paid) and all(amount > 0 for amount in paid)


def flagged(header: Header, places: dict[str, int]) -> Header:
    return replace(header, places=places | {"flag": header.width}, width=header.width)


def by_balances(sheet: Sheet, amounts: Sequence[int | None], header: Header) -> Sheet:
    """The same sheet with one more column, which says what the balances say."""
    at = header.places.get("balance")
    below = sheet.rows[header.row_index + 1 :]
    changes = changes_of([fen(row, at) for row in below], amounts) if at is not None else []
    if not changes:
        raise refusals.UnknownLayout(columns="借贷标志 (debit or credit)")
    rows: list[Row] = list(sheet.rows[: header.row_index + 1])
    for row, change, amount in zip(below, changes, amounts, strict=True):
        padded = [*row[: header.width], *[""] * (header.width - len(row))]
        is_known = change is not None and amount is not None and abs(change) == abs(amount)
        flag = ("贷" if change > 0 else "借") if is_known and change else UNTOLD
        rows.append([*padded, flag if text(row[0] if row else "") or amount is not None else ""])
    return replace(sheet, rows=rows)


TABLE = AnyBank()
PAGES = AnyBankPages()
# This one reads any bank's rows: those that know their bank are asked first.
IS_ASKED_LAST = True
