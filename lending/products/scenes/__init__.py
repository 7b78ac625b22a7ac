"""What each scene asks, shows and refuses: one file a scene, rules as data."""
