"""Statements of accounts of people who do not exist, one file a bank, all of the same shape.

`write_statement(entries, account, layout=...)` gives the bytes that the bank would have mailed.
"""

from simulation.bills.banks.entries import Account, Entry, Occasion
from simulation.bills.banks.statements import StatementLayout, write_statement

__all__ = ["Account", "Entry", "Occasion", "StatementLayout", "write_statement"]
