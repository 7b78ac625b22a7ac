"""Who may be paid, and for which order."""
