"""The pages of a draft after its first: who is paid and for what, and the proof of it.

Every page keeps its answers by itself. Whoever comes back, on whatever device, is led to the first
page that lacks something.
"""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from borrowers.consent import actions as consents
from borrowers.consent import queries as given_consents
from borrowers.consent.purposes import PURPOSES
from common.business_date import queries as business_dates
from common.errors import Refused
from common.web import uploads
from lending.applications.drafts import actions as drafts
from lending.applications.drafts.queries import PROOF, PURPOSE, pages
from lending.applications.models import ApplicationState, LoanApplication
from lending.applications.purposes import telling
from lending.products import evidence
from lending.products import queries as products
from lending.products.merchants import orders
from lending.products.models import LoanProduct
from lending.products.scenes.judging import SCENES, FactNotUnderstood
from lending.web import own, purposes


class PurposeForm(forms.Form):
    """Who is paid, and the questions of the purpose."""

    def __init__(self, *args: Any, draft: LoanApplication, on: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.draft, self.on = draft, on
        product = draft.product
        if product.pays_merchant:
            self.fields["merchant"] = _merchant_field(product)
        self.fields.update(purposes.fields(product))

    def clean(self) -> dict[str, Any]:
        """Answers that the rules of the scene refuse are said at once, each at its own field."""
        cleaned: dict[str, Any] = super().clean() or {}
        told = purposes.given(cleaned)
        if told and not self.errors:
            for name, words in self._refused(told):
                self.add_error(purposes.PREFIX + name, words)
        return cleaned

    def _refused(self, told: dict[str, Any]) -> list[tuple[str, str]]:
        try:
            broken = telling.broken_by_answers(self.draft, told, on=self.on)
        except FactNotUnderstood as refusal:
            return [(str(refusal.context["name"]), gettext("Please answer this."))]
        return [(name, own.in_words(refusal)) for name, refusal in broken]

    def purpose_fields(self) -> list[forms.BoundField]:
        """The questions of the purpose, for the page."""
        return [self[name] for name in self.fields if name.startswith(purposes.PREFIX)]


class ProofForm(forms.Form):
    """The consent of the scene, and the document that it is for."""

    def __init__(
        self, *args: Any, draft: LoanApplication, has_consent: bool, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        product = draft.product
        if not has_consent:
            self.fields["agrees"] = forms.BooleanField(
                label=_agreement(product),
                error_messages={"required": _("This loan needs your consent to this.")},
            )
        if product.needs_evidence:
            has_evidence = draft.evidence_id is not None
            self.fields["evidence"] = _evidence_field(product, has_evidence=has_evidence)

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
def purpose(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who is paid and what for; kept before the next page."""
    draft = own.application(request, public_id)
    if not _is_asked(draft, PURPOSE):
        return redirect("lending:application", public_id)
    given = request.POST if request.method == "POST" else None
    form = PurposeForm(given, initial=_told(draft), draft=draft, on=business_dates.today())
    if request.method == "POST" and form.is_valid():
        with own.said_kindly(request):
            _keep_purpose(request, draft, form.cleaned_data)
        return redirect("lending:application", public_id)
    return render(request, "lending/draft_purpose.html", _shown(draft) | {"form": form})


@csrf_exempt
def proof(request: HttpRequest, public_id: str) -> HttpResponse:
    """Weigh an upload before anything reads it: the token's check would read it whole."""
    if uploads.is_longer_than(request, evidence.MOST_BYTES):
        raise evidence.too_large()
    uploads.keep_in_memory(request)
    return _proof(request, public_id)


@csrf_protect
@login_required
def _proof(request: HttpRequest, public_id: str) -> HttpResponse:
    """The consent and the document; kept before the next page."""
    draft = own.application(request, public_id)
    if not _is_asked(draft, PROOF):
        return redirect("lending:application", public_id)
    wanted = SCENES[draft.product.scene].consent
    has_consent = wanted is None or given_consents.is_allowed(draft.borrower_id, wanted)
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ProofForm(*given, draft=draft, has_consent=has_consent)
    if request.method == "POST" and form.is_valid():
        with own.said_kindly(request):
            _keep_proof(request, draft, form.cleaned_data)
        return redirect("lending:application", public_id)
    shown = _shown(draft) | {"form": form, "consent": _consent(form, draft.product)}
    return render(request, "lending/draft_proof.html", shown)


def _is_asked(draft: LoanApplication, page: str) -> bool:
    return draft.state == ApplicationState.DRAFT and page in pages(draft.product)


def _shown(draft: LoanApplication) -> dict[str, object]:
    return {"draft": draft, "product_name": draft.product.name_in(own.language())}


def _told(draft: LoanApplication) -> dict[str, object]:
    told = orders.told_of(draft.pk)
    facts = purposes.initial(told.facts) if told else {}
    return {"merchant": draft.merchant.code if draft.merchant else ""} | facts


def _keep_purpose(request: HttpRequest, draft: LoanApplication, answers: dict[str, Any]) -> None:
    by = own.actor(request)
    if "merchant" in answers:
        drafts.save(application_id=draft.pk, merchant_code=answers["merchant"], by=by)
    if told := purposes.given(answers):
        telling.tell(application_id=draft.pk, given=told, by=by)


def _keep_proof(request: HttpRequest, draft: LoanApplication, answers: dict[str, Any]) -> None:
    if answers.get("agrees"):
        _agree(request, SCENES[draft.product.scene].consent or "")
    if answers.get("evidence") is not None:
        drafts.upload_evidence(
            application_id=draft.pk, content=answers["evidence"], by=own.actor(request)
        )


def _agree(request: HttpRequest, wanted: str) -> None:
    consents.grant(
        borrower_id=own.borrower(request).id,
        purpose=wanted,
        notice_version=PURPOSES[wanted].notice_version,
        language=own.language(),
        channel="WEB",
        by=own.actor(request),
    )


def _consent(form: ProofForm, product: LoanProduct) -> dict[str, object] | None:
    """The notice of the consent that the form asks for, as its card shows it."""
    if "agrees" not in form.fields:
        return None
    wanted = PURPOSES[SCENES[product.scene].consent or ""]
    return {
        "title": gettext(wanted.title),
        "purpose": gettext(wanted.why),
        "items": [gettext(item) for item in wanted.items],
        "period": gettext(wanted.period),
        "recipient": gettext(wanted.recipient),
        "refusal": gettext(wanted.refusal),
        "is_required": True,
        "field": form["agrees"],
    }


def _agreement(product: LoanProduct) -> str:
    return gettext(SCENES[product.scene].words.agreement)


def _merchant_field(product: LoanProduct) -> forms.Field:
    payee = {"payee": gettext(SCENES[product.scene].words.payee)}
    directly = _("We pay the %(payee)s directly. The money does not pass through your account.")
    return forms.ChoiceField(
        label=_("Which %(payee)s is to be paid?") % payee,
        help_text=directly % payee,
        error_messages={"required": _("Choose the %(payee)s.") % payee},
        choices=[
            ("", _("Choose a %(payee)s") % payee),
            *(
                (each.code, each.name_in(own.language()))
                for each in products.open_merchants(product.scene)
            ),
        ],
    )


def _evidence_field(product: LoanProduct, *, has_evidence: bool) -> forms.Field:
    words = SCENES[product.scene].words
    proof = gettext(words.proof)
    return forms.FileField(
        label=capfirst(proof),
        help_text=gettext(words.hint),
        required=not has_evidence,
        error_messages={"required": _("Upload the %(proof)s.") % {"proof": proof}},
    )
