"""Chaos: real processes, real kills, and books that must still agree with the bank to the fen."""
