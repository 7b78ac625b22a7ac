"""How far an upload is, and what came of it."""

from functools import cache

from django.db.models import Count, Max, Q, Sum

from borrowers.behaviour.models import ImportBatch
from borrowers.uploads.contracts import LayoutFacts, RefusalFacts, UploadFacts
from borrowers.uploads.models import Upload, UploadState
from common.errors import NotFound, Refused
from common.files.bounded import ReaderStopped, all_refusals
from common.processes.queries import find, in_quarantine

KIND = "READ_UPLOAD"


def own(borrower_id: int, public_id: str) -> UploadFacts:
    """One of the person's own uploads. Raises NotFound for anybody else's."""
    row = Upload.objects.filter(borrower_id=borrower_id, public_id=public_id).first()
    if row is None:
        raise NotFound
    return facts(row)


def has_ended(upload_id: int) -> bool:
    """Whether it is read or refused: what a door that waits asks."""
    return not Upload.objects.filter(pk=upload_id, state=UploadState.READING).exists()


def being_read(borrower_id: int) -> Upload | None:
    """The person's file that is on its way; there is at most one."""
    return Upload.objects.filter(borrower_id=borrower_id, state=UploadState.READING).first()


def abandoned() -> list[int]:
    """Uploads whose reading failed too often, and that nobody will read any more."""
    given_up = in_quarantine().filter(kind=KIND).values_list("subject_id", flat=True)
    rows = Upload.objects.filter(pk__in=list(given_up), state=UploadState.READING)
    return list(rows.values_list("pk", flat=True))


def facts(row: Upload) -> UploadFacts:
    """The upload as doors show it."""
    batch = row.batch
    return UploadFacts(
        id=row.pk,
        public_id=row.public_id,
        borrower_id=row.borrower_id,
        state=row.state,
        progress_percent=_progress(row),
        received_at=row.received_at,
        bill=batch.public_id if batch else "",
        imported=batch.rows_imported if batch else 0,
        was_known=batch is not None and batch.imported_at < row.received_at,
        refusal=_refusal(row),
    )


def _progress(row: Upload) -> int:
    if row.state != UploadState.READING:
        return 100
    process = find(kind=KIND, subject_id=row.pk)
    return process.progress_percent if process else 0


def _refusal(row: Upload) -> Refused | None:
    """The refusal as it was raised, to be said in whatever language it is read in."""
    if row.state != UploadState.REFUSED:
        return None
    kind = _by_code().get(row.refusal, ReaderStopped)
    return kind(**row.refusal_facts)


@cache
def _by_code() -> dict[str, type[Refused]]:
    return {each.code: each for each in all_refusals(Refused)}


def layouts() -> tuple[LayoutFacts, ...]:
    """How well each layout is read, the most common first: all bills that were kept."""
    rows = (
        ImportBatch.objects.values("source", "dialect")
        .annotate(
            bills=Count("pk"),
            rows=Sum("rows_read"),
            not_understood=Sum("rows_quarantined"),
            in_doubt=Count("pk", filter=Q(totals_agree=False)),
            last_at=Max("imported_at"),
        )
        .order_by("-bills", "dialect")
    )
    return tuple(
        LayoutFacts(
            source=row["source"],
            dialect=row["dialect"],
            bills=row["bills"],
            rows=row["rows"],
            not_understood=row["not_understood"],
            in_doubt=row["in_doubt"],
            last_at=row["last_at"],
        )
        for row in rows
    )


def refusals() -> tuple[RefusalFacts, ...]:
    """Why files were refused, the most common reason first."""
    rows = (
        Upload.objects.filter(state=UploadState.REFUSED)
        .values("refusal")
        .annotate(files=Count("pk"), last_at=Max("ended_at"))
        .order_by("-files", "refusal")
    )
    return tuple(
        RefusalFacts(code=row["refusal"], files=row["files"], last_at=row["last_at"])
        for row in rows
    )


def sentence(code: str) -> str:
    """What the refusal of this code says, before it is translated and filled."""
    return _by_code().get(code, ReaderStopped).message
