"""Staff pages of scoring: what was decided, by which model and policy. Nothing is changed here."""

from scoring.admin import decisions, policy, registry

__all__ = ["decisions", "policy", "registry"]
