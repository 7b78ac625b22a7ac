"""The bank's statement, day by day: matched line by line, and what does not fit worked off."""
