"""What lenders agree on before they count: rounding, days of a year, due dates, holidays."""
