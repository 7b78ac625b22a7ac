"""Finding and opening sealed files."""

from datetime import datetime

from django.core.files.storage import storages

from borrowers.documents.actions import CONTENT_CONTEXT, OPENED
from borrowers.documents.contracts import FileFacts
from borrowers.documents.models import SealedFile
from borrowers.people.queries import card
from common.actors import Actor
from common.audit.queries import trail_of
from common.crypto.files import unseal_bytes
from common.errors import NotFound


def content(document_id: int) -> bytes:
    """The bytes as they were given. Raises NotFound, and KeyDestroyed after an erasure."""
    row = SealedFile.objects.filter(pk=document_id).first()
    if row is None:
        raise NotFound
    with storages["documents"].open(row.store_name) as file:
        sealed = file.read()
    return unseal_bytes(sealed, row.key_id, f"{CONTENT_CONTEXT}.{row.public_id}")


def was_opened(*, document_id: int, by: Actor, since: datetime) -> bool:
    """Whether this member of staff has opened the file since then; the trail is the witness."""
    row = SealedFile.objects.get(pk=document_id)
    looks = trail_of(f"borrower:{card(row.borrower_id).public_id}").filter(
        action=OPENED,
        actor_account_id=by.account_id,
        facts__document=row.public_id,
        occurred_at__gte=since,
    )
    return looks.exists()


def facts(public_id: str, borrower_id: int) -> FileFacts:
    """What is known of one of the borrower's own files. Raises NotFound for anybody else's."""
    row = SealedFile.objects.filter(public_id=public_id, borrower_id=borrower_id).first()
    if row is None:
        raise NotFound
    return FileFacts(
        id=row.pk,
        public_id=row.public_id,
        borrower_id=row.borrower_id,
        kind=row.kind,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        stored_at=row.stored_at,
    )
