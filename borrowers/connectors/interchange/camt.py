"""ISO 20022 account statements (camt.053, and the interim report camt.052), all versions."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from borrowers.connectors import refusals
from borrowers.connectors.contracts import BillReading, Plain, Quarantined, Source
from borrowers.connectors.header import LONGEST_WORDS, RowUnreadable
from borrowers.connectors.tables.drafts import About, Draft
from borrowers.connectors.tables.entries import (
    Entry,
    When,
    at_instant,
    currency_of,
    draft_of,
    on_day,
    signed_fen,
)
from borrowers.connectors.tables.reading import bill

HEAD = 4_000
MESSAGE = re.compile(r"camt\.0(\d\d)\.(\d{3})\.(\d{2})")
ROOTS = {"BkToCstmrStmt": "53", "BkToCstmrAcctRpt": "52", "BkToCstmrDbtCdtNtfctn": "54"}
STATEMENTS = frozenset({"Stmt", "Rpt"})
READ = frozenset({"52", "53"})
DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
NO_REFERENCE = frozenset({"", "NOTPROVIDED", "NONREF"})
DAY = 10
# What is kept of an entry: where it stands below the entry, without the names of the spaces.
OPENING = ("OPBD", "PRCD")
CLOSING = ("CLBD",)


class CAMT:
    """The connector of CAMT statements."""

    kind: str = "CAMT"
    version: str = "1"
    source: Source = Source.CAMT
    purpose: str = "CONSUMPTION_RECORDS"
    reads: type[Plain] = Plain

    def recognises(self, plain: Plain) -> bool:
        """Any message of the family, so that the wrong one can be called by its name."""
        head = plain.text[:HEAD]
        return MESSAGE.search(head) is not None or any(root in head for root in ROOTS)

    def read(self, plain: Plain) -> BillReading:
        """Raises NotAStatement, TruncatedFile, MultiplyingText, NoTransactions, UnreadableRows,
        TooLarge."""
        message = message_of(plain.text[:HEAD])
        if message not in READ:
            raise refusals.NotAStatement(message=f"camt.0{message}")
        drafts: list[Draft] = []
        quarantined: list[Quarantined] = []
        statements = Statements()
        for number, row in enumerate(statements.rows(plain.text), start=1):
            try:
                drafts.append(draft_of(entry_of(row, number, statements)))
            except RowUnreadable as unreadable:
                quarantined.append(Quarantined(number, unreadable.code))
        return bill(
            drafts,
            quarantined,
            source=self.source,
            dialect=f"CAMT_0{message}",
            encoding=plain.encoding,
            about=statements.about(),
            version=self.version,
        )


def message_of(head: str) -> str:
    """Which message of the family this is."""
    named = MESSAGE.search(head)
    return named[1] if named else next(kind for root, kind in ROOTS.items() if root in head)


@dataclass(slots=True)
class Statements:
    """The statements of one message."""

    account: str = ""
    currency: str = ""
    accounts: set[str] = field(default_factory=set)
    opening_fen: int | None = None
    closing_fen: int | None = None
    days: list[date] = field(default_factory=list)

    def rows(self, text: str) -> Iterator[Any]:
        """Each entry as its element; what was read is let go, so that a long statement fits."""
        from defusedxml.common import DefusedXmlException  # noqa: PLC0415 - few bills are XML
        from defusedxml.ElementTree import iterparse  # noqa: PLC0415 (only for XML: the reader has little room)

        content = io.BytesIO(DECLARATION.sub("", text, count=1).encode("utf-8", "replace"))
        try:
            open_elements: list[Any] = []
            for event, element in iterparse(content, events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    open_elements.append(element)
                    continue
                open_elements.pop()
                if local(element) == "Ntry":
                    yield element
                else:
                    self.hear(element, open_elements)
                if open_elements and local(open_elements[-1]) in STATEMENTS:
                    open_elements[-1].remove(element)
        except DefusedXmlException as error:
            raise refusals.MultiplyingText from error
        except (ParseError, ValueError, LookupError) as error:
            raise refusals.TruncatedFile from error

    def hear(self, element: Any, above: list[Any]) -> None:
        """A part of the statement itself."""
        if not above or local(above[-1]) not in STATEMENTS:
            return
        name = local(element)
        if name == "Acct":
            self.account = at(element, "Id", "IBAN") or at(element, "Id", "Othr", "Id")
            self.currency = at(element, "Ccy")
            self.accounts.add(self.account)
        elif name == "Bal":
            self.hear_balance(element)
        elif name == "FrToDt":
            told = [at(element, "FrDtTm"), at(element, "ToDtTm"), at(element, "FrDt")]
            self.days += [found for each in told if (found := day_or_none(each))]

    def hear_balance(self, element: Any) -> None:
        code = at(element, "Tp", "CdOrPrtry", "Cd")
        amount = child(element, "Amt")
        try:
            fen = signed_fen(text_of(amount))
        except RowUnreadable:
            return
        fen = -fen if at(element, "CdtDbtInd") == "DBIT" else fen
        if code in OPENING and self.opening_fen is None:
            self.opening_fen = fen
        elif code in CLOSING:
            self.closing_fen = fen
        if not self.currency and amount is not None:
            self.currency = amount.get("Ccy", "")

    def about(self) -> About:
        """Balances and period, where the message is about one account."""
        if len(self.accounts) > 1:
            return About()
        return About(
            account=self.account,
            opening_fen=self.opening_fen,
            closing_fen=self.closing_fen,
            period_from=min(self.days, default=None),
            period_until=max(self.days, default=None),
        )


def entry_of(row: Any, number: int, statements: Statements) -> Entry:
    """Raises RowUnreadable."""
    amount = child(row, "Amt")
    fen = signed_fen(text_of(amount))
    side = at(row, "CdtDbtInd")
    if side not in {"CRDT", "DBIT"}:
        raise RowUnreadable("DIRECTION_UNKNOWN")
    is_in = side == "CRDT"
    status = at(row, "Sts", "Cd") or at(row, "Sts")
    currency = amount.get("Ccy", "") if amount is not None else ""
    return Entry(
        row_number=number,
        when=when_of(row),
        signed_fen=fen if is_in else -fen,
        currency=currency_of(currency or statements.currency),
        kind=kind_of(row),
        party=party_of(row, "Dbtr" if is_in else "Cdtr"),
        memo=" ".join(memo_of(row))[:LONGEST_WORDS],
        number=reference_of(row),
        account=statements.account,
        is_reversal=at(row, "RvslInd") in {"true", "1"},
        is_pending=status in {"PDNG", "INFO"},
        merchant_code=anywhere(row, "MrchntCtgyCd")[:4],
    )


def when_of(row: Any) -> When:
    """When it was booked, or else the day that it counts from. Raises RowUnreadable."""
    for name in ("BookgDt", "ValDt"):
        for part in ("DtTm", "Dt"):
            if words := at(row, name, part):
                return parsed(words)
    raise RowUnreadable("TIME_UNREADABLE")


def parsed(words: str) -> When:
    try:
        if len(words) <= DAY or "T" not in words:
            return on_day(date.fromisoformat(words[:DAY]))
        return at_instant(datetime.fromisoformat(words))
    except (ValueError, OverflowError) as error:
        if isinstance(error, RowUnreadable):
            raise
        raise RowUnreadable("TIME_UNREADABLE") from error


def day_or_none(words: str) -> date | None:
    try:
        return date.fromisoformat(words[:DAY])
    except ValueError:
        return None


def kind_of(row: Any) -> str:
    """The standard's code for it, or the bank's own."""
    code = child(row, "BkTxCd")
    parts = [
        at(code, "Domn", "Cd"),
        at(code, "Domn", "Fmly", "Cd"),
        at(code, "Domn", "Fmly", "SubFmlyCd"),
    ]
    return "-".join(part for part in parts if part) or at(code, "Prtry", "Cd")


def party_of(row: Any, side: str) -> str:
    """Whoever stood on the other side; since version 8 one level deeper."""
    for parties in row.iter():
        if local(parties) == "RltdPties":
            for name in (side, f"Ultmt{side}"):
                found = at(parties, name, "Nm") or at(parties, name, "Pty", "Nm")
                if found:
                    return found
    return ""


def memo_of(row: Any) -> Iterator[str]:
    for element in row.iter():
        if local(element) in {"Ustrd", "AddtlNtryInf", "AddtlTxInf"} and text_of(element):
            yield text_of(element)


def reference_of(row: Any) -> str:
    """The number that the bank gave it."""
    for words in (at(row, "AcctSvcrRef"), at(row, "NtryRef"), anywhere(row, "AcctSvcrRef")):
        if words not in NO_REFERENCE:
            return words
    return ""


# --- XML without the names of its spaces ---------------------------------------------------------


def local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def child(element: Any, name: str) -> Any:
    if element is None:
        return None
    return next((each for each in element if local(each) == name), None)


def at(element: Any, *path: str) -> str:
    """The text at the end of a path of names; nothing where it breaks off."""
    for name in path:
        element = child(element, name)
    return text_of(element)


def anywhere(element: Any, name: str) -> str:
    return next((text_of(each) for each in element.iter() if local(each) == name), "")


def text_of(element: Any) -> str:
    return (element.text or "").strip() if element is not None else ""


READER = CAMT()
