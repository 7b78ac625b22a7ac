"""Promises and money: products, applications, loans, ledger, repayments."""
