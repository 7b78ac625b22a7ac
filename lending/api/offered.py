"""An offer in JSON: its price, its whole cost, and the choices that it leaves."""

from datetime import date
from typing import Any

from rest_framework import serializers

from common.business_date import queries as business_dates
from lending.api.costs import CostOutput
from lending.applications import cost, queries
from lending.applications.disclosed.table import table
from lending.applications.models import (
    AlternativeKind,
    ApplicationState,
    LoanApplication,
    OfferAlternative,
)
from lending.applications.offers import picking


class AlternativeOutput(serializers.Serializer[Any]):
    """One choice of an offer with its whole cost; accept it by its number."""

    number = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=AlternativeKind.choices)
    amount_fen = serializers.IntegerField()
    term_months = serializers.IntegerField()
    instalment_fen = serializers.IntegerField()
    total_interest_fen = serializers.IntegerField()
    total_fen = serializers.IntegerField()
    irr_nominal_ppm = serializers.IntegerField(help_text="Yearly cost: the month's rate times 12.")
    irr_effective_ppm = serializers.IntegerField(help_text="The same, compounded.")
    is_accepted = serializers.BooleanField()


class OfferOutput(serializers.Serializer[Any]):
    """What can be had, at what cost, until when."""

    limit_fen = serializers.IntegerField()
    longest_term_months = serializers.IntegerField()
    amount_fen = serializers.IntegerField()
    term_months = serializers.IntegerField()
    base_rate_ppm = serializers.IntegerField()
    discount_ppm = serializers.IntegerField()
    annual_rate_ppm = serializers.IntegerField()
    penalty_rate_ppm = serializers.IntegerField()
    grace_days = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    is_cost_confirmed = serializers.BooleanField()
    cost = CostOutput()
    alternatives = AlternativeOutput(many=True)


_PLAIN_IN_OFFER = OfferOutput().fields.keys() - {"cost", "is_cost_confirmed", "alternatives"}


def offer_shown(found: LoanApplication, on: date | None) -> dict[str, Any] | None:
    """The offer of an application; none where there is none or it was declined."""
    offer = getattr(found, "offer", None)
    if offer is None or found.state == ApplicationState.DECLINED:
        return None
    # Before it was accepted there is no confirmation to look for.
    confirmed = queries.confirmed_cost(offer) if offer.accepted_at else None
    on = on or business_dates.today()
    quoted = None
    if confirmed is not None:
        content = confirmed.content
    else:
        quoted = queries.quote_today(found, on=on)
        content = cost.content(quoted)
    return {name: getattr(offer, name) for name in _PLAIN_IN_OFFER} | {
        "is_cost_confirmed": confirmed is not None,
        "cost": table(content),
        "alternatives": [
            _alternative(*each) for each in picking.compared(found, on=on, quoted=quoted)
        ],
    }


def _alternative(choice: OfferAlternative, quote: cost.Quoted) -> dict[str, Any]:
    return {
        "number": choice.number,
        "kind": choice.kind,
        "amount_fen": choice.amount_fen,
        "term_months": choice.term_months,
        "instalment_fen": quote.instalment_fen,
        "total_interest_fen": quote.cost.total_interest_fen,
        "total_fen": quote.cost.total_fen,
        "irr_nominal_ppm": quote.cost.irr_nominal_ppm,
        "irr_effective_ppm": quote.cost.irr_effective_ppm,
        "is_accepted": choice.accepted_at is not None,
    }
