"""QIF: one letter before each line. It names no currency, no bank and no time of day."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from borrowers.connectors import refusals
from borrowers.connectors.contracts import (
    BillReading,
    Category,
    Direction,
    Plain,
    Quarantined,
    Source,
)
from borrowers.connectors.header import LONGEST_WORDS, RowUnreadable
from borrowers.connectors.tables.drafts import About, Draft
from borrowers.connectors.tables.entries import (
    Entry,
    When,
    day_of,
    draft_of,
    on_day,
    signed_fen,
)
from borrowers.connectors.tables.reading import bill

BEGINNING = re.compile(r"\s*!(Type|Account|Option|Clear)\b", re.IGNORECASE | re.MULTILINE)
HEAD = 4_000
CARD, FUND = "ccard", "invst"
MONEY = frozenset({"bank", "cash", CARD, FUND, "oth a", "oth l"})
DAY = re.compile(r"(\d{1,4})\s*[-/.]\s*(\d{1,2})\s*([-/.'])\s*(\d{1,4})")
YEAR_DIGITS = 4
MONTHS = 12
CENTURY = 80
OPENING = "opening balance"
# Programs that keep books write no currency; ours are kept in yuan.
CURRENCY = "CNY"


class QIF:
    """The connector of QIF files."""

    kind: str = "QIF"
    version: str = "1"
    source: Source = Source.QIF
    purpose: str = "CONSUMPTION_RECORDS"
    reads: type[Plain] = Plain

    def recognises(self, plain: Plain) -> bool:
        head = "\n".join(line for line in plain.text[:HEAD].splitlines() if line[:1] != "#")
        return BEGINNING.match(head) is not None

    def read(self, plain: Plain) -> BillReading:
        """Raises TruncatedFile, NoTransactions, UnreadableRows, TooLarge."""
        rows = list(rows_of(plain.text))
        is_day_first = writes_day_first(rows)
        drafts: list[Draft] = []
        quarantined: list[Quarantined] = []
        for row in rows:
            try:
                drafts.append(draft_in(row, is_day_first=is_day_first))
            except RowUnreadable as unreadable:
                quarantined.append(Quarantined(row.number, unreadable.code))
        return bill(
            drafts,
            quarantined,
            source=self.source,
            dialect="QIF",
            encoding=plain.encoding,
            about=About(opening_fen=opening_in(drafts)),
            version=self.version,
        )


@dataclass(slots=True)
class Row:
    """The lines of one transaction by their letters; parts of a split payment are left out."""

    number: int
    kind: str
    account: str
    said: dict[str, str] = field(default_factory=dict)


def rows_of(text: str) -> Iterator[Row]:
    """Every transaction of an account of money. Raises TruncatedFile for a cut last one."""
    account = ""
    kind = ""
    row: Row | None = None
    for number, line in lines_of(text):
        if line.startswith("!"):
            kind = line[1:].casefold().removeprefix("type:").strip()
        elif line != "^":
            row = row or Row(number, kind, account)
            row.said.setdefault(line[0].upper(), line[1:].strip())
        elif row is not None:
            account = row.said.get("N", account) if row.kind == "account" else account
            yield from [row] if row.kind in MONEY else []
            row = None
    if row is not None and row.kind in MONEY:
        if not text.endswith(("\n", "\r")):
            raise refusals.TruncatedFile
        yield row


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers."""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line and not line.startswith("#"):
            yield number, line


def writes_day_first(rows: Sequence[Row]) -> bool:
    """By the whole file: a first number above twelve is no month. Else as Americans write."""
    for row in rows:
        found = DAY.fullmatch(row.said.get("D", ""))
        if found and len(found[1]) < YEAR_DIGITS and int(found[1]) > MONTHS:
            return True
    return False


def draft_in(row: Row, *, is_day_first: bool) -> Draft:
    """Raises RowUnreadable."""
    said = row.said
    party = said.get("P", "")
    draft = draft_of(
        Entry(
            row_number=row.number,
            when=when_of(said.get("D", ""), is_day_first=is_day_first),
            signed_fen=signed_fen(said.get("T") or said.get("U") or said.get("$", "")),
            currency=CURRENCY,
            kind=said.get("N", "") if row.kind == FUND else "",
            party=party[:LONGEST_WORDS],
            memo=" ".join(part for part in (said.get("M"), said.get("L")) if part)[:LONGEST_WORDS],
            account=row.account,
            is_card=row.kind == CARD,
        )
    )
    if row.kind == FUND:
        draft.category = Category.INVESTMENT
    if row.kind == FUND or party.casefold() == OPENING:
        draft.direction = Direction.NEUTRAL
    return draft


def when_of(words: str, *, is_day_first: bool) -> When:
    """`2/10'2020`, `10/02/20`, `2020-02-10`. Raises RowUnreadable."""
    found = DAY.fullmatch(words)
    if found is None:
        raise RowUnreadable("TIME_UNREADABLE")
    first, second, last = int(found[1]), int(found[2]), int(found[4])
    if len(found[1]) == YEAR_DIGITS:
        return on_day(day_of(first, second, last))
    year = last
    if len(found[4]) < YEAR_DIGITS:
        year += 1900 if last >= CENTURY and found[3] != "'" else 2000
    month, day = (second, first) if is_day_first else (first, second)
    return on_day(day_of(year, month, day))


def opening_in(drafts: Sequence[Draft]) -> int | None:
    """What the first entry of an account calls its opening balance."""
    for draft in drafts:
        if draft.party == OPENING.replace(" ", ""):
            sign = -1 if draft.stated is Direction.OUT else 1
            return sign * draft.amount_fen
    return None


READER = QIF()
