"""What must be waived so that a running loan stays within the cap. Pure.

The most that may still be owed on a day is what was paid out, grown at the cap, less every payment
grown from its own day. What penalty, fees and interest ask beyond that is waived as soon as they
are due; principal never is. What was paid ahead of its day counts on its day: nobody asked sooner.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext

from common.rates import PPM
from lending.calc.contracts import Change, LoanState, Policy, Terms, Transaction, TransactionKind
from lending.calc.fold import fold, standing
from lending.products.caps.years import years_until

IN = frozenset(
    {
        TransactionKind.REPAYMENT,
        TransactionKind.PREPAYMENT,
        TransactionKind.PAYOFF,
        TransactionKind.WITHDRAWAL,
        TransactionKind.RECOVERY,
        TransactionKind.MERCHANT_REFUND,
    }
)
OUT = TransactionKind.CREDIT_BALANCE_REFUND
DIGITS = 50
# What such a waiver is called in the log.
CODE = "CAP"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may be owed at most: every movement of money, each with the day on which it counts."""

    terms: Terms
    moved: tuple[tuple[date, int], ...]
    cap_ppm: int

    def fen(self, day: date) -> int:
        """At the end of a day, rounded down; never less than nothing."""
        with localcontext() as exact:
            exact.prec = DIGITS
            growth, until = 1 + Decimal(self.cap_ppm) / PPM, years_until(self.terms.schedule, day)
            balance = Decimal(0)
            for moved_on, amount_fen in self.moved:
                years = until - years_until(self.terms.schedule, moved_on)
                balance += amount_fen * growth ** (Decimal(years.numerator) / years.denominator)
            return max(int(balance), 0)


def waiver_fen(
    terms: Terms, transactions: Iterable[Transaction], *, through: date, cap_ppm: int
) -> int:
    """How much penalty and due fees and interest to waive on a day, so that all paid keeps the cap.

    Nothing before the payout, and nothing where the cap is kept. Raises UnsoundLog.
    """
    log, waived_fen = list(transactions), 0
    state = fold(terms, log, through)
    # Money of the same day is spent after the waiver, and may leave more of it to be waived.
    while more_fen := excess_fen(state, log, cap_ppm=cap_ppm):
        waived_fen += more_fen
        state = fold(terms, [*log, waiver(log, on=through, amount_fen=waived_fen)], through)
    return waived_fen


def waiver(log: Sequence[Transaction], *, on: date, amount_fen: int) -> Transaction:
    """The line of the log that says so."""
    return Transaction(
        kind=TransactionKind.WAIVER,
        sequence=max((each.sequence for each in log), default=0) + 1,
        value_date=on,
        amount_fen=amount_fen,
        change=Change(code=CODE),
    )


def excess_fen(state: LoanState, log: Sequence[Transaction], *, cap_ppm: int) -> int:
    """The same for a loan that was folded already."""
    most_fen = forgivable_fen(state)
    if most_fen == 0:
        return 0
    too_much_fen = owed_fen(state) - allowance(state, log, cap_ppm=cap_ppm).fen(state.through)
    return min(max(too_much_fen, 0), most_fen)


def allowed_fen(
    terms: Terms, transactions: Iterable[Transaction], *, through: date, cap_ppm: int
) -> int:
    """The most that may be owed at the end of a day, rounded down; never less than nothing."""
    log = list(transactions)
    return allowance(fold(terms, log, through), log, cap_ppm=cap_ppm).fen(through)


def allowance(state: LoanState, log: Sequence[Transaction], *, cap_ppm: int) -> Allowance:
    """What the log says of money, for the days from the state's on until more is moved."""
    terms = state.terms
    moved = [(terms.disbursed_on, terms.principal_fen)]
    for each in standing(log):
        if each.value_date > state.through:
            continue
        if each.kind is OUT:
            moved.append((each.value_date, each.amount_fen))
        elif each.kind in IN:
            moved += [(day, -amount_fen) for day, amount_fen in _counted(state, each)]
    return Allowance(terms, tuple(moved), cap_ppm)


def last_day_within(
    allowed: Allowance, owed: Callable[[date], int], *, since: date, through: date
) -> date:
    """The last day up to `through` on which a loan that goes on by itself keeps the cap.

    `owed` grows evenly and what is allowed does not fall, so that whole stretches are safe at once.
    """
    day = since
    while day < through:
        length_days = (through - day).days
        grown_fen = owed(through) - owed(day) + 2
        room_fen = allowed.fen(day) - owed(day) - 2
        safe_days = min(max(room_fen * length_days // grown_fen, 0), length_days)
        if safe_days == 0:
            following = day + timedelta(days=1)
            if owed(following) > allowed.fen(following):
                return day
            safe_days = 1
        day += timedelta(days=safe_days)
    return through


def owed_fen(state: LoanState) -> int:
    """What paying all would cost on the day of the state: principal, and what was earned."""
    interest_fen = sum(
        max(line.interest_earned_fen(state.through) - line.interest.settled_fen, 0)
        for line in state.instalments
    )
    fee_fen = sum(
        max(line.fee_owed_fen(state.through) - line.fee.settled_fen, 0)
        for line in state.instalments
    )
    charges_fen = interest_fen + fee_fen + state.penalty_outstanding_fen
    return state.principal_outstanding_fen + charges_fen


def forgivable_fen(state: LoanState) -> int:
    """What a waiver can take: penalty, and fees and interest whose due date has come."""
    return state.penalty_outstanding_fen + sum(
        line.interest.outstanding_fen + line.fee.outstanding_fen
        for line in state.instalments
        if line.due_on <= state.through
    )


def _counted(state: LoanState, paid: Transaction) -> Iterator[tuple[date, int]]:
    """The days on which a payment counts: its own, or the later one for which it was made."""
    left_fen = paid.amount_fen
    if _runs_along(paid):
        due = {line.number: line.due_on for line in state.instalments}
        for each in state.allocations:
            if each.sequence == paid.sequence and not each.is_waiver:
                due_on = due.get(each.instalment, paid.value_date)
                day = due_on if due_on <= state.through else paid.value_date
                yield max(day, paid.value_date), each.amount_fen
                left_fen -= each.amount_fen
    if left_fen:
        yield paid.value_date, left_fen


def _runs_along(paid: Transaction) -> bool:
    """Whether the money follows the schedule, which goes on as it was."""
    is_along = paid.change.policy is Policy.NEXT_DUE
    return paid.kind is TransactionKind.REPAYMENT or (
        paid.kind is TransactionKind.PREPAYMENT and is_along
    )
