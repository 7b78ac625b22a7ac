"""Model cards: what a version is, what it learned from, how good it was, and what it is not for."""
