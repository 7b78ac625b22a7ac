"""What will be left of a person's money in the next three months, and how far that may be off."""
