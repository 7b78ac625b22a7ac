"""Payees at gateways for staff: ask for another one, decide it, and stop it before it counts."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from common import clock
from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.admin.pressed import pressed, telling
from common.approvals.models import ProposalState
from lending.channels.models import ChannelCode
from lending.channels.payees import actions
from lending.channels.payees.models import PayeeChange

MAY_ASK = "lending.propose_payeechange"
MAY_DECIDE = "lending.approve_payeechange"
LOOKS = {"PROPOSED": "warning", "APPROVED": "success", "TURNED_DOWN": "default"}
REASONS = (
    ("OWNER_ASKED", _("The owner asked for it")),
    ("FIRST", _("There was none yet")),
    ("CLOSED", _("The old one is closed")),
)


class PayeeForm(forms.Form):
    """Whom an account shall be paid by."""

    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=[each for each in ChannelCode.choices if each[0] != ChannelCode.SANDBOX],
    )
    account = forms.CharField(
        label=_("Account"),
        max_length=64,
        help_text=_("person: and the public number of a borrower, or merchant: and its code"),
    )
    identity = forms.CharField(
        label=_("Identity at the gateway"), max_length=actions.LONGEST_IDENTITY
    )
    name = forms.CharField(label=_("Name"), max_length=actions.LONGEST_NAME, required=False)
    reason = forms.ChoiceField(label=_("Why"), choices=REASONS)


@admin.register(PayeeChange)
class PayeeChangeAdmin(ReadOnlyAdmin):
    """What was asked for. Identities are written once and shown to nobody in a list."""

    list_display = ("account", "channel", "stand", "why", "proposed_at", "counts_from",
                    "stopped_at")  # fmt: skip
    list_filter = ("state", "channel")
    search_fields = ("account",)
    search_help_text = _("The account")
    ordering = ("-pk",)
    fields = (*list_display, "decided_at")
    change_list_template = "admin/lending/payees.html"
    change_form_template = "admin/lending/payee.html"

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: PayeeChange) -> str:
        return chip(row.get_state_display(), code=row.state, looks=LOOKS)

    @admin.display(description=_("Why"))
    def why(self, row: PayeeChange) -> str:
        return str(dict(REASONS).get(row.reason, row.reason))

    def get_urls(self) -> list[URLPattern]:
        """Asking and deciding beside the usual pages."""
        wrap = self.admin_site.admin_view
        own = [
            path("ask/", wrap(self.ask), name="lending_payeechange_ask"),
            path("<int:change_id>/decide/", wrap(self.decide), name="lending_payeechange_decide"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the form to ask, for who may."""
        form = PayeeForm() if request.user.has_perm(MAY_ASK) else None
        shown = {**(extra_context or {}), "payee_form": form}
        answer: HttpResponse = super().changelist_view(request, shown)
        return answer

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """With what this person may do about it."""
        return _shown(request, row)

    def ask(self, request: HttpRequest) -> HttpResponseRedirect:
        """Ask for another payee (POST only); a colleague decides."""
        by = pressed(request, MAY_ASK)
        form = PayeeForm(request.POST)
        back = HttpResponseRedirect(reverse("admin:lending_payeechange_changelist"))
        if not form.is_valid():
            for errors in form.errors.values():
                messages.error(request, " ".join(str(each) for each in errors))
            return back
        with telling(request, done=_("Asked for. A colleague has to approve it.")):
            actions.propose(at=clock.now(), by=by, **form.cleaned_data)
        return back

    def decide(self, request: HttpRequest, change_id: int) -> HttpResponseRedirect:
        """Approve, turn down, or stop what was approved (POST only)."""
        by = pressed(request, MAY_DECIDE)
        with telling(request, done=_("Decided.")):
            if "approve" in request.POST:
                actions.approve(change_id=change_id, at=clock.now(), by=by)
            elif "stop" in request.POST:
                actions.stop(change_id=change_id, at=clock.now(), by=by)
            else:
                actions.turn_down(change_id=change_id, by=by)
        return HttpResponseRedirect(reverse("admin:lending_payeechange_change", args=[change_id]))


def _shown(request: HttpRequest, row: Any) -> dict[str, Any]:
    may_decide = request.user.has_perm(MAY_DECIDE)
    is_waiting = row.state == ProposalState.PROPOSED and row.author_id != request.user.pk
    row.may_decide = is_waiting and may_decide
    is_cooling = row.counts_from is not None and row.counts_from > clock.now()
    may_stop = may_decide and is_cooling and row.stopped_at is None
    # Whoever approves must see what; nobody else does.
    return {"wish": row, "may_stop": may_stop, "is_shown": row.may_decide}
