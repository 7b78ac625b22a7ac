"""Where money goes: oldest instalment first, and in it penalty, then interest, then principal.

Civil Code art. 560 (debts due first) and art. 561 (costs, interest, principal); general knowledge,
not yet checked against the text. Money beyond what is due runs on into the next instalments, each
with its full scheduled interest: paying an instalment early is not paying the loan off.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from lending.calc.contracts import Allocation, Balance, Component, InstalmentState, Transaction

PAYMENT_ORDER = (Component.PENALTY, Component.INTEREST, Component.PRINCIPAL)
FORGIVABLE = (Component.PENALTY, Component.INTEREST)

# The index of an instalment, and the component of it that is next in line.
Claim = tuple[int, Component]
Lines = tuple[InstalmentState, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """The instalments after the money, where it went, and what was left of it."""

    instalments: Lines
    allocations: tuple[Allocation, ...]
    left_fen: int


def pay(instalments: Lines, transaction: Transaction) -> Settlement:
    """Spend a payment along the schedule."""
    claims = (
        (index, component) for index in range(len(instalments)) for component in PAYMENT_ORDER
    )
    return _settle(instalments, transaction, claims, is_waiver=False)


def waive(instalments: Lines, transaction: Transaction) -> Settlement:
    """Forgive penalty, oldest first, then interest of instalments whose due date has come.

    Principal is never forgiven here: that is a write-off.
    """
    due = [index for index, line in enumerate(instalments) if line.due_on <= transaction.value_date]
    claims = ((index, component) for component in FORGIVABLE for index in due)
    return _settle(instalments, transaction, claims, is_waiver=True)


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
    line = _with(line, component, after)
    return replace(line, settled_on=settled_on(line, on))


def _with(line: InstalmentState, component: Component, balance: Balance) -> InstalmentState:
    if component is Component.PENALTY:
        return replace(line, penalty=balance)
    if component is Component.INTEREST:
        return replace(line, interest=balance)
    return replace(line, principal=balance)


def settled_on(line: InstalmentState, on: date) -> date | None:
    """The day, if nothing is left to pay on the instalment."""
    return on if line.outstanding_fen == 0 else None
