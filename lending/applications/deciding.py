"""Deciding an application: by the machine, or by a person where it was referred."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db.models.functions import Greatest

from borrowers.behaviour import queries as behaviour
from borrowers.consent import queries as consents
from borrowers.consent.purposes import AUTOMATED_DECISION, CONSUMPTION_RECORDS, SHARED_LINKS
from borrowers.messages import actions as messages
from borrowers.people import queries as people
from common import rows
from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.errors import Refused
from common.locking import Rank, lock_row
from common.processes import actions as processes
from common.processes.contracts import Claim
from common.rulebook import queries as rulebook
from common.texts import gettext_noop
from common.transactions import durable
from lending.applications import cost, proofs
from lending.applications.contracts import Owed
from lending.applications.models import ApplicationState, LoanApplication, Offer
from lending.applications.offers import writing
from lending.applications.offers.writing import Terms
from lending.applications.purposes import telling
from lending.applications.states import NotPossibleNow, step
from lending.calc.cost import AboveTheCap
from lending.lines import actions as lines
from lending.lines import queries as standings
from lending.lines.models import CreditLine, LineState
from lending.products import law as laws
from lending.products import queries as products
from lending.products.law import Law
from lending.rewards import actions as rewards
from scoring.decisions import actions as decisions
from scoring.decisions import queries as assessments
from scoring.decisions.contracts import CreditRequest, Decided, Numbers, Verdict
from scoring.graph import actions as graph

SAID_BY_THE_MACHINE = {ApplicationState.DECLINED, ApplicationState.OFFERED}
PROOF_FITS = "EVIDENCE_CHECKED"  # what a reviewer may give as the reason of an offer


class ReviewOutOfBounds(Refused):
    """A reviewer's offer outside the product, the cap, or what was asked."""

    code = "REVIEW_OUT_OF_BOUNDS"
    message = gettext_noop("This offer is outside of what the product allows.")
    advice = gettext_noop("Keep the amount and the rate within the product's range.")
    status = 422


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
    line = lines.lock_of_application(application_id=application_id)
    application = _lock(application_id)
    if application.decided_at is None and application.state != ApplicationState.WITHDRAWN:
        application.state = step(application.state, ApplicationState.DECIDING)
        _assess(line, application, owed, on, at)
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
    """A person decides a referred application.

    Raises NotPossibleNow, ReviewOutOfBounds, LineNotInUse for an offer on a frozen line, and
    ProofNotOpened where it is decided on a proof that this person has not opened.
    """
    line = lines.lock_of_application(application_id=application_id)
    application = _lock(application_id)
    if application.state != ApplicationState.REFERRED or application.assessment_id is None:
        raise NotPossibleNow
    assert by.account_id is not None
    if reason_code == PROOF_FITS:
        _take_the_proof(application, at, by)
    if outcome == "OFFERED":
        lines.insist_on_use(line=line)
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
    terms = Terms(
        tier=verdict.tier,
        limit_fen=limit_fen,
        longest_term_months=max(application.product.terms_months),
        base_rate_ppm=annual_rate_ppm,
        line_limit_fen=_reviewed_limit_fen(line, application, outcome, limit_fen),
        subject=f"review:{application.assessment_id}",
        on=on,
    )
    _conclude(line, application, outcome, terms, _law(application, on), at, by)
    return application


def _take_the_proof(application: LoanApplication, at: datetime, by: Actor) -> None:
    """Who decides on the evidence has said that it fits."""
    if application.evidence_id is not None:
        proofs.insist_on_opened(application, by=by)
    application.evidence_checked_at = at
    application.save(update_fields=["evidence_checked_at"])


def _hold_discount_again(application: LoanApplication, on: date) -> None:
    """A decline had given the discount back; what cannot be used now is not promised."""
    if application.entitlement_id is None:
        return
    try:
        rewards.reserve(
            entitlement_id=application.entitlement_id,
            borrower_id=application.borrower_id,
            application_id=application.pk,
            on=on,
        )
    except (rewards.EntitlementNotUsable, rewards.PointsOwed):
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


def _assess(
    line: CreditLine, application: LoanApplication, owed: Owed, on: date, at: datetime
) -> None:
    product, law = application.product, _law(application, on)
    borrower_id = application.borrower_id
    allowed = consents.allowed_by(borrower_id)
    records = allowed.get(CONSUMPTION_RECORDS)
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
            has_consumption_consent=records is not None,
            are_records_whole=records is None
            or not behaviour.has_contradicted(borrower_id, consent_id=records),
            is_linked_case=SHARED_LINKS in allowed
            and graph.examine(application_id=application.pk, borrower_id=borrower_id, at=at),
            method=product.manner.method,
            step_months=product.manner.step_of(application.term_months),
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
    terms = _machine_terms(line, application, owed, decided, on)
    # Who does not want a machine to decide gets a person; the assessment is then a proposal.
    # Nor does the machine lend on a line that somebody froze.
    outcome = verdict.outcome if AUTOMATED_DECISION in allowed else "REFERRED"
    if outcome == "OFFERED" and line.state != LineState.ACTIVE:
        outcome = "REFERRED"
    _conclude(line, application, outcome, terms, law, at, SYSTEM)


def _machine_terms(
    line: CreditLine, application: LoanApplication, owed: Owed, decided: Decided, on: date
) -> Terms:
    verdict = decided.verdict
    is_offered = verdict.outcome == "OFFERED"
    return Terms(
        tier=verdict.tier,
        limit_fen=verdict.limit_fen,
        longest_term_months=verdict.max_term_months,
        base_rate_ppm=min(verdict.annual_rate_ppm, application.product.highest_rate_ppm),
        line_limit_fen=_line_limit_fen(line, owed, verdict) if is_offered else None,
        is_first=True,
        subject=f"assessment:{decided.assessment_id}",
        on=on,
    )


def _line_limit_fen(line: CreditLine, owed: Owed, verdict: Verdict) -> int:
    """The room that the decision saw, beside what is owed; a small product lowers no line."""
    seen_fen = owed.outstanding_fen + verdict.limit_fen
    is_by_product = verdict.policy_trace["bound_by"] == "PRODUCT"
    return max(seen_fen, line.limit_fen) if is_by_product else seen_fen


def _reviewed_limit_fen(
    line: CreditLine, application: LoanApplication, outcome: str, limit_fen: int
) -> int:
    """What a person gives is for this loan, beside what is taken already; a no leaves nothing."""
    if outcome != "OFFERED":
        return 0
    taken = standings.taken(line.pk, application.pk)
    others_fen = line.held_fen + line.reserved_fen - taken.held_fen - taken.reserved_fen
    return taken.drawn_fen + others_fen + limit_fen


def _conclude(
    line: CreditLine,
    application: LoanApplication,
    outcome: str,
    terms: Terms,
    law: Law,
    at: datetime,
    by: Actor,
) -> None:
    """Write the outcome and tell the borrower."""
    rows.change(
        application,
        state=step(application.state, outcome),
        assessment_id=application.assessment_id,
        decided_at=application.decided_at,
    )
    tell = TELL[outcome]
    tell(line, application, terms, law, at)
    _note(outcome.lower(), application, by)


def _offer(
    line: CreditLine, application: LoanApplication, terms: Terms, law: Law, at: datetime
) -> None:
    offer = writing.write(line=line, application=application, terms=terms, law=law, at=at)
    _tell(application, "OFFER_READY", {"amount_fen": offer.amount_fen})


def _refer(
    _line: CreditLine, application: LoanApplication, _terms: Terms, _law: Law, _at: datetime
) -> None:
    _tell(application, "REFERRED", {})


def _decline(
    line: CreditLine, application: LoanApplication, terms: Terms, _law: Law, at: datetime
) -> None:
    """A person's no is one to the line; the machine's says only that this wish does not fit."""
    lines.release(line=line, application_id=application.pk)
    rewards.release(application_id=application.pk)
    writing.decide_line(line=line, application=application, terms=terms)
    if application.review_wanted:
        # A person has decided over an offer that stood: its time is over.
        Offer.objects.filter(application=application, expires_at__gt=at).update(expires_at=at)
    _tell(application, "DECLINED", {})


TELL: dict[str, Callable[[CreditLine, LoanApplication, Terms, Law, datetime], None]] = {
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
        manner=product.manner,
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
