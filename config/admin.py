"""The staff site: sign-in with password and code, rooms as sections."""

from allauth.account.decorators import secure_admin_login
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class StaffSite(UnfoldAdminSite):  # type: ignore[misc]  # unfold is untyped
    """Django's admin with one way in: the platform's own sign-in, which asks for a code."""

    site_header = _("Mingzhang staff")
    site_title = _("Mingzhang staff")
    index_title = _("Workbench")


StaffSite.login = secure_admin_login(StaffSite.login)  # type: ignore[method-assign]  # allauth's documented way
