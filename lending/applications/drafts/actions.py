"""Drafts: what is asked for, kept page by page until it is sent."""

from datetime import datetime, timedelta

from django.db.models.functions import Now

from borrowers.consent import queries as consents
from borrowers.documents import actions as documents
from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.locking import Rank, lock_row
from common.transactions import durable
from lending.applications.models import ApplicationState, LoanApplication
from lending.applications.purposes import telling
from lending.applications.states import NotPossibleNow, step
from lending.products import evidence
from lending.products import queries as products
from lending.products.merchants import orders

KEPT = -1  # no discount has this number: it stays as it was
SAVED = ["amount_fen", "term_months", "merchant", "entitlement", "saved_at"]


@durable
def draft(
    *,
    borrower_id: int,
    product_code: str,
    amount_fen: int,
    term_months: int,
    merchant_code: str | None,
    entitlement_id: int | None,
    request_key: str,
    by: Actor,
) -> LoanApplication:
    """Write down what is asked for; the same key again is the same draft.

    Without a merchant's code the merchant is told by a later page. Raises ProductNotOpen,
    MerchantNotOpen, AmountNotOffered, TermNotOffered.
    """
    seen = LoanApplication.objects.filter(borrower_id=borrower_id, request_key=request_key).first()
    if seen is not None:
        return seen
    product = products.open_product(product_code)
    products.insist_on_range(product, amount_fen=amount_fen, term_months=term_months)
    merchant = None
    if product.pays_merchant and merchant_code is not None:
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
def save(
    *,
    application_id: int,
    by: Actor,
    amount_fen: int | None = None,
    term_months: int | None = None,
    merchant_code: str | None = None,
    entitlement_id: int | None = KEPT,
) -> LoanApplication:
    """Keep the answers of one page; what is not given stays as it was.

    Raises NotPossibleNow after it was sent, AmountNotOffered, TermNotOffered, MerchantNotOpen.
    """
    application = _lock(application_id)
    if application.state != ApplicationState.DRAFT:
        raise NotPossibleNow
    application.amount_fen = amount_fen or application.amount_fen
    application.term_months = term_months or application.term_months
    products.insist_on_range(
        application.product,
        amount_fen=application.amount_fen,
        term_months=application.term_months,
    )
    if merchant_code is not None:
        _pay_to(application, merchant_code)
    if entitlement_id != KEPT:
        application.entitlement_id = entitlement_id
    application.saved_at = Now()
    application.save(update_fields=SAVED)
    application.refresh_from_db(fields=["saved_at"])
    facts = {"amount_fen": application.amount_fen, "term_months": application.term_months}
    _note("draft_saved", application, by, {**facts})
    return application


def _pay_to(application: LoanApplication, code: str) -> None:
    """Another payee: an order of the former one is told anew."""
    if not application.product.pays_merchant:
        return
    merchant = products.open_merchant(code=code, scene=application.product.scene)
    if application.merchant_id not in {None, merchant.pk}:
        orders.forget(application_id=application.pk)
    application.merchant = merchant


@durable
def age_out(*, before: datetime, kept: timedelta, limit: int = 500) -> int:
    """End drafts that nobody went on with since a moment; how many.

    `kept`: none ends sooner by the clock, wherever the books stand: a demonstration's may be
    years ahead of it.
    """
    drafts = LoanApplication.objects.filter(state=ApplicationState.DRAFT)
    old = drafts.filter(saved_at__lt=before).filter(saved_at__lt=Now() - kept)
    ended = 0
    for application_id in old.order_by("pk").values_list("pk", flat=True)[:limit]:
        application = _lock(application_id)
        if application.state != ApplicationState.DRAFT or application.saved_at >= before:
            continue
        application.state = step(application.state, ApplicationState.EXPIRED)
        application.save(update_fields=["state"])
        _note("draft_ended", application, SYSTEM, {})
        ended += 1
    return ended


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
    application.saved_at = Now()
    application.save(update_fields=["evidence_id", "saved_at"])
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
