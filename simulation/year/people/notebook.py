"""What a borrower would write down at home: their contract, what left their account, and sums.

A second opinion on where a loan stands. It asks nothing of the platform's arithmetic: it lives
through every day anew, and knows only the plan that was signed and what the bank has moved.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)
DAYS_OF_A_YEAR = 365
PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Planned:
    """One row of the plan that was signed."""

    starts_on: date
    due_on: date
    principal_fen: int
    interest_fen: int


@dataclass(frozen=True, slots=True)
class Contract:
    """What was signed and paid out."""

    rows: tuple[Planned, ...]
    penalty_rate_ppm: int
    grace_days: int


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that has left the borrower's account for this loan, on the day it counts for."""

    number: str
    on: date
    fen: int
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What the loan's home should show on a day."""

    is_settled: bool
    principal_fen: int
    due_fen: int
    days_past_due: int
    next_due: tuple[int, date, int] | None
    most_fen: int
    closing_fen: int
    paid_count: int


@dataclass(slots=True)
class _Line:
    """A row on its way through the days."""

    row: Planned
    principal_fen: int
    interest_fen: int
    interest_paid_fen: int = 0
    penalty_paid_fen: int = 0
    penalty_fen: int = 0
    # What was unpaid at every dawn after the due date, oldest first.
    unpaid_fen: list[int] = field(default_factory=list)

    @property
    def open_fen(self) -> int:
        return self.principal_fen + self.interest_fen + self.penalty_fen - self.penalty_paid_fen

    def dawn(self, today: date, contract: Contract) -> None:
        """Another day has begun: one more of them after the due date costs what grace left."""
        if today <= self.row.due_on:
            return
        self.unpaid_fen.append(self.principal_fen)
        if len(self.unpaid_fen) > contract.grace_days:
            late_fen = self.unpaid_fen[contract.grace_days]
            fen_days = sum(min(each, late_fen) for each in self.unpaid_fen)
            yearly = fen_days * contract.penalty_rate_ppm
            self.penalty_fen = yearly // (DAYS_OF_A_YEAR * PPM)

    def take(self, fen: int) -> int:
        """Penalty first, then interest, then principal; what is left over."""
        penalty = min(fen, self.penalty_fen - self.penalty_paid_fen)
        interest = min(fen - penalty, self.interest_fen)
        principal = min(fen - penalty - interest, self.principal_fen)
        self.penalty_paid_fen += penalty
        self.interest_fen -= interest
        self.interest_paid_fen += interest
        self.principal_fen -= principal
        return fen - penalty - interest - principal

    def _lived_fen(self, today: date) -> int:
        """Interest of the days that have passed."""
        days = (self.row.due_on - self.row.starts_on).days
        lived = min(max((today - self.row.starts_on).days, 0), days)
        return self.row.interest_fen * lived // days

    def earned_fen(self, today: date) -> int:
        """The same, as far as it is not yet paid."""
        unpaid = self._lived_fen(today) - self.interest_paid_fen
        return min(max(unpaid, 0), self.interest_fen)

    def ahead_fen(self, today: date) -> int:
        """Interest that was paid for days yet to come."""
        return max(self.interest_paid_fen - self._lived_fen(today), 0)

    def closing_fen(self, today: date) -> int:
        """What closes this row today."""
        later = self.interest_fen - self.earned_fen(today)
        return self.open_fen - later


@dataclass
class Notebook:
    """A loan as its borrower follows it."""

    contract: Contract
    paid: list[Paid] = field(default_factory=list)

    def pays(self, paid: Paid) -> None:
        self.paid.append(paid)

    def taken_back(self, number: str) -> None:
        """The bank has taken a payment back: it never was."""
        self.paid = [each for each in self.paid if each.number != number]

    def page(self, today: date) -> Page:
        """Where the loan stands at the end of a day."""
        lines = self._lived(today)
        late = [line.row.due_on for line in lines if line.open_fen and line.row.due_on < today]
        return Page(
            is_settled=not any(line.open_fen for line in lines),
            principal_fen=sum(line.principal_fen for line in lines),
            due_fen=sum(line.open_fen for line in lines if line.row.due_on <= today),
            days_past_due=(today - min(late)).days if late else 0,
            next_due=next(_ahead(lines, today), None),
            most_fen=sum(line.open_fen for line in lines if line.row.starts_on <= today),
            closing_fen=_closing_fen(lines, today),
            paid_count=sum(not line.open_fen for line in lines),
        )

    def _lived(self, today: date) -> list[_Line]:
        rows = self.contract.rows
        lines = [_Line(row, row.principal_fen, row.interest_fen) for row in rows]
        day = rows[0].starts_on
        while day <= today:
            for line in lines:
                line.dawn(day, self.contract)
            for paid in sorted(self.paid, key=lambda each: each.closes):
                if paid.on == day:
                    _spend(lines, paid)
            day += DAY
        return lines


def _closing_fen(lines: list[_Line], today: date) -> int:
    """What closes the loan: interest of days yet to come is not owed, and was paid for the rest."""
    owed = sum(line.closing_fen(today) for line in lines)
    return max(owed - sum(line.ahead_fen(today) for line in lines), 0)


def _spend(lines: list[_Line], paid: Paid) -> None:
    left = paid.fen
    if paid.closes and paid.fen >= _closing_fen(lines, paid.on):
        for line in lines:
            left += line.ahead_fen(paid.on)
            line.interest_fen = line.earned_fen(paid.on)
    for line in lines:
        left = line.take(left)


def _ahead(lines: list[_Line], today: date) -> Iterator[tuple[int, date, int]]:
    for number, line in enumerate(lines, start=1):
        if line.row.due_on >= today and line.open_fen:
            yield number, line.row.due_on, line.open_fen
