"""What has been found so far: links, which rows are taken, and the row that tells best of each."""

from dataclasses import dataclass, field

import numpy as np

from borrowers.behaviour.contracts import Link, LinkKind, LinkMethod
from borrowers.behaviour.matching.pairs import Pairs
from borrowers.behaviour.matching.rows import Flags, Integers, Rows

MOST_PPM = 1_000_000


@dataclass(eq=False)
class Found:
    """Every row is the `event` of one link at most; `best` leads to the row that counts."""

    rows: Rows
    links: list[Link] = field(default_factory=list)
    best: Integers = field(init=False)
    is_taken: Flags = field(init=False)
    is_paired: Flags = field(init=False)

    def __post_init__(self) -> None:
        self.best = np.arange(len(self.rows))
        self.is_taken = np.zeros(len(self.rows), dtype=bool)
        self.is_paired = np.zeros(len(self.rows), dtype=bool)

    def add(self, kind: LinkKind, pairs: Pairs) -> None:
        """Every low row of the pairs as `event`, its high row as `other`."""
        columns = zip(
            pairs.low.tolist(), pairs.high.tolist(), pairs.score_ppm.tolist(),
            pairs.method.tolist(), strict=True,
        )  # fmt: skip
        for low, high, score_ppm, method in columns:
            self.tie(kind, low, high, score_ppm=score_ppm, method=LinkMethod(method))

    def tie(
        self,
        kind: LinkKind,
        event: int,
        other: int,
        *,
        score_ppm: int,
        method: LinkMethod,
        netted_fen: int = 0,
    ) -> None:
        assert not self.is_taken[event]
        assert event != other
        self.is_taken[event] = True
        self.is_paired[[event, other]] = True
        if kind is LinkKind.SAME_PAYMENT:
            self.best[event] = other
        key = self.rows.columns.key
        score_ppm = min(score_ppm, MOST_PPM)
        self.links.append(Link(kind, key(event), key(other), score_ppm, method, netted_fen))

    def counted(self, row: int) -> int:
        """The row that tells best of the same payment: bank's, wallet's, shop's."""
        while self.best[row] != row:
            row = int(self.best[row])
        return row
