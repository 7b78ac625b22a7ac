"""The business date: a value in the database, moved forward by closing and by nothing else."""
