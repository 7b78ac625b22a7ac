"""The sandbox bank: a small HTTP service that pays, collects, calls back and misbehaves."""
