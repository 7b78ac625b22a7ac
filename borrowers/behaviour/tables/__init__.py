"""The event tables, which exist in plain SQL only: their rows, and the statements on them."""
