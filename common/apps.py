"""The toolbox as a Django app: its tables, checks and tasks."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "common"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks; nothing else happens at start."""
        from common import checks  # noqa: F401, PLC0415 (registration needs the loaded apps)
