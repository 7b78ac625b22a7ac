"""Uploads for staff: what came of each file, and how well each layout of files is read."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from borrowers.behaviour.words import source_title
from borrowers.uploads import queries
from borrowers.uploads.contracts import LayoutFacts
from borrowers.uploads.models import Upload, UploadState
from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.charts.bars import Caption
from common.charts.level import Level, level_bars
from common.web.spoken import spoken

LOOKS = {"READ": "success", "READING": "info", "REFUSED": "warning"}
LAYOUTS_DRAWN = 12


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """Every file that was given: read, refused with its reason, or on its way."""

    list_display = ("public_id", "borrower", "shown_state", "reason", "received_at", "ended_at")
    list_filter = ("state", "refusal")
    search_fields = ("public_id", "borrower__public_id")
    ordering = ("-pk",)
    fields = (
        "public_id",
        "borrower",
        "shown_state",
        "reason",
        "refusal",
        "refusal_facts",
        "batch",
        "received_at",
        "ended_at",
    )
    list_before_template = "admin/borrowers/upload/to_layouts.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Upload]:
        """With the borrower's public number and the bill, and nothing sealed."""
        rows: QuerySet[Upload] = super().get_queryset(request)
        sealed = [f"borrower__{name}" for name in ("name", "id_number", "birth_date")]
        return rows.select_related("borrower", "batch").defer(*sealed)

    @admin.display(description=_("State"), ordering="state")
    def shown_state(self, row: Upload) -> str:
        return chip(UploadState(row.state).label, code=row.state, looks=LOOKS)

    @admin.display(description=_("Reason"))
    def reason(self, row: Upload) -> str:
        if not row.refusal:
            return "—"
        said = gettext(queries.sentence(row.refusal))
        return said % row.refusal_facts if row.refusal_facts else said

    def get_urls(self) -> list[URLPattern]:
        """The figures of all layouts beside the usual pages."""
        layouts = path(
            "layouts/", self.admin_site.admin_view(self.layouts), name="borrowers_upload_layouts"
        )
        return [layouts, *super().get_urls()]

    def layouts(self, request: HttpRequest) -> HttpResponse:
        """How often each layout comes, how much of it is understood, and what is refused."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = queries.layouts()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("How files are read"),
            "layouts": [(spoken(source_title(each.source)), each) for each in found],
            "refusals": [
                (gettext(queries.sentence(each.code)), each) for each in queries.refusals()
            ],
            "chart": _drawn(found),
        }
        return TemplateResponse(request, "admin/borrowers/upload/layouts.html", context)


def _drawn(found: tuple[LayoutFacts, ...]) -> str:
    levels = [
        Level(label=each.dialect, size=each.bills, said=str(each.bills))
        for each in found[:LAYOUTS_DRAWN]
    ]
    caption = Caption(
        name="layouts",
        title=gettext("Bills by layout"),
        description=gettext("The table below holds every figure."),
    )
    return level_bars(levels, caption=caption)
