"""Which events of one person tell of the same money: across files, and back again. Pure.

A purchase may stand in a wallet's bill, in the row of the bank whose card paid and in the shop's
own bill: it counts once, by the row that says most. A refund undoes a purchase and is no income;
money between a person's own accounts is neither income nor spending.
"""

from borrowers.behaviour.matching.finding import match

__all__ = ["match"]
