"""Taking a bill in, the one call of every door: read it in a process of its own, then keep it."""

from borrowers.behaviour.actions import ConsentNeeded, upload_bill
from borrowers.behaviour.imports import ImportOutcome
from borrowers.connectors.registry import read_bill_bounded
from borrowers.connectors.sheet import LARGEST_FILE, ZIP, too_large
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from borrowers.consent.queries import is_allowed
from common.actors import Actor

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "text/csv"


def take_in(*, borrower_id: int, content: bytes, file_name: str, by: Actor) -> ImportOutcome:
    """Keep what the person gave, all or nothing; the same bill again changes nothing.

    Nothing is read before consent. Raises ConsentNeeded, TooLarge, and what the readers refuse.
    """
    if not is_allowed(borrower_id, CONSUMPTION_RECORDS):
        raise ConsentNeeded
    if len(content) > LARGEST_FILE:
        raise too_large()
    reading = read_bill_bounded(content, file_name)
    return upload_bill(
        borrower_id=borrower_id,
        reading=reading,
        content=content,
        media_type=WORKBOOK if content.startswith(ZIP) else TEXT,
        by=by,
    )
