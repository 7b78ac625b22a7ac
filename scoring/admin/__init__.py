"""Staff pages of scoring: what was decided, by which model and policy. Nothing is changed here."""

from scoring.admin import decisions, oversight, policy, registry
from scoring.admin.links import page

__all__ = ["decisions", "oversight", "page", "policy", "registry"]
