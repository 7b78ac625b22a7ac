"""Policy: decision tables that turn a score into tier, limit and price."""
