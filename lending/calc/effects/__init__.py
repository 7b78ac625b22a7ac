"""What each kind of transaction does to a loan: one pure step of the fold each."""
