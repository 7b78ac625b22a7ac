"""What waits for somebody to look at it, and what people see of it."""

from borrowers.behaviour.contracts import Category, EventKey, MarkKind, MarkState, RowState
from borrowers.behaviour.models import EventMark, QuarantinedRow
from borrowers.behaviour.tables.rows import microseconds_of
from borrowers.checks.contracts import Label, MarkFacts, UnreadRow
from borrowers.checks.models import LabelProposal, LabelState
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from borrowers.consent.queries import active_ids


def unread_rows(batch_id: int) -> tuple[UnreadRow, ...]:
    """The rows of a bill that could not be read, as they stand in it."""
    rows = QuarantinedRow.objects.filter(batch_id=batch_id).order_by("row_number", "pk")
    return tuple(
        UnreadRow(
            public_id=row.public_id,
            row_number=row.row_number,
            reason=row.reason,
            words=row.words["row"] if row.words else "",
            state=RowState(row.state),
            decided_at=row.decided_at,
        )
        for row in rows
    )


def marks(borrower_id: int) -> tuple[MarkFacts, ...]:
    """What the person said of lines, latest first."""
    rows = EventMark.objects.filter(borrower_id=borrower_id).order_by("-pk")
    return tuple(
        MarkFacts(
            public_id=row.public_id,
            event=EventKey(microseconds_of(row.occurred_at), row.ext),
            kind=MarkKind(row.kind),
            state=MarkState(row.state),
            is_at_once=row.is_at_once,
            asked_at=row.asked_at,
            decided_at=row.decided_at,
        )
        for row in rows
    )


def reviewed_labels() -> tuple[Label, ...]:
    """The training set: what was accepted, of people whose records may still be read."""
    rows = list(LabelProposal.objects.filter(state=LabelState.ACCEPTED).order_by("pk"))
    allowed = active_ids({row.borrower_id for row in rows}, CONSUMPTION_RECORDS)
    return tuple(
        Label(
            borrower_id=row.borrower_id,
            event=EventKey(microseconds_of(row.occurred_at), row.ext),
            category=Category(row.category),
        )
        for row in rows
        if row.borrower_id in allowed
    )
