"""The choices of an offer beside one another: a picture, the table behind it, and one to pick."""

from datetime import date

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.charts.bars import Caption
from common.charts.level import Level, level_bars
from common.templatetags.dates import months
from common.templatetags.money import yuan
from lending.applications.cost import Quoted
from lending.applications.models import LoanApplication, OfferAlternative
from lending.applications.offers import picking
from lending.calc.methods.manner import MONTHLY, instalment

Compared = tuple[OfferAlternative, Quoted]


class PickForm(forms.Form):
    """One of the choices; without any the offer is taken as it stands."""

    alternative = forms.TypedChoiceField(
        label=_("Which one do you choose?"),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: object, compared: list[Compared], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # Django's own arguments
        field = self.fields["alternative"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(each.number, _whole(each, quote)) for each, quote in compared]


def shown(application: LoanApplication, *, on: date) -> dict[str, object]:
    """What the offer's page says of its choices; nothing where there is no choice."""
    compared = picking.compared(application, on=on)
    if len(compared) <= 1:
        return {}
    offer = application.offer
    stands = [
        each.number
        for each, _quote in compared
        if (each.amount_fen, each.term_months) == (offer.amount_fen, offer.term_months)
    ]
    initial = {"alternative": stands[0]} if stands else {}
    return {
        "compared": [_row(each, quote) for each, quote in compared],
        "has_a_longer_one": len({each.term_months for each, _quote in compared}) > 1,
        "interest_picture": _picture(compared),
        "pick_form": PickForm(compared=compared, initial=initial),
    }


def _row(choice: OfferAlternative, quote: Quoted) -> dict[str, object]:
    return {
        "words": choice.get_kind_display(),
        "amount_fen": choice.amount_fen,
        "months": choice.term_months,
        "instalment_fen": quote.instalment_fen,
        "interest_fen": quote.cost.total_interest_fen,
        "total_fen": quote.cost.total_fen,
        "nominal_ppm": quote.cost.irr_nominal_ppm,
        "effective_ppm": quote.cost.irr_effective_ppm,
    }


def _whole(choice: OfferAlternative, quote: Quoted) -> str:
    figures = {
        "terms": _words(choice),
        "instalment": yuan(quote.instalment_fen),
        "interest": yuan(quote.cost.total_interest_fen),
    }
    if quote.manner == MONTHLY:
        return gettext("%(terms)s: %(instalment)s a month, %(interest)s interest in all") % figures
    figures["name"] = gettext(instalment(quote.manner))
    return gettext("%(terms)s. %(name)s: %(instalment)s. Interest in all: %(interest)s") % figures


def _words(choice: OfferAlternative) -> str:
    return gettext("%(amount)s over %(months)s") % {
        "amount": yuan(choice.amount_fen),
        "months": months(choice.term_months),
    }


def _picture(compared: list[Compared]) -> SafeString:
    """Interest in all, one bar for each choice; the table behind it holds every figure."""
    levels = [
        Level(_words(each), quote.cost.total_interest_fen, yuan(quote.cost.total_interest_fen))
        for each, quote in compared
    ]
    caption = Caption(
        name="alternatives",
        title=gettext("Interest in all, choice by choice"),
        description=gettext("%(count)s rows. The table holds every figure.")
        % {"count": len(levels)},
    )
    return level_bars(levels, caption=caption)
