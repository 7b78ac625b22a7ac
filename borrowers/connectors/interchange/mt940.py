"""SWIFT MT940: one field a line, days without times, a balance before and after the entries."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from borrowers.connectors import refusals
from borrowers.connectors.contracts import BillReading, Plain, Quarantined, Source
from borrowers.connectors.header import LONGEST_WORDS, RowUnreadable
from borrowers.connectors.tables.drafts import About, Draft
from borrowers.connectors.tables.entries import (
    Entry,
    currency_of,
    day_of,
    draft_of,
    on_day,
    signed_fen,
)
from borrowers.connectors.tables.reading import bill

FIELD = re.compile(r"\s*:(\d{2}[A-Z]?):(.*)")
KNOWN = re.compile(r"(?:^|\n|\r|\{4:)\s*:(20|25|28C?|60[FM]|61|62[FM]|64|86):")
HEAD = 4_000
END = ("-", "-}", "{")
# Value day, day of entry, credit or debit or the reversal of one, amount, type, references.
ENTRY = re.compile(
    r"(\d{2})(\d{2})(\d{2})(\d{4})?(R?[CD])([A-Z])?\s*(\d+(?:,\d*)?)\s*([A-Z][A-Z0-9]{3}|[A-Z])(.*)",
    re.DOTALL,
)
BALANCE = re.compile(r"([CD])(\d{2})(\d{2})(\d{2})([A-Z]{3})\s*(\d+(?:,\d*)?)")
CENTURY = 80
FEBRUARY = 2
# The balance before the entries opens a statement, the one behind them ends it.
OPENS = {"60": True, "62": False}
NO_REFERENCE = frozenset({"", "NONREF", "NOTPROVIDED", "KREF+", "N"})
# Germany numbers the parts of field 86, the Netherlands name them between slashes.
PART = re.compile(r"[?>](\d\d)")
NAMED = re.compile(r"/(NAME|REMI|EREF|BENM|ORDP|IBAN|CSID|MARF|PURP|ISDT|TRTP|BIC)/")
PARTY_PARTS = frozenset({"32", "33"})
TEXT_PARTS = frozenset({"00", *map(str, range(20, 30)), *map(str, range(60, 64))})


class MT940:
    """The connector of MT940 statements."""

    kind: str = "MT940"
    version: str = "1"
    source: Source = Source.MT940
    purpose: str = "CONSUMPTION_RECORDS"
    reads: type[Plain] = Plain

    def recognises(self, plain: Plain) -> bool:
        return KNOWN.search(plain.text[:HEAD]) is not None

    def read(self, plain: Plain) -> BillReading:
        """Raises TruncatedFile where the balance behind the entries is missing, NoTransactions,
        UnreadableRows, TooLarge."""
        drafts: list[Draft] = []
        quarantined: list[Quarantined] = []
        statements = Statements()
        for row in statements.rows(plain.text):
            try:
                drafts.append(draft_of(entry_of(row)))
            except RowUnreadable as unreadable:
                quarantined.append(Quarantined(row.number, unreadable.code))
        if statements.is_open and (drafts or quarantined):
            raise refusals.TruncatedFile
        return bill(
            drafts,
            quarantined,
            source=self.source,
            dialect="MT940",
            encoding=plain.encoding,
            about=statements.about(),
            version=self.version,
        )


@dataclass(slots=True)
class Row:
    """An entry and what is said about it."""

    number: int
    account: str
    currency: str
    entry: str
    details: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account held on a day."""

    fen: int
    currency: str
    day: date


@dataclass(slots=True)
class Statements:
    """The statements of one file, one after the other, often of one account."""

    account: str = ""
    currency: str = ""
    accounts: set[str] = field(default_factory=set)
    openings: list[Balance] = field(default_factory=list)
    closings: list[Balance] = field(default_factory=list)
    is_open: bool = False

    def rows(self, text: str) -> Iterator[Row]:
        """Each entry with the account and currency of its statement."""
        row: Row | None = None
        for number, tag, words in fields_of(text):
            if tag == "61":
                if row is not None:
                    yield row
                row = Row(number, self.account, self.currency, words)
            elif tag == "86" and row is not None:
                row.details.append(words)
            elif tag != "86":
                if row is not None:
                    yield row
                row = None
                self.hear(tag, words)
        if row is not None:
            yield row

    def hear(self, tag: str, words: str) -> None:
        """A field of the statement itself."""
        if tag == "25":
            self.account = words.strip()[:LONGEST_WORDS]
            self.accounts.add(self.account)
        if tag[:2] in OPENS:
            self.is_open = OPENS[tag[:2]]
        if tag[:2] in OPENS and (balance := balance_of(words)):
            self.currency = balance.currency
            (self.openings if tag[:2] == "60" else self.closings).append(balance)

    def about(self) -> About:
        """The first opening and the last closing balance, where the file is about one account."""
        if len(self.accounts) > 1:
            return About()
        opening = self.openings[0] if self.openings else None
        closing = self.closings[-1] if self.closings else None
        return About(
            account=self.account,
            opening_fen=opening.fen if opening else None,
            closing_fen=closing.fen if closing else None,
            period_from=opening.day if opening else None,
            period_until=closing.day if closing else None,
        )


def fields_of(text: str) -> Iterator[tuple[int, str, str]]:
    """Line number, tag and content of each field; what stands below a field belongs to it."""
    number, tag, lines = 0, "", [""]
    for index, line in enumerate(text.splitlines(), start=1):
        found = FIELD.match(line.removeprefix("{4:"))
        if found is None and not line.startswith(END):
            lines.append(line)
            continue
        if tag:
            yield number, tag, "\n".join(lines)
        number, tag, lines = index, "", [""]
        if found is not None:
            tag, lines = found[1], [found[2]]
    if tag:
        yield number, tag, "\n".join(lines)


def balance_of(words: str) -> Balance | None:
    found = BALANCE.match(words.strip())
    if found is None:
        return None
    try:
        fen = signed_fen(found[6])
        day = day_of(full_year(found[2]), int(found[3]), int(found[4]))
    except RowUnreadable:
        return None
    return Balance(fen if found[1] == "C" else -fen, found[5], day)


def full_year(two_digits: str) -> int:
    year = int(two_digits)
    return year + (2000 if year < CENTURY else 1900)


def value_day(year: int, month: int, day: int) -> date:
    """German banks count interest in months of thirty days and write 30 February; it is the last.

    Raises RowUnreadable for any other day that is in no calendar.
    """
    if month == FEBRUARY and day in {29, 30}:
        day = min(day, monthrange(year, month)[1])
    return day_of(year, month, day)


def entry_of(row: Row) -> Entry:
    """Raises RowUnreadable."""
    found = ENTRY.match(row.entry.strip())
    if found is None:
        raise RowUnreadable("ENTRY_UNREADABLE")
    mark = found[5]
    fen = signed_fen(found[7])
    # A reversed credit takes money away, a reversed debit gives it back.
    is_in = mark in {"C", "RD"}
    party, memo = told_in("\n".join(row.details), found[9])
    return Entry(
        row_number=row.number,
        when=on_day(value_day(full_year(found[1]), int(found[2]), int(found[3]))),
        signed_fen=fen if is_in else -fen,
        currency=currency_of(row.currency),
        kind=found[8],
        party=party,
        memo=memo,
        number=reference_in(found[9]),
        account=row.account,
        is_reversal=mark.startswith("R"),
    )


def reference_in(words: str) -> str:
    """The bank's own number behind two slashes; what the customer wrote before it repeats."""
    number = words.partition("\n")[0].partition("//")[2].strip()
    return "" if number.upper() in NO_REFERENCE else number


def told_in(details: str, references: str) -> tuple[str, str]:
    """Who stood on the other side, and the rest of the words."""
    flat = "".join(details.split("\n")) if PART.search(details) else " ".join(details.split())
    if parts := PART.split(flat)[1:]:
        pairs = list(zip(parts[::2], parts[1::2], strict=False))
        party = " ".join(words.strip() for tag, words in pairs if tag in PARTY_PARTS)
        memo = "".join(words for tag, words in pairs if tag in TEXT_PARTS)
    elif NAMED.search(flat):
        named = NAMED.split(flat)[1:]
        said = dict(zip(named[::2], named[1::2], strict=False))
        party, memo = said.get("NAME", ""), said.get("REMI", "")
    else:
        party, memo = "", flat
    behind = " ".join(references.partition("\n")[2].split())
    return party.strip()[:LONGEST_WORDS], f"{memo} {behind}".strip()[:LONGEST_WORDS]


READER = MT940()
