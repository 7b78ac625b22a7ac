"""OFX and QFX, with closed tags (2.x) and without (1.x), as banks and not as the standard write it.

A scan over the tags keeps every transaction, readable or not, and needs no tree in memory.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from html import unescape

from borrowers.connectors import refusals
from borrowers.connectors.contracts import BillReading, Plain, Quarantined, Source
from borrowers.connectors.header import RowUnreadable
from borrowers.connectors.tables.drafts import About, Draft
from borrowers.connectors.tables.entries import (
    Entry,
    When,
    at_instant,
    currency_of,
    day_of,
    draft_of,
    on_day,
    signed_fen,
)
from borrowers.connectors.tables.reading import bill

SIGNATURE = re.compile(r"OFXHEADER|<\?OFX\b|<OFX>", re.IGNORECASE)
HEAD = 4_000
TAG = re.compile(r"<(/?)([A-Za-z0-9_.]+)(?:\s[^<>]*)?>([^<]*)")
TIME = re.compile(
    r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?(?:\.\d+)?)?\s*(?:\[\s*([-+]?\d{1,2}(?:\.\d+)?)[^\]]*\]?)?"
)
# Banks that know only the day write midnight or noon beside it.
NO_CLOCK = frozenset({(0, 0, 0), (12, 0, 0)})
MOST_HOURS = 14
STATEMENTS = frozenset({"STMTRS", "CCSTMTRS", "INVSTMTRS"})


class OFX:
    """The connector of OFX statements."""

    kind: str = "OFX"
    version: str = "1"
    source: Source = Source.OFX
    purpose: str = "CONSUMPTION_RECORDS"
    reads: type[Plain] = Plain

    def recognises(self, plain: Plain) -> bool:
        return SIGNATURE.search(plain.text[:HEAD]) is not None

    def read(self, plain: Plain) -> BillReading:
        """Raises TruncatedFile, NoTransactions, UnreadableRows, TooLarge."""
        drafts: list[Draft] = []
        quarantined: list[Quarantined] = []
        scan = Scan()
        for number, row in enumerate(scan.rows(plain.text), start=1):
            try:
                drafts.append(draft_of(entry_of(row, number)))
            except RowUnreadable as unreadable:
                quarantined.append(Quarantined(number, unreadable.code))
        return bill(
            drafts,
            quarantined,
            source=self.source,
            dialect="OFX_1" if "OFXHEADER:" in plain.text[:HEAD] else "OFX_2",
            encoding=plain.encoding,
            about=scan.about(),
            version=self.version,
        )


@dataclass(slots=True)
class Scan:
    """What the tags said so far: which statement is open, what it says of itself."""

    said: dict[str, str] = field(default_factory=dict)
    accounts: set[str] = field(default_factory=set)
    closings: dict[str, str] = field(default_factory=dict)
    days: dict[str, str] = field(default_factory=dict)
    is_account: bool = False
    balance: str = ""

    def rows(self, text: str) -> Iterator[dict[str, str]]:
        """Each transaction as its tags, with its statement's account and currency.

        Raises TruncatedFile where the text stops before its own end.
        """
        row: dict[str, str] | None = None
        is_whole = False
        for match in TAG.finditer(text):
            is_end, name, value = bool(match[1]), match[2].upper(), unescape(match[3]).strip()
            if name == "STMTTRN":
                if row is not None:
                    yield row
                row = None if is_end else dict(self.said)
            elif row is not None and not is_end:
                row.setdefault(name, value)
            elif row is None:
                self.hear(name, value, is_end=is_end)
            is_whole = is_whole or (is_end and name == "OFX")
        if row is not None or not is_whole:
            raise refusals.TruncatedFile

    def hear(self, name: str, value: str, *, is_end: bool) -> None:
        """A tag outside of any transaction."""
        if name in STATEMENTS:
            self.said = {} if is_end else {"STATEMENT": name}
        elif name.endswith("ACCTFROM"):
            self.is_account = not is_end
        elif name in {"LEDGERBAL", "AVAILBAL"}:
            self.balance = "" if is_end else name
        elif not is_end:
            self.note(name, value)

    def note(self, name: str, value: str) -> None:
        """A value of the statement that is open."""
        if name == "CURDEF":
            self.said["CURDEF"] = value
        elif name == "ACCTID" and self.is_account:
            self.said["ACCOUNT"] = value
            self.accounts.add(value)
        elif name == "BALAMT" and self.balance == "LEDGERBAL":
            self.closings[self.said.get("ACCOUNT", "")] = value
        elif name in {"DTSTART", "DTEND"}:
            self.days[name] = value

    def about(self) -> About:
        """The balance and the period of a file with one account; of several, neither is one."""
        if len(self.accounts) > 1:
            return About()
        closing = next(iter(self.closings.values()), "")
        return About(
            account=next(iter(self.accounts), ""),
            closing_fen=fen_or_none(closing),
            period_from=day_or_none(self.days.get("DTSTART", "")),
            period_until=day_or_none(self.days.get("DTEND", "")),
        )


def entry_of(row: dict[str, str], number: int) -> Entry:
    """Raises RowUnreadable."""
    party = row.get("NAME", "") or row.get("PAYEE", "")
    memo = " ".join(part for part in (row.get("MEMO", ""), row.get("CHECKNUM", "")) if part)
    return Entry(
        row_number=number,
        when=when_of(row.get("DTPOSTED", "") or row.get("DTUSER", "")),
        signed_fen=signed_fen(row.get("TRNAMT", "")),
        currency=currency_of(row.get("CURSYM", "") or row.get("CURDEF", "")),
        kind=row.get("TRNTYPE", ""),
        party="" if party == "NONE" else party,
        memo=memo,
        number=row.get("FITID", ""),
        account=row.get("ACCOUNT", ""),
        is_card=row.get("STATEMENT") == "CCSTMTRS",
        merchant_code=row.get("SIC", "") if row.get("SIC", "").isdecimal() else "",
    )


def when_of(words: str) -> When:
    """`20090401122017.000[-5:EST]`; without a zone the standard means Greenwich."""
    found = TIME.match(words)
    if found is None:
        raise RowUnreadable("TIME_UNREADABLE")
    year, month, day = (int(part) for part in found.groups()[:3])
    hour, minute, second = (int(part or 0) for part in found.groups()[3:6])
    if (hour, minute, second) in NO_CLOCK:
        return on_day(day_of(year, month, day))
    hours = float(found[7] or 0)
    if abs(hours) > MOST_HOURS:
        raise RowUnreadable("TIME_UNREADABLE")
    try:
        zone = timezone(timedelta(hours=hours))
        wall = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError as error:
        raise RowUnreadable("TIME_UNREADABLE") from error
    return at_instant(wall)


def fen_or_none(words: str) -> int | None:
    try:
        return signed_fen(words)
    except RowUnreadable:
        return None


def day_or_none(words: str) -> date | None:
    """The day as the bank wrote it."""
    found = TIME.match(words)
    try:
        return day_of(int(found[1]), int(found[2]), int(found[3])) if found else None
    except RowUnreadable:
        return None


READER = OFX()
