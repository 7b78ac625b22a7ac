"""Numbers of law by code and day, from `rules.toml`; every one carries its source."""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("rules.toml")
ANY = "*"
DEFAULT_LICENCE = "CONSUMER_FINANCE"


class Confidence(StrEnum):
    """How well a number is founded."""

    READ = "READ"
    KNOWN = "KNOWN"
    ASSUMED = "ASSUMED"


@dataclass(frozen=True, slots=True)
class Rule:
    """One number, for whom and from which day to which, and where it comes from."""

    code: str
    licence: str
    product: str
    effective_from: date
    effective_to: date | None
    value: Decimal
    unit: str
    source: str
    article: str
    confidence: Confidence

    def stands(self, *, on: date, licence: str, product: str) -> bool:
        """Whether it holds on the day for the lender and the product."""
        return (
            self.licence in {ANY, licence}
            and self.product in {ANY, product}
            and self.effective_from <= on <= (self.effective_to or date.max)
        )

    @property
    def precedence(self) -> tuple[bool, bool, date]:
        """The closest rule wins: product, then licence, then the later day."""
        return self.product != ANY, self.licence != ANY, self.effective_from


class NoRuleStands(LookupError):
    """The rulebook has no number under that code for that day."""


def number(code: str, *, on: date, licence: str = DEFAULT_LICENCE, product: str = ANY) -> Decimal:
    """The number that stands on a day, in the unit that its code ends with.

    Raises NoRuleStands.
    """
    return source(code, on=on, licence=licence, product=product).value


def source(code: str, *, on: date, licence: str = DEFAULT_LICENCE, product: str = ANY) -> Rule:
    """The row behind the number, with its citation. Raises NoRuleStands."""
    standing = [
        rule
        for rule in rules()
        if rule.code == code and rule.stands(on=on, licence=licence, product=product)
    ]
    if not standing:
        raise NoRuleStands(f"{code} on {on} for {licence}, product {product}")
    return max(standing, key=lambda rule: rule.precedence)


@cache
def rules() -> tuple[Rule, ...]:
    """Every row, read once."""
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> tuple[Rule, ...]:
    """The rows of a rulebook. Raises KeyError or ValueError for a row that is not one."""
    return tuple(_rule(row) for row in tomllib.loads(text, parse_float=Decimal)["rule"])


def _rule(row: dict[str, Any]) -> Rule:
    return Rule(
        code=row["code"],
        licence=row.get("licence", ANY),
        product=row.get("product", ANY),
        effective_from=row["effective_from"],
        effective_to=row.get("effective_to"),
        value=Decimal(row["value"]),
        unit=row["unit"],
        source=row["source"],
        article=row.get("article", ""),
        confidence=Confidence(row["confidence"]),
    )
