"""Who may send, and what they sign with."""

from borrowers.partners.contracts import PartnerFacts
from borrowers.partners.models import Partner, PartnerKey


def open_partners() -> list[PartnerFacts]:
    """Everybody whom a person may allow to send, by name."""
    return [_facts(row) for row in Partner.objects.filter(is_open=True).order_by("name", "pk")]


def named(code: str) -> PartnerFacts | None:
    """The partner of a code, open or not."""
    row = Partner.objects.filter(code=code).first()
    return _facts(row) if row else None


def signer(key_public_id: str) -> tuple[PartnerFacts, str] | None:
    """The partner behind a live key and its secret; None for a key that is not (any more)."""
    row = (
        PartnerKey.objects.filter(public_id=key_public_id, revoked_at=None, partner__is_open=True)
        .select_related("partner")
        .first()
    )
    return (_facts(row.partner), str(row.secret)) if row else None


def _facts(row: Partner) -> PartnerFacts:
    return PartnerFacts(id=row.pk, public_id=row.public_id, code=row.code, name=row.name)
