"""Whole-house tests: journeys, architecture, chaos, browser."""
