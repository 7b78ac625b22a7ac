"""What each column holds and how long it may stay: every column of ours is in the registry."""
