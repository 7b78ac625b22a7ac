"""Picking one of an offer's alternatives: at most one is accepted, and only one is lent on."""

from dataclasses import replace
from datetime import date, datetime

from common import rows
from common.errors import Refused
from common.texts import gettext_noop
from common.transactions import required
from lending.applications import cost
from lending.applications.cost import Quoted
from lending.applications.models import LoanApplication, Offer, OfferAlternative
from lending.applications.queries import price_of
from lending.calc.cost import AboveTheCap
from lending.products import law as laws


class NoSuchAlternative(Refused):
    """The offer has no choice of this number."""

    code = "NO_SUCH_ALTERNATIVE"
    message = gettext_noop("This offer has no such choice.")
    advice = gettext_noop("Choose one of those in the list.")
    status = 422


class OtherAccepted(Refused):
    """Another choice was accepted before."""

    code = "OTHER_ALTERNATIVE_ACCEPTED"
    message = gettext_noop("You have accepted another choice of this offer.")
    advice = gettext_noop("Change the amount or the term first if you want other terms.")


@required
def pick(*, offer: Offer, number: int | None, at: datetime) -> None:
    """Make a choice the offer's terms; without a number the terms stay, if a choice says them.

    Raises NoSuchAlternative.
    """
    choices = offer.alternatives.all()
    if number is None:
        stands = choices.filter(amount_fen=offer.amount_fen, term_months=offer.term_months)
        stands.update(accepted_at=at)
        return
    chosen = choices.filter(number=number).first()
    if chosen is None:
        raise NoSuchAlternative
    offer.amount_fen, offer.term_months = chosen.amount_fen, chosen.term_months
    choices.filter(pk=chosen.pk).update(accepted_at=at)


@required
def let_go(*, offer: Offer) -> None:
    """Other terms were chosen by hand: none of the choices is accepted any more."""
    offer.alternatives.filter(accepted_at__isnull=False).update(accepted_at=None)


def insist_on_accepted(*, application_id: int, number: int | None) -> None:
    """The same choice again is the same. Raises OtherAccepted."""
    if number is None:
        return
    accepted = OfferAlternative.objects.filter(
        offer__application_id=application_id, accepted_at__isnull=False
    )
    if not accepted.filter(number=number).exists():
        raise OtherAccepted


def compared(
    application: LoanApplication, *, on: date, quoted: Quoted | None = None
) -> list[tuple[OfferAlternative, Quoted]]:
    """Every choice with its whole cost if it were paid out on a day; none above the cap.

    Who has counted the offer's own terms for that day already may say so.
    """
    product, offer = application.product, application.offer
    law = laws.on(on, licence=product.licence, product=product.code)
    found = []
    for each in rows.every(OfferAlternative, column="offer_id", value=offer.pk, order="number"):
        price = replace(
            price_of(offer, cap_ppm=law.cap_ppm),
            amount_fen=each.amount_fen,
            term_months=each.term_months,
        )
        is_own = (each.amount_fen, each.term_months) == (offer.amount_fen, offer.term_months)
        if quoted is not None and is_own:
            found.append((each, quoted))
            continue
        try:
            found.append((each, cost.quoted(price, starts_on=on)))
        except AboveTheCap:
            continue
    return found
