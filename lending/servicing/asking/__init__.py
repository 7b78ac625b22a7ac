"""What borrowers ask us to change of their loans."""
