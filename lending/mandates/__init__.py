"""Leave to debit: what a borrower allowed to be collected by itself, and every try of it."""
