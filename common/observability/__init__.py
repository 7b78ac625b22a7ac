"""Seeing what runs: JSON logs by allow-list, request ids, health."""
