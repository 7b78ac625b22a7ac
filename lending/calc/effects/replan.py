"""Making the rest of a plan again, in the middle of a period, without losing a fen.

The instalments that are not yet due are gathered: what was paid on them stays paid, principal paid
ahead is taken off the debt, and interest that was paid but not yet earned becomes principal. What
is left is spread again over periods; the first of them goes on from the day of the change, with
the interest that the old one had earned by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from common.periods import add_months
from common.rates import PPM
from lending.calc import waterfall
from lending.calc.contracts import (
    MONTHS_IN_YEAR,
    Allocation,
    Balance,
    Instalment,
    InstalmentState,
    LoanState,
    Terms,
)
from lending.calc.conventions.strategies import Component

DAYS_IN_YEAR = 365


@dataclass(frozen=True, slots=True)
class Span:
    """A period to come, and how many whole periods it is worth."""

    starts_on: date
    due_on: date
    worth: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is not yet due, as one: the first instalment carries all that was paid on the rest.

    `principal_fen` is still to be spread. `ceilings_fen` are the interests that were agreed.
    """

    kept: tuple[InstalmentState, ...]
    first: InstalmentState
    principal_fen: int
    spans: tuple[Span, ...]
    numbers: tuple[int, ...]
    fees: tuple[Balance, ...]
    ceilings_fen: tuple[int, ...]
    allocations: tuple[Allocation, ...]


def gather(state: LoanState, on: date) -> Gathered | None:
    """What is not yet due on a day and not yet paid; nothing when there is no such instalment."""
    ahead = tuple(line for line in state.instalments if is_ahead(line, on))
    if not ahead:
        return None
    first = _cut(ahead[0], on)
    surplus_fen = [line.interest_ahead_fen(on) for line in ahead]
    owed_fen = sum(line.principal.outstanding_fen for line in ahead)
    moved_fen = _moved(surplus_fen, owed_fen)
    paid_fen = sum(line.principal.paid_fen for line in ahead) + sum(moved_fen)
    waived_fen = sum(line.principal.waived_fen for line in ahead)
    kept_interest_fen = sum(line.interest.paid_fen for line in ahead) - sum(moved_fen)
    forgiven_fen = sum(line.interest.waived_fen for line in ahead)
    base_fen = max(first.scheduled.carried_fen, kept_interest_fen + forgiven_fen)
    first = replace(
        first,
        scheduled=replace(first.scheduled, carried_fen=base_fen),
        principal=Balance(paid_fen + waived_fen, paid_fen, waived_fen),
        interest=Balance(base_fen, kept_interest_fen, forgiven_fen),
    )
    return Gathered(
        kept=tuple(line for line in state.instalments if not is_ahead(line, on)),
        first=first,
        principal_fen=owed_fen - sum(moved_fen),
        spans=_spans(ahead, first),
        numbers=_numbers(state, ahead),
        fees=tuple(line.fee for line in ahead),
        ceilings_fen=_ceilings_fen(ahead, base_fen),
        allocations=_taken_along(state.allocations, ahead, moved_fen),
    )


def is_ahead(line: InstalmentState, on: date) -> bool:
    """Whether a change on that day may still touch the instalment: not due, and not yet paid."""
    return line.due_on > on and line.outstanding_fen > 0


def spread(
    state: LoanState,
    gathered: Gathered,
    *,
    spans: Sequence[Span],
    rate_ppm: int,
    level_fen: int | None = None,
    is_capped: bool = False,
    ends_early: bool = False,
) -> LoanState:
    """The state with what was gathered laid out over periods, and paid in equal parts again.

    `level_fen` keeps an instalment; `ends_early` drops the periods that it then no longer needs.
    `is_capped` never asks more interest of a period than was agreed.
    """
    terms = state.terms
    factors = [_factor(terms, rate_ppm, span.worth) for span in spans]
    if level_fen is None:
        level_fen = level_of(gathered.principal_fen, factors, method=terms.method)
    rows = amortise(
        gathered.principal_fen,
        factors,
        level_fen,
        method=terms.method,
        is_cut=spans[0].worth != 1,
        ceilings_fen=gathered.ceilings_fen if is_capped else None,
    )
    rows = _without_empty_end(rows) if ends_early or gathered.principal_fen == 0 else rows
    lines = _laid_out(gathered, spans, rows, state.through)
    return replace(
        state,
        instalments=tuple(sorted((*gathered.kept, *lines), key=lambda line: line.number)),
        allocations=gathered.allocations,
        annual_rate_ppm=rate_ppm,
        level_fen=level_fen,
    )


def amortise(
    balance_fen: int,
    factors: Sequence[Fraction],
    level_fen: int,
    *,
    method: str,
    is_cut: bool = False,
    ceilings_fen: Sequence[int] | None = None,
) -> list[tuple[int, int]]:
    """Principal and interest of each period; the last takes what is left.

    The rest of a period that was cut is rounded down, so that its two parts are never dearer than
    the whole.
    """
    rows = []
    for index, factor in enumerate(factors):
        interest = balance_fen * factor
        interest_fen = int(interest) if is_cut and index == 0 else half_up(interest)
        if ceilings_fen is not None:
            interest_fen = min(interest_fen, ceilings_fen[index])
        is_last = index == len(factors) - 1
        wanted_fen = balance_fen if is_last else _principal_fen(method, level_fen, interest_fen)
        principal_fen = min(wanted_fen, balance_fen)
        rows.append((principal_fen, interest_fen))
        balance_fen -= principal_fen
    return rows


def _principal_fen(method: str, level_fen: int, interest_fen: int) -> int:
    """What a period repays that is not the last; other methods repay all of it at the end."""
    if method == "EQUAL_INSTALMENT":
        return max(level_fen - interest_fen, 0)
    return level_fen if method == "EQUAL_PRINCIPAL" else 0


def level_of(principal_fen: int, factors: Sequence[Fraction], *, method: str) -> int:
    """The equal part over periods of these factors, half up to the fen."""
    if method == "EQUAL_PRINCIPAL":
        return half_up(Fraction(principal_fen, len(factors)))
    growth, weight = Fraction(1), Fraction(0)
    for factor in factors:
        weight = 1 + weight * (1 + factor)
        growth *= 1 + factor
    return half_up(principal_fen * growth / weight)


def half_up(amount: Fraction) -> int:
    """To the fen."""
    return int(amount + Fraction(1, 2))


def later(terms: Terms, day: date, periods: int, *, anchor_day: int) -> date:
    """So many periods after a due date."""
    if terms.step_days:
        return day + timedelta(days=terms.step_days * periods)
    return add_months(day, terms.step_months * periods, anchor_day=anchor_day)


def worth(terms: Terms, starts_on: date, due_on: date) -> Fraction:
    """How many periods lie between two days: whole ones counted back from the end, and a part."""
    if terms.step_days:
        return Fraction((due_on - starts_on).days, terms.step_days)
    whole = 0
    while later(terms, due_on, -whole - 1, anchor_day=due_on.day) >= starts_on:
        whole += 1
    upper = later(terms, due_on, -whole, anchor_day=due_on.day)
    lower = later(terms, due_on, -whole - 1, anchor_day=due_on.day)
    return whole + Fraction((upper - starts_on).days, (upper - lower).days)


def _factor(terms: Terms, rate_ppm: int, part: Fraction) -> Fraction:
    if terms.step_days:
        return Fraction(rate_ppm * terms.step_days, PPM * DAYS_IN_YEAR) * part
    return Fraction(rate_ppm * terms.step_months, PPM * MONTHS_IN_YEAR) * part


def _cut(line: InstalmentState, on: date) -> InstalmentState:
    """The instalment from a day on, if that day lies inside its period."""
    row = line.scheduled
    starts_on = max(on, row.starts_on)
    left = Fraction((row.due_on - starts_on).days, (row.due_on - row.starts_on).days)
    carried_fen = min(row.interest_through(on), line.interest.due_fen)
    cut = replace(row, starts_on=starts_on, span=row.span * left, carried_fen=carried_fen)
    return replace(line, scheduled=cut)


def _spans(ahead: Sequence[InstalmentState], first: InstalmentState) -> tuple[Span, ...]:
    rows = [first.scheduled, *(line.scheduled for line in ahead[1:])]
    return tuple(Span(row.starts_on, row.due_on, row.span) for row in rows)


def _numbers(state: LoanState, ahead: Sequence[InstalmentState]) -> tuple[int, ...]:
    """The numbers that may be given again, in order; what comes after them counts on."""
    last = max(line.number for line in state.instalments)
    return (*(line.number for line in ahead), last)


def _ceilings_fen(ahead: Sequence[InstalmentState], base_fen: int) -> tuple[int, ...]:
    first, *others = ahead
    return (
        max(first.interest.due_fen - base_fen, 0),
        *(line.interest.due_fen for line in others),
    )


def _moved(surplus_fen: Sequence[int], owed_fen: int) -> list[int]:
    """How much of each surplus becomes principal, which is never more than is owed."""
    moved = []
    for each in surplus_fen:
        part_fen = min(each, owed_fen)
        owed_fen -= part_fen
        moved.append(part_fen)
    return moved


def _taken_along(
    allocations: tuple[Allocation, ...], ahead: Sequence[InstalmentState], moved_fen: Sequence[int]
) -> tuple[Allocation, ...]:
    """The paper trail, with what was paid ahead now standing on the first instalment."""
    first = ahead[0].number
    moved = {line.number: fen for line, fen in zip(ahead, moved_fen, strict=True)}
    told: list[Allocation] = []
    for each in reversed(allocations):
        if each.instalment not in moved or each.component not in _MOVING or each.is_waiver:
            told.append(each)
            continue
        part_fen = 0
        if each.component is Component.INTEREST:
            part_fen = min(each.amount_fen, moved[each.instalment])
            moved[each.instalment] -= part_fen
        parts = ((Component.PRINCIPAL, part_fen), (each.component, each.amount_fen - part_fen))
        told += [
            replace(each, instalment=first, component=component, amount_fen=fen)
            for component, fen in parts
            if fen
        ]
    return tuple(reversed(told))


_MOVING = (Component.PRINCIPAL, Component.INTEREST)


def _without_empty_end(rows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    while len(rows) > 1 and rows[-1] == (0, 0):
        rows = rows[:-1]
    return rows


def _laid_out(
    gathered: Gathered, spans: Sequence[Span], rows: Sequence[tuple[int, int]], on: date
) -> list[InstalmentState]:
    first, numbers = gathered.first, _numbered(gathered.numbers, len(rows))
    lines = []
    fees = _fees(gathered.fees, len(rows))
    for index, (principal_fen, interest_fen) in enumerate(rows):
        span, fee = spans[index], fees[index]
        was = first if index == 0 else None
        base = was.interest if was else Balance()
        paid = was.principal if was else Balance()
        row = Instalment(
            number=numbers[index],
            starts_on=span.starts_on,
            due_on=span.due_on,
            principal_fen=paid.due_fen + principal_fen,
            interest_fen=base.due_fen + interest_fen,
            fee_fen=fee.due_fen,
            carried_fen=base.due_fen,
            span=span.worth,
        )
        line = InstalmentState(
            scheduled=row,
            principal=replace(paid, due_fen=row.principal_fen),
            interest=replace(base, due_fen=row.interest_fen),
            penalty=was.penalty if was else Balance(),
            penalty_carried_fen=was.penalty_carried_fen if was else 0,
            fee=fee,
        )
        lines.append(replace(line, settled_on=waterfall.settled_on(line, on)))
    return lines


def _numbered(numbers: tuple[int, ...], count: int) -> list[int]:
    *again, last = numbers
    return [*again[:count], *range(last + 1, last + 1 + count - len(again))]


def _fees(fees: Sequence[Balance], count: int) -> list[Balance]:
    """Each period keeps its fee; where there are fewer periods, the last carries the rest."""
    laid = [*fees[:count], *(Balance() for _ in range(count - len(fees)))]
    for extra in fees[count:]:
        last = laid[-1]
        laid[-1] = Balance(
            last.due_fen + extra.due_fen,
            last.paid_fen + extra.paid_fen,
            last.waived_fen + extra.waived_fen,
        )
    return laid
