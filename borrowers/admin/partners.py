"""Partners for staff: registering one, making and revoking its keys. A secret is shown once."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from borrowers.deliveries.models import Delivery
from borrowers.partners import actions
from borrowers.partners.contracts import NewKey
from borrowers.partners.models import Partner, PartnerKey
from common.actors import Actor
from common.admin.bases import ReadOnlyAdmin
from common.admin.pressed import acting, pressed, telling
from common.errors import Refused
from common.web.refusals import in_words

MAY_MANAGE = "borrowers.manage_partner"


class PartnerForm(forms.Form):
    """A new partner: its code for machines, its name for people."""

    code = forms.CharField(label=_("Code"), max_length=20, help_text=_("Such as MALL_7"))
    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("What people read when they are asked")
    )


@admin.register(Partner)
class PartnerAdmin(ReadOnlyAdmin):
    """Who may send records, and with which keys."""

    list_display = ("code", "name", "is_open", "registered_at")
    list_filter = ("is_open",)
    search_fields = ("code", "name")
    ordering = ("name",)
    fields = ("public_id", "code", "name", "is_open", "registered_at")
    change_list_template = "admin/borrowers/partner/change_list.html"

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The partner with its keys, of which only the public numbers can be seen."""
        keys = PartnerKey.objects.filter(partner=row).defer("secret").order_by("-pk")
        return {"keys": keys, "may_manage": request.user.has_perm(MAY_MANAGE)}

    def get_urls(self) -> list[URLPattern]:
        """The verbs beside the usual pages."""
        guarded = self.admin_site.admin_view
        return [
            path("register/", guarded(self.register), name="borrowers_partner_register"),
            path("<int:partner_id>/key/", guarded(self.key), name="borrowers_partner_key"),
            path("<int:partner_id>/close/", guarded(self.close), name="borrowers_partner_close"),
            path(
                "<int:partner_id>/revoke/<slug:key>/",
                guarded(self.revoke),
                name="borrowers_partner_revoke",
            ),
            *super().get_urls(),
        ]

    def register(self, request: HttpRequest) -> HttpResponse:
        """A new partner."""
        if not request.user.has_perm(MAY_MANAGE):
            raise PermissionDenied
        form = PartnerForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                number = actions.register(**form.cleaned_data, by=acting(request))
                return redirect("admin:borrowers_partner_change", number)
            except Refused as refusal:
                form.add_error("code", in_words(refusal))
        return self._page(request, form=form)

    @method_decorator(sensitive_variables())
    def key(self, request: HttpRequest, partner_id: int) -> HttpResponse:
        """A new key, shown on this one page."""
        made: list[NewKey] = []
        back = self._press(
            request,
            partner_id,
            lambda by: made.append(actions.make_key(partner_id=partner_id, by=by)),
        )
        return self._page(request, made=made[0], partner_id=partner_id) if made else back

    def close(self, request: HttpRequest, partner_id: int) -> HttpResponse:
        """Take nothing more from the partner."""
        return self._press(
            request, partner_id, lambda by: actions.close(partner_id=partner_id, by=by)
        )

    def revoke(self, request: HttpRequest, partner_id: int, key: str) -> HttpResponse:
        """End one key."""
        return self._press(request, partner_id, lambda by: actions.revoke_key(public_id=key, by=by))

    def _press(
        self, request: HttpRequest, partner_id: int, act: Callable[[Actor], object]
    ) -> HttpResponse:
        by = pressed(request, MAY_MANAGE)
        with telling(request, done=gettext("Done.")):
            act(by)
        return redirect("admin:borrowers_partner_change", partner_id)

    def _page(self, request: HttpRequest, **shown: object) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **shown}
        context["title"] = gettext("Partners")
        page = TemplateResponse(request, "admin/borrowers/partner/page.html", context)
        add_never_cache_headers(page)
        return page


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """What partners sent, in counts; the events themselves stand under their people's bills."""

    list_display = ("public_id", "partner", "events", "accepted", "received_at")
    list_filter = ("partner",)
    search_fields = ("public_id",)
    ordering = ("-pk",)
    list_select_related = ("partner",)
    fields = ("public_id", "partner", "events", "accepted", "received_at")

    @admin.display(description=_("Events"))
    def events(self, row: Delivery) -> int:
        return len(row.outcomes)

    @admin.display(description=_("Accepted"))
    def accepted(self, row: Delivery) -> int:
        return row.outcomes.count("A")
