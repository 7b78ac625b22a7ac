"""Rows that could not be read: somebody of ours reads them, or puts them aside."""

import hashlib
from datetime import datetime

from django.db.models import F

from borrowers.behaviour import actions as behaviour
from borrowers.behaviour.contracts import Assurance, EventStatus, Method, RawEvent, RowState, Source
from borrowers.behaviour.models import ImportBatch, QuarantinedRow
from borrowers.checks.contracts import DISMISS_REASONS, RESOLVE_REASONS, RightReading
from borrowers.checks.refusals import AlreadyDecided, ConsentEnded
from borrowers.people.contracts import REVEAL_REASONS
from borrowers.people.locks import lock
from borrowers.people.models import AccessEntry
from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound
from common.transactions import durable


@durable
def resolve(
    *, public_id: str, reading: RightReading, because: str, by: Actor, at: datetime
) -> None:
    """Keep the row as the event that a member of staff read in it.

    Raises NotFound, AlreadyDecided, ConsentEnded.
    """
    assert because in RESOLVE_REASONS
    row = _locked(public_id)
    batch = row.batch
    if not behaviour.keep_read_by_hand(
        batch=batch,
        event=_event(row, reading),
        assurance=Assurance(batch.assurance),
    ):
        raise ConsentEnded
    ImportBatch.objects.filter(pk=batch.pk).update(
        rows_quarantined=F("rows_quarantined") - 1, rows_imported=F("rows_imported") + 1
    )
    _decide(row, RowState.RESOLVED, because=because, by=by, at=at)


@durable
def dismiss(*, public_id: str, because: str, by: Actor, at: datetime) -> None:
    """Put the row aside: it is no payment. It stays counted among what was not understood.

    Raises NotFound, AlreadyDecided.
    """
    assert because in DISMISS_REASONS
    _decide(_locked(public_id), RowState.DISMISSED, because=because, by=by, at=at)


@durable
def reveal(*, public_id: str, reason_code: str, by: Actor) -> str:
    """The words of a row, for one member of staff; who looked and why is kept, and the person
    can see it. Raises NotFound."""
    assert by.account_id is not None
    assert reason_code in REVEAL_REASONS
    row = QuarantinedRow.objects.select_related("batch").filter(public_id=public_id).first()
    if row is None:
        raise NotFound
    AccessEntry.objects.create(
        borrower_id=row.batch.borrower_id,
        seen_by_id=by.account_id,
        fields_seen=["quarantined_row"],
        reason_code=reason_code,
    )
    audit.append(
        action="borrowers.quarantine.revealed",
        subject=f"quarantined_row:{row.public_id}",
        by=by,
        facts={"batch": row.batch.public_id, "reason_code": reason_code},
    )
    return str(row.words["row"]) if row.words else ""


def _locked(public_id: str) -> QuarantinedRow:
    """The row, under its borrower's lock."""
    rows = QuarantinedRow.objects.select_related("batch")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    lock(found.batch.borrower_id)
    row = rows.get(pk=found.pk)
    if row.state != RowState.OPEN:
        raise AlreadyDecided
    return row


def _decide(row: QuarantinedRow, state: RowState, *, because: str, by: Actor, at: datetime) -> None:
    row.state, row.decided_because = state, because
    row.decided_by_id, row.decided_at = by.account_id, at
    row.save(update_fields=["state", "decided_by", "decided_at", "decided_because"])
    audit.append(
        action=f"borrowers.quarantine.{state.name.lower()}",
        subject=f"quarantined_row:{row.public_id}",
        by=by,
        facts={
            "batch": row.batch.public_id,
            "row": row.row_number,
            "reason": row.reason,
            "because": because,
        },
    )


def _event(row: QuarantinedRow, reading: RightReading) -> RawEvent:
    source = Source(row.batch.source)
    key = hashlib.sha256(f"{source:d}|by hand|{row.public_id}".encode()).digest()
    return RawEvent(
        source=source,
        occurred_at=reading.occurred_at,
        amount_fen=reading.amount_fen,
        refunded_fen=0,
        direction=reading.direction,
        category=reading.category,
        status=EventStatus.SETTLED,
        channel="UNKNOWN",
        native_id="",
        parent_native_id="",
        merchant="",
        counterparty="",
        memo=row.words["row"] if row.words else "",
        type_text="",
        status_text="",
        event_key=key,
        row_number=row.row_number,
        degraded=True,
        method=Method.PERSON,
        confidence_percent=100,
    )
