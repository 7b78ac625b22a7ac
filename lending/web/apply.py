"""Asking for a loan: choose a product, say how much and for how long, add what it needs."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from borrowers.consent import actions as consents
from borrowers.consent import queries as given_consents
from borrowers.consent.purposes import PURPOSES
from common import public_ids
from common.business_date import queries as business_dates
from common.errors import Refused
from common.money import yuan
from common.templatetags.dates import months
from common.templatetags.rates import percent
from common.web import uploads
from common.web.amounts import FenField
from lending.applications import actions as applications
from lending.applications import queries
from lending.applications.drafts import actions as drafts
from lending.applications.models import ApplicationState, LoanApplication
from lending.applications.purposes import telling
from lending.products import evidence
from lending.products import queries as products
from lending.products.merchants import orders
from lending.products.models import LoanProduct, Scene
from lending.products.scenes.judging import SCENES
from lending.rewards import queries as rewards
from lending.web import own, purposes
from lending.web.landing import cards

REQUEST_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


class ApplicationForm(forms.Form):
    """How much, for how long, and what the product asks for beside."""

    request_key = forms.RegexField(REQUEST_KEY, widget=forms.HiddenInput)
    replaces = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        product: LoanProduct,
        discounts: list[tuple[str, str]],
        has_evidence: bool,
        has_consent: bool,
        **options: Any,
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
        if product.pays_merchant:
            self.fields["merchant"] = _merchant_field(product)
        self.fields.update(purposes.fields(product))
        if SCENES[product.scene].consent and not has_consent:
            self.fields["agrees"] = forms.BooleanField(
                label=_agreement(product),
                error_messages={"required": _("This loan needs your consent to this.")},
            )
        if product.needs_evidence:
            self.fields["evidence"] = _evidence_field(product, has_evidence=has_evidence)
        if discounts:
            self.fields["entitlement"] = _discount_field(discounts)

    def purpose_fields(self) -> list[forms.BoundField]:
        """The questions of the purpose, for the page."""
        return [self[name] for name in self.fields if name.startswith(purposes.PREFIX)]

    def clean_evidence(self) -> bytes | None:
        """The content, when it is what it should be by its first bytes."""
        file = self.cleaned_data["evidence"]
        if file is None:
            return None
        try:
            evidence.insist_on_size(file.size or 0)
            content: bytes = file.read()
            evidence.media_type_of(content)
        except Refused as refusal:
            raise forms.ValidationError(own.in_words(refusal), code=refusal.code) from refusal
        return content


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


@csrf_exempt
def ask(request: HttpRequest, product_code: str) -> HttpResponse:
    """Weigh an upload before anything reads it: the token's check would read it whole."""
    if uploads.is_longer_than(request, evidence.MOST_BYTES):
        raise evidence.too_large()
    uploads.keep_in_memory(request)
    return _ask(request, product_code)


@csrf_protect
@login_required
def _ask(request: HttpRequest, product_code: str) -> HttpResponse:
    """How much and for how long; a good answer is kept as a draft."""
    if (elsewhere := _under_way(request)) is not None:
        return elsewhere
    product = products.open_product(product_code)
    replaced = _replaced(request)
    form = ApplicationForm(
        request.POST or None,
        request.FILES or None,
        initial=_initial(request, product, replaced),
        product=product,
        discounts=_discounts(request),
        has_evidence=replaced is not None and replaced.evidence_id is not None,
        has_consent=_has_consent(request, product),
    )
    if request.method == "POST" and form.is_valid():
        application = _draft(request, product, form.cleaned_data, replaced)
        return redirect("lending:application", application.public_id)
    context = {
        "form": form,
        "product": product,
        "product_name": product.name_in(own.language()),
        "replaced": replaced,
        "consent": _consent(form, product),
    }
    return render(request, "lending/ask.html", context)


def _draft(
    request: HttpRequest,
    product: LoanProduct,
    answers: Mapping[str, Any],
    replaced: LoanApplication | None,
) -> LoanApplication:
    """Keep the answers; the draft that they replace goes, and its evidence is kept."""
    borrower, by = own.borrower(request), own.actor(request)
    if answers.get("agrees"):
        _agree(request, SCENES[product.scene].consent or "")
    entitlement = rewards.entitlement_of(borrower.id, answers.get("entitlement") or "")
    application = drafts.draft(
        borrower_id=borrower.id,
        product_code=product.code,
        amount_fen=answers["amount"],
        term_months=answers["term_months"],
        merchant_code=answers.get("merchant", ""),
        entitlement_id=entitlement.pk if entitlement else None,
        request_key=answers["request_key"],
        by=by,
    )
    if application.state == ApplicationState.DRAFT:
        _keep_evidence(request, application, answers.get("evidence"), replaced)
        if told := purposes.given(answers):
            telling.tell(application_id=application.pk, given=told, by=by)
    if replaced is not None:
        applications.withdraw(application_id=replaced.pk, by=by)
    return application


def _keep_evidence(
    request: HttpRequest,
    application: LoanApplication,
    uploaded: bytes | None,
    replaced: LoanApplication | None,
) -> None:
    by = own.actor(request)
    if uploaded is not None:
        drafts.upload_evidence(application_id=application.pk, content=uploaded, by=by)
    elif replaced is not None and replaced.evidence_id is not None:
        drafts.attach_evidence(
            application_id=application.pk, document_id=replaced.evidence_id, by=by
        )


def _has_consent(request: HttpRequest, product: LoanProduct) -> bool:
    purpose = SCENES[product.scene].consent
    return purpose is None or given_consents.is_allowed(own.borrower(request).id, purpose)


def _agree(request: HttpRequest, purpose: str) -> None:
    consents.grant(
        borrower_id=own.borrower(request).id,
        purpose=purpose,
        notice_version=PURPOSES[purpose].notice_version,
        language=own.language(),
        channel="WEB",
        by=own.actor(request),
    )


def _consent(form: ApplicationForm, product: LoanProduct) -> dict[str, object] | None:
    """The notice of the consent that the form asks for, as its card shows it."""
    if "agrees" not in form.fields:
        return None
    purpose = PURPOSES[SCENES[product.scene].consent or ""]
    return {
        "title": gettext(purpose.title),
        "purpose": gettext(purpose.why),
        "items": [gettext(item) for item in purpose.items],
        "period": gettext(purpose.period),
        "recipient": gettext(purpose.recipient),
        "refusal": gettext(purpose.refusal),
        "is_required": True,
        "field": form["agrees"],
    }


def _under_way(request: HttpRequest) -> HttpResponse | None:
    """Somebody with an application under way is led to it."""
    application = queries.under_way(own.borrower(request).id)
    if application is None:
        return None
    messages.info(
        request, _("You have an open application. Finish or withdraw it before a new one.")
    )
    return redirect("lending:application", application.public_id)


def _replaced(request: HttpRequest) -> LoanApplication | None:
    """The draft whose answers are being changed."""
    public_id = request.POST.get("replaces") or request.GET.get("replaces")
    if not public_id:
        return None
    application = own.application(request, public_id)
    return application if application.state == ApplicationState.DRAFT else None


def _initial(
    request: HttpRequest, product: LoanProduct, replaced: LoanApplication | None
) -> dict[str, object]:
    fresh: dict[str, object] = {"request_key": public_ids.new(), "entitlement": ""}
    if replaced is None:
        asked = {
            name: request.GET[name] for name in ("amount", "term_months") if name in request.GET
        }
        return fresh | asked
    told = orders.told_of(replaced.pk)
    return (
        fresh
        | (purposes.initial(told.facts) if told else {})
        | {
            "replaces": replaced.public_id,
            "amount": yuan(replaced.amount_fen).replace(",", ""),
            "term_months": replaced.term_months,
            "merchant": replaced.merchant.code if replaced.merchant else "",
            "entitlement": replaced.entitlement.public_id if replaced.entitlement else "",
        }
    )


def _discounts(request: HttpRequest) -> list[tuple[str, str]]:
    """The person's usable discounts, as choices."""
    usable = rewards.usable_entitlements(own.borrower(request).id, on=business_dates.today())
    return [
        (each.public_id, _("%(rate)s a year less") % {"rate": percent(each.discount_ppm)})
        for each in usable
    ]


def _is_school(product: LoanProduct) -> bool:
    return product.scene == Scene.EDUCATION


def _agreement(product: LoanProduct) -> str:
    if _is_school(product):
        return gettext("I agree that my proof is looked at and the school is paid")
    return gettext("I agree to this")


def _merchant_field(product: LoanProduct) -> forms.Field:
    is_school = _is_school(product)
    asks, first = (
        (_("Which school is to be paid?"), _("Choose a school"))
        if is_school
        else (_("Who is to be paid?"), _("Choose a seller"))
    )
    directly = _("We pay the school directly. The money does not pass through your account.")
    return forms.ChoiceField(
        label=asks,
        help_text=directly if is_school else _("We pay the seller directly, not through you."),
        error_messages={"required": _("Choose the school.") if is_school else first},
        choices=[
            ("", first),
            *(
                (each.code, each.name_in(own.language()))
                for each in products.open_merchants(product.scene)
            ),
        ],
    )


def _evidence_field(product: LoanProduct, *, has_evidence: bool) -> forms.Field:
    if _is_school(product):
        label, missing = _("Proof of enrolment"), _("Upload the proof of enrolment.")
        hint = _("An enrolment letter or student card as PDF, JPG or PNG, at most 5 MB.")
    else:
        label, missing = _("The order, booking or contract"), _("Upload the order or contract.")
        hint = _("As PDF, JPG or PNG, at most 5 MB.")
    return forms.FileField(
        label=label,
        help_text=hint,
        required=not has_evidence,
        error_messages={"required": missing},
    )


def _discount_field(discounts: list[tuple[str, str]]) -> forms.Field:
    return forms.ChoiceField(
        label=_("Use a discount that you have earned?"),
        help_text=_("It lowers the rate of this loan and can be used once."),
        required=False,
        choices=[("", _("Not this time")), *discounts],
        widget=forms.RadioSelect,
    )
