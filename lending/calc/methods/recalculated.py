"""Schedules whose interest follows the money: what is late goes on bearing, what is early stops.

The convention of Apache Fineract's loans with interest recalculation, to compare with: a payment
settles what is due, interest before principal, and the rest of it is principal of the next
instalment at once; more than that one asked for counts the level again from the next one on. The
house's own loans bear penalty on what is late instead, and never both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

from lending.calc.conventions.day_counts import year_part_between
from lending.calc.conventions.due_dates import Span, spans
from lending.calc.conventions.rounding import rounded
from lending.calc.methods import amortisation
from lending.calc.methods.counting import annual_rate, level_factors
from lending.calc.plans import Plan


@dataclass(frozen=True, slots=True)
class Part:
    """What one payment gave to one instalment, counted from 0."""

    row: int
    on: date
    principal_fen: int = 0
    interest_fen: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """An instalment as it comes out, with what was paid of it."""

    span: Span
    principal_fen: int
    interest_fen: int
    balance_fen: int
    paid_fen: int
    in_advance_fen: int
    late_fen: int

    @property
    def total_fen(self) -> int:
        """What is due, paid or not."""
        return self.principal_fen + self.interest_fen


@dataclass(frozen=True, slots=True)
class Ledger:
    """A plan and every payment on it, as of a day."""

    plan: Plan
    as_of: date
    parts: tuple[Part, ...] = ()

    def principal_fen(self, row: int, *, through: date = date.max) -> int:
        """Principal that came for an instalment by a day."""
        mine = (each for each in self.parts if each.row == row and each.on <= through)
        return sum(each.principal_fen for each in mine)

    def interest_fen(self, row: int) -> int:
        """Interest that came for an instalment."""
        return sum(each.interest_fen for each in self.parts if each.row == row)


def lines_of(plan: Plan, payments: Sequence[tuple[date, int]], *, as_of: date) -> tuple[Line, ...]:
    """The instalments on a day, after payments in the order of their days."""
    ledger = Ledger(plan, as_of)
    for on, amount_fen in sorted(payments):
        ledger = _paid(replace(ledger, as_of=on), on, amount_fen)
    return tuple(_lines(replace(ledger, as_of=as_of)))


def _paid(ledger: Ledger, on: date, amount_fen: int) -> Ledger:
    """With a payment shared out: what is due by its day, then principal of the next instalment."""
    lines = list(_lines(ledger))
    for row, line in enumerate(lines):
        is_due = line.span.ends_on <= on
        owed_fen = line.interest_fen - ledger.interest_fen(row) if is_due else 0
        interest_fen = min(amount_fen, owed_fen)
        principal_fen = amount_fen - interest_fen
        is_last_due = not is_due or row + 1 == len(lines) or lines[row + 1].span.starts_on >= on
        if not is_last_due:
            principal_fen = min(principal_fen, line.principal_fen - ledger.principal_fen(row))
        amount_fen -= interest_fen + principal_fen
        part = Part(row, on, principal_fen, interest_fen)
        ledger = replace(ledger, parts=(*ledger.parts, part))
        if amount_fen == 0:
            break
    return ledger


def _lines(ledger: Ledger) -> Iterator[Line]:
    plan = ledger.plan
    found = spans(plan)
    levels = level_factors(plan, found)
    balance_fen = plan.principal_fen
    level_fen = amortisation.level_of(plan, balance_fen, levels)
    principals: list[int] = []
    for row, span in enumerate(found):
        interest_fen = _interest_fen(ledger, span, principals)
        paid_fen = ledger.principal_fen(row)
        wanted_fen = max(level_fen - interest_fen, paid_fen)
        is_last = row == len(found) - 1
        principal_fen = balance_fen if is_last else min(wanted_fen, balance_fen)
        balance_fen -= principal_fen
        principals.append(principal_fen)
        yield _line(ledger, row, span, (principal_fen, interest_fen, balance_fen))
        if paid_fen > level_fen - interest_fen and not is_last:
            level_fen = amortisation.level_of(plan, balance_fen, levels[row + 1 :])


def _line(ledger: Ledger, row: int, span: Span, figures: tuple[int, int, int]) -> Line:
    mine = [each for each in ledger.parts if each.row == row]
    sums = [(each.on, each.principal_fen + each.interest_fen) for each in mine]
    return Line(
        span,
        *figures,
        paid_fen=sum(fen for _, fen in sums),
        in_advance_fen=sum(fen for on, fen in sums if on < span.ends_on),
        late_fen=sum(fen for on, fen in sums if on > span.ends_on),
    )


def _interest_fen(ledger: Ledger, span: Span, principals: Sequence[int]) -> int:
    """Each part of the period with one balance, rounded by itself."""
    inside = {each.on for each in ledger.parts} | {ledger.as_of}
    days = [day for day in sorted(inside) if span.starts_on < day < span.ends_on]
    edges = [span.starts_on, *days, span.ends_on]
    return sum(
        _part_fen(ledger, span, start, end, _bearing_fen(ledger, principals, start, end))
        for start, end in pairwise(edges)
    )


def _part_fen(ledger: Ledger, span: Span, start: date, end: date, balance_fen: int) -> int:
    plan = ledger.plan
    part = year_part_between(span, start, end, plan.day_count, plan.frequency)
    return rounded(Fraction(balance_fen) * annual_rate(plan) * part, plan.rounding)


def _bearing_fen(ledger: Ledger, principals: Sequence[int], start: date, end: date) -> int:
    """What bears interest: as planned, plus what is known to be late, less what came early."""
    row = len(principals)
    planned_fen = ledger.plan.principal_fen - sum(principals)
    late_fen = 0
    if end <= ledger.as_of:
        late_fen = sum(
            principal_fen - ledger.principal_fen(earlier, through=start)
            for earlier, principal_fen in enumerate(principals)
        )
    early = (each for each in ledger.parts if each.row >= row and each.on <= start)
    return planned_fen + late_fen - sum(each.principal_fen for each in early)
