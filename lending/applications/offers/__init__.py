"""Offers: what is written, and the choices that one decision leaves."""
