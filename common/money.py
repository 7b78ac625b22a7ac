"""Money is a value, in fen: never a float, never without its unit."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, Overflow

FEN_PER_YUAN = 100
# Digits, or digits in groups of three, and at most two places: nothing else is an amount.
TYPED = re.compile(r"(?:[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.[0-9]{1,2})?")
# A Chinese keyboard types these, and they mean the same.
FULL_WIDTH = str.maketrans("０１２３４５６７８９，．￥", "0123456789,.¥")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of Chinese yuan, in whole fen."""

    fen: int

    def __add__(self, other: "Money") -> "Money":
        return Money(self.fen + other.fen)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.fen - other.fen)

    def __neg__(self) -> "Money":
        return Money(-self.fen)

    def __str__(self) -> str:
        return f"¥{yuan(self.fen)}"

    def split(self, parts: int) -> list["Money"]:
        """Equal parts whose sum is exactly this amount; the last part takes the remainder."""
        assert parts > 0
        each = self.fen // parts
        return [Money(each)] * (parts - 1) + [Money(self.fen - each * (parts - 1))]


ZERO = Money(0)


def total(amounts: Iterable[Money]) -> Money:
    """The sum, zero for nothing."""
    return Money(sum(amount.fen for amount in amounts))


def yuan(fen: int) -> str:
    """`123456` as `1,234.56`, with a minus sign where it belongs."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{sign}{whole:,}.{rest:02d}"


def fen_typed(text: str) -> int:
    """Yuan as a person writes them: `3000`, `3,000.50`, `¥3000`, `３０００`; as fen.

    Raises ValueError for whatever else Python would read as a number: `1e3`, `+5`, `1_000`,
    `3 000`, digits of other scripts. An amount that must be guessed is no amount.
    """
    plain = text.strip().translate(FULL_WIDTH).removeprefix("¥")
    if not TYPED.fullmatch(plain):
        raise ValueError("not an amount")
    return fen_from_yuan(plain.replace(",", ""))


def fen_from_yuan(amount: Decimal | str | int) -> int:
    """Yuan as fen, rounded half up to the fen.

    Raises ValueError for what is not a finite number.
    """
    try:
        fen = (Decimal(amount) * FEN_PER_YUAN).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    except (InvalidOperation, Overflow) as error:
        raise ValueError(f"not an amount: {amount!r}") from error
    if not fen.is_finite():
        raise ValueError(f"not an amount: {amount!r}")
    return int(fen)
