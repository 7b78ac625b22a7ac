"""Benchmarks: ratios measured in one run, written to results.json."""

FLOOR = "/bench/floor"
