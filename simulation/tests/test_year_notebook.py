"""The borrower's notebook against sums made by hand, and against the platform's fold."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc.contracts import Terms, Transaction, TransactionKind
from lending.calc.fold import amount_due, fold, next_due, payable, payoff_quote
from lending.calc.schedule import equal_instalments
from simulation.year.people.notebook import Contract, Notebook, Paid, Planned

DAY = timedelta(days=1)
LENT_ON = date(2026, 11, 20)
FIRST_DUE = date(2026, 12, 20)
SECOND_DUE = date(2027, 1, 20)
LAST_DUE = date(2027, 2, 20)
# 365 ppm a day: of 100,000 fen overdue for ten days, 365 fen.
PENALTY_PPM = 133_225
ROWS = (
    Planned(LENT_ON, FIRST_DUE, 100_000, 3_000),
    Planned(FIRST_DUE, SECOND_DUE, 100_000, 2_000),
    Planned(SECOND_DUE, LAST_DUE, 100_000, 1_000),
)


@pytest.fixture
def notebook() -> Notebook:
    return Notebook(Contract(ROWS, PENALTY_PPM, grace_days=3))


def paid(fen: int, on: date, number: str = "R-1", *, closes: bool = False) -> Paid:
    return Paid(number, on, fen, closes)


class TestNothingPaid:
    def test_on_the_day_of_borrowing_the_first_row_runs(self, notebook):
        page = notebook.page(LENT_ON)

        assert page.principal_fen == 300_000
        assert (page.due_fen, page.days_past_due) == (0, 0)
        assert page.next_due == (1, FIRST_DUE, 103_000)
        assert page.most_fen == 103_000

    def test_on_the_due_date_it_is_due_and_not_late(self, notebook):
        page = notebook.page(FIRST_DUE)

        assert (page.due_fen, page.days_past_due) == (103_000, 0)
        assert page.next_due == (1, FIRST_DUE, 103_000)
        assert page.most_fen == 205_000

    def test_the_day_after_it_is_late_and_costs_nothing_yet(self, notebook):
        page = notebook.page(FIRST_DUE + DAY)

        assert (page.due_fen, page.days_past_due) == (103_000, 1)
        assert page.next_due == (2, SECOND_DUE, 102_000)

    def test_within_grace_nothing_is_added(self, notebook):
        assert notebook.page(FIRST_DUE + 3 * DAY).due_fen == 103_000

    def test_after_grace_every_day_since_the_due_date_counts(self, notebook):
        assert notebook.page(FIRST_DUE + 4 * DAY).due_fen == 103_000 + 4 * 365 // 10
        assert notebook.page(FIRST_DUE + 10 * DAY).due_fen == 103_000 + 365

    def test_closing_costs_interest_to_the_day(self, notebook):
        assert notebook.page(LENT_ON).closing_fen == 300_000
        assert notebook.page(LENT_ON + 10 * DAY).closing_fen == 301_000
        assert notebook.page(FIRST_DUE).closing_fen == 303_000


class TestSomethingPaid:
    def test_in_full_on_its_day_the_first_row_is_done(self, notebook):
        notebook.pays(paid(103_000, FIRST_DUE))

        page = notebook.page(FIRST_DUE)

        assert (page.due_fen, page.days_past_due, page.paid_count) == (0, 0, 1)
        assert page.next_due == (2, SECOND_DUE, 102_000)
        assert page.principal_fen == 200_000

    def test_in_part_interest_comes_before_principal(self, notebook):
        notebook.pays(paid(50_000, FIRST_DUE))

        page = notebook.page(FIRST_DUE)

        assert page.due_fen == 53_000
        assert page.principal_fen == 253_000

    def test_too_late_penalty_comes_first(self, notebook):
        late = FIRST_DUE + 10 * DAY
        notebook.pays(paid(3_365, late))

        page = notebook.page(late)

        assert page.due_fen == 100_000
        assert page.principal_fen == 300_000

    def test_what_was_paid_within_grace_bears_no_penalty(self, notebook):
        notebook.pays(paid(103_000, FIRST_DUE + 3 * DAY))

        assert notebook.page(FIRST_DUE + 30 * DAY).due_fen == 0

    def test_what_was_taken_back_never_was(self, notebook):
        before = notebook.page(FIRST_DUE + 40 * DAY)
        notebook.pays(paid(103_000, FIRST_DUE))
        assert notebook.page(FIRST_DUE + 40 * DAY) != before

        notebook.taken_back("R-1")

        assert notebook.page(FIRST_DUE + 40 * DAY) == before

    def test_paid_off_nothing_is_left(self, notebook):
        day = LENT_ON + 10 * DAY
        notebook.pays(paid(301_000, day, closes=True))

        page = notebook.page(LAST_DUE + DAY)

        assert page.is_settled
        assert (page.principal_fen, page.due_fen, page.next_due) == (0, 0, None)

    def test_one_fen_less_leaves_it_open(self, notebook):
        day = LENT_ON + 10 * DAY
        notebook.pays(paid(300_999, day, closes=True))

        assert not notebook.page(day).is_settled


SPANS = st.integers(0, 150)
PAYMENTS = st.lists(st.tuples(SPANS, st.integers(1, 250_000)), max_size=6)


def followed(terms: Terms, log: list[Transaction]) -> Notebook:
    rows = tuple(
        Planned(row.starts_on, row.due_on, row.principal_fen, row.interest_fen)
        for row in terms.schedule
    )
    notebook = Notebook(Contract(rows, terms.penalty_rate_ppm, terms.grace_days))
    for each in log[1:]:
        closes = each.kind is TransactionKind.PAYOFF
        notebook.pays(Paid(str(each.sequence), each.value_date, each.amount_fen, closes))
    return notebook


@st.composite
def loans(draw: st.DrawFn) -> tuple[Terms, list[Transaction]]:
    principal_fen = draw(st.integers(50_000, 900_000))
    schedule = equal_instalments(
        principal_fen=principal_fen,
        annual_rate_ppm=draw(st.integers(60_000, 240_000)),
        months=draw(st.sampled_from([1, 3, 6])),
        starts_on=LENT_ON,
    )
    terms = Terms(
        principal_fen=principal_fen,
        annual_rate_ppm=180_000,
        schedule=schedule,
        penalty_rate_ppm=draw(st.integers(0, 360_000)),
        grace_days=draw(st.integers(0, 5)),
        disbursed_on=LENT_ON,
    )
    log = [Transaction(TransactionKind.DISBURSEMENT, 1, LENT_ON, principal_fen)]
    for after, fen in sorted(draw(PAYMENTS)):
        log.append(Transaction(TransactionKind.REPAYMENT, len(log) + 1, LENT_ON + after * DAY, fen))
    return terms, log


class TestTwoOpinions:
    """The notebook and the fold were written apart; they may differ in nothing."""

    @settings(max_examples=60)
    @given(loans(), st.integers(0, 200))
    def test_agree_on_every_day_of_any_loan(self, loan, after):
        terms, log = loan
        on = LENT_ON + after * DAY
        state = fold(terms, log, on)

        page = followed(terms, [each for each in log if each.value_date <= on]).page(on)

        ahead = next_due(state, on)
        assert page.is_settled == state.is_settled
        assert page.principal_fen == state.principal_outstanding_fen
        assert page.due_fen == amount_due(state, on)
        assert page.days_past_due == state.dpd(on)
        assert page.most_fen == payable(state, on)
        assert page.closing_fen == payoff_quote(terms, log, on).total_fen
        assert page.next_due == (ahead and (ahead.number, ahead.due_on, ahead.outstanding_fen))

    @settings(max_examples=30)
    @given(loans(), SPANS)
    def test_agree_that_the_quote_closes_the_loan(self, loan, after):
        terms, log = loan
        on = LENT_ON + after * DAY
        log = [each for each in log if each.value_date <= on]
        notebook = followed(terms, log)
        fen = notebook.page(on).closing_fen
        if fen == 0:
            return

        notebook.pays(paid(fen, on, "P-1", closes=True))
        closing = Transaction(TransactionKind.PAYOFF, len(log) + 1, on, fen)

        assert notebook.page(on).is_settled
        assert fold(terms, [*log, closing], on).is_settled

    @settings(max_examples=30)
    @given(loans(), st.data())
    def test_agree_on_what_a_payment_that_was_taken_back_leaves(self, loan, data):
        terms, log = loan
        if len(log) == 1:
            return
        gone = data.draw(st.sampled_from(log[1:]))
        on = LENT_ON + 160 * DAY
        notebook = followed(terms, log)
        undoing = replace(
            gone,
            kind=TransactionKind.CHARGEBACK,
            sequence=99,
            value_date=on,
            reverses=gone.sequence,
        )

        notebook.taken_back(str(gone.sequence))

        state = fold(terms, [*log, undoing], on)
        assert notebook.page(on).principal_fen == state.principal_outstanding_fen
        assert notebook.page(on).due_fen == amount_due(state, on)
