"""The card that was set by judgement: its points, and how they are read."""
