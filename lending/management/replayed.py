"""A loan's log from a JSON object, and the state that the fold makes of it."""

from datetime import date
from decimal import Decimal
from typing import Any

from common.rates import PPM
from lending.calc import settlement
from lending.calc.contracts import (
    UNDOING,
    WITHOUT_MONEY,
    Change,
    InstalmentState,
    LoanState,
    Policy,
    Terms,
    Transaction,
    TransactionKind,
)
from lending.calc.conventions.strategies import (
    DEFAULT,
    STRATEGIES,
    Age,
    Ahead,
    Component,
    Rule,
    Strategy,
)
from lending.calc.fold import fold
from lending.calc.methods.fees import lent_fen
from lending.calc.methods.recalculated import lines_of
from lending.calc.plans import Frequency, Plan
from lending.calc.schedule import build
from lending.management.quote_terms import asked
from lending.management.typed import MissingTerm, Typed, UnclearTerm, day, whole

DAYS_IN_WEEK = 7


def replayed(content: object) -> dict[str, Any]:
    """The loan on a day, after its transactions.

    Raises UnknownTerm, UnclearTerm, MissingTerm, ImpossibleTerms.
    """
    given = Typed(content, name="")
    plan = given.must("terms", _plan)
    through = given.must("through", day)
    penalty = given.take(
        "penalty_rate_percent", lambda value: Decimal(str(value)), default=Decimal()
    )
    grace_days = given.take("grace_days", whole, default=0)
    strategy = given.take("strategy", _strategy, default=DEFAULT)
    log: list[Transaction] = given.find("transactions", _log) or []
    follows_money = given.take("interest_follows_money", _yes, default=False)
    given.finish()
    if follows_money:
        return _as_it_follows(plan, log, through)
    principal_fen = lent_fen(plan)
    terms = Terms(
        principal_fen=principal_fen,
        annual_rate_ppm=int(plan.annual_rate_ppm),
        schedule=build(plan),
        penalty_rate_ppm=int(penalty * PPM / 100),
        grace_days=grace_days,
        disbursed_on=plan.first_disbursed_on,
        strategy=strategy,
        method=plan.method,
        **_steps(plan),
    )
    paid_out = Transaction(TransactionKind.DISBURSEMENT, 0, plan.first_disbursed_on, principal_fen)
    return told(fold(terms, [paid_out, *log], through))


def _plan(content: object) -> Plan:
    """What was agreed. A log is of one payout, and all that happened stands in it."""
    found = asked(content)
    if found.plan.tranches:
        raise UnclearTerm(name="terms.disbursements", value=len(found.plan.tranches) + 1)
    if found.occasions or found.payoff_on:
        said = found.occasions[0].kind if found.occasions else "PAYOFF"
        raise UnclearTerm(name="terms", value=said)
    return found.plan


def told(state: LoanState) -> dict[str, Any]:
    """A state in figures."""
    return {
        "through": state.through.isoformat(),
        "instalments": [_line(line) for line in state.instalments],
        "allocations": [
            {
                "sequence": each.sequence,
                "instalment": each.instalment,
                "component": each.component,
                "amount_fen": each.amount_fen,
                "is_waiver": each.is_waiver,
            }
            for each in state.allocations
        ],
        **{name: getattr(state, name) for name in FIGURES},
        "is_settled": state.is_settled,
        "settled_on": _iso(state.settled_on),
        "days_past_due": state.dpd(state.through),
        "payoff_fen": settlement.quote(state).total_fen,
    }


FIGURES = (
    "disbursed_fen",
    "received_fen",
    "outstanding_fen",
    "principal_outstanding_fen",
    "interest_outstanding_fen",
    "penalty_outstanding_fen",
    "fee_outstanding_fen",
    "interest_accrued_fen",
    "waived_fen",
    "overpaid_fen",
    "refunded_fen",
    "written_off_fen",
    "recovered_fen",
)


def _line(line: InstalmentState) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "number": line.number,
        "due_on": line.due_on.isoformat(),
        "outstanding_fen": line.outstanding_fen,
        "settled_on": _iso(line.settled_on),
    }
    for component in Component:
        balance = line.balance(component)
        figures[f"{component.value.lower()}_fen"] = balance.due_fen
        figures[f"{component.value.lower()}_paid_fen"] = balance.paid_fen
    return figures


def _as_it_follows(plan: Plan, log: list[Transaction], through: date) -> dict[str, Any]:
    payments = [(each.value_date, each.amount_fen) for each in log if each.value_date <= through]
    return {
        "through": through.isoformat(),
        "instalments": [
            {
                "number": number,
                "due_on": line.span.ends_on.isoformat(),
                "principal_fen": line.principal_fen,
                "interest_fen": line.interest_fen,
                "total_fen": line.total_fen,
                "balance_fen": line.balance_fen,
                "paid_fen": line.paid_fen,
                "in_advance_fen": line.in_advance_fen,
                "late_fen": line.late_fen,
            }
            for number, line in enumerate(lines_of(plan, payments, as_of=through), start=1)
        ],
    }


def _log(content: Any) -> list[Transaction]:
    return [_transaction(each, sequence) for sequence, each in enumerate(list(content), start=1)]


def _transaction(content: object, sequence: int) -> Transaction:
    given = Typed(content, name=f"transactions[{sequence}]")
    change = Change(
        policy=given.take("policy", Policy, default=Policy.REDUCE_INSTALMENT),
        periods=given.take("periods", whole, default=0),
        annual_rate_ppm=given.find("annual_rate_ppm", whole),
        due_on=given.find("due_on", day),
        waives_penalty=given.take("waives_penalty", _yes, default=False),
        refunds_interest=given.take("refunds_interest", _yes, default=False),
        charges_interest=given.take("charges_interest", _yes, default=False),
    )
    kind = given.must("kind", TransactionKind)
    number = given.take("sequence", whole, default=sequence)
    value_date = given.must("value_date on date", day)
    amount_fen = given.take("amount_fen", whole, default=0)
    reverses = given.find("reverses", whole)
    given.finish()
    if amount_fen <= 0 and kind not in WITHOUT_MONEY:
        raise UnclearTerm(name="amount_fen", value=amount_fen)
    if (kind in UNDOING) != (reverses is not None):
        raise MissingTerm(name="reverses")
    return Transaction(kind, number, value_date, amount_fen, reverses, change)


def _strategy(content: Any) -> Strategy:
    """A known one by its code, or rules of one's own: pairs of an age and a component."""
    if isinstance(content, str):
        return STRATEGIES[content]
    given = Typed(content, name="strategy")
    rules = given.must("rules", _rules)
    found = Strategy(
        "OWN",
        rules,
        is_across=given.take("is_across", _yes, default=False),
        ahead=given.take("ahead", Ahead, default=Ahead.NEXT),
    )
    given.finish()
    return found


def _rules(content: Any) -> tuple[Rule, ...]:
    return tuple(Rule(Age(age), Component(component)) for age, component in content)


def _steps(plan: Plan) -> dict[str, int]:
    if plan.frequency is Frequency.MONTHLY:
        return {"step_months": plan.every}
    days = DAYS_IN_WEEK if plan.frequency is Frequency.WEEKLY else 1
    return {"step_days": days * plan.every}


def _yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _iso(found: date | None) -> str | None:
    return found.isoformat() if found else None
