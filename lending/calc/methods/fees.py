"""Fees of a plan: lent on top, taken at the start, or paid with every instalment."""

from collections.abc import Sequence
from fractions import Fraction

from common.rates import PPM
from lending.calc.conventions.rounding import rounded
from lending.calc.plans import FeeBase, Plan, PlanFee

Row = tuple[int, int]


def lent_fen(plan: Plan) -> int:
    """What bears interest: the first payout and the fees lent on top of it."""
    financed = (fee for fee in plan.fees if fee.is_financed)
    return plan.principal_fen + sum(_fee(fee, plan.principal_fen, 0, plan) for fee in financed)


def at_start_fen(plan: Plan, rows: Sequence[Row]) -> int:
    """What is taken when the money is paid out, as part of all principal or of all interest."""
    interest_fen = sum(interest_fen for _, interest_fen in rows)
    once = (fee for fee in plan.fees if not fee.is_financed and not fee.is_each_instalment)
    return sum(_fee(fee, plan.principal_fen, interest_fen, plan) for fee in once)


def with_instalment_fen(plan: Plan, row: Row) -> int:
    """What is paid with one instalment, as part of its principal or of its interest."""
    return sum(_fee(fee, *row, plan) for fee in plan.fees if fee.is_each_instalment)


def _fee(fee: PlanFee, principal_fen: int, interest_fen: int, plan: Plan) -> int:
    if not fee.rate_ppm:
        return fee.amount_fen
    base_fen = {
        FeeBase.PRINCIPAL: principal_fen,
        FeeBase.INTEREST: interest_fen,
        FeeBase.INSTALMENT: principal_fen + interest_fen,
    }[fee.base]
    return fee.amount_fen + rounded(base_fen * Fraction(fee.rate_ppm) / PPM, plan.rounding)
