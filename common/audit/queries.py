"""Reading the audit trail, and proving that nobody rewrote it."""

from collections.abc import Collection

from django.db import models
from django.db.models.expressions import RawSQL

from common.audit.chain import GENESIS, link_hash
from common.audit.models import AuditEntry, AuditLink


def last_link() -> AuditLink | None:
    """The newest link of the chain."""
    return AuditLink.objects.order_by("-position").first()


def sealable(*, limit: int) -> models.QuerySet[AuditEntry]:
    """Entries without a link that no running transaction can still slip in front of."""
    # xid8 comparison, not ids: a sequence number is taken before its row is committed.
    settled = RawSQL("common_auditentry.xid < pg_snapshot_xmin(pg_current_snapshot())", [])
    linked = AuditLink.objects.filter(entry_id=models.OuterRef("pk"))
    return (
        AuditEntry.objects.alias(settled=models.ExpressionWrapper(settled, models.BooleanField()))
        .filter(~models.Exists(linked), settled=True)
        .order_by("pk")[:limit]
    )


def first_broken_position() -> int | None:
    """Walk the whole chain; the position of the first link that does not fit, or nothing."""
    previous = GENESIS
    links = AuditLink.objects.select_related("entry").order_by("position").iterator()
    for expected, link in enumerate(links, start=1):
        previous = link_hash(previous=previous, entry=link.entry)
        if link.position != expected or bytes(link.chain_hash) != previous:
            return expected
    return None


def trail_of(subject: str) -> models.QuerySet[AuditEntry]:
    """Everything that happened to one thing, oldest first."""
    return AuditEntry.objects.filter(subject=subject).order_by("pk")


def of_subjects(subjects: Collection[str], *, action: str) -> models.QuerySet[AuditEntry]:
    """One kind of thing that happened to any of these, oldest first."""
    return AuditEntry.objects.filter(subject__in=subjects, action=action).order_by("pk")
