"""Wiring as a Django app: management commands, and the staff site as Django's default admin."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class WiringConfig(AppConfig):
    name = "config"


class StaffSiteConfig(AdminConfig):
    default_site = "config.admin.StaffSite"
