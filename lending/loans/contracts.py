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


@dataclass(frozen=True, slots=True)
class Passage:
    """A heading and its text, as a paper prints it and a page shows it."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table under its heading; the first row names the columns, `widths` share the line."""

    heading: str
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole paper: its title, the head of later pages, how pages count, and what it says."""

    title: str
    running_head: str
    page_words: str
    parts: tuple[Passage | Grid, ...]
