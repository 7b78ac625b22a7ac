"""What is said of many loans at once: sums over the book, without a person in them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Running loans on a day: how many, their principal, and the part of it that is late.

    Portfolio at risk counts the whole principal of a loan, not only its late instalments.
    """

    active: int
    past_due: int
    principal_fen: int
    later_than_1_day_fen: int
    later_than_30_days_fen: int
