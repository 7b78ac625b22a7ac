"""Staff pages of lending: the queue of referred applications, loans, books, products."""

from lending.admin import applications, ledger, loans, products, rewards

__all__ = ["applications", "ledger", "loans", "products", "rewards"]
