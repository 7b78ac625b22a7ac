"""What files are packed in: workbooks, text tables, archives, pages."""
