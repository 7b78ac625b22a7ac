"""Decisions: assessments with their reasons, and reviews by people."""
