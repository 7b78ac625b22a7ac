"""Paying out a signed loan, once."""
