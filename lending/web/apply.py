"""Asking for a loan: choose a product, say how much and for how long. More pages may follow."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from common import public_ids
from common.business_date import queries as business_dates
from common.money import yuan
from common.templatetags.dates import months
from common.templatetags.rates import percent
from common.web.amounts import FenField
from lending.applications import queries
from lending.applications.drafts import actions as drafts
from lending.applications.drafts.queries import pages
from lending.applications.models import ApplicationState, LoanApplication
from lending.products import queries as products
from lending.products.models import LoanProduct
from lending.rewards import queries as rewards
from lending.web import own
from lending.web.landing import cards

REQUEST_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


class AmountForm(forms.Form):
    """How much, for how long, and a discount that was earned."""

    request_key = forms.RegexField(REQUEST_KEY, widget=forms.HiddenInput)
    replaces = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, product: LoanProduct, discounts: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["amount"] = FenField(
            label=_("How much do you need?"),
            least_fen=product.minimum_fen,
            most_fen=product.maximum_fen,
        )
        self.fields["term_months"] = forms.TypedChoiceField(
            label=_("For how long?"),
            coerce=int,
            choices=[(each, months(each)) for each in product.terms_months],
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose a number of months.")},
        )
        if discounts:
            self.fields["entitlement"] = _discount_field(discounts)


@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """What is the money for? One product leads straight on."""
    if (elsewhere := _under_way(request)) is not None:
        return elsewhere
    offered = list(products.open_products())
    by_code = {each.code: each for each in offered}
    wanted = request.GET.get("product", "")
    if wanted in by_code or len(offered) == 1:
        return redirect("lending:ask", wanted or offered[0].code)
    return render(request, "lending/choose.html", {"cards": cards(offered)})


@login_required
def ask(request: HttpRequest, product_code: str) -> HttpResponse:
    """How much and for how long; a good answer is kept as a draft, and the next page asks on."""
    if (elsewhere := _under_way(request)) is not None:
        return elsewhere
    product = products.open_product(product_code)
    draft = _own_draft(request)
    form = AmountForm(
        request.POST or None,
        initial=_initial(request, draft),
        product=product,
        discounts=_discounts(request),
    )
    if request.method == "POST" and form.is_valid():
        application = _kept(request, product, form.cleaned_data, draft)
        return redirect("lending:application", application.public_id)
    context = {
        "form": form,
        "product": product,
        "product_name": product.name_in(own.language()),
        "draft": draft,
        "leads_on": bool(pages(product)),
    }
    return render(request, "lending/ask.html", context)


def _kept(
    request: HttpRequest,
    product: LoanProduct,
    answers: Mapping[str, Any],
    draft: LoanApplication | None,
) -> LoanApplication:
    """The answers on the draft that they are of, or on a new one."""
    borrower, by = own.borrower(request), own.actor(request)
    entitlement = rewards.entitlement_of(borrower.id, answers.get("entitlement") or "")
    given = {
        "amount_fen": answers["amount"],
        "term_months": answers["term_months"],
        "entitlement_id": entitlement.pk if entitlement else None,
    }
    if draft is not None and draft.product_id == product.pk:
        return drafts.save(application_id=draft.pk, by=by, **given)
    return drafts.draft(
        borrower_id=borrower.id,
        product_code=product.code,
        merchant_code=None,
        request_key=answers["request_key"],
        by=by,
        **given,
    )


def _under_way(request: HttpRequest) -> HttpResponse | None:
    """Somebody with an application under way is led to it."""
    application = queries.under_way(own.borrower(request).id)
    if application is None:
        return None
    messages.info(
        request, _("You have an open application. Finish or withdraw it before a new one.")
    )
    return redirect("lending:application", application.public_id)


def _own_draft(request: HttpRequest) -> LoanApplication | None:
    """The draft whose answers are being changed."""
    public_id = request.POST.get("replaces") or request.GET.get("replaces")
    if not public_id:
        return None
    application = own.application(request, public_id)
    return application if application.state == ApplicationState.DRAFT else None


def _initial(request: HttpRequest, draft: LoanApplication | None) -> dict[str, object]:
    fresh: dict[str, object] = {"request_key": public_ids.new(), "entitlement": ""}
    if draft is None:
        names = ("amount", "term_months")
        return fresh | {name: request.GET[name] for name in names if name in request.GET}
    return fresh | {
        "replaces": draft.public_id,
        "amount": yuan(draft.amount_fen).replace(",", ""),
        "term_months": draft.term_months,
        "entitlement": draft.entitlement.public_id if draft.entitlement else "",
    }


def _discounts(request: HttpRequest) -> list[tuple[str, str]]:
    """The person's usable discounts, as choices."""
    usable = rewards.usable_entitlements(own.borrower(request).id, on=business_dates.today())
    return [
        (each.public_id, _("%(rate)s a year less") % {"rate": percent(each.discount_ppm)})
        for each in usable
    ]


def _discount_field(discounts: list[tuple[str, str]]) -> forms.Field:
    return forms.ChoiceField(
        label=_("Use a discount that you have earned?"),
        help_text=_("It lowers the rate of this loan and can be used once."),
        required=False,
        choices=[("", _("Not this time")), *discounts],
        widget=forms.RadioSelect,
    )
