"""What a feature says of the outcome: bins, curves, and what each of them counts."""
