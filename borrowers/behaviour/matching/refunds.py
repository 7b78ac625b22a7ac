"""Refunds find the purchase that they undo, across files; what came back is taken off once."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from borrowers.behaviour.contracts import Direction, EventStatus, LinkKind, LinkMethod
from borrowers.behaviour.matching.found import Found

LATEST_SECONDS = 90 * 86_400
# Shops may refund on the day when the bank booked the purchase, which tells no time.
SLACK_SECONDS = 86_400
NEAREST = 300
Place = tuple[int, int]


@dataclass(eq=False)
class Purchases:
    """What refunds may undo, by number and by party; `left_fen` is what may still come back."""

    found: Found
    by_number: dict[Place, int] = field(default_factory=dict)
    by_party: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_card: dict[Place, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_note: dict[Place, list[int]] = field(default_factory=lambda: defaultdict(list))
    left_fen: dict[int, int] = field(default_factory=dict)
    noted_fen: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows, columns = self.found.rows, self.found.rows.columns
        is_purchase = (columns.direction == Direction.OUT) & ~rows.is_refund & (rows.tier > 0)
        for row in np.flatnonzero(is_purchase).tolist():
            if number := int(columns.native[row]):
                self.by_number.setdefault((int(columns.source[row]), number), row)
            counted = self.found.counted(row)
            self.left_fen[counted] = int(rows.paid_fen[counted])
            self.noted_fen[counted] = int(columns.refunded_fen[counted])
            if party := int(columns.merchant[row]):
                self.by_party[party].append(row)
            if account := int(columns.account[row]):
                self.by_card[account, int(rows.paid_fen[row])].append(row)
                if noted := self.noted_fen[counted]:
                    self.by_note[account, noted].append(row)

    def undone_by(self, refund: int, members: Sequence[int]) -> tuple[int, LinkMethod] | None:
        """The purchase that a refund undoes, and by what it was found; the surest comes first."""
        fen = int(self.found.rows.paid_fen[refund])
        ways = (
            (LinkMethod.NUMBER, self.numbered),
            (LinkMethod.ACCOUNT_AND_TIME, self.noted),
            (LinkMethod.PARTY_AND_TIME, self.with_party),
            (LinkMethod.AMOUNT_AND_TIME, self.alike),
        )
        for method, asked in ways:
            for row in members:
                if (purchase := asked(row, fen)) is not None:
                    return purchase, method
        return None

    def numbered(self, row: int, _fen: int) -> int | None:
        columns = self.found.rows.columns
        for number in (int(columns.parent[row]), int(columns.native[row])):
            purchase = self.by_number.get((int(columns.source[row]), number))
            if number and purchase is not None:
                return self.found.counted(purchase)
        return None

    def noted(self, row: int, fen: int) -> int | None:
        """A purchase with that card which says that this much came back, and is still waiting."""
        account = int(self.found.rows.columns.account[row])
        waiting = [each for each in self.by_note.get((account, fen), []) if self.asks(each)]
        return self.best(waiting, row)

    def with_party(self, row: int, _fen: int) -> int | None:
        party = int(self.found.rows.columns.merchant[row])
        return self.best(self.by_party.get(party, []), row) if party else None

    def alike(self, row: int, fen: int) -> int | None:
        account = int(self.found.rows.columns.account[row])
        return self.best(self.by_card.get((account, fen), []), row)

    def asks(self, row: int) -> bool:
        """Does the purchase still say that something came back which no refund has brought?"""
        return self.noted_fen[self.found.counted(row)] > 0

    def best(self, candidates: list[int], refund: int) -> int | None:
        """Of the purchases in the ninety days before: the one that it fills, else the latest."""
        rows = self.found.rows
        at, fen = int(rows.seconds[refund]), int(rows.paid_fen[refund])
        end = bisect_right(candidates, at + SLACK_SECONDS, key=lambda row: int(rows.seconds[row]))
        fitting = []
        for row in islice(reversed(candidates[:end]), NEAREST):
            if at - rows.seconds[row] > LATEST_SECONDS:
                break
            counted = self.found.counted(row)
            if self.left_fen[counted] >= fen:
                fitting.append(counted)
        return max(fitting, key=lambda row: self.claim(row, fen), default=None)

    def claim(self, purchase: int, fen: int) -> tuple[bool, bool, int]:
        """Purchases that say themselves that something came back are asked first."""
        says_so = self.noted_fen[purchase] > 0
        return says_so, self.left_fen[purchase] == fen, int(self.found.rows.seconds[purchase])

    def take(self, purchase: int, fen: int) -> int:
        """How much of the refund the purchase does not carry as a note already."""
        fen = min(fen, self.left_fen[purchase])
        self.left_fen[purchase] -= fen
        noted = min(fen, self.noted_fen[purchase])
        self.noted_fen[purchase] -= noted
        return fen - noted


SCORES = {
    LinkMethod.NUMBER: 1_000_000,
    LinkMethod.ACCOUNT_AND_TIME: 950_000,
    LinkMethod.PARTY_AND_TIME: 850_000,
    LinkMethod.AMOUNT_AND_TIME: 650_000,
}


def find(found: Found) -> None:
    """Link every refund that counts to the purchase that counts; the surest first."""
    rows, columns = found.rows, found.rows.columns
    purchases = Purchases(found)
    members = told_together(found)
    is_refund = rows.is_refund & (columns.status != EventStatus.CLOSED) & ~found.is_taken
    waiting = np.flatnonzero(is_refund & (rows.tier > 0)).tolist()
    has_number = [row for row in waiting if any(int(columns.parent[each]) for each in members[row])]
    by_looks = [row for row in waiting if row not in set(has_number)]
    for row in (*has_number, *by_looks):
        undone = purchases.undone_by(row, members[row])
        if undone is None:
            continue
        purchase, method = undone
        netted_fen = purchases.take(purchase, int(rows.paid_fen[row]))
        found.tie(
            LinkKind.REFUND_OF,
            row,
            purchase,
            score_ppm=SCORES[method],
            method=method,
            netted_fen=netted_fen,
        )


def told_together(found: Found) -> dict[int, list[int]]:
    """The rows of every payment, by the row that counts, which comes first."""
    together: dict[int, list[int]] = defaultdict(list)
    for row in range(len(found.rows)):
        if found.rows.is_refund[row] or found.is_taken[row]:
            counted = found.counted(row)
            together[counted].append(row)
    return {
        counted: [counted, *(each for each in rows if each != counted)]
        for counted, rows in together.items()
    }
