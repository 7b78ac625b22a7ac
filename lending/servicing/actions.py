"""The one step that carries a loan: fold its log, keep the answer, say what must be posted.

Closing drives it by ranges, repayments and disbursements under the loan's lock.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from common import rows as plain_rows
from common.transactions import required
from lending.calc.contracts import InstalmentState, LoanState, Transaction
from lending.calc.conventions.strategies import Component
from lending.calc.fold import fold
from lending.ledger import actions as ledger_verbs
from lending.ledger import queries as ledger
from lending.ledger.contracts import Line
from lending.loans import memory
from lending.loans import queries as loans
from lending.loans.models import Instalment, Loan
from lending.loans.models import LoanState as Life
from lending.servicing import courses, subledger
from lending.servicing.course import Course
from lending.servicing.waiving import beyond_the_cap


@dataclass(frozen=True, slots=True)
class Carried:
    """A loan's state for a day, the lines that its books lack, and what has just been paid."""

    state: LoanState
    lines: tuple[Line, ...]
    newly_paid: tuple[Instalment, ...]


@required
def catch_up(*, loan: Loan, through: date) -> tuple[LoanState, ...]:
    """Carry a locked loan day by day and post every day's accrual under that day.

    For a loan that closing had to leave behind, before anything else happens to it. The states of
    the days that it was brought through, none where it is not behind.
    """
    states: list[LoanState] = []
    while loan.carried_through is not None and loan.carried_through < through:
        day = loan.carried_through + timedelta(days=1)
        carried = bring_forward(loan=loan, through=day)
        ledger_verbs.post(
            entry_key=f"accrual:{day.isoformat()}:loan:{loan.pk}",
            business_date=day,
            kind="ACCRUAL",
            lines=carried.lines,
        )
        states.append(carried.state)
    return tuple(states)


@required
def bring_forward(
    *, loan: Loan, through: date, after: plain_rows.Statement | None = None
) -> Carried:
    """Bring a locked loan's columns and instalments to the end of a day.

    Never goes back: a day before the one it was carried to gives the later day's state. The caller
    posts the lines in the same transaction. What the loan asks beyond the cap is waived first. Only
    what the fold answers is written: no other column of the loan may have been changed. `after`
    writes what has happened into the log before it is read.
    """
    through = max(through, loan.carried_through or through)
    terms, log = loans.read(loan, after=after)
    step = _step(
        loan,
        memory.fold(loan.pk, terms, log, through),
        log=log,
        rows=plain_rows.every(Instalment, column="loan_id", value=loan.pk, order="number"),
        present=ledger.loan_balances_fen(loan.pk),
    )
    columns = {name: getattr(loan, name) for name in COLUMNS}
    plain_rows.send(
        plain_rows.changed(loan, **columns),
        *_changed_instalments([step]),
        *courses.kept({loan.pk: step.course}),
    )
    _add_and_remove_instalments([step])
    return step.carried


@required
def bring_forward_together(*, picked: Sequence[Loan], through: date) -> dict[int, Carried]:
    """The same for many locked loans that have not seen the day, in a few statements."""
    known = loans.read_together(picked)
    present = ledger.balances_of_loans_fen(known)
    rows: dict[int, list[Instalment]] = {number: [] for number in known}
    for row in Instalment.objects.filter(loan_id__in=known):
        rows[row.loan_id].append(row)
    steps: dict[int, _Step] = {}
    for loan in picked:
        terms, log = known[loan.pk]
        steps[loan.pk] = _step(
            loan,
            fold(terms, log, through),
            log=log,
            rows=rows[loan.pk],
            present=present[loan.pk],
        )
    plain_rows.send(
        plain_rows.changed_many(Loan, picked, COLUMNS),
        *_changed_instalments(steps.values()),
        *courses.kept({number: step.course for number, step in steps.items()}),
    )
    _add_and_remove_instalments(steps.values())
    return {number: step.carried for number, step in steps.items()}


@dataclass(frozen=True, slots=True)
class _Step:
    """One loan's day: what it is now, how it goes on, and what of its rows is to be written."""

    carried: Carried
    course: Course | None
    changed: list[Instalment]
    added: list[Instalment]
    gone: list[int]


def _step(
    loan: Loan,
    state: LoanState,
    *,
    log: list[Transaction],
    rows: Iterable[Instalment],
    present: Mapping[str, int],
) -> _Step:
    """Fill the loan's columns and rows with the state; of these nothing is written yet.

    A change of terms may add rows, or take away such as nothing was paid on.
    """
    state = beyond_the_cap.waive(loan, log, state)
    lines = subledger.difference(
        wanted=subledger.balances_fen(state), present=present, loan_id=loan.pk
    )
    _fill(loan, state)
    left = {row.number: row for row in rows}
    changed, added, newly_paid = [], [], []
    for line in state.instalments:
        row = left.pop(line.number, None)
        if row is None:
            added.append(_copied(Instalment(loan=loan, number=line.number), line))
        elif differs(row=row, line=line):
            was_paid = row.paid_on is not None
            changed.append(_copied(row, line))
            if row.paid_on is not None and not was_paid:
                newly_paid.append(row)
    return _Step(
        carried=Carried(state=state, lines=lines, newly_paid=tuple(newly_paid)),
        course=_course(loan, log, state),
        changed=changed,
        added=added,
        gone=[row.pk for row in left.values()],
    )


def _changed_instalments(steps: Collection[_Step]) -> list[plain_rows.Statement]:
    changed = [row for step in steps for row in step.changed]
    return [plain_rows.changed_many(Instalment, changed, COPIED)] if changed else []


def _add_and_remove_instalments(steps: Collection[_Step]) -> None:
    """What only a payout and a change of terms bring."""
    if added := [row for step in steps for row in step.added]:
        Instalment.objects.bulk_create(added)
    if gone := [pk for step in steps for pk in step.gone]:
        Instalment.objects.filter(pk__in=gone).delete()


def _course(loan: Loan, log: list[Transaction], state: LoanState) -> Course | None:
    later = (each.value_date for each in log if each.value_date > state.through)
    course = courses.read(state=state, next_event_on=min(later, default=None))
    return beyond_the_cap.bounded(loan, log, state, course)


# What of a loan is the fold's answer.
COLUMNS = (
    "carried_through", "principal_outstanding_fen", "interest_accrued_fen", "penalty_accrued_fen",
    "fee_accrued_fen", "interest_paid_fen", "penalty_paid_fen", "fee_paid_fen", "overpaid_fen",
    "written_off_fen", "recovered_fen", "oldest_unpaid_due_on", "settled_on", "state",
)  # fmt: skip


def _fill(loan: Loan, state: LoanState) -> None:
    loan.carried_through = state.through
    loan.principal_outstanding_fen = state.principal_outstanding_fen
    loan.interest_accrued_fen = state.interest_accrued_fen
    loan.penalty_accrued_fen = state.penalty_accrued_fen
    loan.fee_accrued_fen = state.fee_accrued_fen
    loan.interest_paid_fen = subledger.settled_fen(state, Component.INTEREST)
    loan.penalty_paid_fen = subledger.settled_fen(state, Component.PENALTY)
    loan.fee_paid_fen = subledger.settled_fen(state, Component.FEE)
    loan.overpaid_fen = state.overpaid_fen
    loan.written_off_fen = state.written_off_fen
    loan.recovered_fen = state.recovered_fen
    loan.oldest_unpaid_due_on = state.oldest_unpaid_due_on
    loan.settled_on = state.settled_on
    loan.state = life_of(state=state)


def life_of(*, state: LoanState) -> Life:
    """Where the loan is in its life."""
    if state.withdrawn_on is not None and state.is_settled:
        return Life.CANCELLED
    if state.written_off_on is not None:
        return Life.WRITTEN_OFF
    return Life.SETTLED if state.is_settled else Life.ACTIVE


# Each column of a row, and where the fold's line says it.
COPIED: Mapping[str, Callable[[InstalmentState], object]] = {
    "starts_on": lambda line: line.scheduled.starts_on,
    "due_on": lambda line: line.due_on,
    "principal_fen": lambda line: line.principal.due_fen,
    "interest_fen": lambda line: max(line.scheduled.interest_fen, line.interest.due_fen),
    "interest_due_fen": lambda line: line.interest.due_fen,
    "interest_carried_fen": lambda line: line.scheduled.carried_fen,
    "fee_fen": lambda line: line.fee.due_fen,
    "penalty_fen": lambda line: line.penalty.due_fen,
    "principal_paid_fen": lambda line: line.principal.settled_fen,
    "interest_paid_fen": lambda line: line.interest.settled_fen,
    "fee_paid_fen": lambda line: line.fee.settled_fen,
    "penalty_paid_fen": lambda line: line.penalty.settled_fen,
    "written_off_fen": lambda line: line.written_off_fen,
    "paid_on": lambda line: line.settled_on,
}


def differs(*, row: Instalment, line: InstalmentState) -> bool:
    """Whether the kept row is not what the fold says of the instalment."""
    return any(getattr(row, name) != read(line) for name, read in COPIED.items())


def _copied(row: Instalment, line: InstalmentState) -> Instalment:
    for name, read in COPIED.items():
        setattr(row, name, read(line))
    return row
