"""What waits for somebody of ours: rows not understood, lines that people marked, categories."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from borrowers.behaviour.contracts import Category, Direction, MarkKind, MarkState, RowState
from borrowers.behaviour.models import EventMark, EventRow, QuarantinedRow
from borrowers.behaviour.words import CATEGORIES, source_title
from borrowers.checks import lines, quarantine
from borrowers.checks.contracts import DISMISS_REASONS, RESOLVE_REASONS, RightReading
from borrowers.checks.models import LabelProposal
from borrowers.people.contracts import REVEAL_REASONS
from common import clock
from common.actors import Actor
from common.admin.bases import ReadOnlyAdmin
from common.admin.pressed import acting, pressed
from common.errors import Refused
from common.money import fen_from_yuan
from common.periods import SHANGHAI
from common.templatetags.money import yuan
from common.web.refusals import in_words
from common.web.spoken import spoken

ROW_STATES = {
    RowState.OPEN: _("Open"),
    RowState.RESOLVED: _("Read by a person"),
    RowState.DISMISSED: _("Put aside"),
}
MARK_STATES = {
    MarkState.ASKED: _("Waits for a person"),
    MarkState.GRANTED: _("Granted"),
    MarkState.REFUSED: _("Refused"),
}
MARK_KINDS = {
    MarkKind.EXCLUDED: _("Leave it out"),
    MarkKind.DISPUTED: _("It is wrong"),
    MarkKind.DUPLICATE: _("It is told twice"),
}
DIRECTIONS = {Direction.OUT: _("Money out"), Direction.IN: _("Money in")}


class ReadingForm(forms.Form):
    """What a member of staff reads in a row."""

    occurred_at = forms.DateTimeField(
        label=_("Time"),
        input_formats=["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        help_text=_("In Shanghai: 2026-03-01 12:30"),
    )
    amount = forms.DecimalField(
        label=_("Amount in yuan"), min_value=0, max_digits=12, decimal_places=2
    )
    direction = forms.ChoiceField(label=_("Direction"))
    category = forms.ChoiceField(label=_("Category"))
    because = forms.ChoiceField(label=_("Why so?"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _choose(self, "direction", [(str(int(code)), words) for code, words in DIRECTIONS.items()])
        kinds = [(str(int(code)), gettext(words)) for code, words in CATEGORIES.items()]
        _choose(self, "category", kinds)
        _choose_reason(self, RESOLVE_REASONS)

    def reading(self) -> RightReading:
        """The row as the event that it tells of."""
        told: datetime = self.cleaned_data["occurred_at"]
        return RightReading(
            occurred_at=told.replace(tzinfo=SHANGHAI),
            amount_fen=fen_from_yuan(self.cleaned_data["amount"]),
            direction=Direction(int(self.cleaned_data["direction"])),
            category=Category(int(self.cleaned_data["category"])),
        )


class PutAsideForm(forms.Form):
    """Why a row is no payment."""

    because = forms.ChoiceField(label=_("Why so?"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _choose_reason(self, DISMISS_REASONS)


class WhyForm(forms.Form):
    """Why somebody looks."""

    reason_code = forms.ChoiceField(label=_("Why?"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        reasons = [(code, gettext(words)) for code, words in REVEAL_REASONS.items()]
        _choose(self, "reason_code", [("", "—"), *reasons])


def _choose_reason(form: forms.Form, reasons: Mapping[str, str]) -> None:
    told = [(code, gettext(words)) for code, words in reasons.items()]
    _choose(form, "because", [("", "—"), *told])


def _choose(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class QueueAdmin(ReadOnlyAdmin):
    """Rows that wait for a decision: looked at like all others, decided by verbs.

    Who may decide is Django's change permission of the table, asked of the person and not of the
    page: the page itself changes nothing.
    """

    change_form_template = "admin/borrowers/queue.html"
    ordering = ("state", "pk")
    list_per_page = 25
    ways: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Nothing sealed of the borrower is read for a list."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows

    def get_urls(self) -> list[URLPattern]:
        """One address for each way to decide."""
        model = self.model._meta.model_name
        own = [
            path(
                f"<int:pk>/{way}/",
                self.admin_site.admin_view(getattr(self, way)),
                name=f"borrowers_{model}_{way}",
            )
            for way in self.ways
        ]
        return [*own, *super().get_urls()]

    def may_decide(self, request: HttpRequest) -> bool:
        """Whether this member of staff decides on such rows."""
        return request.user.has_perm(f"borrowers.change_{self.model._meta.model_name}")

    def decider(self, request: HttpRequest) -> Actor:
        """Who decides. Raises PermissionDenied for a link, and for everybody else."""
        if request.method != "POST" or not self.may_decide(request):
            raise PermissionDenied
        return acting(request)

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the page of one row shows beside its fields."""
        is_open = row.state == 1
        return {"buttons": self.buttons(row) if is_open and self.may_decide(request) else ()}

    def buttons(self, _row: Any) -> tuple[tuple[str, str], ...]:
        return ()

    def back(self, row: Model) -> HttpResponse:
        return redirect(f"admin:borrowers_{self.model._meta.model_name}_change", row.pk)

    def decided(self, request: HttpRequest, pk: int, verb: Any, **asked: Any) -> HttpResponse:
        """Decide by a verb, and say what came of it. Raises PermissionDenied."""
        by = self.decider(request)
        row = self.get_object(request, str(pk))
        if row is None:
            return redirect(f"admin:borrowers_{self.model._meta.model_name}_changelist")
        try:
            verb(public_id=row.public_id, by=by, at=clock.now(), **asked)
        except Refused as refusal:
            messages.error(request, in_words(refusal))
        return self.back(row)


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(QueueAdmin):
    """Rows of bills that no reader understood; their words cost a reason."""

    list_display = ("public_id", "batch", "source", "row_number", "reason", "stand", "decided_at")
    list_filter = ("state", "reason")
    list_select_related = ("batch",)
    fields = (
        "public_id", "batch", "source", "row_number", "reason", "stand", "why", "decided_at",
    )  # fmt: skip
    ways = ("resolve", "dismiss", "reveal")

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuarantinedRow]:
        """Without the sealed words."""
        return super().get_queryset(request).defer("words")

    @admin.display(description=_("Source"))
    def source(self, row: QuarantinedRow) -> str:
        return spoken(source_title(row.batch.source))

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: QuarantinedRow) -> str:
        return str(ROW_STATES[RowState(row.state)])

    @admin.display(description=_("Decided because"))
    def why(self, row: QuarantinedRow) -> str:
        reasons = {**RESOLVE_REASONS, **DISMISS_REASONS}
        return gettext(reasons[row.decided_because]) if row.decided_because else "—"

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The forms to look and to read."""
        shown = super().beside(request, row)
        if request.user.has_perm("borrowers.reveal_borrower"):
            shown["why_form"] = WhyForm()
        if row.state == RowState.OPEN and self.may_decide(request):
            shown["reading_form"] = ReadingForm()
            shown["aside_form"] = PutAsideForm(auto_id="aside_%s")
        return shown

    def resolve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep what a person read in it, or show again what is missing."""
        self.decider(request)
        form = ReadingForm(request.POST)
        if not form.is_valid():
            return self.change_view(request_as_get(request), str(pk), "", {"reading_form": form})
        asked = {"reading": form.reading(), "because": form.cleaned_data["because"]}
        return self.decided(request, pk, quarantine.resolve, **asked)

    def dismiss(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put it aside for a reason, or ask for one."""
        self.decider(request)
        form = PutAsideForm(request.POST, auto_id="aside_%s")
        if not form.is_valid():
            return self.change_view(request_as_get(request), str(pk), "", {"aside_form": form})
        return self.decided(request, pk, quarantine.dismiss, **form.cleaned_data)

    @method_decorator(sensitive_variables())
    def reveal(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Its words, once: the look is written down before anything is shown."""
        by = pressed(request, "borrowers.reveal_borrower")
        row = self.get_object(request, str(pk))
        form = WhyForm(request.POST)
        if row is None or not self.has_view_permission(request, row):
            raise PermissionDenied
        shown: dict[str, Any] = {"why_form": form}
        if form.is_valid():
            shown["words"] = quarantine.reveal(
                public_id=row.public_id,
                reason_code=form.cleaned_data["reason_code"],
                by=by,
            )
        page = self.change_view(request_as_get(request), str(pk), "", shown)
        add_never_cache_headers(page)
        return page


def request_as_get(request: HttpRequest) -> HttpRequest:
    """The same request for a page that only shows: Django's own form would save a POST."""
    request.method = "GET"
    return request


class LineAdmin(QueueAdmin):
    """Rows about one payment, which is shown in figures only."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the borrower's public number, and nothing sealed."""
        sealed = [f"borrower__{name}" for name in ("name", "id_number", "birth_date")]
        return super().get_queryset(request).select_related("borrower").defer(*sealed)

    @admin.display(description=_("Payment"))
    def payment(self, row: Any) -> str:
        found = EventRow.objects.filter(
            borrower_id=row.borrower_id, occurred_at=row.occurred_at, ext=row.ext
        ).first()
        if found is None:
            return "—"
        told = {"amount": yuan(found.amount_fen), "kind": gettext(CATEGORIES[found.category])}
        return gettext("%(amount)s, %(kind)s") % told


@admin.register(EventMark)
class EventMarkAdmin(LineAdmin):
    """What people say of single payments. A debt is left out by a person or not at all."""

    list_display = ("public_id", "borrower", "said", "payment", "at_once", "stand", "asked_at")
    list_filter = ("state", "kind", "is_at_once")
    search_fields = ("public_id", "borrower__public_id")
    fields = (
        "public_id", "borrower", "said", "occurred_at", "payment", "at_once", "stand",
        "asked_at", "decided_at",
    )  # fmt: skip
    ways = ("grant", "refuse")

    @admin.display(description=_("What the person says"), ordering="kind")
    def said(self, row: EventMark) -> str:
        return str(MARK_KINDS[MarkKind(row.kind)])

    @admin.display(description=_("Works at once"), boolean=True)
    def at_once(self, row: EventMark) -> bool:
        return row.is_at_once

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: EventMark) -> str:
        return str(MARK_STATES[MarkState(row.state)])

    def buttons(self, _row: Any) -> tuple[tuple[str, str], ...]:
        return (("grant", gettext("Grant it")), ("refuse", gettext("Leave it as it is")))

    def grant(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do as the person says."""
        return self.decided(request, pk, lines.decide, is_granted=True)

    def refuse(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Leave the line as it is."""
        return self.decided(request, pk, lines.decide, is_granted=False)


@admin.register(LabelProposal)
class LabelProposalAdmin(LineAdmin):
    """Categories that people corrected: accepted into the training set, or not."""

    list_display = ("public_id", "borrower", "old", "new", "payment", "state", "proposed_at")
    list_filter = ("state", "category")
    search_fields = ("public_id", "borrower__public_id")
    fields = (
        "public_id", "borrower", "old", "new", "occurred_at", "payment", "state",
        "proposed_at", "decided_at",
    )  # fmt: skip
    ways = ("accept", "reject")

    @admin.display(description=_("Category"))
    def old(self, row: LabelProposal) -> str:
        return gettext(CATEGORIES[row.was])

    @admin.display(description=_("Right category"))
    def new(self, row: LabelProposal) -> str:
        return gettext(CATEGORIES[row.category])

    def buttons(self, _row: Any) -> tuple[tuple[str, str], ...]:
        return (("accept", gettext("Accept it")), ("reject", gettext("Reject it")))

    def accept(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take it into the training set, and onto the payment."""
        return self.decided(request, pk, lines.review_label, is_accepted=True)

    def reject(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Leave the category as it was."""
        return self.decided(request, pk, lines.review_label, is_accepted=False)
