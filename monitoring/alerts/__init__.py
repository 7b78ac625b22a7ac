"""Alerts: what staff must look at, and what became of it."""
