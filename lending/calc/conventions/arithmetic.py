"""How parts of a fen are carried between the roundings: exactly, or in so many digits.

Exact is the house's way. Decimal digits exist to reproduce what other systems publish: Apache
Fineract rounds every step to twelve significant digits, half to even.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from math import lcm
from typing import Protocol

from lending.calc.plans import Plan


class Arithmetic(Protocol):
    """What a schedule needs to be counted."""

    def factor(self, annual_rate: Fraction, year_part: Fraction) -> Fraction:
        """Interest of a period for each fen."""

    def interest(self, balance_fen: int, factor: Fraction) -> Fraction:
        """Interest of a period, not yet rounded."""

    def level(self, balance_fen: int, factors: Sequence[Fraction], balloon_fen: int) -> Fraction:
        """The instalment that, paid each period, leaves the balloon after the last of them."""


class Exact:
    """Fractions; powers of their common denominator, so that no common divisor is searched."""

    def factor(self, annual_rate: Fraction, year_part: Fraction) -> Fraction:
        return annual_rate * year_part

    def interest(self, balance_fen: int, factor: Fraction) -> Fraction:
        return balance_fen * factor

    def level(self, balance_fen: int, factors: Sequence[Fraction], balloon_fen: int) -> Fraction:
        unit = lcm(*(factor.denominator for factor in factors))
        growth, weights, power = unit + _scaled(factors[0], unit), 1, 1
        for factor in factors[1:]:
            grown = unit + _scaled(factor, unit)
            power *= unit
            weights = power + weights * grown
            growth *= grown
        # growth is over unit ** n and weights over unit ** (n - 1).
        return Fraction(balance_fen * growth - balloon_fen * power * unit, weights * unit)


class Digits:
    """Decimal of so many significant digits, half to even after every step."""

    def __init__(self, digits: int) -> None:
        self._context = Context(prec=digits, rounding=ROUND_HALF_EVEN)

    def factor(self, annual_rate: Fraction, year_part: Fraction) -> Fraction:
        return Fraction(
            self._context.multiply(self._decimal(annual_rate), self._decimal(year_part))
        )

    def interest(self, balance_fen: int, factor: Fraction) -> Fraction:
        return Fraction(self._context.multiply(Decimal(balance_fen), self._decimal(factor)))

    def level(self, balance_fen: int, factors: Sequence[Fraction], balloon_fen: int) -> Fraction:
        context, one = self._context, Decimal(1)
        grown = [context.add(one, self._decimal(factor)) for factor in factors]
        growth, weights = grown[0], one
        for each in grown[1:]:
            growth = context.multiply(growth, each)
            weights = context.add(one, context.multiply(weights, each))
        repaid = context.subtract(
            context.multiply(Decimal(balance_fen), growth), Decimal(balloon_fen)
        )
        return Fraction(context.divide(repaid, weights))

    def _decimal(self, value: Fraction) -> Decimal:
        return self._context.divide(Decimal(value.numerator), Decimal(value.denominator))


def arithmetic_of(plan: Plan) -> Arithmetic:
    """The arithmetic that the plan asks for."""
    return Exact() if plan.precision_digits is None else Digits(plan.precision_digits)


def _scaled(factor: Fraction, unit: int) -> int:
    return factor.numerator * (unit // factor.denominator)
