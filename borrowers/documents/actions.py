"""Keeping a file: sealed bytes first, the row that names them after."""

import hashlib
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from borrowers.documents.contracts import StoredFile
from borrowers.documents.models import SealedFile
from borrowers.people.contracts import REVEAL_REASONS
from borrowers.people.models import AccessEntry
from borrowers.people.queries import card
from common import public_ids
from common.actors import Actor
from common.audit import actions as audit
from common.crypto.blind_index import blind
from common.crypto.files import seal_bytes, unseal_bytes
from common.errors import NotFound
from common.transactions import after_commit, joined, required

CONTENT_CONTEXT = "document.content"
OPENED = "borrowers.document.opened"


@joined
def store(
    *, borrower_id: int, kind: str, content: bytes, media_type: str, consented: bool, by: Actor
) -> StoredFile:
    """Keep a file under one of the person's two keys; the same content again is the same file.

    `consented` files are given by consent and go with it; the others are kept as the law asks.
    It joins the caller's transaction where there is one, and takes no lock. Raises NotFound.
    """
    borrower = card(borrower_id)
    row, is_new = _kept(
        borrower_id=borrower_id,
        kind=kind,
        key_id=borrower.consented_key_id if consented else borrower.statutory_key_id,
        content=content,
        media_type=media_type,
    )
    if is_new:
        audit.append(
            action="borrowers.document.stored",
            subject=f"borrower:{borrower.public_id}",
            by=by,
            facts={"document": row.public_id, "kind": kind, "size_bytes": row.size_bytes},
        )
    return StoredFile(id=row.pk, public_id=row.public_id)


@joined
def open_for_staff(*, document_id: int, reason_code: str, by: Actor) -> tuple[bytes, str]:
    """The bytes of a file and what they are, for one member of staff.

    Who opened it and why is kept, and the person can see it. Raises NotFound, and KeyDestroyed
    after an erasure.
    """
    assert by.account_id is not None
    assert reason_code in REVEAL_REASONS
    row = SealedFile.objects.filter(pk=document_id).first()
    if row is None:
        raise NotFound
    with storages["documents"].open(row.store_name) as file:
        content = unseal_bytes(file.read(), row.key_id, f"{CONTENT_CONTEXT}.{row.public_id}")
    AccessEntry.objects.create(
        borrower_id=row.borrower_id,
        seen_by_id=by.account_id,
        fields_seen=[row.kind.lower()],
        reason_code=reason_code,
    )
    audit.append(
        action=OPENED,
        subject=f"borrower:{card(row.borrower_id).public_id}",
        by=by,
        facts={"document": row.public_id, "kind": row.kind, "reason_code": reason_code},
    )
    return content, row.media_type


@required
def discard(*, document_id: int, by: Actor) -> None:
    """Forget a file that nothing refers to; the bytes go when that is on paper."""
    row = SealedFile.objects.select_related("borrower").get(pk=document_id)
    public_id, name, borrower = row.public_id, row.store_name, row.borrower.public_id
    row.delete()
    audit.append(
        action="borrowers.document.discarded",
        subject=f"borrower:{borrower}",
        by=by,
        facts={"document": public_id, "kind": row.kind},
    )
    after_commit(partial(storages["documents"].delete, name))


def _kept(
    *, borrower_id: int, kind: str, key_id: int, content: bytes, media_type: str
) -> tuple[SealedFile, bool]:
    """The row of this content, and whether it was made now."""
    same = {
        "borrower_id": borrower_id,
        "kind": kind,
        "key_id": key_id,
        "content_blind": blind(CONTENT_CONTEXT, hashlib.sha256(content).hexdigest()),
    }
    if kept := SealedFile.objects.filter(**same).first():
        return kept, False
    public_id = public_ids.new()
    sealed = seal_bytes(content, key_id, f"{CONTENT_CONTEXT}.{public_id}")
    # Before the row: a row without its file would be a lie, a file without a row is dead bytes.
    name = storages["documents"].save(f"{public_id[:2]}/{public_id}", ContentFile(sealed))
    row, is_new = SealedFile.objects.get_or_create(
        **same,
        defaults={
            "public_id": public_id,
            "media_type": media_type,
            "size_bytes": len(content),
            "store_name": name,
        },
    )
    if not is_new:
        storages["documents"].delete(name)
    return row, is_new
