"""Forgiving what may not be asked, and what a borrower bought with points."""
