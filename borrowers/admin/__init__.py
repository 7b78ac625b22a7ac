"""Staff pages of borrowers: people are covered, rows are looked at and not changed."""

from borrowers.admin import (
    behaviour,
    consent,
    merchants,
    messages,
    partners,
    people,
    queues,
    uploads,
)

__all__ = [
    "behaviour", "consent", "merchants", "messages", "partners", "people", "queues", "uploads",
]  # fmt: skip
