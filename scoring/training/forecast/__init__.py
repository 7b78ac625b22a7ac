"""Learning how past months foretell the next ones."""
