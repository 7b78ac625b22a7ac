"""Which of a person's rows form streams."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from borrowers.behaviour.contracts import Category, Direction, EventKey, MatchColumns
from borrowers.behaviour.recurrence.streams import (
    FEWEST,
    Frequency,
    Integers,
    Recurrence,
    Stream,
    StreamKind,
    due_after,
    is_active,
    overdue_periods,
    rhythm,
    variation,
)

Flags = npt.NDArray[np.bool_]
DAY_SECONDS, SHANGHAI_SECONDS = 86_400, 8 * 3_600
EPOCH = date(1970, 1, 1).toordinal()

STEADY = 0.15
# Three alike payments may be chance; then the price must be the same almost to the fen.
FEW, FEW_STEADY = 5, 0.04
# Overtime and deductions move a wage; what is twice the usual or half of it is another thing.
WAGE_STEADY, WAGE_MOST, WAGE_LEAST = 0.35, 1.6, 0.55
LEAST_WAGE_FEN = 80_000
WAGE_PERIODS = (Frequency.FORTNIGHTLY, Frequency.MONTHLY)
# What may be a wage though no word says so. What a friend sends is none, whatever its rhythm.
COULD_BE_WAGE = (Category.INCOME_SALARY, Category.INCOME_OTHER, Category.UNKNOWN)
NO_SUBSCRIPTION = (
    Category.TRANSFER_SOCIAL,
    Category.HOUSING,
    Category.CREDIT_REPAYMENT,
    Category.INVESTMENT,
    Category.CASH,
    Category.REFUND,
)


def recurring(
    columns: MatchColumns,
    counted: Flags,
    as_of: date,
    *,
    own_names: frozenset[int] = frozenset(),
) -> Recurrence:
    """Every stream among the counted rows up to a day.

    `counted` leaves out what tells of the same money again and what came back. `own_names` are the
    codes of the person's own name: what they send themselves from elsewhere is no income.
    """
    day = (columns.microseconds // 1_000_000 + SHANGHAI_SECONDS) // DAY_SECONDS + EPOCH
    party = np.where(columns.merchant != 0, columns.merchant, columns.counterparty)
    is_own = np.isin(columns.counterparty, list(own_names)) & (columns.counterparty != 0)
    known = counted & ~is_own & (day <= as_of.toordinal()) & (columns.amount_fen > 0)
    came = known & (columns.direction == Direction.IN)
    could_be = came & np.isin(columns.category, COULD_BE_WAGE)
    rows = Table(columns, day, party, as_of)
    salaries, incomes = rows.incomes(could_be)
    said = came & (columns.category == Category.INCOME_SALARY)
    paid = {key for stream in salaries for key in stream.events}
    went = known & (columns.direction == Direction.OUT) & (columns.merchant != 0)
    return Recurrence(
        salaries=salaries,
        incomes=incomes,
        subscriptions=rows.subscriptions(went & ~np.isin(columns.category, NO_SUBSCRIPTION)),
        salary_events=frozenset(paid | {columns.key(row) for row in np.flatnonzero(said).tolist()}),
    )


class Table:
    """The rows of one person with their days and parties."""

    def __init__(self, columns: MatchColumns, day: Integers, party: Integers, as_of: date) -> None:
        self.columns, self.day, self.party, self.as_of = columns, day, party, as_of

    def incomes(self, rows: Flags) -> tuple[tuple[Stream, ...], tuple[Stream, ...]]:
        """Salaries, and what else comes in evenly from one payer."""
        salaries, others = [], []
        for group in self.by_party(rows):
            usual = self.usual(group)
            stream = self.stream(usual, StreamKind.SALARY, WAGE_STEADY)
            if stream is None:
                continue
            is_wage = stream.frequency in WAGE_PERIODS and stream.average_fen >= LEAST_WAGE_FEN
            if is_wage:
                salaries.append(stream)
            else:
                others.append(self.called(stream, StreamKind.INCOME))
        return tuple(salaries), tuple(others)

    def usual(self, group: Integers) -> Integers:
        """The payer's rows without bonus and settlement: near the median, one for each few days."""
        amounts = self.columns.amount_fen[group]
        median = float(np.median(amounts))
        near = group[(amounts >= WAGE_LEAST * median) & (amounts <= WAGE_MOST * median)]
        # Amounts of two heights may leave nothing near their middle: the first row has no
        # predecessor only where there is one.
        first_of_day = np.diff(self.day[near], prepend=-4) > 3
        return np.asarray(near[first_of_day])

    def subscriptions(self, rows: Flags) -> tuple[Stream, ...]:
        """One stream for each price that a merchant takes again and again."""
        found = (
            self.stream(part, StreamKind.SUBSCRIPTION, FEW_STEADY if len(part) < FEW else STEADY)
            for group in self.by_party(rows)
            for part in self.by_price(group)
        )
        return tuple(stream for stream in found if stream is not None)

    def by_party(self, rows: Flags) -> Iterator[Integers]:
        """The rows of each party that has enough of them, in the order of time."""
        chosen = np.flatnonzero(rows & (self.party != 0))
        order = np.lexsort((self.columns.ext[chosen], self.day[chosen], self.party[chosen]))
        chosen = chosen[order]
        for group in np.split(chosen, np.flatnonzero(np.diff(self.party[chosen])) + 1):
            if len(group) >= FEWEST:
                yield group

    def by_price(self, group: Integers) -> Iterator[Integers]:
        """The rows of each price: amounts part where the next is more than a seventh larger."""
        amounts = self.columns.amount_fen[group]
        order = np.argsort(amounts, kind="stable")
        steps = amounts[order]
        parts = np.split(order, np.flatnonzero(steps[1:] > steps[:-1] * (1 + STEADY)) + 1)
        for part in parts:
            yield group[np.sort(part)]

    def stream(self, rows: Integers, kind: StreamKind, steady: float) -> Stream | None:
        """The stream that these rows form, if they are even enough in time and amount."""
        amounts = self.columns.amount_fen[rows]
        if len(rows) < FEWEST or variation(amounts) >= steady:
            return None
        beat = rhythm(self.day[rows])
        if beat is None:
            return None
        first, last = (date.fromordinal(int(self.day[rows[at]])) for at in (0, -1))
        goes_on = is_active(last, self.as_of, beat.frequency)
        late = overdue_periods(last, self.as_of, beat.frequency) if goes_on else 0
        return Stream(
            kind=kind,
            party=int(self.party[rows[0]]),
            category=most_common(self.columns.category[rows].tolist()),
            frequency=beat.frequency,
            first_on=first,
            last_on=last,
            next_on=due_after(last, beat.frequency),
            average_fen=int(amounts.sum()) // len(rows),
            occurrences=len(rows),
            missed=beat.skipped + late,
            is_active=goes_on,
            events=tuple(map(self.key, rows.tolist())),
        )

    def key(self, row: int) -> EventKey:
        return self.columns.key(row)

    @staticmethod
    def called(stream: Stream, kind: StreamKind) -> Stream:
        values = {name: getattr(stream, name) for name in Stream.__slots__}
        return Stream(**{**values, "kind": kind})


def most_common(values: Sequence[int]) -> int:
    """The value that stands most often; of equals the smallest."""
    return min(set(values), key=lambda value: (-values.count(value), value))
