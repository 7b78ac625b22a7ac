"""Who hands files in: their names and cards, and what they share."""
