"""The borrower's steps from sending a draft to an accepted offer whose cost was read.

Drafts stand in drafts/, deciding in deciding.py; signing stands above, in loans.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import IntegrityError

from borrowers.people import queries as people
from common import rows
from common.actors import Actor
from common.audit import actions as audit
from common.canonical import sha256_of
from common.errors import Refused
from common.locking import Rank, lock_row
from common.money import yuan
from common.processes import actions as processes
from common.texts import gettext_noop
from common.transactions import durable, required
from lending.applications import cost, proofs
from lending.applications.disclosed import risk
from lending.applications.models import ApplicationState, CostDisclosure, LoanApplication, Offer
from lending.applications.offers import picking
from lending.applications.purposes import telling
from lending.applications.queries import STANDING, is_of, price_of
from lending.applications.states import NotPossibleNow, step
from lending.lines import actions as lines
from lending.lines.models import CreditLine
from lending.products import law as laws
from lending.products import queries as products
from lending.products.queries import AmountNotOffered, TermNotOffered
from lending.rewards import actions as rewards
from scoring.graph import actions as graph

PROCESS_KIND = "DECIDE"
DECIDE = "lending.tasks.decide_application"
ONE_OPEN = "application_is_one_at_a_time"  # the unique index


class NotIdentified(Refused):
    """Name and ID number are not known yet."""

    code = "NOT_IDENTIFIED"
    message = gettext_noop("We do not know who you are yet.")
    advice = gettext_noop("Enter your name and ID number first.")


class OneAtATime(Refused):
    """Another application is open."""

    code = "ONE_APPLICATION_AT_A_TIME"
    message = gettext_noop("You have another open application.")
    advice = gettext_noop("Finish or withdraw it first.")


class ReadItFirst(Refused):
    """The reading time is not over."""

    code = "READ_THE_COST_FIRST"
    message = gettext_noop("Please take the time to read the cost table.")
    advice = gettext_noop("You can confirm it in %(seconds)s seconds.")


class OfferOver(Refused):
    """The offer's time is over."""

    code = "OFFER_OVER"
    message = gettext_noop("This offer is no longer valid.")
    advice = gettext_noop("Send a new application; your records need not be uploaded again.")


def submit(
    *, application_id: int, on: date, at: datetime, by: Actor, device: str = ""
) -> LoanApplication:
    """Send the draft to be decided; sending again changes nothing.

    `device` is the code that the person's browser keeps since they allowed links to be seen.

    Raises NotIdentified, MerchantNotOpen, EvidenceMissing, OneAtATime, EntitlementNotUsable,
    NotPossibleNow, and what telling.claim raises.
    """
    try:
        return _submit(application_id, on, at, by, device)
    except IntegrityError as error:
        if ONE_OPEN not in str(error):
            raise
        raise OneAtATime from error


@durable
def _submit(application_id: int, on: date, at: datetime, by: Actor, device: str) -> LoanApplication:
    application = _lock(application_id)
    if application.submitted_at is not None:
        return application
    _insist_on_complete(application, on)
    if application.entitlement_id is not None:
        rewards.reserve(
            entitlement_id=application.entitlement_id,
            borrower_id=application.borrower_id,
            application_id=application.pk,
            on=on,
        )
    submitted = step(application.state, ApplicationState.SUBMITTED)
    rows.change(application, state=submitted, submitted_at=at)
    graph.note_application(
        application_id=application.pk, borrower_id=application.borrower_id, device=device, at=at
    )
    processes.start(kind=PROCESS_KIND, subject_id=application.pk, task=DECIDE, queue="decisions")
    _note("submitted", application, by, {})
    return application


@durable
def change_offer(
    *, application_id: int, amount_fen: int, term_months: int, at: datetime, by: Actor
) -> Offer:
    """Take less, or another term, than was offered. The rate stays.

    An offer that was accepted is then to be accepted anew, and its cost to be read anew. Raises
    AmountNotOffered, TermNotOffered, OfferOver, NotPossibleNow, LineNotInUse, LineTooSmall.
    """
    line = lines.lock_of_application(application_id=application_id)
    application = _lock(application_id)
    offer = _open_offer(application, STANDING | {ApplicationState.ACCEPTED}, at)
    product = application.product
    if not product.minimum_fen <= amount_fen <= offer.limit_fen:
        raise AmountNotOffered(least=yuan(product.minimum_fen), most=yuan(offer.limit_fen))
    if term_months not in product.terms_months or term_months > offer.longest_term_months:
        raise TermNotOffered
    lines.hold(line=line, application_id=application_id, amount_fen=amount_fen)
    offer.amount_fen, offer.term_months, offer.accepted_at = amount_fen, term_months, None
    offer.save(update_fields=["amount_fen", "term_months", "accepted_at"])
    picking.let_go(offer=offer)
    if application.state == ApplicationState.ACCEPTED:
        application.state = step(application.state, ApplicationState.OFFERED)
        application.save(update_fields=["state"])
    _note("offer_changed", application, by, {"amount_fen": amount_fen, "term": term_months})
    return offer


@durable
def accept(
    *, application_id: int, at: datetime, by: Actor, alternative: int | None = None
) -> LoanApplication:
    """Accept the offer as it stands, or one of its alternatives; again changes nothing.

    Whoever had asked for a person thereby takes that back. Raises OfferOver, NotPossibleNow,
    NoSuchAlternative, OtherAccepted, LineNotInUse, LineTooSmall.
    """
    line = lines.lock_of_application(application_id=application_id)
    application = _lock(application_id)
    if application.state in {ApplicationState.ACCEPTED, ApplicationState.SIGNED}:
        picking.insist_on_accepted(application_id=application_id, number=alternative)
        return application
    offer = _open_offer(application, STANDING, at)
    picking.pick(offer=offer, number=alternative, at=at)
    lines.reserve(line=line, application_id=application_id, amount_fen=offer.amount_fen)
    was_with_a_person = application.state == ApplicationState.REFERRED
    application.state = step(application.state, ApplicationState.ACCEPTED)
    application.review_wanted = False
    application.save(update_fields=["state", "review_wanted"])
    offer.accepted_at = at
    offer.save(update_fields=["accepted_at", "amount_fen", "term_months"])
    if was_with_a_person:
        _note("review_dropped", application, by, {})
    _note("accepted", application, by, {"offer": offer.public_id})
    return application


@durable
def show_cost(
    *,
    application_id: int,
    language: str,
    channel: str,
    on: date,
    at: datetime,
) -> CostDisclosure:
    """Record that the cost table was opened, and start its reading time; once per content.

    Raises OfferOver, NotPossibleNow, AboveTheCap.
    """
    application = _lock(application_id)
    offer = _open_offer(application, {ApplicationState.ACCEPTED}, at)
    law = laws.on(on, licence=application.product.licence, product=application.product.code)
    price = price_of(offer, cap_ppm=law.cap_ppm)
    quote = cost.quoted(price, starts_on=on)
    days = application.product.cooling_off_days
    told = risk.facts(price, quote.schedule, starts_on=on, cooling_off_days=days)
    shown = cost.content(quote) | {"risk": told}
    disclosure, _ = CostDisclosure.objects.get_or_create(
        offer=offer,
        step="SHOWN",
        content_sha256=sha256_of(shown),
        defaults={
            "content": shown,
            "minimum_seconds": law.reading_seconds,
            "language": language,
            "channel": channel,
            "recorded_at": at,
        },
    )
    return disclosure


@durable
def confirm_cost(
    *, application_id: int, disclosure_id: int, language: str, channel: str, at: datetime, by: Actor
) -> CostDisclosure:
    """Record that the borrower read and confirmed a cost table; again is the same confirmation.

    Raises ReadItFirst within the reading time (rule on stating comprehensive costs, 2026-08-01),
    OfferOver, NotPossibleNow.
    """
    application = _lock(application_id)
    offer = _open_offer(application, {ApplicationState.ACCEPTED}, at)
    shown = offer.disclosures.filter(pk=disclosure_id, step="SHOWN").first()
    if shown is None:
        raise NotPossibleNow
    ready_at = shown.recorded_at + timedelta(seconds=shown.minimum_seconds)
    if at < ready_at:
        raise ReadItFirst(seconds=int((ready_at - at).total_seconds()) + 1)
    confirmed, is_new = CostDisclosure.objects.get_or_create(
        offer=offer,
        step="CONFIRMED",
        content_sha256=shown.content_sha256,
        defaults={
            "content": shown.content,
            "minimum_seconds": shown.minimum_seconds,
            "language": language,
            "channel": channel,
            "recorded_at": at,
        },
    )
    if is_new:
        facts = {"sha256": shown.content_sha256, "risk_notice": shown.content["risk"]["version"]}
        _note("cost_confirmed", application, by, facts)
    return confirmed


@durable
def withdraw(*, application_id: int, by: Actor) -> LoanApplication:
    """Take the application back; nothing of it is held against anybody. Again is the same.

    Raises NotPossibleNow while it is being decided and after it was signed.
    """
    line = lines.lock_of_application(application_id=application_id)
    application = _lock(application_id)
    if application.state == ApplicationState.WITHDRAWN:
        return application
    application.state = step(application.state, ApplicationState.WITHDRAWN)
    application.save(update_fields=["state"])
    _give_back(line, application_id)
    _note("withdrawn", application, by, {})
    return application


@durable
def expire(*, application_id: int, at: datetime, by: Actor) -> bool:
    """End an offer whose time is over; False when it is not over or was signed meanwhile.

    A choice that was accepted and never signed is accepted no more.
    """
    line = lines.lock_of_application(application_id=application_id)
    application = _lock(application_id)
    offer = Offer.objects.filter(application=application).first()
    open_states = {ApplicationState.OFFERED, ApplicationState.ACCEPTED}
    if offer is None or application.state not in open_states or at < offer.expires_at:
        return False
    application.state = step(application.state, ApplicationState.EXPIRED)
    application.save(update_fields=["state"])
    picking.let_go(offer=offer)
    _give_back(line, application_id)
    _note("expired", application, by, {})
    return True


@required
def mark_signed(
    *, application_id: int, disclosure_id: int, on: date, at: datetime, by: Actor
) -> None:
    """The contract is being written in this transaction. Again is the same.

    Raises NotPossibleNow unless it is accepted and this very cost table was confirmed, OfferOver,
    ProofNotChecked, LineNotInUse, and what telling.insist_before_signing raises.
    """
    line = lines.lock_of_application(application_id=application_id)
    application = _lock(application_id)
    if application.state == ApplicationState.SIGNED:
        return
    lines.insist_on_use(line=line)
    proofs.insist_on_checked(application)
    # The clock ends an offer, not the task that writes it down: that one may come late.
    offer = _open_offer(application, {ApplicationState.ACCEPTED}, at)
    telling.insist_before_signing(application, offer, on=on)
    confirmed = CostDisclosure.objects.select_related("offer").filter(
        pk=disclosure_id, offer=offer, step="CONFIRMED"
    )
    if not any(is_of(each.offer, each) for each in confirmed):
        raise NotPossibleNow
    application.state = step(application.state, ApplicationState.SIGNED)
    application.save(update_fields=["state"])
    _note("signed", application, by, {"disclosure": disclosure_id})


def _lock(application_id: int) -> LoanApplication:
    application = lock_row(LoanApplication, rank=Rank.APPLICATION, pk=application_id)
    application.product = products.by_id(application.product_id)
    return application


def _give_back(line: CreditLine, application_id: int) -> None:
    """What a loan that will not be had took of the line and of rewards."""
    lines.release(line=line, application_id=application_id)
    rewards.release(application_id=application_id)


def _insist_on_complete(application: LoanApplication, on: date) -> None:
    if not people.card(application.borrower_id).is_identified:
        raise NotIdentified
    if application.product.pays_merchant and application.merchant_id is None:
        raise products.MerchantNotOpen
    if application.product.needs_evidence and application.evidence_id is None:
        raise telling.EvidenceMissing
    telling.claim(application, on=on)


def _open_offer(application: LoanApplication, states: Collection[str], at: datetime) -> Offer:
    if application.state not in states:
        raise NotPossibleNow
    offer = Offer.objects.filter(application=application).first()
    if offer is None:
        raise NotPossibleNow
    if at >= offer.expires_at:
        raise OfferOver
    return offer


def _note(what: str, application: LoanApplication, by: Actor, facts: dict[str, object]) -> None:
    audit.append(
        action=f"lending.application.{what}",
        subject=f"application:{application.public_id}",
        by=by,
        facts=facts,
    )
