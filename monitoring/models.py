"""Every table of this app."""

from monitoring.alerts.models import Alert

__all__ = ["Alert"]
