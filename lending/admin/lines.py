"""Credit lines for staff: what is taken of each, step by step; freezing, and a limit by two."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from common import public_ids
from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.admin.pressed import pressed, telling
from common.approvals.models import ProposalState
from common.web.amounts import FenField
from lending.admin.figures import amount, cover, person_link, rate
from lending.lines import limits, queries
from lending.lines.models import CreditLine, LineProposal, LineState

LOOKS = {"ACTIVE": "success", "FROZEN": "warning", "CLOSED": "default"}
MAY_FREEZE = "lending.freeze_creditline"
MAY_ASK = "lending.propose_creditline"
MAY_DECIDE = "lending.approve_creditline"
MOST_FEN = 100_000_000_000
REASONS = (
    ("ALERT", _("An alert is being looked at")),
    ("CLEARED", _("What was in doubt is cleared up")),
    ("INCOME", _("Proof of another income")),
    ("RISK", _("More risk than the limit bears")),
    ("WISH", _("The borrower wishes it")),
)
TURNS = {"freeze": limits.freeze, "unfreeze": limits.unfreeze, "close": limits.close}


class TurnForm(forms.Form):
    """Why a line is frozen, used again or closed."""

    reason = forms.ChoiceField(label=_("Why"), choices=REASONS)


class LimitForm(TurnForm):
    """Another limit, which a colleague approves."""

    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    limit = FenField(
        label=_("Limit in yuan"),
        least_fen=0,
        most_fen=MOST_FEN,
        help_text=_("For all loans of this person together"),
    )


@admin.register(CreditLine)
class CreditLineAdmin(ReadOnlyAdmin):
    """Lines with what is taken of them; one line with every step."""

    list_display = ("number", "person", "stand", "limit", "reserved", "held", "tier", "review_on")
    list_filter = ("state", "tier")
    search_fields = ("borrower__public_id",)
    search_help_text = _("The public number of a borrower")
    ordering = ("-pk",)
    fields = ("person", "stand", "limit", "drawn", "reserved", "held", "free", "tier", "price",
              "review_on", "opened_at")  # fmt: skip
    change_form_template = "admin/lending/line.html"

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Cover the people of the page together."""
        changelist: ChangeList = super().get_changelist_instance(request)
        cover(changelist.result_list)
        return changelist

    @admin.display(description=_("Number"), ordering="pk")
    def number(self, row: CreditLine) -> int:
        return int(row.pk)

    @admin.display(description=_("Person"))
    def person(self, row: CreditLine) -> str:
        return person_link(row)

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: CreditLine) -> str:
        return chip(row.get_state_display(), code=row.state, looks=LOOKS)

    @admin.display(description=_("Limit"), ordering="limit_fen")
    def limit(self, row: CreditLine) -> str:
        return amount(row.limit_fen)

    @admin.display(description=_("Owed"))
    def drawn(self, row: CreditLine) -> str:
        return amount(queries.drawn_fen(row))

    @admin.display(description=_("Reserved for a payout"), ordering="reserved_fen")
    def reserved(self, row: CreditLine) -> str:
        return amount(row.reserved_fen)

    @admin.display(description=_("Held for an offer"), ordering="held_fen")
    def held(self, row: CreditLine) -> str:
        return amount(row.held_fen)

    @admin.display(description=_("Free"))
    def free(self, row: CreditLine) -> str:
        standing = queries.standing_of(row.borrower_id)
        return amount(standing.free_fen if standing else None)

    @admin.display(description=_("Price band"))
    def price(self, row: CreditLine) -> str:
        return f"{rate(row.floor_rate_ppm)} – {rate(row.annual_rate_ppm)}"

    def get_urls(self) -> list[URLPattern]:
        """The steps of staff beside the usual pages."""
        wrap = self.admin_site.admin_view
        own = [
            path(
                "<int:object_id>/turn/<slug:step>/",
                wrap(self.turn),
                name="lending_creditline_turn",
            ),
            path("<int:object_id>/ask/", wrap(self.ask_for_limit), name="lending_creditline_ask"),
            path(
                "proposals/<int:proposal_id>/decide/",
                wrap(self.decide_limit),
                name="lending_creditline_decide",
            ),
        ]
        return [*own, *super().get_urls()]

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The line with its steps, what was asked for, and what this person may do."""
        return _shown(request, row)

    def turn(self, request: HttpRequest, object_id: int, step: str) -> HttpResponseRedirect:
        """Freeze, use again, or close (POST only)."""
        by = pressed(request, MAY_FREEZE)
        if step not in TURNS or not CreditLine.objects.filter(pk=object_id).exists():
            raise Http404
        form = TurnForm(request.POST)
        if not form.is_valid():
            return _said(request, form, object_id)
        with telling(request, done=_("Done. What was lent stays lent.")):
            TURNS[step](line_id=object_id, reason=form.cleaned_data["reason"], by=by)
        return _back(object_id)

    def ask_for_limit(self, request: HttpRequest, object_id: int) -> HttpResponseRedirect:
        """Ask for another limit (POST only); a colleague decides."""
        by = pressed(request, MAY_ASK)
        if not CreditLine.objects.filter(pk=object_id).exists():
            raise Http404
        form = LimitForm(request.POST)
        if not form.is_valid():
            return _said(request, form, object_id)
        given = form.cleaned_data
        with telling(request, done=_("Asked for. A colleague has to approve it.")):
            limits.propose(
                line_id=object_id,
                limit_fen=given["limit"],
                reason=given["reason"],
                request_key=given["request_key"],
                by=by,
            )
        return _back(object_id)

    def decide_limit(self, request: HttpRequest, proposal_id: int) -> HttpResponseRedirect:
        """Approve or turn down what a colleague asked for (POST only)."""
        by = pressed(request, MAY_DECIDE)
        asked = LineProposal.objects.filter(pk=proposal_id).first()
        if asked is None:
            raise Http404
        verb = limits.approve if "approve" in request.POST else limits.turn_down
        with telling(request, done=_("Decided.")):
            verb(proposal_id=proposal_id, by=by)
        return _back(asked.line_id)


def _shown(request: HttpRequest, row: CreditLine) -> dict[str, Any]:
    proposals: list[Any] = list(row.proposals.order_by("-pk"))
    may_decide = request.user.has_perm(MAY_DECIDE)
    for each in proposals:
        is_open = each.state == ProposalState.PROPOSED and each.author_id != request.user.pk
        each.may_decide = is_open and may_decide
        each.why = dict(REASONS).get(each.reason, each.reason)
    may_ask = request.user.has_perm(MAY_ASK) and row.state != LineState.CLOSED
    return {
        "line": row,
        "steps": queries.movements(row.pk).select_related("application"),
        "proposals": proposals,
        "turns": _turns(row) if request.user.has_perm(MAY_FREEZE) else [],
        "turn_form": TurnForm(),
        "limit_form": LimitForm(initial={"request_key": public_ids.new()}) if may_ask else None,
    }


def _turns(row: CreditLine) -> list[tuple[str, Any]]:
    """What may follow where the line stands."""
    if row.state == LineState.ACTIVE:
        return [("freeze", _("Freeze"))]
    if row.state == LineState.FROZEN:
        return [("unfreeze", _("Let it be used again")), ("close", _("Close for good"))]
    return []


def _said(request: HttpRequest, form: forms.Form, object_id: int) -> HttpResponseRedirect:
    for errors in form.errors.values():
        messages.error(request, " ".join(str(each) for each in errors))
    return _back(object_id)


def _back(object_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:lending_creditline_change", args=[object_id]))
