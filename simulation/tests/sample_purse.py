"""Purses of people whose every figure is set by hand."""

import numpy as np

from simulation.world.money.purse import Debt, Purse
from simulation.world.personas import Persona, populate

MONTH_FEN = 1_000_000


def purse(
    *, persona=Persona.OFFICE, discipline=0.8, support=0.5, is_in_ring=False, cheats=False, **money
):
    """A purse with so much in each place; an income of 10,000 yuan a month; nothing is owed."""
    people = populate(np.random.default_rng(1), 1)
    people.persona[0] = persona
    people.income_fen[0] = MONTH_FEN
    people.discipline[0] = discipline
    people.support[0] = support
    people.has_fraud_intent[0] = cheats
    made = Purse(people, 0, is_in_ring=is_in_ring)
    made.debit = money.pop("debit", 0)
    made.second = money.pop("second", 0)
    made.fund = money.pop("fund", 0)
    made.balances = dict.fromkeys(made.balances, 0) | money.pop("balances", {})
    made.credit_left = made.credit_limit = money.pop("credit", 0)
    made.bnpl_limit = money.pop("bnpl", 0)
    assert not money
    return made


def debt(*, due=(), paid=(), instalment_fen=100_000, at=0, term=6):
    return Debt(at, instalment_fen * term, instalment_fen, term, list(due), list(paid))
