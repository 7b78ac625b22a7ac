"""Idempotency keys of the API: the same key is the same request and gets the same answer."""
