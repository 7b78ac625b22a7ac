"""Drafts of applications, kept page by page."""
