"""Loans to which anything may happen: every kind of transaction, in any order, at random."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from lending.calc.contracts import Change, Policy, Transaction, TransactionKind
from lending.tests.calc_loans import MOST_DAYS, Story, after, any_terms, opening, reversals_of

Kind = TransactionKind
MONEY_IN = (
    Kind.REPAYMENT,
    Kind.PREPAYMENT,
    Kind.PAYOFF,
    Kind.MERCHANT_REFUND,
    Kind.RECOVERY,
    Kind.WITHDRAWAL,
)
USUAL = [
    Kind.REPAYMENT,
    Kind.REPAYMENT,
    Kind.PREPAYMENT,
    Kind.PREPAYMENT,
    Kind.PAYOFF,
    Kind.WAIVER,
    Kind.CHARGE,
    Kind.MERCHANT_REFUND,
    Kind.RATE_CHANGE,
    Kind.DUE_DATE_CHANGE,
    Kind.HOLIDAY,
    Kind.EXTENSION,
    Kind.RESTRUCTURE,
]
RARE = [Kind.WRITE_OFF, Kind.RECOVERY, Kind.WITHDRAWAL, Kind.CREDIT_BALANCE_REFUND]


def happened(kind, sequence, on, amount_fen=0, **change):
    return Transaction(kind, sequence, on, amount_fen, None, Change(**change))


@st.composite
def changes(draw, kind, on, rate_ppm):
    if kind is Kind.PREPAYMENT:
        return Change(policy=draw(st.sampled_from(Policy)))
    if kind is Kind.RATE_CHANGE:
        return Change(annual_rate_ppm=draw(st.integers(0, max(rate_ppm, 1))))
    if kind is Kind.DUE_DATE_CHANGE:
        return Change(due_on=on + timedelta(days=draw(st.integers(1, 60))))
    if kind in (Kind.HOLIDAY, Kind.EXTENSION):
        return Change(periods=draw(st.integers(1, 4)))
    if kind is Kind.RESTRUCTURE:
        return Change(
            periods=draw(st.integers(1, 14)),
            waives_penalty=draw(st.booleans()),
            due_on=on + timedelta(days=draw(st.integers(1, 40))),
        )
    return Change(refunds_interest=draw(st.booleans()), charges_interest=draw(st.booleans()))


@st.composite
def events(draw, terms, sequence, kinds=None):
    kind = draw(st.sampled_from(kinds or USUAL * 2 + RARE))
    days = [(row.due_on - terms.disbursed_on).days for row in terms.schedule]
    near = [day + shift for day in days for shift in (-1, 0, 1)]
    on = after(terms, draw(st.one_of(st.sampled_from(near), st.integers(0, MOST_DAYS))))
    level = max(terms.schedule[0].total_fen, 1)
    amount = draw(st.one_of(st.just(level), st.integers(1, terms.principal_fen + level)))
    if kind in (Kind.CHARGE, Kind.WAIVER):
        amount = min(amount, 5_000)
    if kind in (Kind.WRITE_OFF, Kind.RATE_CHANGE, Kind.DUE_DATE_CHANGE, Kind.HOLIDAY):
        amount = 0
    if kind in (Kind.EXTENSION, Kind.RESTRUCTURE):
        amount = 0
    return Transaction(
        kind, sequence, on, amount, None, draw(changes(kind, on, terms.annual_rate_ppm))
    )


@st.composite
def lives(draw, *, most=7, kinds=None, with_reversals=True):
    """A loan, a life of any kind, and the day on which it is looked at."""
    terms = draw(any_terms())
    log = [opening(terms)]
    count = draw(st.integers(0, most))
    log += [draw(events(terms, sequence, kinds)) for sequence in range(2, 2 + count)]
    if with_reversals:
        log += reversals_of(draw, log[1:]) if len(log) > 1 else []
    return Story(terms, tuple(log), after(terms, draw(st.integers(0, MOST_DAYS))))


def with_more(story, *transactions):
    return replace(story, log=(*story.log, *transactions))
