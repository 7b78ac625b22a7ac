"""Points and discounts for staff."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from lending.admin import words
from lending.admin.figures import rate
from lending.rewards.models import Entitlement, PointsEntry

LOOKS = {"ISSUED": "success", "RESERVED": "warning", "CONSUMED": "info"}


@admin.register(PointsEntry)
class PointsEntryAdmin(ReadOnlyAdmin):
    """Every movement of points."""

    list_display = ("entry_key", "sort", "points", "entered_at")
    list_filter = ("kind",)
    ordering = ("-pk",)
    fields = ("entry_key", "sort", "points", "entered_at")

    @admin.display(description=_("Kind"), ordering="kind")
    def sort(self, row: PointsEntry) -> str:
        return words.said(words.KINDS, row.kind)


@admin.register(Entitlement)
class EntitlementAdmin(ReadOnlyAdmin):
    """Discounts that were bought, and the loan that each serves."""

    list_display = ("public_id", "benefit", "lower", "cost_points", "stand", "expires_on")
    list_filter = ("state", "benefit")
    search_fields = ("public_id",)
    ordering = ("-pk",)
    fields = ("public_id", "benefit", "lower", "cost_points", "stand", "issued_at", "expires_on")

    @admin.display(description=_("Lower rate by"), ordering="discount_ppm")
    def lower(self, row: Entitlement) -> str:
        return rate(row.discount_ppm)

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: Entitlement) -> str:
        return chip(row.get_state_display(), code=row.state, looks=LOOKS)
