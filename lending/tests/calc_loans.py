"""Loans and logs for the tests of the arithmetic: one known by heart, and any at random."""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import strategies as st

from lending.calc.contracts import Terms, Transaction, TransactionKind
from lending.calc.cost import Discount
from lending.calc.schedule import equal_instalments

DISBURSED_ON = date(2026, 1, 31)
MOST_DAYS = 500


def terms_of(
    *,
    principal_fen=1_200_000,
    annual_rate_ppm=144_000,
    months=12,
    disbursed_on=DISBURSED_ON,
    penalty_rate_ppm=200_000,
    grace_days=3,
):
    """Lin's loan: 12,000 yuan over a year, first due on 28 February, 1,079.70 a month."""
    return Terms(
        principal_fen=principal_fen,
        annual_rate_ppm=annual_rate_ppm,
        schedule=equal_instalments(
            principal_fen=principal_fen,
            annual_rate_ppm=annual_rate_ppm,
            months=months,
            starts_on=disbursed_on,
        ),
        penalty_rate_ppm=penalty_rate_ppm,
        grace_days=grace_days,
        disbursed_on=disbursed_on,
    )


def off(rate_ppm, code="TIER_DISCOUNT", floor_ppm=0):
    return Discount(code, rate_ppm, floor_ppm)


def opening(terms):
    return Transaction(TransactionKind.DISBURSEMENT, 1, terms.disbursed_on, terms.principal_fen)


def repayment(sequence, on, amount_fen):
    return Transaction(TransactionKind.REPAYMENT, sequence, on, amount_fen)


def payoff(sequence, on, amount_fen):
    return Transaction(TransactionKind.PAYOFF, sequence, on, amount_fen)


def waiver(sequence, on, amount_fen):
    return Transaction(TransactionKind.WAIVER, sequence, on, amount_fen)


def reversal(sequence, on, *, of):
    return Transaction(TransactionKind.REVERSAL, sequence, on, 0, reverses=of)


def after(terms, days):
    return terms.disbursed_on + timedelta(days=days)


@st.composite
def any_terms(draw):
    return terms_of(
        principal_fen=draw(st.integers(1, 3_000_000)),
        annual_rate_ppm=draw(st.integers(0, 240_000)),
        months=draw(st.integers(1, 12)),
        disbursed_on=draw(st.dates(date(2023, 1, 1), date(2026, 12, 31))),
        penalty_rate_ppm=draw(st.integers(0, 300_000)),
        grace_days=draw(st.integers(0, 10)),
    )


@dataclass(frozen=True)
class Story:
    """A loan, everything that happened to it, and the day on which it is looked at."""

    terms: Terms
    log: tuple[Transaction, ...]
    through: date


@st.composite
def stories(draw, *, most=7, with_reversals=True):
    """Payments of telling sizes on telling days: a due date, a fen less, the last of grace."""
    terms = draw(any_terms())
    log = [opening(terms)]
    count = draw(st.integers(0, most))
    log += [draw(happenings(terms, sequence)) for sequence in range(2, 2 + count)]
    if with_reversals:
        log += reversals_of(draw, log)
    return Story(terms, tuple(log), after(terms, draw(st.integers(-5, MOST_DAYS))))


@st.composite
def happenings(draw, terms, sequence):
    due_days = [(row.due_on - terms.disbursed_on).days for row in terms.schedule]
    near = [day + shift for day in due_days for shift in (-1, 0, 1, terms.grace_days)]
    day = draw(st.one_of(st.sampled_from(near), st.integers(-3, MOST_DAYS)))
    level = terms.schedule[0].total_fen
    sizes = [size for size in (level, level - 1, level + 1, 2 * level) if size > 0]
    amount = draw(st.one_of(st.sampled_from([*sizes, 1]), st.integers(1, 2 * terms.principal_fen)))
    kind = draw(
        st.sampled_from(
            [TransactionKind.REPAYMENT] * 4 + [TransactionKind.PAYOFF, TransactionKind.WAIVER]
        )
    )
    return Transaction(kind, sequence, after(terms, day), amount)


def reversals_of(draw, log):
    unlucky = draw(st.lists(st.sampled_from(log), max_size=2, unique=True))
    return [
        reversal(1000 + each.sequence, each.value_date + timedelta(days=2), of=each.sequence)
        for each in unlucky
    ]
