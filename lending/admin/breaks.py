"""The queue of breaks: what bank and books tell differently, how old it is, and working it off."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.admin.links import linked
from common.admin.pressed import acting, pressed, telling
from common.business_date import queries as business_dates
from common.charts.bars import Bar, Caption, stacked_bars
from lending.admin import words
from lending.admin.figures import amount, colleagues
from lending.channels.gateways.orders import fen_of
from lending.loans import queries as loans
from lending.reconciliation import queries, resolving
from lending.reconciliation.models import (
    BreakAction,
    BreakKind,
    BreakState,
    ReconciledDay,
    StatementBreak,
)

MAY_WORK = "lending.work_statementbreak"
MAY_APPROVE = "lending.approve_statementbreak"
LOOKS = {"OPEN": "danger", "WATCHED": "info", "RESOLVED": "success"}
DAYS_SHOWN = 14
STEPS: words.Words = {
    "FOUND": gettext_lazy("Found by the comparison"),
    "REOPENED": gettext_lazy("Shows again"),
    "CAME_RIGHT": gettext_lazy("Came right by itself"),
    "ASSIGNED": gettext_lazy("Taken"),
    "NOTED": gettext_lazy("Noted"),
    "ASKED_AGAIN": gettext_lazy("The bank is asked again"),
    "PROPOSED": gettext_lazy("A resolution was proposed"),
    "APPROVED": gettext_lazy("The resolution was approved"),
    "TURNED_DOWN": gettext_lazy("The resolution was turned down"),
    "RESOLVED": gettext_lazy("Resolved"),
}


WAYS: words.Words = {**STEPS, **{each.value: each.label for each in BreakAction}}
OF_A_READING = ("number", "amount", "direction", "account")
OF_THE_STATEMENT = {BreakKind.UNREADABLE, BreakKind.RETOLD}


class WishForm(forms.Form):
    """How the break shall be resolved."""

    action = forms.ChoiceField(label=gettext_lazy("What shall happen?"), choices=())
    loan = forms.SlugField(
        label=gettext_lazy("Public number of the loan"), required=False, max_length=22
    )

    number = forms.CharField(
        label=gettext_lazy("Number on the line"), required=False, max_length=64
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Amount on the line, in yuan"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=13,
        decimal_places=2,
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("The money"),
        required=False,
        choices=[("IN", gettext_lazy("came in")), ("OUT", gettext_lazy("went out"))],
    )
    account = forms.CharField(
        label=gettext_lazy("Account on the line"), required=False, max_length=80
    )

    def __init__(self, *args: Any, broken: StatementBreak, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["action"]
        assert isinstance(field, forms.ChoiceField)
        fitting = resolving.fitting(broken)
        field.choices = [(each.value, each.label) for each in fitting]
        others = {"loan"} if BreakAction.READ_AS in fitting else {*OF_A_READING}
        for name in others | ({"loan"} if broken.kind in OF_THE_STATEMENT else set()):
            del self.fields[name]


class NoteForm(forms.Form):
    """A few words for whoever looks next."""

    text = forms.CharField(label=gettext_lazy("Note"), max_length=resolving.LONGEST_NOTE)


@admin.register(StatementBreak)
class StatementBreakAdmin(ReadOnlyAdmin):
    """Breaks, the open ones by age; the page of one shows its steps and what may be done."""

    list_display = ("subject", "kind", "stand", "here", "there", "first_day", "age", "times_seen",
                    "assignee")  # fmt: skip
    list_filter = ("state", "kind", "bank", "first_day", ("assignee", admin.EmptyFieldListFilter))
    search_fields = ("subject",)
    search_help_text = gettext_lazy("Our number for the bank")
    ordering = ("first_day", "pk")
    list_select_related = ("assignee",)
    fields = ("subject", "kind", "stand", "through", "loan", "here", "there", "outcome",
              "first_day", "last_day", "times_seen", "worker", "way", "resolved_at")  # fmt: skip
    change_list_template = "admin/lending/breaks.html"
    change_form_template = "admin/lending/break.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the last days and the age of what is open."""
        days = list(queries.days(limit=DAYS_SHOWN))
        shown = {
            "days": days,
            "chart": _picture(days),
            "ages": [label for _least, label in queries.AGES],
            "aging": [
                (BreakKind(row.kind).label, row)
                for row in queries.aging(on=business_dates.current() or clock.shanghai_today())
            ],
        }
        answer: HttpResponse = super().changelist_view(request, {**(extra_context or {}), **shown})
        return answer

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """With the steps so far and what this person may do."""
        return _work(request, row)

    def get_urls(self) -> list[URLPattern]:
        """One address for each thing that may be done, beside the usual pages."""
        wrap = self.admin_site.admin_view
        work = path("<int:break_id>/work/", wrap(self.work), name="lending_statementbreak_work")
        decide = path(
            "<int:break_id>/decide/<int:proposal_id>/",
            wrap(self.decide),
            name="lending_statementbreak_decide",
        )
        return [work, decide, *super().get_urls()]

    def work(self, request: HttpRequest, break_id: int) -> HttpResponseRedirect:
        """Take it, note something, ask the bank again, or propose a resolution (POST only)."""
        pressed(request, MAY_WORK)
        does = next((verb for word, verb in WORK.items() if word in request.POST), None)
        if does is None:
            raise PermissionDenied
        return _said(request, break_id, lambda: does(request, break_id))

    def decide(self, request: HttpRequest, break_id: int, proposal_id: int) -> HttpResponseRedirect:
        """Approve or turn down what a colleague proposed (POST only)."""
        by = pressed(request, MAY_APPROVE)

        def act() -> None:
            if "approve" in request.POST:
                resolving.approve(
                    proposal_id=proposal_id,
                    on=business_dates.today(),
                    at=clock.now(),
                    by=by,
                )
            else:
                resolving.turn_down(proposal_id=proposal_id, by=by)

        return _said(request, break_id, act)

    @admin.display(description=gettext_lazy("State"), ordering="state")
    def stand(self, row: StatementBreak) -> str:
        return chip(row.get_state_display(), code=row.state, looks=LOOKS)

    @admin.display(description=gettext_lazy("Amount with us"), ordering="here_fen")
    def here(self, row: StatementBreak) -> str:
        return amount(row.here_fen)

    @admin.display(description=gettext_lazy("Amount at the bank"), ordering="there_fen")
    def there(self, row: StatementBreak) -> str:
        return amount(row.there_fen)

    @admin.display(description=gettext_lazy("Days open"))
    def age(self, row: StatementBreak) -> str:
        on = business_dates.current()
        if on is None or row.state != BreakState.OPEN:
            return "–"
        return str(max((on - row.first_day).days, 0))

    @admin.display(description=gettext_lazy("Loan"))
    def loan(self, row: StatementBreak) -> str:
        found = loans.by_ids([row.loan_id]).first() if row.loan_id else None
        return linked("lending_loan", found.pk, found.public_id) if found else "–"

    @admin.display(description=gettext_lazy("Bank"))
    def through(self, row: StatementBreak) -> str:
        return words.said(words.BANKS, row.bank)

    @admin.display(description=gettext_lazy("Outcome with us"))
    def outcome(self, row: StatementBreak) -> str:
        return words.said(words.OUTCOMES, row.here_state) or "–"

    @admin.display(description=gettext_lazy("Works on it"))
    def worker(self, row: StatementBreak) -> str:
        who = row.assignee_id
        return "–" if who is None else colleagues([who])[who]

    @admin.display(description=gettext_lazy("Resolved by"))
    def way(self, row: StatementBreak) -> str:
        return words.said(WAYS, row.resolution) or "–"


def _work(request: HttpRequest, row: StatementBreak) -> dict[str, Any]:
    steps: list[Any] = list(row.steps.order_by("pk"))
    names = colleagues({each.by_id for each in steps if each.by_id is not None})
    for each in steps:
        each.said = words.said(STEPS, each.step)
        each.who = names.get(each.by_id, "")
    wishes: list[Any] = list(row.proposals.order_by("-pk"))
    for each in wishes:
        is_waiting = each.state == "PROPOSED" and each.author_id != request.user.pk
        each.may_decide = is_waiting and request.user.has_perm(MAY_APPROVE)
    may_work = row.state == BreakState.OPEN and request.user.has_perm(MAY_WORK)
    return {
        "broken": row,
        "steps": steps,
        "wishes": wishes,
        "may_work": may_work,
        "wish_form": WishForm(broken=row, label_suffix="") if may_work else None,
        "note_form": NoteForm(label_suffix="") if may_work else None,
    }


def _take(request: HttpRequest, break_id: int) -> None:
    by = acting(request)
    assert by.account_id is not None
    resolving.assign(break_id=break_id, assignee_id=by.account_id, by=by)


def _note(request: HttpRequest, break_id: int) -> None:
    form = NoteForm(request.POST)
    if form.is_valid():
        resolving.note(break_id=break_id, text=form.cleaned_data["text"], by=acting(request))
    else:
        messages.error(request, _("Write a note of at most 500 characters."))


def _ask_again(request: HttpRequest, break_id: int) -> None:
    resolving.ask_again(break_id=break_id, by=acting(request))


def _propose(request: HttpRequest, break_id: int) -> None:
    chosen = request.POST.get("action", "")
    if chosen not in BreakAction.values:
        raise resolving.BreakActionDoesNotFit
    resolving.propose(
        break_id=break_id,
        action=BreakAction(chosen),
        loan_public_id=request.POST.get("loan", "").strip()[:22],
        reading=_reading(request) if chosen == BreakAction.READ_AS else None,
        by=acting(request),
    )


def _reading(request: HttpRequest) -> resolving.Reading:
    """What a person has read. Raises BreakReadingUnclear."""
    told = {name: request.POST.get(name, "").strip() for name in OF_A_READING}
    fen = fen_of(told["amount"])
    if fen is None or told["direction"] not in {"IN", "OUT"}:
        raise resolving.BreakReadingUnclear
    return resolving.reading_of(
        number=told["number"],
        effect_fen=fen if told["direction"] == "IN" else -fen,
        account=told["account"],
    )


WORK: dict[str, Callable[[HttpRequest, int], None]] = {
    "take": _take,
    "note": _note,
    "ask_again": _ask_again,
    "propose": _propose,
}


def _said(request: HttpRequest, break_id: int, act: Callable[[], None]) -> HttpResponseRedirect:
    with telling(request, done=_("Done.")):
        act()
    return HttpResponseRedirect(reverse("admin:lending_statementbreak_change", args=[break_id]))


def _picture(days: list[ReconciledDay]) -> SafeString | str:
    """Lines that were matched and breaks that came, day by day; the table holds every figure."""
    if not days:
        return ""
    caption = Caption(
        name="reconciled-days",
        title=_("Matched lines and new breaks by day"),
        description=_("%(count)s days. The table holds every figure.") % {"count": len(days)},
        top_label=str(max(day.matched + day.opened for day in days)),
    )
    bars = [
        Bar(label=date_format(day.day, "m-d"), parts=(day.matched, day.opened))
        for day in reversed(days)
    ]
    return stacked_bars(bars, caption=caption)
