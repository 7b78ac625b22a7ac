"""Taking repayments, once each."""
