"""Points and discounts for staff."""

from django.contrib import admin

from common.admin.bases import ReadOnlyAdmin
from lending.rewards.models import Entitlement, PointsEntry


@admin.register(PointsEntry)
class PointsEntryAdmin(ReadOnlyAdmin):
    """Every movement of points."""

    list_display = ("entry_key", "kind", "points", "entered_at")
    list_filter = ("kind",)
    ordering = ("-pk",)


@admin.register(Entitlement)
class EntitlementAdmin(ReadOnlyAdmin):
    """Discounts that were bought, and the loan that each serves."""

    list_display = ("public_id", "benefit", "discount_ppm", "cost_points", "state", "expires_on")
    list_filter = ("state", "benefit")
    search_fields = ("public_id",)
    ordering = ("-pk",)
