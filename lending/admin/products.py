"""Products and merchants for staff."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from common.admin.bases import ReadOnlyAdmin
from lending.admin.figures import amount, rate
from lending.products.models import LoanProduct, Merchant


@admin.register(LoanProduct)
class LoanProductAdmin(ReadOnlyAdmin):
    """What can be borrowed. A product that was lent under is followed by another, not changed."""

    list_display = (
        "code",
        "name_zh",
        "scene",
        "least",
        "most",
        "floor",
        "pays_merchant",
        "is_open",
    )
    list_filter = ("scene", "is_open")
    ordering = ("code",)
    fields = ("code", "name_zh", "name_en", "scene", "licence", "least", "most", "months", "floor",
              "grace_days", "pays_merchant", "needs_evidence", "is_open", "opened_at")  # fmt: skip

    @admin.display(description=_("Months to choose from"))
    def months(self, row: LoanProduct) -> str:
        return ", ".join(str(each) for each in row.terms_months)

    @admin.display(description=_("From"), ordering="minimum_fen")
    def least(self, row: LoanProduct) -> str:
        return amount(row.minimum_fen)

    @admin.display(description=_("To"), ordering="maximum_fen")
    def most(self, row: LoanProduct) -> str:
        return amount(row.maximum_fen)

    @admin.display(description=_("Lowest rate"), ordering="floor_rate_ppm")
    def floor(self, row: LoanProduct) -> str:
        return rate(row.floor_rate_ppm)


@admin.register(Merchant)
class MerchantAdmin(ReadOnlyAdmin):
    """Whom we pay directly."""

    list_display = ("code", "name_zh", "scene", "account", "is_open")
    list_filter = ("scene", "is_open")
    ordering = ("code",)
