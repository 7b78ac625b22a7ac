"""The watch on models: every kept figure, a page for each kind, and alarms that somebody saw."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from common import clock
from common.admin.bases import ReadOnlyAdmin
from common.admin.pressed import acting, telling
from scoring.admin.watch_words import figure, level_chip, segment_title
from scoring.admin.watching import PAGES
from scoring.oversight import actions, queries, thresholds
from scoring.oversight.models import ModelAlarm, ModelWatch

TEMPLATE = "admin/scoring/modelwatch/page.html"
MAY_ACKNOWLEDGE = "scoring.acknowledge_modelalarm"


def may_see(request: HttpRequest, page: str) -> bool:
    """Each page has a right of its own, beside the one to look at figures at all."""
    user = request.user
    return user.has_perm("scoring.view_modelwatch") and user.has_perm(f"scoring.view_{page}")


def seen_measures(request: HttpRequest) -> list[str]:
    """The measures of the pages that somebody may see."""
    return [name for name, kind in thresholds.KINDS.items() if may_see(request, kind.page)]


@admin.register(ModelWatch)
class ModelWatchAdmin(ReadOnlyAdmin):
    """Every figure of every day, and a page for each kind of figure."""

    list_display = ("on_date", "model_version", "what", "of", "shown", "cases", "stand")
    list_filter = ("level", "measure")
    list_select_related = ("model_version",)
    change_list_template = "admin/scoring/modelwatch/change_list.html"
    fields = ("on_date", "model_version", "what", "of", "shown", "cases", "stand")

    def get_ordering(self, _request: HttpRequest) -> tuple[str, ...]:
        return ("-on_date", "measure", "segment")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelWatch]:
        """Only what belongs to a page that somebody may see."""
        rows: QuerySet[ModelWatch] = super().get_queryset(request)
        return rows.filter(measure__in=seen_measures(request)).defer("model_version__artefact")

    def get_urls(self) -> list[URLPattern]:
        """A page for each kind of figure, beside the usual ones."""
        own = [
            path(
                f"{page}/",
                self.admin_site.admin_view(require_safe(partial(self.page, page=page))),
                name=f"scoring_modelwatch_{page}",
            )
            for page in PAGES
        ]
        return [*own, *super().get_urls()]

    def page(self, request: HttpRequest, page: str) -> HttpResponse:
        """The figures of one version as charts with their tables."""
        if not may_see(request, page):
            raise PermissionDenied
        versions = queries.watched()
        wanted = request.GET.get("model", "")
        chosen = next(
            (row for row in versions if str(row.pk) == wanted), next(iter(versions), None)
        )
        title, sections_of = PAGES[page]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext(title),
            "page": page,
            "tabs": tabs(request, chosen.pk if chosen else None),
            "versions": versions,
            "chosen": chosen,
            "sections": list(sections_of(chosen.pk)) if chosen else [],
            "alarms": alarms_of(request, page),
            "may_acknowledge": request.user.has_perm(MAY_ACKNOWLEDGE),
            "is_demonstration": settings.DEMONSTRATION,
        }
        return TemplateResponse(request, TEMPLATE, context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The table of all figures, with the ways to the pages above it."""
        shown = {"tabs": tabs(request, None), **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, shown)
        return answer

    @admin.display(description=_("Measure"), ordering="measure")
    def what(self, row: ModelWatch) -> str:
        return gettext(thresholds.KINDS[row.measure].title)

    @admin.display(description=_("Of"), ordering="segment")
    def of(self, row: ModelWatch) -> str:
        return segment_title(row) or gettext("The whole model")

    @admin.display(description=_("Figure"), ordering="value_ppm")
    def shown(self, row: ModelWatch) -> str:
        return figure(row.value)

    @admin.display(description=_("Level"), ordering="level")
    def stand(self, row: ModelWatch) -> str:
        return level_chip(row)


@admin.register(ModelAlarm)
class ModelAlarmAdmin(ReadOnlyAdmin):
    """What somebody has to look at; one person saying so is enough."""

    list_display = ("raised_at", "version", "what", "of", "shown", "stand", "acknowledged_at")
    list_filter = (("acknowledged_at", admin.EmptyFieldListFilter),)
    fields = ("raised_at", "version", "what", "of", "shown", "stand", "acknowledged_at")

    def get_ordering(self, _request: HttpRequest) -> tuple[str, ...]:
        return ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelAlarm]:
        """Only what belongs to a page that somebody may see."""
        rows: QuerySet[ModelAlarm] = super().get_queryset(request)
        mine = rows.filter(watch__measure__in=seen_measures(request))
        return mine.select_related("watch__model_version").defer("watch__model_version__artefact")

    def get_urls(self) -> list[URLPattern]:
        """Saying that it was seen, beside the usual pages."""
        own = path(
            "<int:alarm_id>/acknowledge/",
            self.admin_site.admin_view(self.acknowledge),
            name="scoring_modelalarm_acknowledge",
        )
        return [own, *super().get_urls()]

    def acknowledge(self, request: HttpRequest, alarm_id: int) -> HttpResponse:
        """Somebody looked (POST only), and goes back to where it was pressed."""
        row = self.get_queryset(request).filter(pk=alarm_id).first()
        if request.method != "POST" or row is None or not request.user.has_perm(MAY_ACKNOWLEDGE):
            raise PermissionDenied
        by = acting(request)
        with telling(request, done=gettext("Noted: somebody has looked at it.")):
            actions.acknowledge(alarm_id=alarm_id, at=clock.now(), by=by)
        return redirect(page_of(row))

    @admin.display(description=_("Scorecard"))
    def version(self, row: ModelAlarm) -> str:
        return row.watch.model_version.version

    @admin.display(description=_("Measure"))
    def what(self, row: ModelAlarm) -> str:
        return gettext(thresholds.KINDS[row.watch.measure].title)

    @admin.display(description=_("Of"))
    def of(self, row: ModelAlarm) -> str:
        return segment_title(row.watch) or gettext("The whole model")

    @admin.display(description=_("Figure"))
    def shown(self, row: ModelAlarm) -> str:
        return figure(row.watch.value)

    @admin.display(description=_("Level"))
    def stand(self, row: ModelAlarm) -> str:
        return level_chip(row.watch)


def page_of(row: ModelAlarm) -> str:
    """The page on which an alarm's figure stands."""
    page = thresholds.KINDS[row.watch.measure].page
    url = reverse(f"admin:scoring_modelwatch_{page}")
    return f"{url}?model={row.watch.model_version_id}"


def tabs(request: HttpRequest, model_id: int | None) -> list[dict[str, str]]:
    """The pages that somebody may see, about the same version."""
    about = f"?model={model_id}" if model_id is not None else ""
    return [
        {
            "page": page,
            "title": gettext(title),
            "url": reverse(f"admin:scoring_modelwatch_{page}") + about,
        }
        for page, (title, _sections) in PAGES.items()
        if may_see(request, page)
    ]


def alarms_of(request: HttpRequest, page: str) -> list[dict[str, Any]]:
    """What nobody has looked at yet, of this page's figures."""
    measures = [name for name, kind in thresholds.KINDS.items() if kind.page == page]
    rows = queries.open_alarms().filter(watch__measure__in=measures)
    return [
        {
            "pk": row.pk,
            "version": row.watch.model_version.version,
            "day": row.watch.on_date,
            "what": gettext(thresholds.KINDS[row.watch.measure].title),
            "of": segment_title(row.watch),
            "figure": figure(row.watch.value),
            "level": level_chip(row.watch),
        }
        for row in rows
    ]
