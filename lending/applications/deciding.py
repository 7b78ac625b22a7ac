"""Deciding an application: by the machine, or by a person where it was referred."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models.functions import Greatest

from borrowers.behaviour import queries as behaviour
from borrowers.consent import queries as consents
from borrowers.consent.purposes import AUTOMATED_DECISION, CONSUMPTION_RECORDS, SHARED_LINKS
from borrowers.messages import actions as messages
from borrowers.people import queries as people
from common import public_ids, rows
from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.errors import Refused
from common.locking import Rank, lock_row
from common.processes import actions as processes
from common.processes.contracts import Claim
from common.rulebook import queries as rulebook
from common.texts import gettext_noop
from common.transactions import durable
from lending.applications import cost
from lending.applications.contracts import Owed
from lending.applications.models import ApplicationState, LoanApplication, Offer
from lending.applications.purposes import telling
from lending.applications.states import NotPossibleNow, step
from lending.calc.cost import AboveTheCap
from lending.products import law as laws
from lending.products import queries as products
from lending.products.law import Law
from lending.rewards import actions as rewards
from lending.rewards import queries as points
from scoring.decisions import actions as decisions
from scoring.decisions import queries as assessments
from scoring.decisions.contracts import CreditRequest, Numbers
from scoring.graph import actions as graph

SAID_BY_THE_MACHINE = {ApplicationState.DECLINED, ApplicationState.OFFERED}
PROOF_FITS = "EVIDENCE_CHECKED"  # what a reviewer may give as the reason of an offer
OFFER_VALID = timedelta(hours=24)
OFFER_WITH_PROOF_VALID = timedelta(days=4)  # a person has to look at the proof first


class ReviewOutOfBounds(Refused):
    """A reviewer's offer outside the product, the cap, or what was asked."""

    code = "REVIEW_OUT_OF_BOUNDS"
    message = gettext_noop("This offer is outside of what the product allows.")
    advice = gettext_noop("Keep the amount and the rate within the product's range.")
    status = 422


@dataclass(frozen=True, slots=True)
class Terms:
    """What is offered: the rest of an offer follows from the product."""

    tier: str
    limit_fen: int
    longest_term_months: int
    base_rate_ppm: int


@durable
def decide(
    *,
    application_id: int,
    owed: Owed,
    on: date,
    at: datetime,
    claim: Claim | None,
) -> LoanApplication:
    """Assess a submitted application and write offer, referral or decline with its reasons."""
    application = _lock(application_id)
    if application.decided_at is None and application.state != ApplicationState.WITHDRAWN:
        application.state = step(application.state, ApplicationState.DECIDING)
        _assess(application, owed, on, at)
    if claim is not None:
        processes.finish(claim=claim)
    return application


@durable
def review(
    *,
    application_id: int,
    outcome: str,
    limit_fen: int,
    annual_rate_ppm: int,
    reason_code: str,
    note_document_id: int | None,
    on: date,
    at: datetime,
    by: Actor,
) -> LoanApplication:
    """A person decides a referred application. Raises NotPossibleNow, ReviewOutOfBounds."""
    application = _lock(application_id)
    if application.state != ApplicationState.REFERRED or application.assessment_id is None:
        raise NotPossibleNow
    assert by.account_id is not None
    if reason_code == PROOF_FITS:
        application.evidence_checked_at = at
        application.save(update_fields=["evidence_checked_at"])
    if outcome == "OFFERED":
        _insist_on_bounds(application, limit_fen, annual_rate_ppm, on)
        _hold_discount_again(application, on)
    verdict = decisions.review(
        assessment_id=application.assessment_id,
        outcome=outcome,
        limit_fen=limit_fen,
        annual_rate_ppm=annual_rate_ppm,
        reason_code=reason_code,
        note_document_id=note_document_id,
        by=by,
    )
    _conclude(
        application,
        outcome,
        Terms(
            tier=verdict.tier,
            limit_fen=limit_fen,
            longest_term_months=max(application.product.terms_months),
            base_rate_ppm=annual_rate_ppm,
        ),
        _law(application, on),
        at,
        by,
    )
    return application


def _hold_discount_again(application: LoanApplication, on: date) -> None:
    """A decline had given the discount back; what was used elsewhere since cannot be promised."""
    if application.entitlement_id is None:
        return
    try:
        rewards.reserve(
            entitlement_id=application.entitlement_id,
            borrower_id=application.borrower_id,
            application_id=application.pk,
            on=on,
        )
    except rewards.EntitlementNotUsable:
        application.entitlement = None
        application.save(update_fields=["entitlement"])


@durable
def ask_for_a_person(*, application_id: int, on: date, at: datetime, by: Actor) -> LoanApplication:
    """Take what the machine decided to a person (PIPL art. 24); asking again changes nothing.

    An offer stands until the person decides, for as long as they may take. Raises NotPossibleNow
    when a person has decided already, and once an offer was accepted.
    """
    application = _lock(application_id)
    if application.state == ApplicationState.REFERRED:
        return application
    if not can_ask_for_a_person(application):
        raise NotPossibleNow
    application.state = step(application.state, ApplicationState.REFERRED)
    answered_by = at + timedelta(days=int(rulebook.number("REVIEW_ANSWER_DAYS", on=on)))
    standing = Offer.objects.filter(application=application, expires_at__gt=at)
    standing.update(expires_at=Greatest("expires_at", answered_by))
    application.review_wanted = True
    application.save(update_fields=["state", "review_wanted"])
    _note("review_wanted", application, by)
    return application


def can_ask_for_a_person(application: LoanApplication, *, is_reviewed: bool | None = None) -> bool:
    """Whether the machine has spoken and no person yet; who knows the latter may say so."""
    if application.assessment_id is None or application.state not in SAID_BY_THE_MACHINE:
        return False
    if is_reviewed is None:
        is_reviewed = assessments.is_reviewed(application.assessment_id)
    return not is_reviewed


def _lock(application_id: int) -> LoanApplication:
    application = lock_row(LoanApplication, rank=Rank.APPLICATION, pk=application_id)
    application.product = products.by_id(application.product_id)
    return application


def _law(application: LoanApplication, on: date) -> Law:
    product = application.product
    return laws.on(on, licence=product.licence, product=product.code)


def _assess(application: LoanApplication, owed: Owed, on: date, at: datetime) -> None:
    product, law = application.product, _law(application, on)
    borrower_id = application.borrower_id
    allowed = consents.allowed(borrower_id)
    shares_records = CONSUMPTION_RECORDS in allowed
    decided = decisions.decide(
        application_id=application.pk,
        application_public_id=application.public_id,
        borrower_id=borrower_id,
        request=CreditRequest(
            amount_fen=application.amount_fen,
            term_months=application.term_months,
            scene=telling.scene_of(application).credit_scene,
            age_years=people.age_on(borrower_id, on) or 0,
            is_enrolment_proved=application.evidence_id is not None,
            outstanding_fen=owed.outstanding_fen,
            days_past_due=owed.days_past_due,
            monthly_instalments_fen=owed.monthly_instalments_fen,
            has_consumption_consent=shares_records,
            are_records_whole=not (shares_records and behaviour.has_contradicted(borrower_id)),
            is_linked_case=SHARED_LINKS in allowed
            and graph.examine(application_id=application.pk, borrower_id=borrower_id, at=at),
        ),
        as_of=at,
        numbers=Numbers(
            minimum_age_years=law.minimum_age_years,
            minimum_fen=product.minimum_fen,
            maximum_fen=product.maximum_fen,
            terms_months=tuple(product.terms_months),
            floor_rate_ppm=product.floor_rate_ppm,
            annual_rate_cap_ppm=law.cap_ppm,
            exposure_cap_fen=law.exposure_cap_fen,
        ),
    )
    verdict = decided.verdict
    application.assessment_id = decided.assessment_id
    application.decided_at = at
    terms = Terms(
        tier=verdict.tier,
        limit_fen=verdict.limit_fen,
        longest_term_months=verdict.max_term_months,
        base_rate_ppm=min(verdict.annual_rate_ppm, product.highest_rate_ppm),
    )
    # Who does not want a machine to decide gets a person; the assessment is then a proposal.
    outcome = verdict.outcome if AUTOMATED_DECISION in allowed else "REFERRED"
    _conclude(application, outcome, terms, law, at, SYSTEM)


def _conclude(
    application: LoanApplication, outcome: str, terms: Terms, law: Law, at: datetime, by: Actor
) -> None:
    """Write the outcome and tell the borrower."""
    rows.change(
        application,
        state=step(application.state, outcome),
        assessment_id=application.assessment_id,
        decided_at=application.decided_at,
    )
    tell = TELL[outcome]
    tell(application, terms, law, at)
    _note(outcome.lower(), application, by)


def _offer(application: LoanApplication, terms: Terms, law: Law, at: datetime) -> None:
    """A new offer; where a person decides over one that stood, theirs takes its place."""
    product, entitlement = application.product, application.entitlement
    rewarded = points.next_loan_discount(
        application.borrower_id, bought_ppm=entitlement.discount_ppm if entitlement else 0
    )
    rate_ppm, discount_ppm = cost.discounted(
        base_rate_ppm=terms.base_rate_ppm,
        wanted_discount_ppm=rewarded.total_ppm,
        floor_rate_ppm=product.floor_rate_ppm,
    )
    bounds = telling.bounds(application)
    limit_fen = min(terms.limit_fen, bounds.amount_fen)
    longest_months = min(terms.longest_term_months, bounds.term_months)
    within = [each for each in product.terms_months if each <= longest_months]
    offered: dict[str, Any] = {
        "tier": terms.tier,
        "limit_fen": limit_fen,
        "longest_term_months": max(within),
        "amount_fen": min(application.amount_fen, limit_fen),
        "term_months": min(application.term_months, max(within)),
        "base_rate_ppm": rate_ppm + discount_ppm,
        "discount_ppm": discount_ppm,
        "annual_rate_ppm": rate_ppm,
        "penalty_rate_ppm": cost.penalty_rate_ppm(
            annual_rate_ppm=rate_ppm,
            multiple_ppm=product.penalty_multiple_ppm,
            cap_ppm=law.cap_ppm,
        ),
        "grace_days": product.grace_days,
        "expires_at": at + (OFFER_WITH_PROOF_VALID if product.needs_evidence else OFFER_VALID),
    }
    stood = application.review_wanted and Offer.objects.filter(application=application).update(
        **offered, offered_at=at
    )
    if not stood:
        named = {"public_id": public_ids.new(), "application_id": application.pk}
        rows.insert(Offer, named | offered)
    _tell(application, "OFFER_READY", {"amount_fen": offered["amount_fen"]})


def _refer(application: LoanApplication, _terms: Terms, _law: Law, _at: datetime) -> None:
    _tell(application, "REFERRED", {})


def _decline(application: LoanApplication, _terms: Terms, _law: Law, at: datetime) -> None:
    rewards.release(application_id=application.pk)
    if application.review_wanted:
        # A person has decided over an offer that stood: its time is over.
        Offer.objects.filter(application=application, expires_at__gt=at).update(expires_at=at)
    _tell(application, "DECLINED", {})


TELL: dict[str, Callable[[LoanApplication, Terms, Law, datetime], None]] = {
    "OFFERED": _offer,
    "REFERRED": _refer,
    "DECLINED": _decline,
}


def _insist_on_bounds(
    application: LoanApplication, limit_fen: int, annual_rate_ppm: int, on: date
) -> None:
    """The product's range, and the cap of law on the full cost (compounded)."""
    product = application.product
    is_within = product.minimum_fen <= limit_fen <= product.maximum_fen
    if not is_within or not (product.floor_rate_ppm <= annual_rate_ppm <= product.highest_rate_ppm):
        raise ReviewOutOfBounds
    law = _law(application, on)
    price = cost.Price(
        amount_fen=limit_fen,
        term_months=max(product.terms_months),
        annual_rate_ppm=annual_rate_ppm,
        discount_ppm=0,
        penalty_rate_ppm=0,
        grace_days=product.grace_days,
        cap_ppm=law.cap_ppm,
    )
    try:
        cost.quoted(price, starts_on=on)
    except AboveTheCap as error:
        raise ReviewOutOfBounds from error


def _tell(application: LoanApplication, template: str, facts: dict[str, object]) -> None:
    messages.send(
        borrower_id=application.borrower_id,
        template=template,
        facts=facts | {"application": application.public_id},
        message_key=f"{template}:{application.pk}:{application.review_wanted}",
    )


def _note(what: str, application: LoanApplication, by: Actor) -> None:
    audit.append(
        action=f"lending.application.{what}",
        subject=f"application:{application.public_id}",
        by=by,
        facts={"assessment": application.assessment_id},
    )
