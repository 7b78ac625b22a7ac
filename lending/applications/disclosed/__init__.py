"""What must be told before a signature: the table of all costs, and the notice of risks."""
