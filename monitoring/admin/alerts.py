"""The queue of alerts: staff look at the figures, take an alert, and close it with a reason."""

from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from borrowers.documents import actions as documents
from borrowers.documents import queries as document_queries
from borrowers.people import queries as people
from common.actors import Actor
from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.admin.links import linked
from common.admin.pressed import acting
from common.business_date import queries as business_dates
from common.crypto.keys import KeyDestroyed
from common.errors import Refused
from common.web.refusals import in_words
from lending.loans import queries as loans
from monitoring.alerts import actions, queries, words
from monitoring.alerts.models import Alert, AlertState

SEVERITY_LOOKS = {"1": "info", "2": "warning", "3": "danger"}
STATE_LOOKS = {"OPEN": "warning", "ASSIGNED": "info", "CLOSED": "default"}
LONGEST_NOTE = 4_000
OTHERS_SHOWN = 20
UNKNOWN = "—"


class StateFilter(admin.SimpleListFilter):
    """What is live comes first; all and closed are a click away."""

    title = _("State")
    parameter_name = "state"

    def lookups(self, _request: HttpRequest, _pages: Any) -> list[tuple[str, Any]]:
        return [("mine", _("Mine")), ("closed", _("Closed")), ("all", _("All"))]

    def choices(self, changelist: ChangeList) -> Any:
        """Django's own list without its "All", which here is what is live."""
        first, *others = super().choices(changelist)
        return [{**first, "display": _("Live")}, *others]

    def queryset(self, request: HttpRequest, rows: QuerySet[Alert]) -> QuerySet[Alert]:
        """The rows of the choice."""
        match self.value():
            case "mine":
                return rows.filter(assignee_id=request.user.pk, state=AlertState.ASSIGNED)
            case "closed":
                return rows.filter(state=AlertState.CLOSED)
            case "all":
                return rows
            case _:
                return rows.filter(state__in=queries.LIVE)


class CloseForm(forms.Form):
    """Why an alert is closed, and what the next reader should know."""

    reason = forms.ChoiceField(label=_("Why is it closed?"))
    note = forms.CharField(
        label=_("Note (kept sealed)"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        reasons = [(code, gettext(text)) for code, text in words.CLOSE_REASONS.items()]
        cast(forms.ChoiceField, self.fields["reason"]).choices = [("", UNKNOWN), *reasons]


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """What waits for a person, the gravest and oldest first."""

    list_display = ("what", "gravity", "loan", "late", "person", "stand", "holder", "raised_at")
    list_display_links = ("what",)
    list_filter = (StateFilter, "rule", "severity")
    search_fields = ("public_id", "borrower__public_id")
    search_help_text = _("The public number of an alert or a borrower")
    fields = (
        "what",
        "gravity",
        "loan",
        "late",
        "person",
        "stand",
        "holder",
        "found_on",
        "raised_at",
        "closed_at",
    )

    def get_ordering(self, _request: HttpRequest) -> tuple[str, ...]:
        return ("-severity", "raised_at", "pk")

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Look the page's loans and people up together."""
        changelist: ChangeList = super().get_changelist_instance(request)
        _look_up(list(changelist.result_list))
        return changelist

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The figures, the history of the loan's alerts, and what can be done."""
        return _shown(request, row)

    def get_object(self, request: HttpRequest, object_id: str, *rest: Any) -> Alert | None:
        """The alert with its loan and the covered person."""
        row: Alert | None = super().get_object(request, object_id, *rest)
        if row is not None:
            _look_up([row])
        return row

    def get_urls(self) -> list[URLPattern]:
        """Taking and closing beside the usual pages."""
        views = {"take": self.take, "close": self.close}
        own = [
            path(
                f"<int:alert_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"monitoring_alert_{name}",
            )
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def take(self, request: HttpRequest, alert_id: int) -> HttpResponse:
        """Take it, or take it over where that was pressed."""
        by = _worker(request)
        try:
            actions.assign(alert_id=alert_id, take_over="take_over" in request.POST, by=by)
        except Refused as refusal:
            messages.error(request, in_words(refusal))
        return redirect("admin:monitoring_alert_change", alert_id)

    def close(self, request: HttpRequest, alert_id: int) -> HttpResponse:
        """Close it, or show again what is missing."""
        by, form = _worker(request), CloseForm(request.POST)
        if not form.is_valid():
            # Shown as to a look: the page's own form takes no post.
            request.method = "GET"
            return self.change_view(request, str(alert_id), "", {"close_form": form})
        try:
            actions.close(
                alert_id=alert_id,
                reason=form.cleaned_data["reason"],
                note_document_id=_kept_note(alert_id, form, by),
                on=_today(),
                by=by,
            )
        except Refused as refusal:
            messages.error(request, in_words(refusal))
            return redirect("admin:monitoring_alert_change", alert_id)
        messages.success(request, gettext("The alert is closed."))
        return redirect("admin:monitoring_alert_changelist")

    @admin.display(description=_("Finding"), ordering="rule")
    def what(self, row: Alert) -> str:
        return gettext(words.RULES.get(row.rule, row.rule))

    @admin.display(description=_("Severity"), ordering="severity")
    def gravity(self, row: Alert) -> str:
        word = gettext(words.SEVERITIES.get(row.severity, str(row.severity)))
        return chip(word, code=str(row.severity), looks=SEVERITY_LOOKS)

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: Alert) -> str:
        return chip(row.get_state_display(), code=row.state, looks=STATE_LOOKS)

    @admin.display(description=_("Loan"))
    def loan(self, row: Any) -> str:
        if row.loan_row is None:
            return UNKNOWN
        return linked("lending_loan", row.loan_id, row.loan_row.public_id)

    @admin.display(description=_("Days past due now"))
    def late(self, row: Any) -> str:
        return str(row.late_days) if row.loan_row else UNKNOWN

    @admin.display(description=_("Person"))
    def person(self, row: Any) -> str:
        words_of = f"{row.covered.name} {row.covered.phone}"
        return linked("borrowers_borrower", row.borrower_id, words_of)

    @admin.display(description=_("Taken by"), ordering="assignee")
    def holder(self, row: Any) -> str:
        return row.held_by or UNKNOWN


def _look_up(rows: list[Any]) -> None:
    """Hang loan and covered person on each row: the same few queries for one and for many."""
    found = {loan.pk: loan for loan in loans.by_ids({row.loan_id for row in rows})}
    masks = people.masked_many({row.borrower_id for row in rows})
    holders = people.covered_phones({row.assignee_id for row in rows if row.assignee_id})
    titles = people.staff_titles(holders)
    on = _today()
    for row in rows:
        row.loan_row = found.get(row.loan_id)
        row.late_days = loans.days_past_due(row.loan_row, on) if row.loan_row else 0
        row.covered = masks[row.borrower_id]
        title = gettext(titles.get(row.assignee_id, people.STAFF))
        row.held_by = f"{title} {holders[row.assignee_id]}" if row.assignee_id in holders else ""


def _today() -> date:
    """The day of the books; before they are opened nothing is late."""
    return business_dates.current() or date.min


def _shown(request: HttpRequest, row: Alert) -> dict[str, Any]:
    is_live = row.state != AlertState.CLOSED and _may_work(request)
    is_mine = row.assignee_id == request.user.pk
    return {
        "figures": list(words.figures(row.evidence)),
        "others": [
            (other, words.RULES.get(other.rule, other.rule))
            for other in queries.of_loan(row.loan_id).exclude(pk=row.pk)[:OTHERS_SHOWN]
        ],
        "is_paid_since": is_live and bool(queries.paid_since([row], on=_today())),
        "note": _note_of(row) if _may_work(request) else "",
        "closed_because": words.closed_because(row.close_reason),
        "may_take": is_live and row.assignee_id is None,
        "may_take_over": is_live and row.assignee_id is not None and not is_mine,
        "may_close": is_live and is_mine,
        "close_form": CloseForm(),
    }


def _note_of(row: Alert) -> str:
    """What the colleague wrote; nothing once the person's key has been destroyed."""
    if row.note_id is None:
        return ""
    try:
        return document_queries.content(row.note_id).decode()
    except KeyDestroyed:
        return ""


def _may_work(request: HttpRequest) -> bool:
    return request.user.has_perm("monitoring.change_alert")


def _worker(request: HttpRequest) -> Actor:
    """Who pressed the button. Raises PermissionDenied for a mere look and for an outsider."""
    if request.method != "POST" or not _may_work(request):
        raise PermissionDenied
    return acting(request)


def _kept_note(alert_id: int, form: CloseForm, by: Actor) -> int | None:
    """The note as a sealed file of the person it is about.

    Nothing where nothing was written, and nothing of what will be refused.
    """
    reason, note = form.cleaned_data["reason"], form.cleaned_data["note"]
    alert = Alert.objects.filter(pk=alert_id, state=AlertState.ASSIGNED).first()
    if not note.strip() or alert is None:
        return None
    if queries.is_contradicted(alert, reason=reason, on=_today()):
        return None
    stored = documents.store(
        borrower_id=alert.borrower_id,
        kind="REVIEW_NOTE",
        content=note.encode(),
        media_type="text/plain",
        consented=False,
        by=by,
    )
    return stored.id
