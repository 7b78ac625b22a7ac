"""What is printed and sealed for a loan, and kept by its hash."""
