"""The dearest lawful way of repaying one schedule, found exactly. Pure.

A path says when each part of each instalment is paid: on its due date or later, the oldest first
and interest before principal, as payments are allocated; or the loan is paid off on some day.
Penalty comes before both and may be paid day by day as it accrues, which is dearest. At a
given yearly rate the present value of a path is a sum over its parts, so that the best path is a
walk over parts and days. The rate is then raised to the one at which that path is worth exactly
what was paid out, until no path is worth more: nothing lawful costs more than what is found.
What a borrower pays ahead of its day, without paying off, counts on its due date: nobody asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from common.rates import PPM
from lending.calc.accrual import DAYS_IN_YEAR, penalty_fen
from lending.calc.contracts import Instalment
from lending.products.caps.years import years_until

Values = NDArray[np.float64]
MOST_ROUNDS = 50
# Of an instalment: penalty, interest, principal.
PARTS = 3
NEAR = 1e-12
HIGHEST_FORCE = 50.0


@dataclass(frozen=True, slots=True)
class Payment:
    """So much on a day."""

    paid_on: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Path:
    """One way of repaying, and what it costs a year, compounded."""

    payments: tuple[Payment, ...]
    effective_ppm: int
    is_paid_off: bool
    days_late: int


@dataclass(frozen=True, slots=True)
class Charges:
    """What a contract says beside its schedule. `upfront_fen` is kept back at the payout."""

    penalty_rate_ppm: int
    grace_days: int
    upfront_fen: int = 0
    each_instalment_fen: int = 0


@dataclass(frozen=True, slots=True)
class _Part:
    """One component of an instalment: what is to pay for it on each day; nan before it is due.

    `streamed_fen` is what was paid day by day until then beside it.
    """

    due_day: int
    amounts_fen: Values
    streamed_fen: Values

    def worth(self, worth: Values) -> Values:
        """Paid on each day, at what a fen of each day is worth."""
        streamed = np.cumsum(_daily(self.streamed_fen) * worth)
        paid = np.where(np.isnan(self.amounts_fen), -np.inf, self.amounts_fen * worth)
        return np.asarray(paid + streamed, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Grid:
    """A loan day by day, from the payout to the end of the lateness that is looked at."""

    starts_on: date
    received_fen: int
    years: Values
    parts: tuple[_Part, ...]
    payoffs: tuple[tuple[int, _Part], ...]


@dataclass(frozen=True, slots=True)
class _Walk:
    """The day of each part in turn; where it pays off, the last day is that of the pay-off."""

    days: tuple[int, ...]
    is_paid_off: bool = False


def dearest(schedule: Sequence[Instalment], charges: Charges, *, horizon_days: int) -> Path:
    """The path with the highest yearly cost, at most so many days behind the last due date."""
    grid = _grid(schedule, charges, horizon_days)
    walk = _on_time(grid)
    force = _force(grid, walk)
    for _ in range(MOST_ROUNDS):
        better = _best(grid, force)
        raised = _force(grid, better)
        if raised <= force + NEAR:
            break
        walk, force = better, raised
    return _told(grid, walk, force)


def on_time_ppm(schedule: Sequence[Instalment], charges: Charges) -> int:
    """What the loan costs a year when every instalment is paid on its day."""
    grid = _grid(schedule, charges, 0)
    return _effective_ppm(_force(grid, _on_time(grid)))


def _on_time(grid: _Grid) -> _Walk:
    return _Walk(tuple(part.due_day for part in grid.parts))


def _grid(schedule: Sequence[Instalment], charges: Charges, horizon_days: int) -> _Grid:
    starts_on = schedule[0].starts_on
    count = (schedule[-1].due_on - starts_on).days + horizon_days + 1
    return _Grid(
        starts_on=starts_on,
        received_fen=sum(row.principal_fen for row in schedule) - charges.upfront_fen,
        years=_years(schedule, count),
        parts=tuple(part for row in schedule for part in _parts(row, charges, starts_on, count)),
        payoffs=tuple(_payoffs(schedule, starts_on, count)),
    )


def _years(schedule: Sequence[Instalment], count: int) -> Values:
    """`years_until` for every day of the grid at once."""
    starts_on, last_on = schedule[0].starts_on, schedule[-1].due_on
    marks = [starts_on, *(row.due_on for row in schedule), last_on + timedelta(days=DAYS_IN_YEAR)]
    values = [float(years_until(schedule, each)) for each in marks]
    days = [(each - starts_on).days for each in marks]
    within = np.interp(np.arange(count), days, values)
    later = np.maximum(np.arange(count) - days[-1], 0) / DAYS_IN_YEAR
    return np.asarray(within + later, dtype=np.float64)


def _parts(row: Instalment, charges: Charges, starts_on: date, count: int) -> Iterator[_Part]:
    """What penalty there is when its payment begins; interest with its fee; then principal.

    From the day on which all before it is paid, penalty is paid as it accrues until the principal
    is: what the first part takes off the stream before that day, the last one adds.
    """
    due = (row.due_on - starts_on).days
    first = due + charges.grace_days + 1
    accrued = np.zeros(count)
    accrued[first:] = [
        penalty_fen(row.principal_fen * days, charges.penalty_rate_ppm)
        for days in range(first - due, count - due)
    ]
    none = np.zeros(count)
    interest_fen = row.interest_fen + charges.each_instalment_fen
    yield _Part(due, _from(due, accrued), -accrued)
    yield _Part(due, _from(due, none + interest_fen), none)
    yield _Part(due, _from(due, none + row.principal_fen), accrued)


def _from(due_day: int, amounts_fen: Values) -> Values:
    days = np.arange(len(amounts_fen))
    return np.where(days < due_day, np.nan, amounts_fen)


def _daily(streamed_fen: Values) -> Values:
    return np.diff(streamed_fen, prepend=0.0)


def _payoffs(
    schedule: Sequence[Instalment], starts_on: date, count: int
) -> Iterator[tuple[int, _Part]]:
    """For each instalment that runs: how many parts stand before it, and what closes the loan."""
    for index, row in enumerate(schedule):
        left_fen = sum(each.principal_fen for each in schedule[index:])
        first, last = (row.starts_on - starts_on).days, (row.due_on - starts_on).days
        amounts = np.full(count, np.nan)
        for day in range(first + 1, last):
            amounts[day] = left_fen + row.interest_through(starts_on + timedelta(days=day))
        yield PARTS * index, _Part(first, amounts, np.zeros(count))


def _best(grid: _Grid, force: float) -> _Walk:
    """The path that is worth most at a rate."""
    worth = np.exp(-force * grid.years)
    reach: list[Values] = [np.zeros(len(worth))]
    choices: list[NDArray[np.int64]] = []
    for part in grid.parts:
        total = reach[-1] + part.worth(worth)
        best = np.maximum.accumulate(total)
        choices.append(_last_raise(total, best))
        reach.append(best)
    found = (float(reach[-1][-1]), len(grid.parts), -1)
    for before, part in grid.payoffs:
        total = reach[before] + part.worth(worth)
        day = int(np.argmax(total))
        found = max(found, (float(total[day]), before, day))
    _, before, day = found
    days = _walk_back(choices[:before], day if day >= 0 else len(worth) - 1)
    return _Walk((*days, day), is_paid_off=True) if day >= 0 else _Walk(days)


def _last_raise(total: Values, best: Values) -> NDArray[np.int64]:
    """For each day, the latest day up to it on which the best total was reached."""
    reached = np.where(total == best, np.arange(len(total)), 0)
    return np.maximum.accumulate(reached)


def _walk_back(choices: Sequence[NDArray[np.int64]], last: int) -> tuple[int, ...]:
    days: list[int] = []
    for choice in reversed(choices):
        last = int(choice[last])
        days.append(last)
    return tuple(days[::-1])


def _flows(grid: _Grid, walk: _Walk) -> Values:
    """What a path pays on each day."""
    parts = list(grid.parts[: len(walk.days)])
    if walk.is_paid_off:
        before = len(walk.days) - 1
        parts[before:] = [part for count, part in grid.payoffs if count == before]
    flows = np.zeros(len(grid.years))
    for part, day in zip(parts, walk.days, strict=True):
        flows[day] += part.amounts_fen[day]
        flows[: day + 1] += _daily(part.streamed_fen)[: day + 1]
    return flows


def _force(grid: _Grid, walk: _Walk) -> float:
    """The continuous yearly rate at which a path is worth what was received. By halving."""
    flows = _flows(grid, walk)
    (days,) = np.nonzero(flows)
    amounts, years = flows[days], grid.years[days]

    def is_dearer(rate: float) -> bool:
        return float(np.sum(amounts * np.exp(-rate * years))) > grid.received_fen

    low, high = -1.0, 1.0
    while is_dearer(high) and high < HIGHEST_FORCE:
        high *= 2
    while high - low > NEAR / 8:
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        low, high = (middle, high) if is_dearer(middle) else (low, middle)
    return low


def _told(grid: _Grid, walk: _Walk, force: float) -> Path:
    payments = tuple(
        Payment(grid.starts_on + timedelta(days=day), int(amount))
        for day, amount in enumerate(_flows(grid, walk))
        if amount
    )
    ordinary = walk.days[:-1] if walk.is_paid_off else walk.days
    late = [day - part.due_day for day, part in zip(ordinary, grid.parts, strict=False)]
    return Path(payments, _effective_ppm(force), walk.is_paid_off, max(late, default=0))


def _effective_ppm(force: float) -> int:
    return round(float(np.expm1(min(force, HIGHEST_FORCE))) * PPM)
