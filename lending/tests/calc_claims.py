"""Instalments of round numbers, and the order in which money reaches them in a few letters."""

from datetime import date, timedelta

from hypothesis import strategies as st

from lending.calc.contracts import (
    Balance,
    Instalment,
    InstalmentState,
    Transaction,
    TransactionKind,
)
from lending.calc.conventions.strategies import Ahead, Component, Strategy, of_orders

ON = date(2026, 4, 15)
LETTERS = {
    "F": Component.FEE,
    "P": Component.PENALTY,
    "I": Component.INTEREST,
    "C": Component.PRINCIPAL,
}
NAMES = {component: letter for letter, component in LETTERS.items()}


def line(number, due_on, *, fee=3, penalty=5, interest=10, principal=100):
    """An instalment of 118 fen: fee 3, penalty 5, interest 10 and principal 100."""
    row = Instalment(number, due_on - timedelta(days=30), due_on, principal, interest, fee)
    return InstalmentState(
        scheduled=row,
        principal=Balance(principal),
        interest=Balance(interest),
        penalty=Balance(penalty),
        fee=Balance(fee),
    )


def lines(*shifts):
    """Instalments due so many days from the day of the payment."""
    return tuple(
        line(number, ON + timedelta(days=shift)) for number, shift in enumerate(shifts, start=1)
    )


def payment(amount_fen, kind=TransactionKind.REPAYMENT, sequence=7, on=ON):
    return Transaction(kind, sequence, on, amount_fen)


def told(claims):
    """Claims as text: the instalment's number and the component's letter."""
    return " ".join(f"{index + 1}{NAMES[component]}" for index, component in claims)


def spent(settlement):
    """Allocations as text: 1F3 is three fen to the fee of the first instalment."""
    return " ".join(
        f"{each.instalment}{NAMES[each.component]}{each.amount_fen}"
        for each in settlement.allocations
    )


def owed(instalments):
    return sum(each.outstanding_fen for each in instalments)


amounts = st.integers(0, 500)


@st.composite
def balances(draw):
    due_fen = draw(amounts)
    paid_fen = draw(st.integers(0, due_fen))
    waived_fen = draw(st.integers(0, due_fen - paid_fen))
    return Balance(due_fen, paid_fen, waived_fen)


@st.composite
def any_lines(draw):
    """Up to five instalments in the order of their days, partly paid and partly forgiven."""
    shifts = sorted(draw(st.sets(st.integers(-90, 90), min_size=1, max_size=5)))
    made = []
    for number, shift in enumerate(shifts, start=1):
        due_on = ON + timedelta(days=shift)
        parts = {name.lower(): draw(balances()) for name in Component}
        row = Instalment(
            number,
            due_on - timedelta(days=30),
            due_on,
            parts["principal"].due_fen,
            parts["interest"].due_fen,
            parts["fee"].due_fen,
        )
        made.append(InstalmentState(scheduled=row, **parts))
    return tuple(made)


@st.composite
def any_strategies(draw) -> Strategy:
    orders = st.permutations(list(Component))
    return of_orders(
        "ANY",
        due=tuple(draw(orders)),
        in_advance=tuple(draw(orders)),
        is_across=draw(st.booleans()),
        ahead=draw(st.sampled_from(Ahead)),
    )
