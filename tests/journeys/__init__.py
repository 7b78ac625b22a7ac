"""Whole lives of borrowers, from outside."""
