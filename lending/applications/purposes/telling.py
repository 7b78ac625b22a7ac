"""The purpose of an application: told with the draft, judged when it is sent and when it is signed.

The scene's rules are pure and stand in lending/products/scenes; here they meet the application.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from borrowers.consent import queries as consents
from borrowers.people import queries as people
from common.actors import Actor
from common.audit import actions as audit
from common.errors import Refused
from common.locking import Rank, lock_one
from common.texts import gettext_noop
from common.transactions import durable, required
from lending.applications.models import ApplicationState, LoanApplication, Offer
from lending.applications.states import NotPossibleNow
from lending.products import law as laws
from lending.products.merchants import orders
from lending.products.models import SceneEvidence
from lending.products.queries import MerchantNotOpen, asks_for_order
from lending.products.scenes import judging
from lending.products.scenes.contracts import Facts, PurposeRefused, Scene, Wish

ENDED = {ApplicationState.WITHDRAWN, ApplicationState.EXPIRED, ApplicationState.DECLINED}


class PurposeNotTold(Refused):
    """The product asks what the money is for."""

    code = "PURPOSE_NOT_TOLD"
    message = gettext_noop("This loan is lent on an order or contract, and none was told yet.")
    advice = gettext_noop("Tell its number and sum, then send the application.")
    status = 422


class EvidenceMissing(Refused):
    """The product needs a document."""

    code = "EVIDENCE_MISSING"
    message = gettext_noop("This loan needs a proof of what it is for.")
    advice = gettext_noop("Upload the proof, then send the application.")
    status = 422


class EvidenceNeedsConsent(Refused):
    """Nobody's papers are looked at without their consent to it."""

    code = "EVIDENCE_NEEDS_CONSENT"
    message = gettext_noop("We may look at your proof only if you agree to it.")
    advice = gettext_noop("Agree to it on the page of the proof, or choose another loan.")
    status = 422


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that the purpose allows: a sum, and a number of months where it has one."""

    amount_fen: int
    term_months: int


@durable
def tell(*, application_id: int, given: Mapping[str, Any], by: Actor) -> SceneEvidence:
    """Keep what a draft is for. Raises FactNotUnderstood, NotPossibleNow, OrderIsClaimed."""
    rows = LoanApplication.objects.select_related("product", "merchant")
    application = lock_one(rows, rank=Rank.APPLICATION, pk=application_id)
    if application.state != ApplicationState.DRAFT:
        raise NotPossibleNow
    scene = scene_of(application)
    facts = judging.read(scene, given)
    told = orders.tell(
        application_id=application.pk,
        key_id=people.card(application.borrower_id).statutory_key_id,
        issuer=application.merchant.code if application.merchant else orders.LEASES,
        number=judging.number_of(facts),
        facts=facts,
        total_fen=scene.total_fen(facts),
    )
    audit.append(
        action="lending.application.purpose_told",
        subject=f"application:{application.public_id}",
        by=by,
        facts={"scene": scene.code},
    )
    return told


@required
def claim(application: LoanApplication, *, on: date) -> None:
    """Judge the purpose and take its order, where the product asks for one.

    Raises PurposeNotTold, OrderFinancedAlready, and the refusals of the scene's rules.
    """
    told = orders.told_of(application.pk)
    if told is None:
        if asks_for_order(application.product):
            raise PurposeNotTold
        return
    judge(application, told, lent=application, on=on)
    orders.claim(told, ended_states=ENDED)


def judge(
    application: LoanApplication, told: SceneEvidence, *, lent: LoanApplication | Offer, on: date
) -> None:
    """Raises the refusal of the first rule of the scene that is not kept.

    `lent` says amount and term: what is asked for, and later what is signed.
    """
    wish = _wish(application, told.facts, lent=lent, on=on)
    numbers = laws.numbers_of(application.product, on=on)
    judging.insist_on_purpose(scene_of(application), wish, numbers)


def broken_by_answers(
    draft: LoanApplication, given: Mapping[str, Any], *, on: date
) -> list[tuple[str, PurposeRefused]]:
    """What the rules say to the answers of a draft before they are kept: the question, and why.

    What comes on a later page, the document and the consent, is judged when the draft is sent;
    and so is all of this once more. Raises FactNotUnderstood.
    """
    scene = scene_of(draft)
    wish = _wish(draft, judging.read(scene, given), lent=draft, on=on)
    return judging.broken_by_answers(scene, wish, laws.numbers_of(draft.product, on=on))


def _wish(
    application: LoanApplication, facts: Facts, *, lent: LoanApplication | Offer, on: date
) -> Wish:
    product = application.product
    return Wish(
        amount_fen=lent.amount_fen,
        term_months=lent.term_months,
        rhythm=product.rhythm,
        licence=product.licence,
        pays_merchant=product.pays_merchant,
        has_document=application.evidence_id is not None,
        consents=frozenset(consents.allowed(application.borrower_id)),
        on=on,
        facts=facts,
    )


@required
def insist_before_signing(application: LoanApplication, offer: Offer, *, on: date) -> None:
    """The order is still this application's, its seller approved, and the scene's rules kept.

    Days have passed since it was sent: the offer may be of another amount or term, a consent may
    be withdrawn. What was sent before its version asked for an order is bound all the same.

    Raises OrderFinancedAlready, PurposeNotTold, MerchantNotOpen, and the scene's refusals.
    """
    if application.merchant is not None and not application.merchant.is_open:
        raise MerchantNotOpen
    told = orders.told_of(application.pk)
    if told is not None:
        judge(application, told, lent=offer, on=on)
        orders.claim(told, ended_states=ENDED)
    elif asks_for_order(application.product):
        raise PurposeNotTold


def bounds(application: LoanApplication) -> Bounds:
    """What no offer may pass; where nothing was told, what the product allows."""
    product = application.product
    told = orders.told_of(application.pk)
    longest = max(product.terms_months)
    if told is None:
        return Bounds(product.maximum_fen, longest)
    return Bounds(told.total_fen, int(told.facts.get("months_left", longest)))


def scene_of(application: LoanApplication) -> Scene:
    """The scene of the application's product."""
    return judging.SCENES[application.product.scene]
