"""Connectors: each reads one kind of record, all have the same face."""
