"""From a sheet to a reading: every row accounted for, lasting keys, compared totals."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from borrowers.connectors import refusals
from borrowers.connectors.categories import is_sensitive, normalised
from borrowers.connectors.contracts import (
    BillReading,
    Category,
    Direction,
    EventStatus,
    Quarantined,
    RawEvent,
    Sheet,
    Source,
)
from borrowers.connectors.header import RowUnreadable, Table, amount_fen, find, text
from borrowers.connectors.sheet import ROWS, too_large
from borrowers.connectors.wallets import refunds
from borrowers.connectors.wallets.drafts import Draft, Layout, start

DECLARED_ROWS = re.compile(r"共\s*(\d+)\s*笔")
DECLARED_SUM = r"{}[:：]\s*\d+\s*笔[\s,，]*([\d,]+(?:\.\d+)?)\s*元"
DECLARED_IN = re.compile(DECLARED_SUM.format("(?<!待)收入"))
DECLARED_OUT = re.compile(DECLARED_SUM.format("(?<!待)支出"))


def read(sheet: Sheet, layout: Layout) -> BillReading:
    """Every row of the sheet, as an event, a counted duplicate or a quarantined row.

    Raises UnknownLayout, TruncatedFile, NoTransactions, UnreadableRows, TooLarge.
    """
    table = open_table(sheet, layout)
    drafts, quarantined = drafts_of(table, layout)
    rows_read = len(drafts) + len(quarantined)
    refuse_unusable(rows_read, drafts)
    refunds.link(drafts)
    declared = declared_totals("\n".join(table.notes))
    agree = totals_agree(declared, drafts, rows_read)
    suppressed = sum(1 for draft in drafts if suppress(draft))
    events = tuple(events_of(drafts, layout.source))
    return BillReading(
        source=layout.source,
        dialect=layout.dialect(table),
        encoding=sheet.encoding,
        events=events,
        rows_read=rows_read,
        duplicates=len(drafts) - len(events),
        quarantined=tuple(quarantined),
        declared_rows=declared.rows,
        declared_in_fen=declared.in_fen,
        declared_out_fen=declared.out_fen,
        totals_agree=agree,
        first_at=min(event.occurred_at for event in events),
        last_at=max(event.occurred_at for event in events),
        suppressed=suppressed,
    )


def open_table(sheet: Sheet, layout: Layout) -> Table:
    """The table under the header, or why there is none."""
    header = find(sheet.rows, layout.names, layout.needed)
    missing = header.missing(layout.needed) if header else list(layout.needed.values())
    stops_in_header = header is None or header.row_index == len(sheet.rows) - 1
    if sheet.is_cut or (missing and sheet.has_open_end and stops_in_header):
        raise refusals.TruncatedFile
    if header is None or missing:
        raise refusals.UnknownLayout(columns=", ".join(missing))
    return Table(sheet, layout.names, header)


def drafts_of(table: Table, layout: Layout) -> tuple[list[Draft], list[Quarantined]]:
    drafts, quarantined = [], []
    for row_number, cells in table.rows():
        try:
            draft = start(cells, row_number, table.sheet, text(cells.get("type")))
            layout.complete(draft, cells)
            drafts.append(draft)
        except RowUnreadable as unreadable:
            quarantined.append(Quarantined(row_number, unreadable.code))
    return drafts, quarantined


def refuse_unusable(rows_read: int, drafts: Sequence[Draft]) -> None:
    if rows_read > ROWS:
        raise too_large()
    if not rows_read:
        raise refusals.NoTransactions
    if not drafts:
        raise refusals.UnreadableRows(rows=rows_read)


# --- totals -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Declared:
    """What the bill says about itself, above or below its rows."""

    rows: int | None
    in_fen: int | None
    out_fen: int | None


def declared_totals(notes: str) -> Declared:
    rows = DECLARED_ROWS.search(notes)
    return Declared(
        rows=int(rows.group(1)[:9]) if rows else None,
        in_fen=declared_fen(DECLARED_IN, notes),
        out_fen=declared_fen(DECLARED_OUT, notes),
    )


def declared_fen(pattern: re.Pattern[str], notes: str) -> int | None:
    found = pattern.search(notes)
    try:
        return amount_fen(found.group(1)) if found else None
    except RowUnreadable:
        return None


def totals_agree(declared: Declared, drafts: Sequence[Draft], rows_read: int) -> bool | None:
    """Do the declared count and sums fit the rows? None where the bill declares nothing.

    The platforms count closed and refunded payments in more than one way (Alipay's note 6 says
    so itself), so a sum agrees when it fits any of them.
    """
    checks = []
    if declared.rows is not None:
        checks.append(declared.rows == rows_read)
    if declared.in_fen is not None:
        checks.append(declared.in_fen in possible_sums(drafts, Direction.IN))
    if declared.out_fen is not None:
        checks.append(declared.out_fen in possible_sums(drafts, Direction.OUT))
    return all(checks) if checks else None


def possible_sums(drafts: Sequence[Draft], stated: Direction) -> set[int]:
    """Gross; without what never moved; net of refunds; without what came back whole."""
    rows = [draft for draft in drafts if draft.stated is stated]
    moved = [draft for draft in rows if draft.direction is stated]
    kept = [draft for draft in moved if draft.status is not EventStatus.REFUNDED]
    return {
        sum(draft.amount_fen for draft in rows),
        sum(draft.amount_fen for draft in moved),
        sum(draft.amount_fen - draft.refunded_fen for draft in moved),
        sum(draft.amount_fen for draft in kept),
    }


# --- what must not be kept ----------------------------------------------------------------------


def suppress(draft: Draft) -> bool:
    """Drop the words of a payment that would tell too much; the amount stays (PIPL art. 28)."""
    if draft.category is Category.INVESTMENT:
        return False  # A fund that invests in hospitals tells nothing of its holder's health.
    if not is_sensitive(draft.merchant, draft.counterparty, draft.memo, draft.type_text):
        return False
    draft.merchant = draft.counterparty = draft.memo = draft.party = ""
    if is_sensitive(draft.type_text):
        draft.type_text = ""
    is_scene = Category.UNKNOWN < draft.category <= Category.GOVERNMENT_TAX
    if is_scene and draft.category is not Category.TRANSFER_SOCIAL:
        draft.category = Category.UNKNOWN
    return True


# --- events and their keys ----------------------------------------------------------------------


def events_of(drafts: Sequence[Draft], source: Source) -> Iterator[RawEvent]:
    """One event per row, each under its key; what is there twice under one number comes once."""
    firsts = first_contents(drafts, source)
    occurrences: Counter[bytes] = Counter()
    seen: set[bytes] = set()
    for draft in drafts:
        if draft.has_lasting_id:
            key = id_key(draft, source)
            if content(draft) != firsts[key]:
                key = digest(key.hex(), *content(draft))
        else:
            looks = looks_key(draft, source)
            occurrences[looks] += 1
            key = digest(looks.hex(), occurrences[looks])
        if key not in seen:
            seen.add(key)
            yield event(draft, source, key)


def first_contents(drafts: Iterable[Draft], source: Source) -> dict[bytes, tuple[object, ...]]:
    """Where one number stands on different rows, the smallest content owns the number's key:
    the same one, whichever way the file is sorted."""
    firsts: dict[bytes, tuple[object, ...]] = {}
    for draft in drafts:
        if draft.has_lasting_id:
            key = id_key(draft, source)
            firsts[key] = min(firsts.get(key, content(draft)), content(draft))
    return firsts


def content(draft: Draft) -> tuple[object, ...]:
    at = int(draft.occurred_at.timestamp())
    return at, draft.amount_fen, int(draft.stated), draft.type_text


def id_key(draft: Draft, source: Source) -> bytes:
    """By the platform's number. Refunds may share the payment's number, so they add what they
    moved. Bills name no lasting account, so the account's place stays empty."""
    if draft.category is Category.REFUND:
        at, fen, *_ = content(draft)
        return digest(int(source), "", draft.native_id, "REFUND", at, fen)
    return digest(int(source), "", draft.native_id)


def looks_key(draft: Draft, source: Source) -> bytes:
    """By what the row says, where no number can be trusted; the n-th alike row is another event:
    two coffees at one counter in one second are two coffees."""
    at, fen, stated, _ = content(draft)
    party = "".join(normalised(draft.merchant or draft.counterparty).split())
    return digest(int(source), "", at, stated, fen, party, "")


def digest(*parts: object) -> bytes:
    return hashlib.sha256("|".join(map(str, parts)).encode()).digest()


def event(draft: Draft, source: Source, key: bytes) -> RawEvent:
    return RawEvent(
        source=source,
        occurred_at=draft.occurred_at,
        amount_fen=draft.amount_fen,
        refunded_fen=draft.refunded_fen,
        direction=draft.direction,
        category=draft.category,
        status=draft.status,
        channel=draft.channel,
        native_id=draft.native_id,
        parent_native_id=draft.parent_native_id,
        merchant=draft.merchant,
        counterparty=draft.counterparty,
        memo=draft.memo,
        type_text=draft.type_text,
        status_text=draft.status_text,
        event_key=key,
        row_number=draft.row_number,
        degraded=draft.degraded,
    )
