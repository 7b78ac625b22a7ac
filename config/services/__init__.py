"""The embedded PostgreSQL and Redis: found, started and stopped without Django."""
