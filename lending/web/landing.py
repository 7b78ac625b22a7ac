"""The public page: what this is, and what a loan would cost, before anybody is known."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common import clock
from common.money import FEN_PER_YUAN
from common.templatetags.dates import months
from common.web.amounts import FenField
from lending.calc.methods.manner import instalment
from lending.products import law as laws
from lending.products import queries as products
from lending.products.calculator import Span, span
from lending.products.models import LoanProduct
from lending.products.scenes.judging import SCENES
from lending.web import own

USUAL_AMOUNT_FEN = 500_000
USUAL_TERM_MONTHS = 12


class CalculatorForm(forms.Form):
    """Two questions: how much, for how long."""

    def __init__(self, given: Mapping[str, Any], *, product: LoanProduct) -> None:
        super().__init__(given)
        self.fields["amount"] = FenField(
            label=_("How much would you borrow?"),
            least_fen=product.minimum_fen,
            most_fen=product.maximum_fen,
        )
        self.fields["term"] = forms.TypedChoiceField(
            label=_("For how long?"),
            coerce=int,
            choices=[(each, months(each)) for each in product.terms_months],
        )


def landing(request: HttpRequest) -> HttpResponse:
    """What this is; people who are signed in go to their own page."""
    if request.user.is_authenticated:
        return redirect("admin:index" if request.user.is_staff else "lending:start")
    offered = list(products.open_products())
    product = _chosen(request, offered)
    form = CalculatorForm(_asked(request, product), product=product) if product else None
    return render(
        request,
        "lending/landing.html",
        {
            "cards": cards(offered),
            "form": form,
            "product": product,
            "span": _span(form, product) if form and product else None,
            "instalment_name": gettext(instalment(product.manner)) if product else "",
            "cap_ppm": laws.on(clock.shanghai_today()).cap_ppm,
        },
    )


def cards(offered: Sequence[LoanProduct]) -> list[dict[str, object]]:
    """Products as pages show them."""
    return [
        {
            "product": each,
            "name": each.name_in(own.language()),
            "longest_months": max(each.terms_months),
            "paid_to": _paid_to(each),
            "evidence": SCENES[each.scene].evidence if products.asks_for_order(each) else (),
        }
        for each in offered
    ]


def _paid_to(product: LoanProduct) -> str:
    """Who gets the money."""
    words = SCENES[product.scene].words
    if not product.pays_merchant:
        return gettext(words.to_borrower)
    return gettext("the %(payee)s, directly") % {"payee": gettext(words.payee)}


def _chosen(request: HttpRequest, offered: Sequence[LoanProduct]) -> LoanProduct | None:
    by_code = {each.code: each for each in offered}
    return by_code.get(request.GET.get("product", "")) or next(iter(offered), None)


def _asked(request: HttpRequest, product: LoanProduct) -> Mapping[str, Any]:
    """What was asked, or a usual loan where nothing was."""
    if "amount" in request.GET:
        return request.GET
    amount_fen = min(max(USUAL_AMOUNT_FEN, product.minimum_fen), product.maximum_fen)
    nearest = min(product.terms_months, key=lambda each: abs(each - USUAL_TERM_MONTHS))
    return {"amount": amount_fen // FEN_PER_YUAN, "term": nearest}


def _span(form: CalculatorForm, product: LoanProduct) -> Span | None:
    if not form.is_valid():
        return None
    on = clock.shanghai_today()
    law = laws.on(on, licence=product.licence, product=product.code)
    return span(
        amount_fen=form.cleaned_data["amount"],
        term_months=form.cleaned_data["term"],
        floor_rate_ppm=product.floor_rate_ppm,
        ceiling_rate_ppm=product.highest_rate_ppm,
        cap_ppm=law.cap_ppm,
        on=on,
        manner=product.manner,
    )
