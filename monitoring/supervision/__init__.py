"""Supervision: what the house found when it checked itself."""
