"""How a bank's statement is read, whichever bank: dialects, cells, rows, notes, pages."""
