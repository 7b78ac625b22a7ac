"""Contracts, loans, instalments and their transactions."""
