"""Applications for staff: what waits for a person, and the page on which it is decided."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from borrowers.documents import actions as documents
from borrowers.people import queries as people
from common import clock
from common.actors import Actor
from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.admin.links import linked
from common.admin.pressed import acting, pressed
from common.audit.queries import trail_of
from common.business_date import queries as business_dates
from common.errors import Refused
from common.rates import percent, ppm_from_percent
from common.templatetags.dates import moment, months
from common.web.amounts import FenField
from common.web.refusals import in_words
from lending.admin import outlook, words
from lending.admin.figures import amount, cover, person_link
from lending.applications import deciding, proofs, queries
from lending.applications.models import ApplicationState, CostDisclosure, LoanApplication, Offer
from lending.applications.purposes import answers, telling
from lending.loans.queries import of_application as loan_of
from lending.products.models import LoanProduct
from scoring.decisions import queries as decisions
from scoring.decisions import reviews
from scoring.policy.words import CODES

LOOKS = {
    "OFFERED": "success",
    "SIGNED": "success",
    "ACCEPTED": "success",
    "REFERRED": "warning",
    "DECLINED": "danger",
    "EXPIRED": "default",
    "WITHDRAWN": "default",
}
MAY_DECIDE = "lending.decide_loanapplication"
FIGURES = ("limit", "annual_rate_percent")  # what only an offer needs


class DecisionForm(forms.Form):
    """A reviewer's decision: what, how much, at what rate, why."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[("OFFERED", _("Make an offer")), ("DECLINED", _("Decline"))],
        widget=forms.RadioSelect,
    )
    annual_rate_percent = forms.DecimalField(
        label=_("Annual rate in percent"), decimal_places=2, max_digits=5, required=False
    )
    reason_code = forms.ChoiceField(label=_("Why?"))
    note = forms.CharField(
        label=_("Note (sealed; only for this file)"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=2_000,
    )

    def __init__(self, *args: Any, product: LoanProduct, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["limit"] = FenField(
            label=_("Limit in yuan"),
            least_fen=product.minimum_fen,
            most_fen=product.maximum_fen,
            required=False,
        )
        field = self.fields["reason_code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "—"),
            _reasons("OFFERED", _("For an offer")),
            _reasons("DECLINED", _("For a decline")),
        ]
        self.order_fields(["outcome", "limit", "annual_rate_percent", "reason_code", "note"])

    def clean(self) -> dict[str, Any]:
        """An offer needs its figures, a decline none, and the reason must fit the decision."""
        cleaned: dict[str, Any] = super().clean() or {}
        outcome, reason = cleaned.get("outcome"), cleaned.get("reason_code")
        if outcome == "DECLINED":
            # The figures of the proposal stand there still; of a decline they say nothing.
            for name in FIGURES:
                self.errors.pop(name, None)
                cleaned[name] = None
        if outcome == "OFFERED":
            for name in FIGURES:
                if cleaned.get(name) is None and name not in self.errors:
                    self.add_error(name, _("An offer needs this."))
        if outcome and reason and reason not in reviews.REASONS[outcome]:
            self.add_error("reason_code", _("This reason belongs to the other decision."))
        return cleaned


def _reasons(outcome: str, title: Any) -> tuple[Any, list[tuple[str, str]]]:
    """The reasons that fit one decision, under its title."""
    return title, [(code, gettext(words)) for code, words in reviews.REASONS[outcome].items()]


@admin.register(LoanApplication)
class LoanApplicationAdmin(ReadOnlyAdmin):
    """Applications; the filter "referred" is the queue."""

    list_display = (
        "public_id",
        "person",
        "product_name",
        "wanted",
        "term_months",
        "stand",
        "submitted_at",
    )
    list_filter = ("state", "product__code", "review_wanted")
    search_fields = ("public_id", "borrower__public_id")
    search_help_text = _("The public number of an application or a borrower")
    ordering = ("submitted_at", "pk")
    fields = ("public_id", "person", "product_name", "merchant", "wanted", "term_months", "stand",
              "loan", "review_wanted", "drafted_at", "submitted_at", "decided")  # fmt: skip
    change_form_template = "admin/lending/application.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[LoanApplication]:
        """With what every row shows."""
        rows: QuerySet[LoanApplication] = super().get_queryset(request)
        return rows.select_related("product", "merchant", "offer")

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Cover the people of the page together."""
        changelist: ChangeList = super().get_changelist_instance(request)
        cover(changelist.result_list)
        return changelist

    @admin.display(description=_("Person"))
    def person(self, row: LoanApplication) -> str:
        return person_link(row)

    @admin.display(description=_("Product"), ordering="product__code")
    def product_name(self, row: LoanApplication) -> str:
        return row.product.name_in(get_language() or "")

    @admin.display(description=_("Loan"))
    def loan(self, row: LoanApplication) -> str:
        found = loan_of(row.pk)
        return linked("lending_loan", found.pk, found.public_id) if found else "–"

    @admin.display(description=_("Decided"))
    def decided(self, row: LoanApplication) -> str:
        """When it was settled: a person's time where a person decides."""
        if row.decided_at is None:
            return "–"
        if row.state == ApplicationState.REFERRED:
            return gettext("not yet: a person decides")
        return moment(decisions.reviewed_at(row.pk) or row.decided_at)

    @admin.display(description=_("Asked for"), ordering="amount_fen")
    def wanted(self, row: LoanApplication) -> str:
        return amount(row.amount_fen)

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: LoanApplication) -> str:
        return chip(row.get_state_display(), code=row.state, looks=LOOKS)

    def get_urls(self) -> list[URLPattern]:
        """The decision, and the proof that it needs, beside the usual pages."""
        views = {"decide": self.decide, "evidence": self.evidence, "proof": self.proof}
        own = [
            path(
                f"<int:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"lending_loanapplication_{name}",
            )
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The application with the explanation and, when it waits, the way to decide."""
        return self._shown(request, row)

    def evidence(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Open the proof (POST only): who looked is kept, and the person can see it."""
        by = pressed(request, MAY_DECIDE)
        row = self.get_object(request, str(object_id))
        if row is None or row.evidence_id is None:
            raise Http404
        content, media_type = documents.open_for_staff(
            document_id=row.evidence_id,
            reason_code="APPLICATION_REVIEW",
            by=by,
        )
        return HttpResponse(content, content_type=media_type)

    def proof(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Say whether the proof fits (POST only); a doubt leads on to the decision."""
        by = pressed(request, MAY_DECIDE)
        fits = request.POST.get("fits") == "yes"
        say = proofs.confirm if fits else proofs.doubt
        try:
            row = say(application_id=object_id, at=clock.now(), by=by)
        except proofs.ProofNotOpened as refusal:
            messages.warning(request, in_words(refusal))
            return HttpResponseRedirect(_page_of(object_id))
        except Refused as refusal:
            messages.warning(request, in_words(refusal))
            return HttpResponseRedirect(reverse("admin:lending_loanapplication_changelist"))
        return HttpResponseRedirect(
            _page_of(object_id)
            if fits
            else reverse("admin:lending_loanapplication_decide", args=[row.pk])
        )

    def decide(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Decide a referred application, by form; the verb says what is possible."""
        if not request.user.has_perm(MAY_DECIDE):
            raise PermissionDenied
        row = self.get_object(request, str(object_id))
        if row is None or row.state != ApplicationState.REFERRED:
            messages.warning(request, _("This application does not wait for a person."))
            return HttpResponseRedirect(reverse("admin:lending_loanapplication_changelist"))
        form = DecisionForm(request.POST or None, product=row.product, initial=_proposal(row))
        if request.method == "POST" and form.is_valid() and self._decided(request, row, form):
            messages.success(request, _("Decided. The borrower has been told."))
            return HttpResponseRedirect(_page_of(row.pk))
        context = self.admin_site.each_context(request) | self._shown(request, row)
        context |= {"title": gettext("Decide"), "form": form, "original": row, "opts": self.opts}
        return TemplateResponse(request, "admin/lending/decide.html", context)

    def _decided(self, request: HttpRequest, row: LoanApplication, form: DecisionForm) -> bool:
        given = form.cleaned_data
        by = acting(request)
        try:
            deciding.review(
                application_id=row.pk,
                outcome=given["outcome"],
                limit_fen=given["limit"] or 0,
                annual_rate_ppm=ppm_from_percent(given["annual_rate_percent"] or Decimal(0)),
                reason_code=given["reason_code"],
                note_document_id=_note(row, given["note"], by),
                on=business_dates.today(),
                at=clock.now(),
                by=by,
            )
        except Refused as refusal:
            form.add_error(None, in_words(refusal))
            return False
        return True

    def _shown(self, request: HttpRequest, row: LoanApplication) -> dict[str, Any]:
        may_decide = request.user.has_perm(MAY_DECIDE)
        may_open = may_decide and row.evidence_id is not None
        return _explained(row) | {
            "product_name": row.product.name_in(get_language() or ""),
            "proof": gettext(telling.scene_of(row).words.proof),
            "covered": people.masked(row.borrower_id),
            "why_a_person": row.state == ApplicationState.REFERRED
            and row.assessment_id is not None
            and not decisions.is_automatic(row.pk),
            "may_decide": may_decide and row.state == ApplicationState.REFERRED,
            "may_open_evidence": may_open,
            "claims": _claims(row) if may_open else [],
            "may_check_proof": may_decide
            and row.state in proofs.OPEN
            and queries.is_proof_awaited(row),
            **_offered(row),
            "trail": [
                (
                    each,
                    words.said(words.ACTIONS, each.action),
                    words.said(words.ACTORS, each.actor_kind),
                )
                for each in trail_of(f"application:{row.public_id}")
            ],
        }


def _claims(row: LoanApplication) -> list[tuple[str, str]]:
    """What the proof has to show: whom it names, what was told, and how much is asked for.

    Only beside a proof: the number of a clinic's invoice is for nobody to read.
    """
    payee = row.merchant.name_in(get_language() or "") if row.merchant else ""
    return [
        (gettext("Name"), people.masked(row.borrower_id).name),
        *([(gettext("Paid to"), payee)] if payee else []),
        *answers.told(row),
        (gettext("Asked for"), amount(row.amount_fen)),
        (gettext("For how long?"), months(row.term_months)),
    ]


def _offered(row: LoanApplication) -> dict[str, Any]:
    """The offer, and one by one what takes its rate down."""
    offer = Offer.objects.filter(application=row).first()
    if offer is None:
        return {"offer": None}
    discounts = queries.discounts_of(offer)
    return {
        "offer": offer,
        "discounts": [(words.DISCOUNTS[each.code], each.rate_ppm) for each in discounts],
        "floor_ppm": max((each.floor_ppm for each in discounts), default=0),
    }


def _explained(row: LoanApplication) -> dict[str, Any]:
    """The machine's decision as its own page shows it; nothing before there is one."""
    if row.assessment_id is None:
        return {}
    told = decisions.explanation(row.pk)
    return outlook.shown(row.borrower_id, told.as_of) | {
        "explanation": told,
        "groups": decisions.figures(row.pk),
        "review_words": reviews.words(told.review.reason_code) if told.review else "",
        "review_outcome": CODES[told.review.outcome] if told.review else "",
        "policy": decisions.ruling(row.pk),
    }


def _proposal(row: LoanApplication) -> dict[str, Any]:
    """What the machine proposes, to start from."""
    verdict = decisions.verdict_of(row.pk)
    limit_fen = min(verdict.limit_fen, row.amount_fen)
    return {
        "limit": Decimal(limit_fen) / 100,
        "annual_rate_percent": percent(verdict.annual_rate_ppm).quantize(Decimal("0.01")),
    }


def _note(row: LoanApplication, note: str, by: Actor) -> int | None:
    """Words about a person are a sealed file."""
    if not note.strip():
        return None
    stored = documents.store(
        borrower_id=row.borrower_id,
        kind="REVIEW_NOTE",
        content=note.encode(),
        media_type="text/plain",
        consented=False,
        by=by,
    )
    return stored.id


def _page_of(application_id: int) -> str:
    return reverse("admin:lending_loanapplication_change", args=[application_id])


@admin.register(CostDisclosure)
class CostDisclosureAdmin(ReadOnlyAdmin):
    """Which cost table was shown and confirmed, and when."""

    list_display = ("number", "application", "stage", "minimum_seconds", "language", "channel",
                    "recorded_at")  # fmt: skip
    list_filter = ("step", "channel", "language")
    search_fields = ("content_sha256", "offer__application__public_id")
    ordering = ("-pk",)
    fields = ("application", "stage", "minimum_seconds", "language", "channel", "recorded_at",
              "content_sha256", "content")  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[CostDisclosure]:
        """With the number of the application, and without the table itself."""
        rows: QuerySet[CostDisclosure] = super().get_queryset(request)
        return rows.select_related("offer__application").defer("content")

    @admin.display(description=_("Application"))
    def application(self, row: CostDisclosure) -> str:
        return row.offer.application.public_id

    @admin.display(description=_("Number"), ordering="pk")
    def number(self, row: CostDisclosure) -> int:
        return int(row.pk)

    @admin.display(description=_("Step"), ordering="step")
    def stage(self, row: CostDisclosure) -> str:
        return words.said(words.STEPS, row.step)
