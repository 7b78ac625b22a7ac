"""Taking behaviour events in: bills by consent, our own loans by contract."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from borrowers.behaviour import batches
from borrowers.behaviour.columns import counted
from borrowers.behaviour.contracts import (
    Assurance,
    Category,
    Direction,
    Link,
    MatchColumns,
    RawEvent,
    Source,
)
from borrowers.behaviour.imports import (
    PURPOSES_OF_RECORDS,
    ImportOutcome,
    Inspect,
    IntegrityReport,
    Reading,
    SignedBatch,
    purpose_of,
    what_was_read,
)
from borrowers.behaviour.matching.finding import match
from borrowers.behaviour.merchants.naming import with_merchants
from borrowers.behaviour.merchants.queries import active
from borrowers.behaviour.models import ImportBatch
from borrowers.behaviour.queries import match_columns_of
from borrowers.behaviour.tables import events as store
from borrowers.behaviour.tables import links as link_table
from borrowers.behaviour.tables.rows import ToKeep, ext_of, matched, to_keep, with_assurance
from borrowers.consent.queries import active_id, allowed, is_allowed
from borrowers.documents.actions import store as store_document
from borrowers.documents.models import DocumentKind
from borrowers.people.locks import lock
from borrowers.people.models import Borrower
from borrowers.people.queries import card
from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.crypto.blind_index import normalised, truncated
from common.crypto.cells import seal
from common.errors import Refused
from common.processes import actions as processes
from common.texts import gettext_noop
from common.transactions import durable, required

WORDS_CONTEXT = "event.words"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "text/csv"
JSON = "application/json"


class ConsentNeeded(Refused):
    """Nothing may be read without the person's consent."""

    code = "CONSENT_NEEDED"
    message = gettext_noop("You have not agreed that we use records of this kind.")
    advice = gettext_noop("Read the consent and agree first, then upload the file again.")
    status = 403


def take_in(
    *,
    borrower_id: int,
    content: bytes,
    file_name: str,
    read: Callable[[bytes, str], Reading],
    inspect: Inspect,
    by: Actor,
) -> ImportOutcome:
    """Read a file and keep it as a bill: every door's one call.

    Nothing is read before some consent to records, and nothing is kept without the one for records
    of its kind. Raises ConsentNeeded and what `read` refuses.
    """
    if not allowed(borrower_id) & PURPOSES_OF_RECORDS:
        raise ConsentNeeded
    return upload_bill(
        borrower_id=borrower_id,
        reading=read(content, file_name),
        content=content,
        media_type=WORKBOOK if content.startswith(b"PK") else TEXT,
        inspect=inspect,
        by=by,
    )


def unlooked(_reading: Reading, _incoming: MatchColumns, _known: MatchColumns) -> IntegrityReport:
    """What is known of a file that nobody looked at."""
    return IntegrityReport((), 0, Assurance.UPLOADED)


def upload_bill(
    *,
    borrower_id: int,
    reading: Reading,
    content: bytes,
    media_type: str,
    by: Actor,
    inspect: Inspect = unlooked,
) -> ImportOutcome:
    """Keep a bill and its events, all or nothing; the same bill again changes nothing.

    Where the file tells more than may be kept, what was read of it is kept in its place.
    Raises ConsentNeeded, NotFound.
    """
    sealed = _sealed(borrower_id, reading)
    if not reading.keeps_file:
        content, media_type = what_was_read(reading), JSON
    return _keep(
        borrower_id=borrower_id,
        sealed=sealed,
        content=content,
        media_type=media_type,
        inspect=inspect,
        by=by,
    )


@required
def keep_signed(*, borrower_id: int, consent_id: int, batch: SignedBatch) -> int:
    """Keep what a partner sent about a person under the consent that names the partner; how many
    events were new. The caller holds the borrower's lock and has asked for the consent.
    """
    borrower = card(borrower_id)
    seal_words = partial(seal, key_id=borrower.consented_key_id, context=WORDS_CONTEXT)
    book = active()
    events = with_merchants(batch.events, book)
    rows = to_keep(counted(events), code=_code, seal=seal_words, assurance=Assurance.SIGNED)
    row = batches.signed(
        borrower_id, consent_id, batch, counted_rows=len(rows), merchants=book.version
    )
    imported = store.merge(
        rows,
        store.Ground(
            borrower_id=borrower_id,
            consent_id=consent_id,
            batch_id=row.pk,
            key_id=borrower.consented_key_id,
        ),
    )
    if imported:
        _relink(borrower_id)
    if imported != len(rows):
        row.rows_imported = imported
        row.rows_duplicate += len(rows) - imported
        row.save(update_fields=["rows_imported", "rows_duplicate"])
    audit.append(
        action="borrowers.partner.delivered",
        subject=f"borrower:{borrower.public_id}",
        by=SYSTEM,
        facts={"batch": row.public_id, "sender": batch.sender, "imported": imported},
    )
    # Deliveries are small and many: one look a day is enough beside the nightly one.
    _watch(borrower_id, process_key=f"{consent_id}.{batch.day:%Y%m%d}")
    return imported


@required
def record_own(
    *,
    borrower_id: int,
    contract_id: int,
    occurred_at: datetime,
    amount_fen: int,
    category: Category,
    ext_text: str,
    direction: Direction = Direction.OUT,
) -> None:
    """Write down what happened on one of our own loans, once for each `ext_text`.

    It stands on the contract, not on consent. An instalment paid on time is OUT, a late or missed
    one NEUTRAL. Joins the caller's transaction and takes no lock.
    """
    store.insert_own(
        borrower_id=borrower_id,
        contract_id=contract_id,
        occurred_at=occurred_at,
        ext=ext_of(hashlib.sha256(f"{Source.OWN_LOANS:d}\x1f{ext_text}".encode()).digest()),
        amount_fen=amount_fen,
        category=category,
        source=Source.OWN_LOANS,
        direction=direction,
    )


@required
def link(*, borrower_id: int, links: Iterable[Link]) -> int:
    """Make these the person's links, all of them, and say how many that changed.

    The same links again change nothing. The caller holds the borrower's lock.
    """
    return link_table.replace(borrower_id, links)


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A reading with its rows ready to be stored, and the key that sealed their words."""

    reading: Reading
    rows: ToKeep
    key_id: int
    merchants: int


def _sealed(borrower_id: int, reading: Reading) -> _Sealed:
    """Seal every word before anything is locked: a large bill has a hundred thousand rows."""
    _insist_on_consent(borrower_id, purpose_of(reading.source))
    key_id = card(borrower_id).consented_key_id
    seal_words = partial(seal, key_id=key_id, context=WORDS_CONTEXT)
    book = active()
    events = with_merchants(reading.events, book)
    rows = to_keep(counted(events), code=_code, seal=seal_words)
    return _Sealed(reading=reading, rows=rows, key_id=key_id, merchants=book.version)


def _code(context: str, text: str) -> int:
    """The keyed code that stands beside a sealed word; 0 where there is no word."""
    return truncated(context, text) if normalised(text) else 0


def _insist_on_consent(borrower_id: int, purpose: str) -> None:
    if not is_allowed(borrower_id, purpose):
        raise ConsentNeeded


@durable
def _keep(
    *,
    borrower_id: int,
    sealed: _Sealed,
    content: bytes,
    media_type: str,
    inspect: Inspect,
    by: Actor,
) -> ImportOutcome:
    """Write everything in one transaction, while the consent still stands."""
    borrower = lock(borrower_id)
    consent_id = active_id(borrower_id, purpose_of(sealed.reading.source))
    if consent_id is None:
        raise ConsentNeeded
    document = store_document(
        borrower_id=borrower_id,
        kind=DocumentKind.BILL,
        content=content,
        media_type=media_type,
        consented=True,
        by=by,
    )
    known = ImportBatch.objects.filter(consent_id=consent_id, document_id=document.id).first()
    if known is not None:
        return _outcome(known, already_imported=True)
    known_before = match_columns_of(borrower_id)
    report = inspect(sealed.reading, matched(sealed.rows), known_before)
    batch = batches.read(
        borrower,
        consent_id,
        document.id,
        sealed.reading,
        report,
        counted_rows=len(sealed.rows),
        merchants=sealed.merchants,
    )
    batches.set_aside(batch, sealed.reading, sealed.key_id)
    imported = store.merge(
        with_assurance(sealed.rows, report.assurance), _ground(batch, key_id=sealed.key_id)
    )
    batch.rows_imported = imported
    batch.rows_duplicate = batch.rows_duplicate - imported
    batch.save(update_fields=["rows_imported", "rows_duplicate"])
    if imported:
        _relink(borrower_id)
    _tell(borrower, batch, by)
    return _outcome(batch, already_imported=False)


def _ground(batch: ImportBatch, *, key_id: int) -> store.Ground:
    return store.Ground(
        borrower_id=batch.borrower_id,
        consent_id=batch.consent_id,
        batch_id=batch.pk,
        key_id=key_id,
    )


def _relink(borrower_id: int) -> None:
    """What came may tell again of what was there: look for the person's links anew."""
    link(borrower_id=borrower_id, links=match(match_columns_of(borrower_id)))


@required
def keep_read_by_hand(*, batch: ImportBatch, event: RawEvent, assurance: Assurance) -> bool:
    """Keep one event that somebody read in a row of the bill, on the bill's own consent.

    False where that consent has ended. The caller holds the borrower's lock.
    """
    key_id = card(batch.borrower_id).consented_key_id
    if active_id(batch.borrower_id, purpose_of(event.source)) != batch.consent_id:
        return False
    seal_words = partial(seal, key_id=key_id, context=WORDS_CONTEXT)
    rows = to_keep([(event, event.amount_fen)], code=_code, seal=seal_words, assurance=assurance)
    is_new = store.merge(rows, _ground(batch, key_id=key_id)) == 1
    if is_new:
        _relink(batch.borrower_id)
    return is_new


def _tell(borrower: Borrower, batch: ImportBatch, by: Actor) -> None:
    """Audit, and let the post-loan check look at what is new."""
    audit.append(
        action="borrowers.bill.imported",
        subject=f"borrower:{borrower.public_id}",
        by=by,
        facts={
            "batch": batch.public_id,
            "dialect": batch.dialect,
            "imported": batch.rows_imported,
            "duplicates": batch.rows_duplicate,
        },
    )
    if batch.rows_imported:
        _watch(borrower.pk, process_key=str(batch.pk))


def _watch(borrower_id: int, *, process_key: str) -> None:
    processes.start(
        kind="WATCH_BORROWER",
        subject_id=borrower_id,
        process_key=process_key,
        task="monitoring.tasks.watch_borrower",
        queue="monitoring",
    )


def _outcome(batch: ImportBatch, *, already_imported: bool) -> ImportOutcome:
    return ImportOutcome(
        batch_id=batch.pk,
        public_id=batch.public_id,
        imported=batch.rows_imported,
        duplicates=batch.rows_duplicate,
        quarantined=batch.rows_quarantined,
        not_counted=batch.rows_not_counted,
        already_imported=already_imported,
    )
