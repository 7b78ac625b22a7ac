"""What a loan asks beyond the cap is waived in its log, before anybody pays it, and only then."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.actors import SYSTEM
from common.audit.models import AuditEntry
from lending.calc.contracts import Change, Policy, Terms, Transaction, TransactionKind
from lending.calc.fold import amount_due, fold, payoff_quote
from lending.calc.schedule import equal_instalments
from lending.loans import queries as loans
from lending.loans.models import Loan
from lending.products.caps import excess
from lending.products.caps.years import years_until
from lending.repayments import actions as repayments
from lending.repayments.queries import standing
from lending.servicing import actions as servicing
from lending.servicing import invariants
from lending.servicing.course import course_of
from lending.servicing.models import LoanCourse
from lending.servicing.waiving import beyond_the_cap
from lending.tests import builders
from lending.tests.closing_loans import close_day

DAY = timedelta(days=1)
ON = builders.TODAY
CAP = 240_000
Kind = TransactionKind


def heavy(*, penalty_rate_ppm: int = 900_000) -> Loan:
    """Lin's loan with a penalty that no product can have today."""
    builders.open_books()
    loan = builders.paid_out(builders.person("Lin"))
    Loan.objects.filter(pk=loan.pk).update(penalty_rate_ppm=penalty_rate_ppm)
    loan.refresh_from_db()
    return loan


def waivers(loan: Loan) -> list[int]:
    return list(loan.transactions.filter(kind="WAIVER").values_list("amount_fen", flat=True))


def carry(loan: Loan, through: date) -> Loan:
    servicing.catch_up(loan=loan, through=through)
    loan.refresh_from_db()
    return loan


def realised_ppm(terms: Terms, paid: list[tuple[date, int]]) -> float:
    """What the money that was really paid costs a year, compounded; by halving."""

    def worth(rate: float) -> float:
        worths = (
            amount_fen * float((1 + rate) ** -float(years_until(terms.schedule, day)))
            for day, amount_fen in paid
        )
        return sum(worths, 0.0)

    low, high = -0.99, 50.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if worth(middle) > terms.principal_fen else (low, middle)
    return low * 1_000_000


@pytest.mark.django_db
class TestInTheLog:
    def test_a_loan_within_the_cap_has_no_waiver_however_late(self):
        builders.open_books()
        loan = builders.paid_out(builders.person("Lin"))

        carry(loan, date(2028, 1, 1))

        assert waivers(loan) == []
        assert loan.penalty_accrued_fen > 0

    def test_a_penalty_beyond_it_is_waived_the_same_day_and_told_in_the_audit(self):
        loan = carry(heavy(), ON + 300 * DAY)

        assert sum(waivers(loan)) > 0
        state = fold(loans.terms_of(loan), loans.log_of(loan), ON + 300 * DAY)
        assert excess.owed_fen(state) <= excess.allowed_fen(
            loans.terms_of(loan), loans.log_of(loan), through=ON + 300 * DAY, cap_ppm=CAP
        )
        told = AuditEntry.objects.filter(action="lending.loan.waived_beyond_cap")
        assert told.count() == len(waivers(loan))
        assert list(invariants.breaches()) == []

    def test_the_same_day_again_waives_nothing_more(self):
        loan = carry(heavy(), ON + 200 * DAY)
        before = waivers(loan)

        builders.servicing_again(loan)

        assert before
        assert waivers(loan) == before

    def test_principal_is_never_waived(self):
        loan = carry(heavy(), ON + 250 * DAY)

        assert loan.principal_outstanding_fen == 300_000

    def test_closing_finds_the_day_by_itself_and_folds_only_from_there(self):
        loan = carry(heavy(penalty_rate_ppm=400_000), ON + 63 * DAY)
        course = LoanCourse.objects.get(loan=loan)
        state = fold(loans.terms_of(loan), loans.log_of(loan), ON + 63 * DAY)
        plain = course_of(state)
        assert plain is not None
        assert waivers(loan) == []
        assert course.through <= plain.through

        day = ON + 64 * DAY
        while not waivers(loan) and day < ON + 400 * DAY:
            close_day(day)
            day += DAY
        assert waivers(loan)
        first = loan.transactions.get(kind="WAIVER")
        assert first.value_date == day - DAY
        before = fold(loans.terms_of(loan), loans.log_of(loan)[:-1], day - 2 * DAY)
        assert excess.excess_fen(before, loans.log_of(loan)[:-1], cap_ppm=CAP) == 0
        assert list(invariants.breaches()) == []


@pytest.mark.django_db
class TestBeforeMoney:
    def test_the_quote_leaves_it_out_and_paying_it_closes_to_zero(self):
        loan, day = heavy(), ON + 120 * DAY
        carry(loan, day - DAY)
        stands = standing(loan, on=day)
        assert stands is not None
        bare = payoff_quote(loans.terms_of(loan), loans.log_of(loan), day).total_fen
        assert stands.quote.total_fen < bare

        transfer = repayments.request_payoff(
            loan_id=loan.pk, amount_fen=stands.quote.total_fen, request_key="k", on=day,
            by=SYSTEM,
        )  # fmt: skip
        builders.collected(transfer, on=day)

        loan.refresh_from_db()
        assert (loan.state, loan.overpaid_fen) == ("SETTLED", 0)
        assert list(invariants.breaches()) == []

    def test_it_holds_where_the_bank_tells_three_days_later(self):
        loan, day = heavy(), ON + 120 * DAY
        carry(loan, day - DAY)
        stands = standing(loan, on=day)
        assert stands is not None
        transfer = repayments.request_payoff(
            loan_id=loan.pk, amount_fen=stands.quote.total_fen, request_key="k", on=day,
            by=SYSTEM,
        )  # fmt: skip
        carry(loan, day + 2 * DAY)

        builders.collected(transfer, on=day + 3 * DAY)

        loan.refresh_from_db()
        assert (loan.state, loan.overpaid_fen) == ("SETTLED", 0)

    def test_more_than_is_left_after_it_is_refused(self):
        loan, day = heavy(), ON + 120 * DAY
        carry(loan, day - DAY)
        bare = payoff_quote(loans.terms_of(loan), loans.log_of(loan), day).total_fen
        before = loan.transactions.count()

        with pytest.raises(repayments.QuoteChanged):
            repayments.request_payoff(
                loan_id=loan.pk, amount_fen=bare, request_key="k", on=day, by=SYSTEM
            )

        assert loan.transactions.count() == before


@pytest.mark.django_db
def test_the_cap_is_that_of_the_licence_and_of_the_payout_day():
    loan = heavy()

    assert beyond_the_cap.cap_ppm(loan) == CAP


PAYS = st.lists(
    st.tuples(
        st.integers(1, 400),
        st.integers(1, 400_000),
        st.sampled_from([Kind.REPAYMENT, Kind.PREPAYMENT]),
        st.sampled_from(list(Policy)),
    ),
    max_size=5,
)


def lived(terms: Terms, wishes, last: date) -> tuple[list[tuple[date, int]], int]:
    """A loan day by day: the waiver of the day first, then who pays; at last all is paid off."""
    log = [Transaction(Kind.DISBURSEMENT, 1, terms.disbursed_on, terms.principal_fen)]
    paid: list[tuple[date, int]] = []
    for after, wished_fen, kind, policy in sorted(wishes, key=lambda each: each[0]):
        day = min(terms.disbursed_on + timedelta(days=after), last)
        _waived(terms, log, day)
        amount_fen = wished_fen
        if kind is Kind.REPAYMENT or policy is Policy.NEXT_DUE:
            # Ahead of its day nobody asks for interest: that is the payer's own wish.
            amount_fen = min(amount_fen, amount_due(fold(terms, log, day), day))
        if 0 < amount_fen < payoff_quote(terms, log, day).total_fen:
            log.append(
                Transaction(kind, len(log) + 1, day, amount_fen, change=Change(policy=policy))
            )
    _waived(terms, log, last)
    quote_fen = payoff_quote(terms, log, last).total_fen
    if quote_fen:
        log.append(Transaction(Kind.PAYOFF, len(log) + 1, last, quote_fen))
    state = fold(terms, log, last)
    assert state.is_settled
    # Money that was paid ahead counts on its day, as the cap counts it.
    moved = excess.allowance(state, log, cap_ppm=CAP).moved[1:]
    paid = [(day, -amount_fen) for day, amount_fen in moved]
    return paid, sum(each.amount_fen for each in log if each.kind is Kind.WAIVER)


def _waived(terms: Terms, log: list[Transaction], day: date) -> None:
    amount_fen = excess.waiver_fen(terms, log, through=day, cap_ppm=CAP)
    if amount_fen:
        log.append(excess.waiver(log, on=day, amount_fen=amount_fen))


@settings(max_examples=80, deadline=None)
@given(
    rate_ppm=st.integers(0, 210_000),
    penalty_rate_ppm=st.integers(0, 1_000_000),
    months=st.sampled_from([1, 3, 6, 12]),
    principal_fen=st.integers(10_000, 5_000_000),
    wishes=PAYS,
    last=st.integers(1, 900),
)
def test_on_any_lawful_path_the_realised_yearly_cost_stays_within_the_cap(
    rate_ppm, penalty_rate_ppm, months, principal_fen, wishes, last
):
    terms = Terms(
        principal_fen=principal_fen,
        annual_rate_ppm=rate_ppm,
        schedule=equal_instalments(
            principal_fen=principal_fen, annual_rate_ppm=rate_ppm, months=months, starts_on=ON
        ),
        penalty_rate_ppm=penalty_rate_ppm,
        grace_days=0,
        disbursed_on=ON,
    )

    paid, _ = lived(terms, wishes, ON + last * DAY)

    # Whole fen: on the smallest loans of one day they are a part of a per cent of the year's cost.
    years = max(float(years_until(terms.schedule, ON + last * DAY)), 1 / 365)
    rounding_ppm = 3 / principal_fen / years * 1_000_000 * (1 + months)
    assert realised_ppm(terms, paid) <= CAP + rounding_ppm


@settings(max_examples=60, deadline=None)
@given(slope=st.integers(0, 400), growth=st.integers(1, 300), room=st.integers(0, 40_000))
def test_the_last_day_within_is_found_as_by_asking_every_day(
    slope: int, growth: int, room: int
) -> None:
    loan = excess.Allowance(
        Terms(
            principal_fen=1_000_000,
            annual_rate_ppm=0,
            schedule=equal_instalments(
                principal_fen=1_000_000, annual_rate_ppm=0, months=3, starts_on=ON
            ),
            penalty_rate_ppm=0,
            grace_days=0,
            disbursed_on=ON,
        ),
        ((ON, 1_000_000),),
        growth * 1_000,
    )

    def owed(day: date) -> int:
        grown: int = slope * (day - ON).days
        return 1_000_000 - room + grown

    last = ON
    while last < ON + 200 * DAY and owed(last + DAY) <= loan.fen(last + DAY):
        last += DAY

    found = excess.last_day_within(loan, owed, since=ON, through=ON + 200 * DAY)
    assert found == last
