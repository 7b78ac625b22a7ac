"""The staff site: sign-in with password and code, rooms as sections."""

from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME, views
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from config.staff import account


class StaffSite(UnfoldAdminSite):  # type: ignore[misc]  # unfold is untyped
    """Django's admin with one way in: the platform's own sign-in, which asks for a code."""

    index_title = _("Workbench")

    def login(
        self, request: HttpRequest, _extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead strangers to the page that asks for a password; borrowers have no business here."""
        if request.user.is_authenticated:
            raise PermissionDenied
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "") or reverse("admin:index")
        return views.redirect_to_login(wanted, login_url=reverse("account_login"))

    def logout(
        self, request: HttpRequest, _extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Out, by POST only, and back to the page that asks for a password."""
        return views.LogoutView.as_view(next_page="account_login")(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every staff page shows: unfold's own, and who is at the desk."""
        context: dict[str, Any] = super().each_context(request)
        return context | ({"who": account.who(request)} if context["has_permission"] else {})
