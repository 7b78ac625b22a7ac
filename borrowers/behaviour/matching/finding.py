"""The order in which links are looked for: the surest first, each row in one link at most."""

from collections.abc import Sequence

from borrowers.behaviour.contracts import Link, MatchColumns
from borrowers.behaviour.matching import payments, refunds, transfers
from borrowers.behaviour.matching.found import Found
from borrowers.behaviour.matching.rows import Rows, in_order


def match(columns: MatchColumns) -> Sequence[Link]:
    """Every link between one person's events, in the order of the rows that they take away.

    The same events in any order give the same links; no row is the `event` of two, and only a
    refund is linked to a row of its own file.
    """
    found = Found(Rows(in_order(columns)))
    payments.find(found)
    transfers.find(found)
    refunds.find(found)
    return sorted(found.links, key=lambda link: link.event)
