"""Two or three choices that one decision leaves: as asked, longer, or less. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# Choices are said in whole hundreds of yuan.
STEP_FEN = 10_000
SMALLER_PERCENT = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """An amount over a term, at the offer's price."""

    kind: Literal["ASKED", "LONGER", "SMALLER"]
    amount_fen: int
    term_months: int


def choices(
    *, amount_fen: int, term_months: int, least_fen: int, terms_months: Sequence[int]
) -> tuple[Choice, ...]:
    """What was asked first; then what makes the instalment smaller, and what makes the cost less.

    None is for more than was asked, and none is longer than the decision allows.
    """
    found = [Choice("ASKED", amount_fen, term_months)]
    if longer := [each for each in terms_months if each > term_months]:
        found.append(Choice("LONGER", amount_fen, min(longer)))
    if (smaller_fen := _smaller_fen(amount_fen, least_fen)) < amount_fen:
        found.append(Choice("SMALLER", smaller_fen, term_months))
    return tuple(found)


def _smaller_fen(amount_fen: int, least_fen: int) -> int:
    share_fen = amount_fen * SMALLER_PERCENT // 100 // STEP_FEN * STEP_FEN
    return min(max(share_fen, least_fen), amount_fen)
