"""Staff pages of lending: the queue of referred applications, loans, books, products."""

from lending.admin import applications, closing, ledger, loans, products, rewards

__all__ = ["applications", "closing", "ledger", "loans", "products", "rewards"]
