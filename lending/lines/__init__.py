"""Credit lines: how much one person may owe at once, and what has been taken of it."""
