"""What was bought with points, put to use: a lower rate for one loan, a late fee waived."""
