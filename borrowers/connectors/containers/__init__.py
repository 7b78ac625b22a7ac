"""Containers: from a stranger's bytes to rows of cells, words on pages, or a plain text."""
