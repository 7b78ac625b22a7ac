"""What became of loans, handed down from above, and the tables that models learn from."""
