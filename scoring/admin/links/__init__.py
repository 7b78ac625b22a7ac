"""Linked cases for staff: the page, its words, and the picture."""
