"""The row of a batch: what was read, what the file says of itself, and what was set aside."""

from dataclasses import asdict
from typing import Any

from borrowers.behaviour.contracts import Assurance, Source
from borrowers.behaviour.imports import IntegrityReport, Reading, SignedBatch
from borrowers.behaviour.models import ImportBatch, QuarantinedRow
from borrowers.people.models import Borrower

LISTED_QUARANTINED_ROWS = 200
ROWS_AT_ONCE = 1_000


def read(
    borrower: Borrower,
    consent_id: int,
    document_id: int,
    reading: Reading,
    report: IntegrityReport,
    *,
    counted_rows: int,
    merchants: int,
) -> ImportBatch:
    """The batch before its events are stored: until then each counted row is a duplicate."""
    return ImportBatch.objects.create(
        borrower=borrower,
        consent_id=consent_id,
        document_id=document_id,
        source=reading.source,
        dialect=reading.dialect,
        encoding=reading.encoding,
        merchants_id=merchants or None,
        rows_read=reading.rows_read,
        rows_not_counted=len(reading.events) - counted_rows,
        rows_imported=0,
        rows_duplicate=reading.duplicates + counted_rows,
        rows_quarantined=len(reading.quarantined),
        quarantine=[
            {"row": each.row_number, "reason": each.reason}
            for each in reading.quarantined[:LISTED_QUARANTINED_ROWS]
        ],
        first_at=reading.first_at,
        last_at=reading.last_at,
        assurance=report.assurance,
        integrity={"findings": [asdict(each) for each in report.findings]},
        tamper_score_percent=report.tamper_score_percent,
        **_said(reading),
    )


def _said(reading: Reading) -> dict[str, Any]:
    """What the file says of itself, and what read it."""
    return {
        "declared_rows": reading.declared_rows,
        "declared_in_fen": reading.declared_in_fen,
        "declared_out_fen": reading.declared_out_fen,
        "totals_agree": reading.totals_agree,
        "opening_fen": reading.opening_fen,
        "closing_fen": reading.closing_fen,
        "period_from": reading.period_from,
        "period_until": reading.period_until,
        "rows_suppressed": reading.suppressed,
        "connector_version": reading.connector_version,
        # The code itself names a document of the issuer's: it stays in the sealed file.
        "has_verification_code": bool(reading.verification_code),
    }


def signed(
    borrower_id: int, consent_id: int, batch: SignedBatch, *, counted_rows: int, merchants: int
) -> ImportBatch:
    """What a partner sent at once about a person; all of it is new until the tables say other."""
    times = [each.occurred_at for each in batch.events]
    return ImportBatch.objects.create(
        borrower_id=borrower_id,
        consent_id=consent_id,
        source=Source.PARTNER,
        dialect="PARTNER_API",
        encoding="utf-8",
        merchants_id=merchants or None,
        rows_read=len(batch.events) + batch.duplicates + len(batch.quarantined),
        rows_not_counted=len(batch.events) - counted_rows,
        rows_imported=counted_rows,
        rows_duplicate=batch.duplicates,
        rows_quarantined=len(batch.quarantined),
        quarantine=[
            {"row": number, "reason": reason}
            for number, reason in batch.quarantined[:LISTED_QUARANTINED_ROWS]
        ],
        assurance=Assurance.SIGNED,
        first_at=min(times, default=None),
        last_at=max(times, default=None),
    )


def set_aside(batch: ImportBatch, reading: Reading, key_id: int) -> None:
    """Keep the rows that could not be read, sealed, for somebody to look at."""
    rows = [
        QuarantinedRow(
            batch=batch,
            row_number=each.row_number,
            reason=each.reason,
            key_id=key_id,
            words={"row": each.words},
        )
        for each in reading.quarantined
    ]
    QuarantinedRow.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
