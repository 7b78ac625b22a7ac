"""Consents: what a person allowed, in which words, and until when."""
