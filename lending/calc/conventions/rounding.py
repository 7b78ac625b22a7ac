"""Whole fen out of exact quotients, by the rule that the contract names. No float, ever."""

from fractions import Fraction

from lending.calc.plans import Rounding


def divided(numerator: int, denominator: int, rounding: Rounding) -> int:
    """The quotient as a whole number. Neither part may be below zero."""
    whole, rest = divmod(numerator, denominator)
    if rest == 0 or rounding is Rounding.DOWN:
        return whole
    if rounding is Rounding.UP:
        return whole + 1
    if 2 * rest != denominator:
        return whole + (2 * rest > denominator)
    if rounding is Rounding.HALF_EVEN:
        return whole + whole % 2
    return whole + (rounding is Rounding.HALF_UP)


def rounded(value: Fraction, rounding: Rounding, *, multiple: int = 1) -> int:
    """The nearest whole multiple, by the rule."""
    return multiple * divided(value.numerator, value.denominator * multiple, rounding)
