"""How large a file may be, and how much may come out of it."""

from borrowers.connectors import refusals

MEGABYTES = 20
ROWS = 100_000
# A preamble, notes and a footer stand around the rows.
LINES = ROWS + 1_000
COLUMNS = 40
# Texts that are kept once for all cells: a bill of a hundred thousand rows has few names.
TEXTS_KEPT = 20_000
LARGEST_FILE = MEGABYTES * 1024 * 1024


def too_large() -> refusals.TooLarge:
    """The refusal of what is larger, with its numbers."""
    return refusals.TooLarge(megabytes=MEGABYTES, rows=ROWS)
