"""Writing an offer: its price, its choices, and the amount that is held for it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from common import public_ids, rows
from common.periods import add_months
from common.transactions import required
from lending.applications import cost
from lending.applications.models import LoanApplication, Offer, OfferAlternative
from lending.applications.offers.choices import choices
from lending.applications.purposes import telling
from lending.lines import actions as lines
from lending.lines.contracts import Decided
from lending.lines.models import CreditLine
from lending.products.law import Law
from lending.products.models import LoanProduct
from lending.rewards import actions as rewards
from lending.rewards import queries as points

OFFER_VALID = timedelta(hours=24)
OFFER_WITH_PROOF_VALID = timedelta(days=4)  # a person has to look at the proof first
LINE_REVIEW_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Terms:
    """What was decided: the rest of an offer follows from the product.

    `line_limit_fen` is for all loans together; None leaves the line as it is. `is_first` where
    no offer can stand yet: the machine decides once.
    """

    tier: str
    limit_fen: int
    longest_term_months: int
    base_rate_ppm: int
    line_limit_fen: int | None
    subject: str
    on: date
    is_first: bool = False


@required
def write(
    *, line: CreditLine, application: LoanApplication, terms: Terms, law: Law, at: datetime
) -> Offer:
    """A new offer; where a person decides over one that stood, theirs takes its place.

    Raises LineNotInUse, LineTooSmall.
    """
    offered = _terms_of_offer(application, terms, law, at)
    stood = [] if terms.is_first else _standing(application)
    if not stood:
        named = {"public_id": public_ids.new(), "application_id": application.pk}
        offer = Offer(pk=rows.insert(Offer, named | offered), **named, **offered)
    else:
        [offer] = stood
        for name, value in {**offered, "offered_at": at}.items():
            setattr(offer, name, value)
        offer.save(update_fields=[*offered, "offered_at"])
        offer.alternatives.all().delete()
    if application.entitlement_id is not None and not offer.discount_ppm:
        # The rate is at its floor without it: what was bought serves another loan.
        rewards.release(application_id=application.pk)
    write_choices(offer=offer, product=application.product)
    decide_line(line=line, application=application, terms=terms)
    lines.hold(line=line, application_id=application.pk, amount_fen=offer.amount_fen)
    return offer


def _standing(application: LoanApplication) -> list[Offer]:
    return rows.every(Offer, column="application_id", value=application.pk)


@required
def decide_line(*, line: CreditLine, application: LoanApplication, terms: Terms) -> None:
    """Let the line follow the decision, if the decision speaks of it."""
    if terms.line_limit_fen is None:
        return
    said = Decided(
        limit_fen=terms.line_limit_fen,
        tier=terms.tier,
        annual_rate_ppm=terms.base_rate_ppm,
        floor_rate_ppm=application.product.floor_rate_ppm,
        review_on=add_months(terms.on, LINE_REVIEW_MONTHS, anchor_day=terms.on.day),
    )
    lines.decide(line=line, said=said, subject=terms.subject)


def _terms_of_offer(
    application: LoanApplication, terms: Terms, law: Law, at: datetime
) -> dict[str, Any]:
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
    return {
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


@required
def write_choices(*, offer: Offer, product: LoanProduct) -> None:
    """The choices that the offer leaves, numbered from one."""
    found = choices(
        amount_fen=offer.amount_fen,
        term_months=offer.term_months,
        least_fen=product.minimum_fen,
        terms_months=[each for each in product.terms_months if each <= offer.longest_term_months],
    )
    rows.insert_many(
        OfferAlternative,
        [
            {
                "offer_id": offer.pk,
                "number": number,
                "kind": each.kind,
                "amount_fen": each.amount_fen,
                "term_months": each.term_months,
            }
            for number, each in enumerate(found, start=1)
        ],
    )
