"""Principal and interest row by row, for every method of repaying, from one payout.

Interest is the balance times the period's factor, rounded by the contract's rule. The last row
takes what is left, and no row takes more than that or less than nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from lending.calc.conventions.arithmetic import Arithmetic, arithmetic_of
from lending.calc.conventions.rounding import divided, rounded
from lending.calc.plans import Method, Plan

Factors = Sequence[Fraction]
Row = tuple[int, int]  # principal and interest, in fen
Share = Callable[[int, int, int], int]  # number, balance and interest make principal


def rows(plan: Plan, principal_fen: int, factors: Factors, level_factors: Factors) -> list[Row]:
    """The rows of a plan over periods of these factors, before interest is put off."""
    if plan.method is Method.EQUAL_INSTALMENT:
        return _level_rows(plan, principal_fen, factors, level_factors)
    if plan.method is Method.FLAT:
        return list(_flat_rows(plan, principal_fen, factors))
    if plan.method is Method.BULLET:
        return _bullet_rows(plan, principal_fen, factors)
    share = SHARES[plan.method](plan, principal_fen, level_factors)
    return list(_run(plan, principal_fen, factors, share))


def level_of(plan: Plan, balance_fen: int, factors: Factors, *, balloon_fen: int = 0) -> int:
    """The equal instalment, on its multiple."""
    if plan.fixed_instalment_fen is not None:
        return plan.fixed_instalment_fen
    exact = arithmetic_of(plan).level(balance_fen, factors, balloon_fen)
    rounding = plan.instalment_rounding or plan.rounding
    return max(rounded(exact, rounding, multiple=plan.instalment_multiple_fen), 0)


def tuned(gap_fen: int, level_fen: int, periods: int, plan: Plan) -> int | None:
    """The level to try instead when the last instalment stands out too far, or None.

    Apache Fineract's rule: a gap wider than half a fen for each period is spread over all.
    """
    if not plan.tune_last_instalment or abs(gap_fen) <= periods // 2:
        return None
    better = level_fen + Fraction(gap_fen, periods)
    rounding = plan.instalment_rounding or plan.rounding
    return rounded(better, rounding, multiple=plan.instalment_multiple_fen) if better > 0 else None


def put_off(parts: Sequence[Row], periods: int) -> Iterator[Row]:
    """Interest of the first periods collected with the first instalment after them."""
    waiting_fen = 0
    for number, (principal_fen, interest_fen) in enumerate(parts, start=1):
        if number <= periods and number < len(parts):
            waiting_fen += interest_fen
            yield principal_fen, 0
        else:
            yield principal_fen, interest_fen + waiting_fen
            waiting_fen = 0


def _level_rows(plan: Plan, principal_fen: int, factors: Factors, level: Factors) -> list[Row]:
    grace = plan.grace.principal_periods
    level_fen = level_of(plan, principal_fen, level[grace:])
    found = list(_run(plan, principal_fen, factors, _level_share(plan, level_fen)))
    other_fen = tuned(sum(found[-1]) - level_fen, level_fen, len(found) - grace, plan)
    if other_fen is None:
        return found
    other = list(_run(plan, principal_fen, factors, _level_share(plan, other_fen)))
    is_closer = abs(sum(other[-1]) - other_fen) < abs(sum(found[-1]) - level_fen)
    return other if is_closer else found


def _level_share(plan: Plan, level_fen: int) -> Share:
    def share(number: int, balance_fen: int, interest_fen: int) -> int:
        return 0 if number <= plan.grace.principal_periods else level_fen - interest_fen

    return share


def _equal_share(plan: Plan, principal_fen: int, factors: Factors) -> Share:
    each_fen = divided(principal_fen, len(factors) - plan.grace.principal_periods, plan.rounding)

    def share(number: int, balance_fen: int, interest_fen: int) -> int:
        return 0 if number <= plan.grace.principal_periods else each_fen

    return share


def _balloon_share(plan: Plan, principal_fen: int, factors: Factors) -> Share:
    """Level instalments that leave the balloon, which is paid with the last of them."""
    grace = plan.grace.principal_periods
    level_fen = level_of(plan, principal_fen, factors[grace:], balloon_fen=plan.balloon_fen)
    level = _level_share(plan, level_fen)

    def share(number: int, balance_fen: int, interest_fen: int) -> int:
        spare_fen = max(balance_fen - plan.balloon_fen, 0)
        return min(level(number, balance_fen, interest_fen), spare_fen)

    return share


def _no_share(plan: Plan, principal_fen: int, factors: Factors) -> Share:
    return lambda number, balance_fen, interest_fen: 0


SHARES = {
    Method.EQUAL_PRINCIPAL: _equal_share,
    Method.BALLOON: _balloon_share,
    Method.INTEREST_ONLY: _no_share,
}


def _run(plan: Plan, principal_fen: int, factors: Factors, share: Share) -> Iterator[Row]:
    arithmetic: Arithmetic = arithmetic_of(plan)
    balance_fen, last = principal_fen, len(factors)
    for number, factor in enumerate(factors, start=1):
        interest_fen = rounded(arithmetic.interest(balance_fen, factor), plan.rounding)
        wanted_fen = share(number, balance_fen, interest_fen)
        paid_fen = balance_fen if number == last else min(max(wanted_fen, 0), balance_fen)
        balance_fen -= paid_fen
        yield paid_fen, interest_fen


def _bullet_rows(plan: Plan, principal_fen: int, factors: Factors) -> list[Row]:
    """Nothing until the end, and then everything: simple interest, rounded once."""
    interest = arithmetic_of(plan).interest(principal_fen, sum(factors, start=Fraction(0)))
    return [(0, 0)] * (len(factors) - 1) + [(principal_fen, rounded(interest, plan.rounding))]


def _flat_rows(plan: Plan, principal_fen: int, factors: Factors) -> Iterator[Row]:
    """Interest of the whole term on the first balance; the last row takes the rounding of both."""
    exact = [principal_fen * factor for factor in factors]
    each = [rounded(interest, plan.rounding) for interest in exact]
    total_fen = rounded(sum(exact, start=Fraction(0)), plan.rounding)
    grace = plan.grace.principal_periods
    rounding = plan.instalment_rounding or plan.rounding
    level = Fraction(principal_fen + total_fen, len(factors) - grace)
    level_fen = rounded(level, rounding, multiple=plan.instalment_multiple_fen)
    balance_fen, waiting_fen = principal_fen, total_fen
    for number, interest_fen in enumerate(each, start=1):
        is_last = number == len(factors)
        charged_fen = waiting_fen if is_last else min(interest_fen, waiting_fen)
        wanted_fen = 0 if number <= grace else max(level_fen - charged_fen, 0)
        paid_fen = balance_fen if is_last else min(wanted_fen, balance_fen)
        balance_fen, waiting_fen = balance_fen - paid_fen, waiting_fen - charged_fen
        yield paid_fen, charged_fen
