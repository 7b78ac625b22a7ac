"""Reading behaviour events. The consent gate is inside: nobody can read around it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
from django.db import connection

from borrowers.behaviour.contracts import (
    Assurance,
    Category,
    Direction,
    EventColumns,
    EventKey,
    Link,
    MarkKind,
    MarkState,
    MatchColumns,
    Source,
)
from borrowers.behaviour.imports import (
    FLAGGED_PERCENT,
    BatchFacts,
    CategorySum,
    EventSeen,
    Finding,
    MonthSum,
    Overview,
    RefundMonth,
    StreamSeen,
    Summary,
    contradicted,
)
from borrowers.behaviour.models import ImportBatch
from borrowers.behaviour.recurrence.finding import recurring
from borrowers.behaviour.recurrence.streams import Recurrence
from borrowers.behaviour.tables import events, links, mutual, pages
from borrowers.behaviour.tables.rows import columns_from, match_columns_from
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from borrowers.consent.queries import active, active_id, active_ids, readable_ids
from borrowers.people.queries import contract_party
from common.crypto.blind_index import truncated
from common.errors import NotFound

# Shanghai has kept one offset since 1991, long before the first wallet.
_SHANGHAI_SECONDS = 8 * 60 * 60
# In plain SQL, because every decision asks, and nearly always there is none.
_DOUBTFUL = """
SELECT bool_or(is_left_out) FROM (
    SELECT false AS is_left_out FROM borrowers_importbatch
     WHERE borrower_id = %(borrower)s AND consent_id = %(consent)s
       AND (totals_agree = false OR tamper_score_percent >= %(flagged)s)
     UNION ALL
    SELECT true FROM borrowers_eventmark
     WHERE borrower_id = %(borrower)s AND kind = %(excluded)s AND state = %(asked)s AND is_at_once
) AS doubt
"""


def columns_of(borrower_id: int, *, also: Collection[str] = ()) -> EventColumns:
    """The person's events as segment 0: what a consent in force or a contract allows us to read.

    `also` names purposes whose facts are read beside the payments, where they are allowed.
    """
    return columns_of_many([borrower_id], also=also)


def columns_of_many(borrower_ids: Sequence[int], *, also: Collection[str] = ()) -> EventColumns:
    """The events of many; the segment of a person is their place among the sorted ids."""
    ordered = sorted(set(borrower_ids))
    stream = events.read(
        borrower_ids=ordered,
        consent_ids=readable_ids(ordered, also=also),
    )
    return columns_from(stream, np.array(ordered, dtype=np.int64))


def readable_borrowers(borrower_ids: Collection[int]) -> list[int]:
    """Of whom we may read anything now, sorted: a consent in force, or a contract with us."""
    sharing = set(active_ids(borrower_ids, CONSUMPTION_RECORDS))
    bound = events.on_contract([each for each in borrower_ids if each not in sharing])
    return sorted(sharing | bound)


def match_columns_of(borrower_id: int) -> MatchColumns:
    """The person's events as links between them are looked for: all that may be read now."""
    consent_ids = readable_ids([borrower_id])
    return match_columns_from(links.read(borrower_id=borrower_id, consent_ids=consent_ids))


def overview(borrower_id: int) -> Overview:
    """What we read of a person's records: by month, by category, bill by bill."""
    columns = columns_of(borrower_id)
    is_uploaded = columns.source != Source.OWN_LOANS
    return Overview(
        events=int(is_uploaded.sum()),
        months=_months(columns, is_uploaded),
        categories=_categories(columns, is_uploaded),
        batches=batches(borrower_id),
    )


def page(borrower_id: int, *, before: EventKey | None, limit: int) -> tuple[EventSeen, ...]:
    """The person's events before a key, newest first: whatever a consent in force lets us show."""
    in_force = [each.id for each in active(borrower_id).values()]
    return pages.page(borrower_id=borrower_id, consent_ids=in_force, before=before, limit=limit)


def _own_names(borrower_id: int) -> frozenset[int]:
    """The verified name as events carry it: money from oneself is no wage. None before it."""
    try:
        name = contract_party(borrower_id).name
    except NotFound:
        return frozenset()
    return frozenset({truncated("event.merchant", name)})


def name_code(borrower_id: int) -> int | None:
    """The verified name of a person as other people's records carry it."""
    return next(iter(_own_names(borrower_id)), None)


def transfer_parties(borrower_id: int, *, since: datetime, until: datetime) -> list[int]:
    """The codes of those with whom a person's readable records have transfers."""
    consent_ids = readable_ids([borrower_id])
    return mutual.parties(
        borrower_id=borrower_id, consent_ids=consent_ids, since=since, until=until
    )


def mutual_transfers(
    borrower_id: int, *, code: int, others: Mapping[int, int], since: datetime, until: datetime
) -> list[mutual.Mutual]:
    """Transfers of which the records of both people tell, as far as both may be read."""
    return mutual.mutual(
        borrower_id=borrower_id,
        code=code,
        others=others,
        consent_ids=readable_ids([borrower_id, *others]),
        since=since,
        until=until,
    )


def summary(borrower_id: int, as_of: date) -> Summary:
    """Income, refunds, and what comes again, out of what is counted once."""
    columns = match_columns_of(borrower_id)
    keys = [columns.key(row) for row in range(len(columns))]
    holding = _holding(borrower_id, set(keys))
    gone = {link.event for link in holding} | links.left_out(borrower_id)
    counted = np.array([key not in gone for key in keys], dtype=np.bool_)
    found = recurring(columns, counted, as_of, own_names=_own_names(borrower_id))
    came = counted & (columns.direction == Direction.IN)
    is_refund = came & (columns.category == Category.REFUND)
    is_noted = counted & (columns.refunded_fen > 0)
    is_own = columns.source == Source.OWN_LOANS
    is_income = came & ~is_refund & ~is_own & (columns.category != Category.CREDIT_DRAWDOWN)
    is_salary = is_income & np.array([key in found.salary_events for key in keys], dtype=np.bool_)
    netted = [link for link in holding if link.netted_fen and link.other not in gone]
    # A note on a purchase tells no day of its own: it stands in the month of its purchase.
    came_back = [
        *zip(columns.microseconds[is_refund], columns.amount_fen[is_refund], strict=True),
        *zip(columns.microseconds[is_noted], columns.refunded_fen[is_noted], strict=True),
        *((link.event.microseconds, link.netted_fen) for link in netted),
    ]
    return Summary(
        salary_fen=int(columns.amount_fen[is_salary].sum()),
        other_income_fen=int(columns.amount_fen[is_income & ~is_salary].sum()),
        refunds_fen=sum(int(fen) for _when, fen in came_back),
        refunds=len(came_back),
        refund_months=_refund_months(came_back),
        streams=_streams(borrower_id, found),
    )


def _refund_months(came_back: Iterable[tuple[int, int]]) -> tuple[RefundMonth, ...]:
    """The months in which something came back, in their order."""
    sums: Counter[date] = Counter()
    for microseconds, fen in came_back:
        seconds = int(microseconds) // 1_000_000 + _SHANGHAI_SECONDS
        day: date = np.datetime64(seconds, "s").astype("datetime64[D]").item()
        sums[day.replace(day=1)] += int(fen)
    return tuple(RefundMonth(first_day, fen) for first_day, fen in sorted(sums.items()))


def _holding(borrower_id: int, readable: Collection[EventKey]) -> Sequence[Link]:
    """The links of which both ends may be read."""
    stored = links.stored(borrower_id)
    return [link for link in stored if link.event in readable and link.other in readable]


def _streams(borrower_id: int, found: Recurrence) -> tuple[StreamSeen, ...]:
    all_of_them = (*found.salaries, *found.incomes, *found.subscriptions)
    named = pages.parties(borrower_id, [max(each.events) for each in all_of_them])
    return tuple(
        StreamSeen(
            kind=each.kind.name,
            party=named.get(max(each.events), ""),
            category=each.category,
            frequency=each.frequency.name,
            average_fen=each.average_fen,
            occurrences=each.occurrences,
            missed=each.missed,
            first_on=each.first_on,
            last_on=each.last_on,
            next_on=each.next_on,
            is_active=each.is_active,
        )
        for each in all_of_them
    )


def batches(borrower_id: int) -> tuple[BatchFacts, ...]:
    """The person's bills, newest first."""
    rows = ImportBatch.objects.filter(borrower_id=borrower_id).order_by("-pk")
    in_force = {each.id for each in active(borrower_id).values()}
    return tuple(_facts(row, is_used=row.consent_id in in_force) for row in rows)


def has_contradicted(borrower_id: int, *, consent_id: int | None = None) -> bool:
    """Whether a person has to look at the records in use before they decide anything.

    A bill says more, or other, than its rows do, or looks changed; or the person left out a line
    that nobody of ours has looked at yet. Who knows the consent in force already may say so.
    """
    consent_id = consent_id or active_id(borrower_id, CONSUMPTION_RECORDS)
    if consent_id is None:
        return False
    with connection.cursor() as cursor:
        asked = {
            "borrower": borrower_id,
            "consent": consent_id,
            "flagged": FLAGGED_PERCENT,
            "excluded": MarkKind.EXCLUDED,
            "asked": MarkState.ASKED,
        }
        cursor.execute(_DOUBTFUL, asked)
        (is_left_out,) = cursor.fetchone()
    if is_left_out is None or is_left_out:
        return bool(is_left_out)
    rows = ImportBatch.objects.filter(borrower_id=borrower_id, consent_id=consent_id)
    return bool(contradicted([_facts(row, is_used=True) for row in rows]))


def batch(public_id: str, borrower_id: int) -> BatchFacts:
    """One of the person's own bills. Raises NotFound for anybody else's."""
    row = ImportBatch.objects.filter(public_id=public_id, borrower_id=borrower_id).first()
    if row is None:
        raise NotFound
    in_force = {each.id for each in active(borrower_id).values()}
    return _facts(row, is_used=row.consent_id in in_force)


def _months(columns: EventColumns, chosen: npt.NDArray[np.bool_]) -> tuple[MonthSum, ...]:
    seconds = columns.seconds[chosen] + _SHANGHAI_SECONDS
    month_of_event = seconds.astype("datetime64[s]").astype("datetime64[M]")
    amount_fen, direction = columns.amount_fen[chosen], columns.direction[chosen]
    if not month_of_event.size:
        return ()
    sums = []
    # Months without a payment stand in the row too: a gap is part of the picture.
    for month in np.arange(month_of_event.min(), month_of_event.max() + 1):
        here = month_of_event == month
        first_day: date = month.astype("datetime64[D]").item()
        sums.append(
            MonthSum(
                first_day=first_day,
                in_fen=int(amount_fen[here & (direction == Direction.IN)].sum()),
                out_fen=int(amount_fen[here & (direction == Direction.OUT)].sum()),
            )
        )
    return tuple(sums)


def _categories(columns: EventColumns, chosen: npt.NDArray[np.bool_]) -> tuple[CategorySum, ...]:
    spent = chosen & (columns.direction == Direction.OUT)
    category, amount_fen = columns.category[spent], columns.amount_fen[spent]
    sums = [
        CategorySum(
            category=int(each),
            out_fen=int(amount_fen[category == each].sum()),
            events=int((category == each).sum()),
        )
        for each in np.unique(category)
    ]
    return tuple(sorted(sums, key=lambda each: -each.out_fen))


def _facts(row: ImportBatch, *, is_used: bool) -> BatchFacts:
    return BatchFacts(
        id=row.pk,
        public_id=row.public_id,
        source=Source(row.source),
        dialect=row.dialect,
        rows_read=row.rows_read,
        imported=row.rows_imported,
        duplicates=row.rows_duplicate,
        quarantined=row.rows_quarantined,
        not_counted=row.rows_not_counted,
        declared_rows=row.declared_rows,
        declared_in_fen=row.declared_in_fen,
        declared_out_fen=row.declared_out_fen,
        totals_agree=row.totals_agree,
        assurance=Assurance(row.assurance),
        findings=tuple(Finding(**each) for each in row.integrity.get("findings", ())),
        tamper_score_percent=row.tamper_score_percent,
        first_at=row.first_at,
        last_at=row.last_at,
        imported_at=row.imported_at,
        is_used=is_used,
    )
