"""Fees of a plan: lent on top, taken at the start, on a day, or paid with every instalment.

A percentage of a fee that is asked once is one of the whole loan, all its tranches and all its
interest; that of a fee of each instalment is one of that instalment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from common.rates import PPM
from lending.calc.conventions.due_dates import Span
from lending.calc.conventions.rounding import rounded
from lending.calc.plans import FeeBase, ImpossibleTerms, Plan, PlanFee

Row = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Place:
    """A row of the schedule and the period that it closes; the first one holds its first day."""

    number: int
    starts_on: date
    ends_on: date
    rows: int

    def holds(self, fee: PlanFee) -> bool:
        """Whether a fee that is asked once is asked here."""
        if fee.on is not None:
            is_first_day = self.number == 1 and fee.on == self.starts_on
            return is_first_day or self.starts_on < fee.on <= self.ends_on
        return fee.instalment in {self.number, self.number - self.rows - 1}


def lent_fen(plan: Plan) -> int:
    """What bears interest: the first payout and the fees lent on top of it."""
    financed = (fee for fee in plan.fees if fee.is_financed)
    return plan.principal_fen + sum(_fee(fee, plan.principal_fen, 0, plan) for fee in financed)


def at_start_fen(plan: Plan, rows: Sequence[Row]) -> int:
    """What is taken when the money is paid out, as part of all principal or of all interest."""
    return sum(_once(fee, plan, rows) for fee in plan.fees if fee.is_at_start)


def of_rows(plan: Plan, spans: Sequence[Span], rows: Sequence[Row]) -> list[int]:
    """What is paid with each instalment: its part of every one, and what is asked at its time.

    Raises ImpossibleTerms for a fee of a day or an instalment that the plan does not have.
    """
    each = [fee for fee in plan.fees if fee.is_each_instalment]
    fees_fen = [sum(_fee(fee, *row, plan) for fee in each) for row in rows]
    places = [
        _Place(number, span.starts_on, span.ends_on, len(rows))
        for number, (span, _) in enumerate(zip(spans, rows, strict=False), start=1)
    ]
    for fee in plan.fees:
        if fee.on is None and fee.instalment is None:
            continue
        place = next((each for each in places if each.holds(fee)), None)
        if place is None:
            raise ImpossibleTerms
        fees_fen[place.number - 1] += _once(fee, plan, rows)
    return fees_fen


def _once(fee: PlanFee, plan: Plan, rows: Sequence[Row]) -> int:
    principal_fen = plan.principal_fen + sum(each.amount_fen for each in plan.tranches)
    return _fee(fee, principal_fen, sum(interest_fen for _, interest_fen in rows), plan)


def _fee(fee: PlanFee, principal_fen: int, interest_fen: int, plan: Plan) -> int:
    if not fee.rate_ppm:
        return fee.amount_fen
    base_fen = {
        FeeBase.PRINCIPAL: principal_fen,
        FeeBase.INTEREST: interest_fen,
        FeeBase.INSTALMENT: principal_fen + interest_fen,
    }[fee.base]
    return fee.amount_fen + rounded(base_fen * Fraction(fee.rate_ppm) / PPM, plan.rounding)
