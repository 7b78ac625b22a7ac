"""Where money goes: along a strategy's rules, by default the oldest instalment first.

Money beyond what is due runs on into the next instalments, each with its full scheduled interest:
paying an instalment early is not paying the loan off.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, groupby

from lending.calc.contracts import Allocation, InstalmentState, Transaction, TransactionKind
from lending.calc.conventions.strategies import DEFAULT, Age, Ahead, Component, Rule, Strategy

FORGIVABLE = (Component.PENALTY, Component.FEE, Component.INTEREST)

# The index of an instalment, and the component of it that is next in line.
Claim = tuple[int, Component]
# The number of an instalment, and a component of it.
Share = tuple[int, Component]
Lines = tuple[InstalmentState, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """The instalments after the money, where it went, and what was left of it."""

    instalments: Lines
    allocations: tuple[Allocation, ...]
    left_fen: int


def pay(
    instalments: Lines, transaction: Transaction, *, strategy: Strategy = DEFAULT
) -> Settlement:
    """Spend a payment along the schedule."""
    claims = claims_of(instalments, strategy, transaction.value_date)
    return _settle(instalments, transaction, claims, is_waiver=False)


def pay_due(
    instalments: Lines, transaction: Transaction, *, strategy: Strategy = DEFAULT
) -> Settlement:
    """Spend a payment on what is due by its day, and leave the rest."""
    claims = claims_of(instalments, strategy, transaction.value_date)
    due = (
        (index, component)
        for index, component in claims
        if instalments[index].due_on <= transaction.value_date
    )
    return _settle(instalments, transaction, due, is_waiver=False)


def waive(instalments: Lines, transaction: Transaction) -> Settlement:
    """Forgive penalty, oldest first, then fees, then interest of instalments that are due.

    Principal is never forgiven here: that is a write-off.
    """
    due = [index for index, line in enumerate(instalments) if line.due_on <= transaction.value_date]
    claims = ((index, component) for component in FORGIVABLE for index in due)
    return _settle(instalments, transaction, claims, is_waiver=True)


def forgive_interest(instalments: Lines, transaction: Transaction) -> Settlement:
    """Forgive interest that time has earned, oldest first, whether or not its day has come."""
    claims = (
        (index, Component.INTEREST)
        for index, line in enumerate(instalments)
        if line.due_on <= transaction.value_date
    )
    return _settle(instalments, transaction, claims, is_waiver=True)


def freed(
    allocations: tuple[Allocation, ...], back_fen: Mapping[Share, int]
) -> tuple[tuple[Allocation, ...], tuple[Allocation, ...]]:
    """So much of each instalment's components taken out of the paper trail, the last paid first.

    What stays in it, and what came out.
    """
    left = dict(back_fen)
    kept: list[Allocation] = []
    taken: list[Allocation] = []
    for each in reversed(allocations):
        part_fen, share = 0, (each.instalment, each.component)
        if not each.is_waiver:
            part_fen = min(each.amount_fen, left.get(share, 0))
            left[share] = left.get(share, 0) - part_fen
        for told, fen in ((taken, part_fen), (kept, each.amount_fen - part_fen)):
            if fen:
                told.append(replace(each, amount_fen=fen))
    return tuple(reversed(kept)), tuple(reversed(taken))


def pay_again(
    instalments: Lines, taken: Allocation, *, on: date, strategy: Strategy = DEFAULT
) -> Settlement:
    """Spend what was taken out of the trail: principal first, then along the schedule."""
    money = Transaction(TransactionKind.REPAYMENT, taken.sequence, on, taken.amount_fen)
    principal = ((index, Component.PRINCIPAL) for index, _ in enumerate(instalments))
    claims = chain(principal, claims_of(instalments, strategy, on))
    return _settle(instalments, money, claims, is_waiver=False)


def claims_of(instalments: Lines, strategy: Strategy, on: date) -> Iterator[Claim]:
    """Every component of every instalment, in the order in which money reaches it on a day."""
    by_age = _by_age(instalments, strategy, on)
    if strategy.is_across:
        for rule in strategy.rules:
            yield from ((index, rule.component) for index in by_age[rule.age])
        return
    for age, rules in groupby(strategy.rules, key=lambda rule: rule.age):
        yield from _instalment_by_instalment(by_age[age], list(rules))


def _instalment_by_instalment(indexes: Sequence[int], rules: Sequence[Rule]) -> Iterator[Claim]:
    for index in indexes:
        yield from ((index, rule.component) for rule in rules)


def _by_age(instalments: Lines, strategy: Strategy, on: date) -> dict[Age, list[int]]:
    found: dict[Age, list[int]] = {age: [] for age in Age}
    for index, line in enumerate(instalments):
        found[_age(line.due_on, on)].append(index)
    if strategy.ahead is Ahead.LAST:
        found[Age.IN_ADVANCE].reverse()
    return found


def _age(due_on: date, on: date) -> Age:
    if due_on < on:
        return Age.PAST_DUE
    return Age.DUE if due_on == on else Age.IN_ADVANCE


def _settle(
    instalments: Lines, transaction: Transaction, claims: Iterable[Claim], *, is_waiver: bool
) -> Settlement:
    lines = list(instalments)
    allocations = []
    left_fen = transaction.amount_fen
    for index, component in _open(lines, claims):
        part_fen = min(left_fen, lines[index].balance(component).outstanding_fen)
        lines[index] = _credited(
            lines[index], component, part_fen, transaction.value_date, is_waiver=is_waiver
        )
        allocations.append(
            Allocation(transaction.sequence, lines[index].number, component, part_fen, is_waiver)
        )
        left_fen -= part_fen
        if left_fen == 0:
            break
    return Settlement(tuple(lines), tuple(allocations), left_fen)


def _open(lines: list[InstalmentState], claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims on which something is still owed."""
    for index, component in claims:
        if lines[index].balance(component).outstanding_fen > 0:
            yield index, component


def _credited(
    line: InstalmentState, component: Component, amount_fen: int, on: date, *, is_waiver: bool
) -> InstalmentState:
    before = line.balance(component)
    if is_waiver:
        after = replace(before, waived_fen=before.waived_fen + amount_fen)
    else:
        after = replace(before, paid_fen=before.paid_fen + amount_fen)
    line = line.with_balance(component, after)
    return replace(line, settled_on=settled_on(line, on))


def settled_on(line: InstalmentState, on: date) -> date | None:
    """The day, if nothing is left to pay on the instalment."""
    return on if line.outstanding_fen == 0 else None
