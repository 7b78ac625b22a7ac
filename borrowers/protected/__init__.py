"""Protected attributes, for the fairness test and nothing else: sealed, by consent, out in sums."""
