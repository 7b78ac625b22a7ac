"""Purses and what is decided about them."""
