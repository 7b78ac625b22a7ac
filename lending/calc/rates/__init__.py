"""Yearly rates of money that was got and given back."""
