"""Staff pages of monitoring: what was found about loans, and what became of it."""

from monitoring.admin import alerts, checks

__all__ = ["alerts", "checks"]
