"""Staff pages of lending: the queue of referred applications, loans, books, products."""

from lending.admin import (
    applications,
    breaks,
    closing,
    ledger,
    lines,
    loans,
    mandates,
    papers,
    parked,
    payees,
    products,
    rewards,
)

__all__ = [
    "applications",
    "breaks",
    "closing",
    "ledger",
    "lines",
    "loans",
    "mandates",
    "papers",
    "parked",
    "payees",
    "products",
    "rewards",
]
