"""Loan products by scene, and the merchants that may be paid."""
