"""From a table, or from drafts made in any other way, to a reading: every row accounted for."""

from collections.abc import Container, Sequence

from borrowers.connectors import refusals
from borrowers.connectors.containers.limits import ROWS, too_large
from borrowers.connectors.contracts import (
    BillReading,
    Category,
    Quarantined,
    RawEvent,
    Sheet,
    Source,
)
from borrowers.connectors.header import RowUnreadable, Table, find, text
from borrowers.connectors.tables import refunds
from borrowers.connectors.tables.drafts import About, Draft, Layout
from borrowers.connectors.tables.events import events_of, suppress, words_of
from borrowers.connectors.tables.labels import label
from borrowers.connectors.tables.totals import declared_totals, totals_agree


def read(sheet: Sheet, layout: Layout) -> BillReading:
    """Every row of the sheet, as an event, a counted duplicate or a quarantined row.

    Raises UnknownLayout, TruncatedFile, NoTransactions, UnreadableRows, TooLarge.
    """
    table = open_table(sheet, layout)
    drafts, quarantined = drafts_of(table, layout)
    return bill(
        drafts,
        quarantined,
        source=layout.source,
        dialect=layout.dialect(table),
        encoding=sheet.encoding,
        about=layout.about(table),
        notes="\n".join(table.notes),
        version=layout.version,
    )


def bill(
    drafts: Sequence[Draft],
    quarantined: Sequence[Quarantined],
    *,
    source: Source,
    dialect: str,
    encoding: str,
    about: About,
    notes: str = "",
    version: str = "1",
) -> BillReading:
    """The reading that these drafts make: refunds linked, words that tell too much dropped, keys
    given, totals compared. Connectors of pages and plain texts end here too.

    Raises NoTransactions, UnreadableRows, TooLarge.
    """
    rows_read = len(drafts) + len(quarantined)
    refuse_unusable(rows_read, drafts)
    place(drafts, about)
    alone = refunds.link(drafts)
    declared = about.declared or declared_totals(notes)
    agree = totals_agree(declared, drafts, rows_read)
    for draft in drafts:
        label(draft, source)
    suppressed = sum(1 for draft in drafts if suppress(draft))
    events = tuple(events_of(drafts, source))
    return BillReading(
        source=source,
        dialect=dialect,
        encoding=encoding,
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
        connector_version=version,
        opening_fen=about.opening_fen,
        closing_fen=about.closing_fen,
        period_from=about.period_from,
        period_until=about.period_until,
        verification_code=about.verification_code,
        refund_fen=sum(came_back(event, alone) for event in events),
    )


def place(drafts: Sequence[Draft], about: About) -> None:
    """Rows that name no account stand on the one that the file names."""
    for draft in drafts:
        draft.account = draft.account or about.account
        draft.tail = draft.tail or about.tail


def came_back(event: RawEvent, alone: Container[int]) -> int:
    """What one event adds to the refunds: a payment what came back of it, a refund row its amount
    only where it found no payment."""
    if event.category is not Category.REFUND:
        return event.refunded_fen
    return event.amount_fen if event.row_number in alone else 0


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
            draft = layout.start(cells, row_number, table.sheet, text(cells.get("type")))
            layout.complete(draft, cells)
            drafts.append(draft)
        except RowUnreadable as unreadable:
            quarantined.append(Quarantined(row_number, unreadable.code, words_of(cells)))
    return drafts, quarantined


def refuse_unusable(rows_read: int, drafts: Sequence[Draft]) -> None:
    if rows_read > ROWS:
        raise too_large()
    if not rows_read:
        raise refusals.NoTransactions
    if not drafts:
        raise refusals.UnreadableRows(rows=rows_read)
