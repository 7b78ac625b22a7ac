"""Changes of terms: another rate, other days, more time. What is owed on the day stays owed.

No change lends on interest: what was earned is carried along and bears nothing (the debt before
is the debt after, plus only what was waived).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from lending.calc.contracts import (
    Allocation,
    Balance,
    Instalment,
    InstalmentState,
    LoanState,
    Transaction,
)
from lending.calc.conventions.strategies import Component
from lending.calc.effects import replan
from lending.calc.effects.replan import Gathered, Span


def change_rate(state: LoanState, transaction: Transaction) -> LoanState:
    """Another yearly rate from the day on; instalments follow it, their days stay."""
    rate_ppm = transaction.change.annual_rate_ppm
    gathered = replan.gather(state, transaction.value_date)
    if gathered is None or rate_ppm is None:
        return state
    return replan.spread(state, gathered, spans=gathered.spans, rate_ppm=rate_ppm)


def change_due_date(state: LoanState, transaction: Transaction) -> LoanState:
    """The next instalment on another day, and the later ones on that day of their periods."""
    gathered = replan.gather(state, transaction.value_date)
    due_on = transaction.change.due_on
    if gathered is None or due_on is None or due_on <= gathered.first.scheduled.starts_on:
        return state
    return _on_days(state, gathered, due_on, len(gathered.spans), state.annual_rate_ppm)


def give_holiday(state: LoanState, transaction: Transaction) -> LoanState:
    """Nothing to pay for so many periods: every day to come moves on, and interest runs."""
    gathered = replan.gather(state, transaction.value_date)
    if gathered is None:
        return state
    old = gathered.spans[0].due_on
    # A loan of the 31st that skips to a 30th comes back to the 31st.
    anchor_day = _anchor(state, old, old)
    due_on = replan.later(state.terms, old, transaction.change.periods, anchor_day=anchor_day)
    spans = _spans_from(state, gathered, due_on, len(gathered.spans), anchor_day)
    return replan.spread(state, gathered, spans=spans, rate_ppm=state.annual_rate_ppm)


def extend(state: LoanState, transaction: Transaction) -> LoanState:
    """So many periods more, and smaller instalments."""
    gathered = replan.gather(state, transaction.value_date)
    if gathered is None:
        return state
    count = len(gathered.spans) + transaction.change.periods
    spans = _continued(state, gathered.spans, count)
    return replan.spread(state, gathered, spans=spans, rate_ppm=state.annual_rate_ppm)


def restructure(state: LoanState, transaction: Transaction) -> LoanState:
    """Everything that is owed, overdue too, over new periods; penalty waived if so agreed.

    What was overdue is carried by the next instalment as it is: its interest and penalty bear
    nothing, its principal is spread with the rest.
    """
    change, on = transaction.change, transaction.value_date
    if state.outstanding_fen == 0 or state.written_off_on is not None:
        return state
    if change.waives_penalty:
        state = _without_penalty(state, transaction)
    overdue = tuple(
        line for line in state.instalments if line.due_on <= on and line.outstanding_fen
    )
    gathered = replan.gather(state, on) or _new_period(state, on)
    gathered = _with_overdue(gathered, overdue, on)
    due_on = change.due_on
    if due_on is None or due_on <= gathered.spans[0].starts_on:
        due_on = gathered.spans[0].due_on
    count = change.periods or len(gathered.spans)
    rate_ppm = state.annual_rate_ppm if change.annual_rate_ppm is None else change.annual_rate_ppm
    return _on_days(state, gathered, due_on, count, rate_ppm)


def _on_days(
    state: LoanState, gathered: Gathered, due_on: date, count: int, rate_ppm: int
) -> LoanState:
    """Spread over so many periods, the first due on a day."""
    anchor_day = _anchor(state, gathered.spans[0].due_on, due_on)
    spans = _spans_from(state, gathered, due_on, count, anchor_day)
    # Who chose the 30th keeps it, also when the next change starts from a shorter month.
    own = state.terms.disbursed_on.day
    state = replace(state, due_day=None if anchor_day == own else anchor_day)
    return replan.spread(state, gathered, spans=spans, rate_ppm=rate_ppm)


def _spans_from(
    state: LoanState, gathered: Gathered, due_on: date, count: int, anchor_day: int
) -> list[Span]:
    """So many periods, the first due on a day, the others on the anchor day."""
    terms, old = state.terms, gathered.spans[0]
    first = old
    if due_on != old.due_on:
        first = Span(old.starts_on, due_on, replan.worth(terms, old.starts_on, due_on))
    spans = [first]
    for index in range(1, count):
        begins = spans[-1].due_on
        ends = replan.later(terms, due_on, index, anchor_day=anchor_day)
        spans.append(Span(begins, ends))
    return spans


def _anchor(state: LoanState, old: date, new: date) -> int:
    """The day of the month that is kept: the loan's own, unless another one was chosen."""
    own = state.due_day or state.terms.disbursed_on.day
    if old.day != new.day:
        return new.day
    return own if replan.later(state.terms, new, 0, anchor_day=own) == new else new.day


def _continued(state: LoanState, spans: Sequence[Span], count: int) -> list[Span]:
    longer = list(spans[:count])
    last = longer[-1].due_on
    anchor_day = _anchor(state, last, last)
    for index in range(1, count - len(spans) + 1):
        ends = replan.later(state.terms, last, index, anchor_day=anchor_day)
        longer.append(Span(longer[-1].due_on, ends))
    return longer


def _without_penalty(state: LoanState, transaction: Transaction) -> LoanState:
    owing = [line for line in state.instalments if line.penalty.outstanding_fen]
    told = tuple(
        Allocation(
            transaction.sequence,
            line.number,
            Component.PENALTY,
            line.penalty.outstanding_fen,
            is_waiver=True,
        )
        for line in owing
    )
    return replace(
        state,
        instalments=tuple(_penalty_waived(line) for line in state.instalments),
        allocations=state.allocations + told,
    )


def _penalty_waived(line: InstalmentState) -> InstalmentState:
    penalty = line.penalty
    waived_fen = penalty.waived_fen + penalty.outstanding_fen
    return replace(line, penalty=replace(penalty, waived_fen=waived_fen))


def _new_period(state: LoanState, on: date) -> Gathered:
    """A loan past its last day gets an empty period, for what is overdue to be laid into."""
    number = max(line.number for line in state.instalments) + 1
    due_on = replan.later(state.terms, on, 1, anchor_day=on.day)
    row = Instalment(number, on, due_on, 0, 0)
    return Gathered(
        kept=state.instalments,
        first=InstalmentState(scheduled=row, principal=Balance(), interest=Balance()),
        principal_fen=0,
        spans=(Span(on, due_on),),
        numbers=(number, number),
        fees=(Balance(),),
        ceilings_fen=(0,),
        allocations=state.allocations,
    )


def _with_overdue(gathered: Gathered, overdue: Sequence[InstalmentState], on: date) -> Gathered:
    """What is overdue leaves its instalments and joins what is to come."""
    first, fees = gathered.first, list(gathered.fees)
    for line in overdue:
        interest_fen = line.interest.outstanding_fen
        penalty_fen = line.penalty.outstanding_fen
        first = replace(
            first,
            interest=replace(first.interest, due_fen=first.interest.due_fen + interest_fen),
            penalty=replace(first.penalty, due_fen=first.penalty.due_fen + penalty_fen),
            penalty_carried_fen=first.penalty_carried_fen + penalty_fen,
        )
        fees[0] = replace(fees[0], due_fen=fees[0].due_fen + line.fee.outstanding_fen)
    gone = {line.number: _emptied(line, on) for line in overdue}
    return replace(
        gathered,
        kept=tuple(gone.get(line.number, line) for line in gathered.kept),
        first=first,
        fees=tuple(fees),
        principal_fen=gathered.principal_fen
        + sum(line.principal.outstanding_fen for line in overdue),
    )


def _emptied(line: InstalmentState, on: date) -> InstalmentState:
    for component in Component:
        before = line.balance(component)
        line = line.with_balance(component, replace(before, due_fen=before.settled_fen))
    return replace(line, settled_on=on)
