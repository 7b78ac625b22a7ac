"""Double entry, append-only, balanced by the database."""
