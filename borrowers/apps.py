"""The home of personal data as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BorrowersConfig(AppConfig):
    name = "borrowers"
    verbose_name = _("Borrowers")
    default_auto_field = "django.db.models.BigAutoField"
