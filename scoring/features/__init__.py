"""Features: what a person's events say, as numbers, up to one point in time and no further."""
