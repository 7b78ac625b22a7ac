"""Wiring as a Django app: management commands, and the staff site as Django's default admin."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class WiringConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        """Make our Celery application the current one: the web server nudges workers through it."""
        from config import celery  # noqa: F401, PLC0415 (it becomes current by being made)


class StaffSiteConfig(AdminConfig):
    default_site = "config.admin.StaffSite"
