"""Applications, offers, and the cost that was shown."""
