"""From the offer to the signature: change it, accept it, read what it costs, sign it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from common import clock
from common.api.renderers import pdf
from common.business_date import queries as business_dates
from common.errors import Refused
from common.money import yuan
from common.templatetags.dates import months
from common.templatetags.words import said
from common.web.amounts import FenField
from lending.applications import actions, cost, deciding, queries
from lending.applications.disclosed.table import (
    ContingentLine,
    CostLine,
    CostTable,
    discounts_said,
    rate_words,
    table,
)
from lending.applications.models import ApplicationState, CostDisclosure, LoanApplication
from lending.applications.purposes import telling
from lending.loans import actions as loans
from lending.loans import queries as contracts
from lending.web import alternatives, own
from scoring.decisions import queries as decisions
from scoring.decisions.reviews import words as review_words

CHANNEL = "WEB"
# Said against what was asked for itself, which the person can change.
TOO_MUCH = frozenset({"AMOUNT_TOO_LARGE", "TERM_NOT_OFFERED"})


class TermsForm(forms.Form):
    """Less, or over another time, at the same rate."""

    def __init__(self, *args: Any, application: LoanApplication, **options: Any) -> None:
        super().__init__(*args, **options)
        offer, product = application.offer, application.product
        self.fields["amount"] = FenField(
            label=_("How much will you take?"),
            least_fen=product.minimum_fen,
            most_fen=offer.limit_fen,
        )
        self.fields["term_months"] = forms.TypedChoiceField(
            label=_("For how long?"),
            coerce=int,
            choices=[
                (each, months(each))
                for each in product.terms_months
                if each <= offer.longest_term_months
            ],
            widget=forms.RadioSelect,
        )


class SignatureForm(forms.Form):
    """One tick, never set for anybody."""

    agrees = forms.BooleanField(
        label=_("I have read this contract and want to sign it"),
        error_messages={"required": _("Tick the box if you want to sign.")},
    )


def offered(request: HttpRequest, application: LoanApplication) -> HttpResponse:
    """The offer: what it costs first, then why."""
    offer = application.offer
    quote = queries.quote_today(application, on=business_dates.today())
    content = cost.content(quote)
    costs = table(content)
    return render(
        request,
        "lending/offer.html",
        {
            "application": application,
            "offer": offer,
            "cost": _card(costs),
            "instalments": quote.schedule,
            "items": _lines([*costs.items, *costs.contingent]),
            "discounts": _discounts(application, discounts_said(content)),
            "explanation": explained(application),
            "is_less": offer.amount_fen < application.amount_fen,
            "scene_words": telling.scene_of(application).words,
            "is_proof_awaited": queries.is_proof_awaited(application),
            "is_with_a_person": application.state == ApplicationState.REFERRED,
            "can_ask": deciding.can_ask_for_a_person(application),
        }
        | alternatives.shown(application, on=business_dates.today()),
    )


@login_required
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another amount or term within the offer."""
    application = own.application(request, public_id)
    offer = getattr(application, "offer", None)
    if offer is None:
        return redirect("lending:application", public_id)
    initial = {
        "amount": yuan(offer.amount_fen).replace(",", ""),
        "term_months": offer.term_months,
    }
    form = TermsForm(request.POST or None, initial=initial, application=application)
    if request.method == "POST" and form.is_valid():
        with own.said_kindly(request):
            actions.change_offer(
                application_id=application.pk,
                amount_fen=form.cleaned_data["amount"],
                term_months=form.cleaned_data["term_months"],
                at=clock.now(),
                by=own.actor(request),
            )
        return redirect("lending:application", public_id)
    return render(
        request,
        "lending/change_offer.html",
        {"form": form, "application": application, "offer": offer},
    )


@login_required
@require_POST
def accept(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take the offer as it stands, or one of its choices; nothing is signed yet."""
    application = own.application(request, public_id)
    given = request.POST.get("alternative", "")
    with own.said_kindly(request):
        actions.accept(
            application_id=application.pk,
            at=clock.now(),
            by=own.actor(request),
            alternative=int(given[:9]) if given.isdecimal() else None,
        )
    return redirect("lending:application", public_id)


def accepted(
    request: HttpRequest, application: LoanApplication, form: SignatureForm | None = None
) -> HttpResponse:
    """The cost table until it was read and confirmed, then the contract."""
    confirmed = queries.confirmed_cost(application.offer)
    if confirmed is None:
        return _cost_page(request, application)
    return _contract_page(request, application, confirmed, form or SignatureForm())


@login_required
@require_POST
def confirm(request: HttpRequest, public_id: str) -> HttpResponse:
    """The cost table was read. Too early is said kindly, and the page stays."""
    application = own.application(request, public_id)
    given = request.POST.get("disclosure", "")
    with own.said_kindly(request):
        actions.confirm_cost(
            application_id=application.pk,
            disclosure_id=own.whole(given),
            language=own.language(),
            channel=CHANNEL,
            at=clock.now(),
            by=own.actor(request),
        )
    return redirect("lending:application", public_id)


@login_required
@require_safe
def contract(request: HttpRequest, public_id: str) -> HttpResponse:
    """The contract that would be signed, as a file to keep."""
    application = own.application(request, public_id)
    content = contracts.unsigned_file(
        application.pk, on=business_dates.today(), language=own.language()
    )
    return pdf(content, name=f"contract-{public_id}.pdf")


@login_required
@require_POST
def sign(request: HttpRequest, public_id: str) -> HttpResponse:
    """Sign; the payout is on its way as soon as the signature is on paper."""
    application = own.application(request, public_id)
    form = SignatureForm(request.POST)
    if not form.is_valid() and application.state == ApplicationState.ACCEPTED:
        return accepted(request, application, form)
    with own.said_kindly(request):
        loans.sign(
            application_id=application.pk,
            on=business_dates.today(),
            at=clock.now(),
            language=own.language(),
            by=own.actor(request),
        )
    return redirect("lending:application", public_id)


def explained(application: LoanApplication) -> dict[str, object]:
    """The reasons of a decision in words: those that weigh, and those that simply hold."""
    found = decisions.explanation(application.pk)
    reasons = [
        {"text": said(each.words), "direction": each.direction, "share_ppm": each.share_ppm}
        for each in found.reasons
    ]
    return {
        "weighed": [each for each in reasons if each["share_ppm"] is not None],
        "held": [each for each in reasons if each["share_ppm"] is None],
        "used": [said(each) for each in found.used],
        "is_for_a_person": not decisions.is_automatic(application.pk),
        "review": gettext(review_words(found.review.reason_code)) if found.review else "",
    }


def could_be_smaller(application: LoanApplication) -> bool:
    """Whether less, or more time, could help: not where there is no room for any loan."""
    verdict = decisions.verdict_of(application.pk)
    codes = {each.code for each in verdict.reasons}
    return verdict.limit_fen > 0 or not codes.isdisjoint(TOO_MUCH)


def _cost_page(request: HttpRequest, application: LoanApplication) -> HttpResponse:
    try:
        shown = actions.show_cost(
            application_id=application.pk,
            language=own.language(),
            channel=CHANNEL,
            on=business_dates.today(),
            at=clock.now(),
        )
    except Refused as refusal:
        return render(
            request,
            "errors/refused.html",
            {"message": own.in_words(refusal), "back_url": "/"},
            status=refusal.status,
        )
    costs = table(shown.content)
    return render(
        request,
        "lending/cost.html",
        {
            "application": application,
            "offer": application.offer,
            "cost": _card(costs),
            "costs": costs,
            "normal_items": _lines(costs.items),
            "contingent_items": _lines(costs.contingent),
            "disclosure_field": forms.HiddenInput().render("disclosure", shown.pk),
            "seconds_left": _seconds_left(shown),
        },
    )


def _contract_page(
    request: HttpRequest,
    application: LoanApplication,
    confirmed: CostDisclosure,
    form: SignatureForm,
) -> HttpResponse:
    text = contracts.unsigned_text(
        application.pk, on=business_dates.today(), language=own.language()
    )
    return render(
        request,
        "lending/contract.html",
        {
            "application": application,
            "form": form,
            "parts": text,
            "scene_words": telling.scene_of(application).words,
            "is_proof_awaited": queries.is_proof_awaited(application),
            "confirmed_at": confirmed.recorded_at,
        },
    )


def _seconds_left(shown: CostDisclosure) -> int:
    ready_at = shown.recorded_at + timedelta(seconds=shown.minimum_seconds)
    return max(int((ready_at - clock.now()).total_seconds()) + 1, 0)


def _card(costs: CostTable) -> dict[str, object]:
    """The figures of the cost card."""
    return {
        "annual_rate_ppm": costs.irr_nominal_ppm,
        "annual_effective_ppm": costs.irr_effective_ppm,
        "principal_fen": costs.principal_fen,
        "instalment_fen": costs.instalment_fen,
        "instalment_name": costs.instalment_name,
        "months": costs.term_months,
        "interest_fen": costs.total_interest_fen,
        "fees_fen": costs.total_fees_fen,
        "total_fen": costs.total_fen,
        "note": gettext("You may pay early at any time, without a fee."),
    }


def _discounts(application: LoanApplication, parts: Sequence[str]) -> str:
    """Each discount apart, the rate without them, and the floor; what did not fit is said too."""
    bought = application.entitlement
    if not parts and bought is None:
        return ""
    if not parts:
        return gettext(
            "The rate is as low as this product allows. The discount that you bought stays yours, "
            "for another loan."
        )
    said = list(parts)
    if bought is not None and bought.discount_ppm > application.offer.discount_ppm:
        said.append(
            gettext("Of the %(bought)s that you bought this loan can take no more.")
            % {"bought": rate_words(bought.discount_ppm)}
        )
    return "\n".join(said)


def _lines(lines: Iterable[CostLine | ContingentLine]) -> list[dict[str, object]]:
    """Items as their component shows them."""
    return [
        {
            "name": each.name,
            "standard": each.charged,
            "recipient": each.recipient_name,
            "amount_fen": getattr(each, "amount_fen", None),
            "annual_rate_ppm": each.annual_rate_ppm,
            "change": gettext("No"),
        }
        for each in lines
    ]
