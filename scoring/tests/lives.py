"""Simulated people as columns of events, for whoever compares two ways to compute."""

from datetime import date

import numpy as np

from borrowers.behaviour.contracts import Category, EventColumns, Source
from simulation.world import simulate
from simulation.world.events import INCOMES, PAYMENTS, Kind


def lived(people: int, months: int, seed: int) -> EventColumns:
    """A simulated world as columns: every happening once, as one source might tell it."""
    rows = simulate(people=people, months=months, seed=seed, first_day=date(2025, 2, 1)).events
    comes = np.isin(rows.kind, [*INCOMES, Kind.TRANSFER_IN, Kind.RED_PACKET_IN, Kind.REFUND])
    goes = np.isin(rows.kind, [*PAYMENTS, Kind.TRANSFER_OUT, Kind.RED_PACKET_OUT])
    category = rows.scene.copy()
    for kind, code in (
        (Kind.SALARY, Category.INCOME_SALARY),
        (Kind.GIG_PAY, Category.INCOME_OTHER),
        (Kind.RECEIPT, Category.INCOME_OTHER),
        (Kind.REFUND, Category.REFUND),
        (Kind.RENT, Category.HOUSING),
        (Kind.LOAN_REPAYMENT, Category.CREDIT_REPAYMENT),
        (Kind.BNPL_REPAYMENT, Category.CREDIT_REPAYMENT),
    ):
        category[rows.kind == kind] = code
    # Some repayments are ours: what fell due, on time or late.
    own = (rows.kind == Kind.LOAN_REPAYMENT) & (rows.number % 2 == 0)
    direction = np.select([comes, goes, own], [1, 2, 2 * (rows.number % 3 != 0)], 0)
    return EventColumns(
        segment=rows.person,
        seconds=rows.seconds,
        amount_fen=rows.amount_fen,
        direction=direction.astype(np.int8),
        category=category.astype(np.int16),
        merchant=rows.merchant,
        source=np.where(own, int(Source.OWN_LOANS), int(Source.WECHAT)).astype(np.int8),
    ).ordered()
