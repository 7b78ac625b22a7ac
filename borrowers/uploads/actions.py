"""Taking a file, and reading it: the sealed file comes first, the reading after.

What a door has taken is on paper before it answers: a reader that dies is followed by another one.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillBusy
from typing import Final

from django.db.models.functions import Now

from borrowers.behaviour.actions import ConsentNeeded, upload_bill
from borrowers.behaviour.imports import PURPOSES_OF_RECORDS, ImportOutcome, Reading
from borrowers.behaviour.models import ImportBatch
from borrowers.checks.integrity.report import inspect
from borrowers.connectors import refusals
from borrowers.connectors.containers.limits import LARGEST_FILE, too_large
from borrowers.connectors.registry import unlocked_bounded
from borrowers.consent.queries import allowed
from borrowers.documents import actions as documents
from borrowers.documents import queries as kept
from borrowers.documents.models import DocumentKind
from borrowers.people.locks import lock
from borrowers.people.queries import card
from borrowers.uploads import queries
from borrowers.uploads.contracts import UploadFacts
from borrowers.uploads.models import Upload, UploadState
from common.actors import Actor
from common.audit import actions as audit
from common.files.bounded import ReaderStopped, ReaderUnavailable
from common.files.turns import StillReading
from common.processes import actions as processes
from common.processes.contracts import Claim
from common.processes.runs import Failed
from common.transactions import durable

Read = Callable[[bytes, str], Reading]
TASK: Final = "borrowers.tasks.read_upload"
QUEUE: Final = "files"
# A file that takes its reader down three times is not read.
ATTEMPTS: Final = 3
# The lease of the process is fifteen seconds, and a file may take thirty.
RENEW_SECONDS: Final = 4.0
OPENED_PERCENT, MOST_PERCENT_OF_READING = 20, 80
MEDIA_TYPES: Final = {
    b"PK": "application/zip",
    b"%PDF": "application/pdf",
    b"\xd0\xcf": "application/vnd.ms-excel",
}


def receive(*, borrower_id: int, content: bytes, password: str, by: Actor) -> UploadFacts:
    """Seal a file and promise to read it; the same file while it is read is the same upload.

    The password opens the file here, once, in a process with limits, and is kept nowhere: what is
    sealed is the file without its lock. Raises ConsentNeeded, StillReading, EmptyFile, TooLarge,
    PasswordWrong and what else cannot be unlocked.
    """
    _insist_on_consent(borrower_id)
    if not content:
        raise refusals.EmptyFile
    if len(content) > LARGEST_FILE:
        raise too_large()
    return queries.facts(_receive(borrower_id, unlocked_bounded(content, password), by))


def read(*, claim: Claim, read: Read) -> None:
    """Read the file of an upload and keep what it tells, or keep why not. Raises Failed."""
    upload = Upload.objects.get(pk=claim.subject_id)
    by = Actor(kind="BORROWER", account_id=card(upload.borrower_id).account_id)
    assert upload.document_id is not None
    try:
        _insist_on_consent(upload.borrower_id)
        content = kept.content(upload.document_id)
        processes.renew(claim=claim, progress_percent=OPENED_PERCENT)
        reading = _awaited(content, read, claim)
        processes.renew(claim=claim, progress_percent=MOST_PERCENT_OF_READING)
        outcome = upload_bill(
            borrower_id=upload.borrower_id,
            reading=reading,
            content=content,
            media_type=_media_type(content),
            inspect=inspect,
            by=by,
        )
    except ReaderUnavailable as error:
        raise Failed(error.code) from error
    except (refusals.FileRefused, ReaderStopped, ConsentNeeded) as refusal:
        _refuse(claim, upload, code=refusal.code, facts=dict(refusal.context), by=by)
    else:
        _conclude(claim, upload, outcome, by)


@durable
def give_up(*, upload_id: int, by: Actor) -> None:
    """Let go of an upload whose reading has failed too often, so that the person can go on."""
    upload = Upload.objects.get(pk=upload_id)
    lock(upload.borrower_id)
    if upload.state == UploadState.READING:
        _end_refused(upload, code=ReaderStopped.code, facts={}, by=by)


@durable
def _receive(borrower_id: int, content: bytes, by: Actor) -> Upload:
    borrower = lock(borrower_id)
    _insist_on_consent(borrower_id)
    on_its_way = queries.being_read(borrower_id)
    if on_its_way is not None:
        # Before anything is sealed: a refusal would leave its bytes on the disk.
        assert on_its_way.document_id is not None
        if kept.content(on_its_way.document_id) != content:
            raise StillReading
        return on_its_way
    document = documents.store(
        borrower_id=borrower_id,
        kind=DocumentKind.BILL,
        content=content,
        media_type=_media_type(content),
        consented=True,
        by=by,
    )
    upload = Upload.objects.create(borrower=borrower, document_id=document.id)
    processes.start(
        kind=queries.KIND, subject_id=upload.pk, task=TASK, queue=QUEUE, attempts_allowed=ATTEMPTS
    )
    audit.append(
        action="borrowers.upload.received",
        subject=f"borrower:{borrower.public_id}",
        by=by,
        facts={"upload": upload.public_id, "document": document.public_id},
    )
    upload.refresh_from_db()
    return upload


def _insist_on_consent(borrower_id: int) -> None:
    """One kind of records at least may be used: which one the file is, its reading will tell."""
    if not allowed(borrower_id) & PURPOSES_OF_RECORDS:
        raise ConsentNeeded


def _media_type(content: bytes) -> str:
    return next(
        (kind for mark, kind in MEDIA_TYPES.items() if content.startswith(mark)), "text/csv"
    )


def _awaited(content: bytes, read: Read, claim: Claim) -> Reading:
    """Wait for the child that reads, and hold the lease meanwhile."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        busy: Future[Reading] = pool.submit(read, content, "")
        percent = OPENED_PERCENT
        while True:
            try:
                return busy.result(timeout=RENEW_SECONDS)
            except StillBusy:
                percent = min(percent + 10, MOST_PERCENT_OF_READING)
                processes.renew(claim=claim, progress_percent=percent)


@durable
def _conclude(claim: Claim, upload: Upload, outcome: ImportOutcome, by: Actor) -> None:
    """Where a file tells more than may be kept, its bill has a document of its own."""
    lock(upload.borrower_id)
    batch = ImportBatch.objects.get(pk=outcome.batch_id)
    Upload.objects.filter(pk=upload.pk).update(
        state=UploadState.READ, batch=batch, document_id=batch.document_id, ended_at=Now()
    )
    _let_go(upload.document_id, by)
    processes.finish(claim=claim)


@durable
def _refuse(
    claim: Claim, upload: Upload, *, code: str, facts: dict[str, object], by: Actor
) -> None:
    lock(upload.borrower_id)
    _end_refused(upload, code=code, facts=facts, by=by)
    processes.finish(claim=claim)


def _end_refused(upload: Upload, *, code: str, facts: dict[str, object], by: Actor) -> None:
    """Keep why, and nothing of the file."""
    Upload.objects.filter(pk=upload.pk).update(
        state=UploadState.REFUSED,
        refusal=code,
        refusal_facts=facts,
        document=None,
        ended_at=Now(),
    )
    _let_go(upload.document_id, by)


def _let_go(document_id: int | None, by: Actor) -> None:
    """Forget a file that nothing needs; one that was read before stays with its bill."""
    is_used = (
        ImportBatch.objects.filter(document_id=document_id).exists()
        or Upload.objects.filter(document_id=document_id).exists()
    )
    if document_id is not None and not is_used:
        documents.discard(document_id=document_id, by=by)
