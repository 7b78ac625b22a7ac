"""Looking back on decisions: replaying them, and holding models against one another."""
