"""Who owns a loan, and what each owner gets of it; the borrower's loan knows nothing of either."""
