"""Products and merchants for staff: versions, the worst path, and the buttons of two people."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common import clock
from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.admin.pressed import acting
from common.errors import Refused
from common.web.refusals import in_words
from lending.admin import publishing as pages
from lending.admin.figures import amount, rate
from lending.products import publishing
from lending.products.merchants import approval
from lending.products.models import LoanProduct, Merchant, Scene

LOOKS = {"DRAFT": "info", "PUBLISHED": "success", "RETIRED": "default"}
PRODUCT_PAGE = "admin:lending_loanproduct_change"
MERCHANT_PAGE = "admin:lending_merchant_change"
MAY_ENTER = "lending.propose_merchant"
MAY_APPROVE = "lending.approve_merchant"


@admin.register(LoanProduct)
class LoanProductAdmin(ReadOnlyAdmin):
    """What can be borrowed, version by version."""

    list_display = ("code", "version", "stand", "name_zh", "scene", "least", "most", "floor",
                    "highest", "in_use")  # fmt: skip
    list_filter = ("state", "scene", "is_open")
    ordering = ("code", "-version")
    fields = ("code", "version", "stand", "in_use", "opened_at")

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The terms beside those before, the worst path, and who decided."""
        return pages.shown(request, row)

    def get_urls(self) -> list[URLPattern]:
        """Writing, proposing, deciding and closing beside the usual pages."""
        views = {
            "draft": self.draft,
            "propose": self.propose,
            "approve": self.approve,
            "turn_down": self.turn_down,
            "close": self.close,
        }
        own = [
            path(
                f"<int:row_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"lending_loanproduct_{name}",
            )
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def draft(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """A new version that starts from this one."""
        context = self.admin_site.each_context(request) | {"opts": self.opts}
        return pages.draft(request, context, self.get_object(request, str(row_id)))

    def propose(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Ask another person to put it in force."""
        on = clock.shanghai_today()
        return pages.press(
            request,
            PRODUCT_PAGE,
            row_id,
            pages.MAY_PROPOSE,
            lambda by: publishing.propose(product_id=row_id, on=on, by=by),
        )

    def approve(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Put what somebody else proposed in force."""
        on, number = clock.shanghai_today(), pages.open_proposal_id(row_id)
        return pages.press(
            request,
            PRODUCT_PAGE,
            row_id,
            pages.MAY_APPROVE,
            lambda by: publishing.approve(proposal_id=number, on=on, by=by),
        )

    def turn_down(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Leave what somebody else proposed."""
        number = pages.open_proposal_id(row_id)
        return pages.press(
            request,
            PRODUCT_PAGE,
            row_id,
            pages.MAY_APPROVE,
            lambda by: publishing.turn_down(proposal_id=number, by=by),
        )

    def close(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Take no new applications."""
        return pages.press(
            request,
            PRODUCT_PAGE,
            row_id,
            pages.MAY_PROPOSE,
            lambda by: publishing.close(product_id=row_id, by=by),
        )

    @admin.display(description=_("In use"), ordering="is_open", boolean=True)
    def in_use(self, row: LoanProduct) -> bool:
        return row.is_open

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: LoanProduct) -> str:
        return chip(row.get_state_display(), code=row.state, looks=LOOKS)

    @admin.display(description=_("Smallest amount"), ordering="minimum_fen")
    def least(self, row: LoanProduct) -> str:
        return amount(row.minimum_fen)

    @admin.display(description=_("Largest amount"), ordering="maximum_fen")
    def most(self, row: LoanProduct) -> str:
        return amount(row.maximum_fen)

    @admin.display(description=_("Lowest rate"), ordering="floor_rate_ppm")
    def floor(self, row: LoanProduct) -> str:
        return rate(row.floor_rate_ppm)

    @admin.display(description=_("Highest rate"), ordering="highest_rate_ppm")
    def highest(self, row: LoanProduct) -> str:
        return rate(row.highest_rate_ppm)


class MerchantForm(forms.Form):
    """One to be paid. The account is never changed afterwards."""

    code = forms.SlugField(label=_("Code"), max_length=20)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=60)
    name_en = forms.CharField(label=_("Name in English"), max_length=60)
    scene = forms.ChoiceField(label=_("Scene"), choices=Scene.choices)
    account = forms.CharField(label=_("Account"), max_length=64)


@admin.register(Merchant)
class MerchantAdmin(ReadOnlyAdmin):
    """Whom we pay directly: entered by one person, approved by another."""

    list_display = ("code", "name_zh", "scene", "account", "in_use")
    list_filter = ("scene", "is_open")
    ordering = ("code",)
    fields = ("code", "name_zh", "name_en", "scene", "account", "in_use")

    @admin.display(description=_("In use"), ordering="is_open", boolean=True)
    def in_use(self, row: Merchant) -> bool:
        return row.is_open

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What may be pressed on it."""
        user = request.user
        is_own = row.author_id == user.pk
        return {
            "may_enter": user.has_perm(MAY_ENTER),
            "may_approve": not row.is_open and not is_own and user.has_perm(MAY_APPROVE),
            "may_close": row.is_open and user.has_perm(MAY_ENTER),
            "waits_for_another": not row.is_open and is_own,
        }

    def get_urls(self) -> list[URLPattern]:
        """Entering, approving and closing beside the usual pages."""
        views = {"approve": self.approve, "close": self.close}
        own = [
            path(
                f"<int:row_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"lending_merchant_{name}",
            )
            for name, view in views.items()
        ]
        enter = path(
            "enter/", self.admin_site.admin_view(self.enter), name="lending_merchant_enter"
        )
        return [enter, *own, *super().get_urls()]

    def enter(self, request: HttpRequest) -> HttpResponse:
        """Write a merchant down for another person to approve."""
        if not request.user.has_perm(MAY_ENTER):
            raise PermissionDenied
        form = MerchantForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            by = acting(request)
            try:
                row = approval.enter(**form.cleaned_data, by=by)
            except Refused as refusal:
                form.add_error(None, in_words(refusal))
            else:
                messages.success(request, gettext("Entered. Another person has to approve it."))
                return redirect(MERCHANT_PAGE, row.pk)
        context = self.admin_site.each_context(request) | {"opts": self.opts, "form": form}
        page = {**context, "title": gettext("New school or shop")}
        return TemplateResponse(request, "admin/lending/loanproduct/draft.html", page)

    def approve(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Open what somebody else entered."""
        return pages.press(
            request,
            MERCHANT_PAGE,
            row_id,
            MAY_APPROVE,
            lambda by: approval.approve(merchant_id=row_id, by=by),
        )

    def close(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Pay it nothing more."""
        return pages.press(
            request,
            MERCHANT_PAGE,
            row_id,
            MAY_ENTER,
            lambda by: approval.close(merchant_id=row_id, by=by),
        )
