"""Assessments for staff: score, reasons and the policy's trace; no personal data."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.rates import percent
from common.templatetags.dates import moment
from common.templatetags.money import yuan
from scoring.decisions import queries, reviews
from scoring.decisions.models import Assessment
from scoring.policy.words import CODES

LOOKS = {"OFFERED": "success", "REFERRED": "warning", "DECLINED": "danger"}


@admin.register(Assessment)
class AssessmentAdmin(ReadOnlyAdmin):
    """What was decided, and why."""

    list_display = ("public_id", "result", "tier", "score", "limit", "rate", "decided_at")
    list_filter = ("outcome", "tier", "model_version__version", "policy_version__version")
    search_fields = ("public_id",)
    search_help_text = _("The public number of an assessment")
    date_hierarchy = "decided_at"
    ordering = ("-pk",)
    fields = (
        "public_id",
        "result",
        "proposed",
        "tier",
        "score",
        "probability",
        "limit",
        "rate",
        "affordable",
        "max_term_months",
        "model_version",
        "policy_version",
        "decided_at",
        "reviewed_at",
    )

    def get_queryset(self, _request: HttpRequest) -> QuerySet[Assessment]:
        """Without the weight of artefacts and tables."""
        return queries.with_last_word().select_related("vector", "review")

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The page with its explanation."""
        return _explained(row)

    @admin.display(description=_("Result"), ordering="outcome")
    def result(self, row: Assessment) -> str:
        """The last word: a person's where one has spoken or has to."""
        if (review := getattr(row, "review", None)) is not None:
            words = gettext("%(outcome)s by a person") % {"outcome": review.get_outcome_display()}
            return chip(words, code=review.outcome, looks=LOOKS)
        if not getattr(row, "is_automatic", True):
            return chip(gettext("A person decides"), code="REFERRED", looks=LOOKS)
        return chip(row.get_outcome_display(), code=row.outcome, looks=LOOKS)

    @admin.display(description=_("Proposed by the machine"))
    def proposed(self, row: Assessment) -> str:
        return chip(row.get_outcome_display(), code=row.outcome, looks=LOOKS)

    @admin.display(description=_("When a person decided"))
    def reviewed_at(self, row: Assessment) -> str:
        review = getattr(row, "review", None)
        return moment(review.reviewed_at) if review is not None else "–"

    @admin.display(description=_("Limit"), ordering="limit_fen")
    def limit(self, row: Assessment) -> str:
        return yuan(row.limit_fen)

    @admin.display(description=_("Annual rate"), ordering="annual_rate_ppm")
    def rate(self, row: Assessment) -> str:
        return f"{percent(row.annual_rate_ppm):.2f}%"

    @admin.display(description=_("Probability of default"))
    def probability(self, row: Assessment) -> str:
        return f"{percent(row.pd_ppm):.2f}%"

    @admin.display(description=_("Bearable instalment"))
    def affordable(self, row: Assessment) -> str:
        return yuan(row.affordable_instalment_fen)


def _explained(row: Assessment) -> dict[str, Any]:
    found = queries.explanation_of(row)
    return {
        "explanation": found,
        "groups": queries.figures_of(row),
        "review_words": reviews.words(found.review.reason_code) if found.review else "",
        "review_outcome": CODES[found.review.outcome] if found.review else "",
        "policy": queries.ruling_of(row),
        "commitment": row.vector.commitment,
    }
