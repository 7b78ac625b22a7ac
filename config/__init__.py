"""Wiring: settings, urls, workers, the supervisor. No business here."""
