"""Drafts: what is asked for, kept page by page until it is sent."""

from borrowers.consent import queries as consents
from borrowers.documents import actions as documents
from common.actors import Actor
from common.audit import actions as audit
from common.locking import Rank, lock_row
from common.transactions import durable
from lending.applications.models import ApplicationState, LoanApplication
from lending.applications.purposes import telling
from lending.applications.states import NotPossibleNow
from lending.products import evidence
from lending.products import queries as products


@durable
def draft(
    *,
    borrower_id: int,
    product_code: str,
    amount_fen: int,
    term_months: int,
    merchant_code: str,
    entitlement_id: int | None,
    request_key: str,
    by: Actor,
) -> LoanApplication:
    """Write down what is asked for; the same key again is the same draft.

    Raises ProductNotOpen, MerchantNotOpen, AmountNotOffered, TermNotOffered.
    """
    seen = LoanApplication.objects.filter(borrower_id=borrower_id, request_key=request_key).first()
    if seen is not None:
        return seen
    product = products.open_product(product_code)
    products.insist_on_range(product, amount_fen=amount_fen, term_months=term_months)
    merchant = None
    if product.pays_merchant:
        merchant = products.open_merchant(code=merchant_code, scene=product.scene)
    application, is_new = LoanApplication.objects.get_or_create(
        borrower_id=borrower_id,
        request_key=request_key,
        defaults={
            "product": product,
            "merchant": merchant,
            "amount_fen": amount_fen,
            "term_months": term_months,
            "entitlement_id": entitlement_id,
        },
    )
    if is_new:
        _note("drafted", application, by, {"amount_fen": amount_fen, "term_months": term_months})
    return application


@durable
def attach_evidence(*, application_id: int, document_id: int, by: Actor) -> None:
    """Put a document on a draft. Raises NotPossibleNow after it was sent."""
    application = _lock(application_id)
    if application.state != ApplicationState.DRAFT:
        raise NotPossibleNow
    application.evidence_id = document_id
    application.save(update_fields=["evidence_id"])
    _note("evidence", application, by, {"document": document_id})


@durable
def upload_evidence(*, application_id: int, content: bytes, by: Actor) -> None:
    """Seal a document and put it on a draft.

    Raises EvidenceTooLarge, EvidenceUnreadable, EvidenceNeedsConsent, NotPossibleNow.
    """
    media_type = evidence.media_type_of(content)
    application = _lock(application_id)
    if application.state != ApplicationState.DRAFT:
        raise NotPossibleNow
    purpose = telling.scene_of(application).consent
    if purpose is None or not consents.is_allowed(application.borrower_id, purpose):
        raise telling.EvidenceNeedsConsent
    stored = documents.store(
        borrower_id=application.borrower_id,
        kind="ENROLMENT_EVIDENCE",
        content=content,
        media_type=media_type,
        # As the notice of the consent says: kept for as long as the loan's own papers.
        consented=False,
        by=by,
    )
    application.evidence_id = stored.id
    application.save(update_fields=["evidence_id"])
    _note("evidence", application, by, {"document": stored.public_id})


def _lock(application_id: int) -> LoanApplication:
    application = lock_row(LoanApplication, rank=Rank.APPLICATION, pk=application_id)
    application.product = products.by_id(application.product_id)
    return application


def _note(what: str, application: LoanApplication, by: Actor, facts: dict[str, object]) -> None:
    audit.append(
        action=f"lending.application.{what}",
        subject=f"application:{application.public_id}",
        by=by,
        facts=facts,
    )
