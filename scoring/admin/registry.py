"""Models for staff: what each is, how it lived, how it stands to the champion, its next step."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from scoring.admin import modelcards, modelsteps
from scoring.registry import actions
from scoring.registry.models import ModelVersion

LOOKS = {
    "DRAFT": "info",
    "SHADOW": "default",
    "CHALLENGER": "warning",
    "CHAMPION": "success",
    "RETIRED": "default",
}
KINDS = {
    "EXPERT": _("Expert card"),
    "WOE": _("Scorecard with bins"),
    "ADDITIVE": _("Additive boosting"),
    "BOOST": _("Boosted trees"),
    "BLEND": _("Blend of two models"),
}


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    """Which model decides, which ones look on, and what is in each."""

    change_list_template = "admin/scoring/modelversion/change_list.html"
    list_display = ("version", "stand", "share", "sort", "registered_at", "mark")
    list_filter = ("state", "kind")
    search_fields = ("version", "sha256")
    ordering = ("-pk",)
    fields = ("version", "stand", "share", "sort", "registered_at", "sha256", "data_sha256")

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The page with its life, the comparison with the champion, and its card."""
        return {**modelcards.shown(row), **modelsteps.shown(request, row)}

    def get_urls(self) -> list[URLPattern]:
        """Registering, moving on and the card as a file beside the usual pages."""
        views = {
            "propose": self.propose,
            "approve": self.approve,
            "turn_down": self.turn_down,
            "lower": self.lower,
            "roll_back": self.roll_back,
        }
        own = [
            path(
                f"<int:row_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"scoring_modelversion_{name}",
            )
            for name, view in views.items()
        ]
        register, card = (self.admin_site.admin_view(each) for each in (self.register, self.card))
        return [
            path("register/", register, name="scoring_modelversion_register"),
            path("<int:row_id>/card/<str:named>", card, name="scoring_modelversion_card"),
            *own,
            *super().get_urls(),
        ]

    def register(self, request: HttpRequest) -> HttpResponse:
        """A new version out of a file."""
        context = self.admin_site.each_context(request) | {"opts": self.opts}
        return modelsteps.register(request, context)

    def card(self, request: HttpRequest, row_id: int, named: str) -> HttpResponse:
        """The card as a file: `zh.html`, `en.md` …"""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        language, _dot, form = named.partition(".")
        row = self.get_object(request, str(row_id))
        if row is None or language not in modelcards.LANGUAGES or form not in modelcards.FORMATS:
            raise Http404
        return modelcards.file_of(row, form, language)

    def propose(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Ask another person for the next step."""
        return modelsteps.press(
            request,
            row_id,
            modelsteps.MAY_PROPOSE,
            lambda by: modelsteps.propose(request, row_id, by),
            gettext("Proposed. Another person has to approve it."),
        )

    def approve(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Do what somebody else proposed."""
        return modelsteps.press(
            request,
            row_id,
            modelsteps.MAY_APPROVE,
            lambda by: modelsteps.decide(row_id, actions.approve, by),
            gettext("Done: the model has taken its step."),
        )

    def turn_down(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Leave what somebody else proposed."""
        return modelsteps.press(
            request,
            row_id,
            modelsteps.MAY_APPROVE,
            lambda by: modelsteps.decide(row_id, actions.turn_down, by),
            gettext("The proposal was turned down."),
        )

    def lower(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Let fewer applicants meet a challenger."""
        return modelsteps.press(
            request,
            row_id,
            modelsteps.MAY_PROPOSE,
            lambda by: modelsteps.lower(request, row_id, by),
            gettext("Fewer applicants meet this model from now on."),
        )

    def roll_back(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Let the model before decide again."""
        return modelsteps.press(
            request,
            row_id,
            modelsteps.MAY_APPROVE,
            lambda by: actions.roll_back(by=by),
            gettext("The model before this one decides again."),
        )

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: ModelVersion) -> str:
        return chip(row.get_state_display(), code=row.state, looks=LOOKS)

    @admin.display(description=_("Kind"), ordering="kind")
    def sort(self, row: ModelVersion) -> str:
        return str(KINDS.get(row.kind, row.kind))

    @admin.display(description=_("Hash"))
    def mark(self, row: ModelVersion) -> str:
        return f"{row.sha256[:12]}…"

    @admin.display(description=_("Share of the applicants"), ordering="share_ppm")
    def share(self, row: ModelVersion) -> str:
        return f"{row.share_ppm / modelsteps.PERCENT:g}%" if row.share_ppm else "–"
