"""The staff site: sign-in with password and code, rooms as sections."""

from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class StaffSite(UnfoldAdminSite):  # type: ignore[misc]  # unfold is untyped
    """Django's admin with one way in: the platform's own sign-in, which asks for a code."""

    site_header = _("Mingzhang staff")
    site_title = _("Mingzhang staff")
    index_title = _("Workbench")

    def login(
        self, request: HttpRequest, _extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead strangers to the page that asks for a password; borrowers have no business here."""
        if request.user.is_authenticated:
            raise PermissionDenied
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "") or reverse("admin:index")
        return redirect_to_login(wanted, login_url=reverse("account_login"))
