"""Every table of this app."""

from monitoring.alerts.models import Alert
from monitoring.supervision.models import CheckRun

__all__ = ["Alert", "CheckRun"]
