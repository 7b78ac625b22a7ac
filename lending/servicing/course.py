"""How a loan goes on by itself while nothing happens to it, as figures that SQL can follow.

A course says of every day up to `through` what the fold would say of it, in the same whole-number
expressions. Only a loan with an event that day, a line that turns late or a payment, is folded.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from lending.calc.accrual import penalty_fen
from lending.calc.contracts import InstalmentState, LoanState
from lending.calc.fold import forward

DAY = timedelta(days=1)
# How far ahead the fold is asked whether it agrees, where nothing is due to happen.
LOOK_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class LateLine:
    """An instalment whose penalty grows with every day."""

    number: int
    principal_fen: int
    fen_days: int
    carried_fen: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """Interest of the one instalment that runs and penalty of the late ones; the rest stands."""

    since: date
    through: date
    starts_on: date
    length_days: int
    interest_fen: int
    least_fen: int
    most_fen: int
    interest_else_fen: int
    penalty_else_fen: int
    penalty_rate_ppm: int
    late: tuple[LateLine, ...] = ()

    def interest_accrued_fen(self, on: date) -> int:
        """What the loan has earned by the end of the day."""
        elapsed_days = min(max((on - self.starts_on).days, 0), self.length_days)
        by_time = self.interest_fen * elapsed_days // self.length_days
        return self.interest_else_fen + min(self.most_fen, max(by_time, self.least_fen))

    def line_penalty_fen(self, line: LateLine, on: date) -> int:
        """What one late instalment has cost by the end of the day."""
        fen_days = line.fen_days + line.principal_fen * (on - self.since).days
        return line.carried_fen + penalty_fen(fen_days, self.penalty_rate_ppm)

    def penalty_accrued_fen(self, on: date) -> int:
        """What lateness has cost by the end of the day."""
        return self.penalty_else_fen + sum(self.line_penalty_fen(line, on) for line in self.late)


def course_of(state: LoanState, *, until: date = date.max) -> Course | None:
    """The course from the state's day on, no further than `until`; nothing for a day-to-day loan.

    The fold is asked about the first day and the last: where it says anything else, because a rule
    came that this module does not know, there is no course and closing folds the loan every day.
    """
    course = _read(state, until)
    last = min(course.through, state.through + LOOK_AHEAD)
    if last <= state.through:
        return None
    for day in {state.through + DAY, last}:
        if not _agrees(course, state, day):
            return None
    return replace(course, through=last)


def _read(state: LoanState, until: date) -> Course:
    running = _running(state)
    late = tuple(
        LateLine(
            number=line.number,
            principal_fen=line.principal.outstanding_fen,
            fen_days=line.overdue_fen_days,
            carried_fen=line.penalty_carried_fen,
        )
        for line in state.instalments
        if _is_late(line, state)
    )
    course = Course(
        since=state.through,
        through=min([until, *_turns(state, running)]),
        starts_on=state.through,
        length_days=1,
        interest_fen=0,
        least_fen=0,
        most_fen=0,
        interest_else_fen=state.interest_accrued_fen,
        penalty_else_fen=0,
        penalty_rate_ppm=state.terms.penalty_rate_ppm,
        late=late,
    )
    if running is not None:
        course = _with_running(course, running, state)
    growing_fen = course.penalty_accrued_fen(state.through)
    return replace(course, penalty_else_fen=state.penalty_accrued_fen - growing_fen)


def _with_running(course: Course, running: InstalmentState, state: LoanState) -> Course:
    earned_fen = running.interest_earned_fen(state.through)
    return replace(
        course,
        starts_on=running.scheduled.starts_on,
        length_days=(running.due_on - running.scheduled.starts_on).days,
        interest_fen=running.scheduled.interest_fen,
        least_fen=running.interest.settled_fen,
        most_fen=running.interest.due_fen,
        interest_else_fen=state.interest_accrued_fen - earned_fen,
    )


def _running(state: LoanState) -> InstalmentState | None:
    """The first instalment whose interest is still being earned, or will be."""
    for line in state.instalments:
        is_earned = line.interest_earned_fen(state.through) == line.interest.due_fen
        if line.due_on > state.through and not is_earned:
            return line
    return None


def _is_late(line: InstalmentState, state: LoanState) -> bool:
    return line.principal.outstanding_fen > 0 and state.through > _last_free_day(line, state)


def _turns(state: LoanState, running: InstalmentState | None) -> list[date]:
    """The last days before something turns: the due date that ends a run, the end of grace."""
    turns = [] if running is None else [running.due_on]
    turns += [
        _last_free_day(line, state)
        for line in state.instalments
        if line.principal.outstanding_fen > 0 and not _is_late(line, state)
    ]
    return turns


def _last_free_day(line: InstalmentState, state: LoanState) -> date:
    return line.due_on + timedelta(days=state.terms.grace_days)


def _agrees(course: Course, state: LoanState, day: date) -> bool:
    later = forward(state, day)
    said = (course.interest_accrued_fen(day), course.penalty_accrued_fen(day))
    if said != (later.interest_accrued_fen, later.penalty_accrued_fen):
        return False
    penalties = {line.number: course.line_penalty_fen(line, day) for line in course.late}
    return all(
        replace(after, overdue_fen_days=0)
        == replace(
            before,
            overdue_fen_days=0,
            penalty=replace(
                before.penalty, due_fen=penalties.get(before.number, before.penalty.due_fen)
            ),
        )
        for before, after in zip(state.instalments, later.instalments, strict=True)
    )
