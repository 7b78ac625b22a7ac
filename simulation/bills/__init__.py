"""Bills of people who do not exist, in every layout that real wallets use.

`write(records, layout=...)` turns payments into the bytes that a wallet would have mailed.
"""

from simulation.bills.layouts import Layout, write

__all__ = ["Layout", "write"]
