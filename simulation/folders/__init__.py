"""Folders of files: what an invented person shares, and the truth beside it."""
