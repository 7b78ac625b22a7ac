"""Bank statements, one file per bank: the dialects of its accounts and cards, as data."""
