"""Staff pages of scoring: what was decided, by which model and policy. Nothing is changed here."""

from scoring.admin import decisions, linked, oversight, policy, registry

__all__ = ["decisions", "linked", "oversight", "policy", "registry"]
