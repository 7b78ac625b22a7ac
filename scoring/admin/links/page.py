"""Linked cases for staff: the drawn graph, why a person should look, and what they can decide."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common import clock
from common.actors import Actor
from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.admin.pressed import pressed, telling
from common.errors import NotFound
from common.templatetags.money import yuan
from scoring.admin.links import pictures
from scoring.graph import actions, queries
from scoring.graph.models import CaseState, FraudState, LinkedCase

LOOKS = {"OPEN": "warning", "CLEARED": "success", "SUSPECTED": "info", "CONFIRMED": "danger"}
MAY_DECIDE, MAY_CONFIRM = "scoring.decide_linkedcase", "scoring.confirm_fraud"
CHANGED = "admin:scoring_linkedcase_change"


class EvidenceForm(forms.Form):
    """What was seen, in words; it is kept sealed."""

    evidence = forms.CharField(
        label=_("What shows fraud, and where it can be seen"),
        min_length=20,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


@admin.register(LinkedCase)
class LinkedCaseAdmin(ReadOnlyAdmin):
    """Which applications a person should look at because of links."""

    list_display = ("public_id", "stand", "run", "people", "money", "applied_at", "is_late")
    list_filter = ("state", "shape", "is_late")
    search_fields = ("public_id",)
    ordering = ("-pk",)
    fields = (
        "public_id",
        "stand",
        "applied_at",
        "opened_at",
        "run",
        "people",
        "transfers",
        "money",
        "first_at",
        "last_at",
        "marks_shared",
        "is_late",
    )

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The fields, the picture with its table, and the buttons."""
        return _shown(request, row)

    def get_urls(self) -> list[URLPattern]:
        """Deciding, beside the usual pages."""
        views = {
            "clear": self.clear,
            "propose": self.propose,
            "confirm": self.confirm,
            "turn_down": self.turn_down,
        }
        own = [
            path(
                f"<int:row_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"scoring_linkedcase_{name}",
            )
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def clear(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """There is nothing in it."""
        return _press(
            request,
            row_id,
            MAY_DECIDE,
            lambda by: actions.clear(case_id=row_id, by=by),
            gettext("The case is cleared. It says nothing against anybody."),
        )

    def propose(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Propose it as fraud, with what shows it."""
        if not request.user.has_perm(MAY_DECIDE):
            raise PermissionDenied
        form = EvidenceForm(request.POST)
        if request.method == "POST" and not form.is_valid():
            # Shown as to a look: the page's own form takes no post.
            request.method = "GET"
            return self.change_view(request, str(row_id), "", {"evidence_form": form})
        return _press(
            request,
            row_id,
            MAY_DECIDE,
            lambda by: actions.propose_fraud(
                case_id=row_id,
                evidence=form.cleaned_data["evidence"].encode(),
                media_type="text/plain",
                by=by,
            ),
            gettext("Proposed. Another person has to confirm it."),
        )

    def confirm(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Confirm what somebody else proposed."""
        return _press(
            request,
            row_id,
            MAY_CONFIRM,
            lambda by: actions.approve_fraud(claim_id=_claim(row_id), by=by),
            gettext("The fraud is confirmed."),
        )

    def turn_down(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """See no fraud in what somebody else proposed."""
        return _press(
            request,
            row_id,
            MAY_CONFIRM,
            lambda by: actions.turn_down_fraud(claim_id=_claim(row_id), by=by),
            gettext("Turned down. The case is open again."),
        )

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: LinkedCase) -> str:
        return chip(row.get_state_display(), code=row.state, looks=LOOKS)

    @admin.display(description=_("Shape"), ordering="shape")
    def run(self, row: LinkedCase) -> str:
        return gettext(pictures.SHAPES[row.shape])

    @admin.display(description=_("Money"), ordering="money_fen")
    def money(self, row: LinkedCase) -> str:
        return yuan(row.money_fen)


def _shown(request: HttpRequest, row: LinkedCase) -> dict[str, Any]:
    found = queries.around(row, until=clock.now())
    claim = queries.open_claim(row.borrower_id)
    waits = claim is not None and claim.state == FraudState.PROPOSED and claim.case_id == row.pk
    is_own = claim is not None and claim.author_id == request.user.pk
    user = request.user
    return {
        "drawn": found,
        "picture": pictures.picture(found),
        "legend": pictures.legend(),
        "dots_legend": pictures.dots_legend(),
        "people_table": pictures.people_table(found),
        "links_table": pictures.links_table(found),
        "why": pictures.why(row),
        "hazard": pictures.hazard_table(queries.hazard_of(row, until=clock.now())),
        "evidence_form": EvidenceForm(),
        "may_clear": row.state == CaseState.OPEN and user.has_perm(MAY_DECIDE),
        "may_propose": row.state in {CaseState.OPEN, CaseState.CLEARED}
        and user.has_perm(MAY_DECIDE)
        and claim is None,
        "may_confirm": waits and not is_own and user.has_perm(MAY_CONFIRM),
        "waits_for_another": waits and is_own,
    }


def _claim(row_id: int) -> int:
    """The claim that was on the page. Raises NotFound."""
    found = queries.claim_of_case(row_id)
    if found is None:
        raise NotFound
    return found.pk


def _press(
    request: HttpRequest, row_id: int, permission: str, verb: Callable[[Actor], object], done: str
) -> HttpResponse:
    by = pressed(request, permission)
    with telling(request, done=done):
        verb(by)
    return redirect(CHANGED, row_id)
