"""Loans whose figures others published: oracles that we did not write.

Regulation Z, Appendix J (c): a work of the US government, 12 CFR part 1026, edition of 2024.
Fineract: expectations of `ProgressiveEMICalculatorTest.java` of Apache Fineract (Apache-2.0),
commit 4198b0bcf9a94e1c7aa0f386317ba71f40ceb1d9; the cases of 30-day months in a 360-day year.
Only figures are taken.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class AppendixJ:
    """`series` holds (amount in cents, how many, first whole period, fraction of a period)."""

    label: str
    advance_cents: int
    series: tuple[tuple[int, int, int, Fraction], ...]
    periods_a_year: int
    apr_percent: str


NONE = Fraction(0)
APPENDIX_J = [
    AppendixJ("c1i monthly", 500_000, ((23_000, 24, 1, NONE),), 12, "9.69"),
    AppendixJ("c1iii short first", 500_000, ((21_917, 24, 0, Fraction(6, 15)),), 24, "10.34"),
    AppendixJ("c1v long first", 50_000, ((1_760, 30, 4, Fraction(4, 7)),), 52, "14.96"),
    AppendixJ(
        "c2ii irregular first",
        40_000,
        ((3_950, 1, 1, Fraction(5, 28)), (3_831, 11, 2, Fraction(5, 28))),
        13,
        "28.50",
    ),
    AppendixJ(
        "c3ii irregular final",
        20_000,
        ((950, 19, 0, Fraction(8, 14)), (3_000, 1, 19, Fraction(8, 14))),
        26,
        "12.22",
    ),
    AppendixJ(
        "c4ii irregular first and final",
        800_000,
        (
            (44_936, 1, 0, Fraction(52, 60)),
            (46_500, 18, 1, Fraction(52, 60)),
            (20_000, 1, 19, Fraction(52, 60)),
        ),
        6,
        "7.30",
    ),
    AppendixJ("c5ii six months", 100_000, ((104_400, 1, 1, NONE),), 2, "8.80"),
    AppendixJ("c5iv two years", 100_000, ((124_000, 1, 2, NONE),), 1, "11.36"),
    AppendixJ(
        "c6ii skipped payments",
        735_000,
        (
            (100_000, 3, 6, Fraction(12, 30)),
            (200_000, 1, 12, Fraction(12, 30)),
            (75_000, 3, 18, Fraction(12, 30)),
            (100_000, 1, 22, Fraction(29, 30)),
        ),
        12,
        "10.22",
    ),
]


@dataclass(frozen=True)
class Progressive:
    """`rows` holds (instalment, interest, principal, balance after), in cents."""

    label: str
    principal_cents: int
    annual_percent: str
    rows: tuple[tuple[int, int, int, int], ...]


FINERACT = [
    Progressive(
        "fineract-emi-04",
        10_000,
        "9.4822",
        (
            (1713, 79, 1634, 8366),
            (1713, 66, 1647, 6719),
            (1713, 53, 1660, 5059),
            (1713, 40, 1673, 3386),
            (1713, 27, 1686, 1700),
            (1713, 13, 1700, 0),
        ),
    ),
    Progressive(
        "fineract-emi-13",
        100_000,
        "0",
        (
            (25_000, 0, 25_000, 75_000),
            (25_000, 0, 25_000, 50_000),
            (25_000, 0, 25_000, 25_000),
            (25_000, 0, 25_000, 0),
        ),
    ),
]
# fineract-emi-01: 100.00 over twelve months at 7 %, every instalment but the last.
FINERACT_LEVEL_CENTS = (10_000, "7.0", 12, 865)
# fineract-emi-06: the first three payable amounts of 100.00 over six months at 7 %.
FINERACT_FIRST_ROWS = (10_000, "7", 6, ((1643, 58), (1652, 49)))
