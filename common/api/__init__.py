"""What every API door needs: problems, sessions, pages, idempotency."""
