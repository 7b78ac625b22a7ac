"""What a running loan asks beyond the cap is waived; nothing else, and never principal."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc.contracts import Terms, Transaction, TransactionKind
from lending.calc.fold import fold, payoff_quote
from lending.calc.schedule import equal_instalments
from lending.products.caps.excess import allowed_fen, waiver_fen
from lending.products.caps.years import years_until

ON = date(2026, 11, 20)
CAP = 240_000


def terms(*, rate_ppm: int = 180_000, penalty_rate_ppm: int = 210_000, months: int = 3) -> Terms:
    return Terms(
        principal_fen=1_000_000,
        annual_rate_ppm=rate_ppm,
        schedule=equal_instalments(
            principal_fen=1_000_000, annual_rate_ppm=rate_ppm, months=months, starts_on=ON
        ),
        penalty_rate_ppm=penalty_rate_ppm,
        grace_days=0,
        disbursed_on=ON,
    )


def paid_out() -> list[Transaction]:
    return [Transaction(TransactionKind.DISBURSEMENT, 1, ON, 1_000_000)]


def after(days: int) -> date:
    return ON + timedelta(days=days)


def test_a_loan_within_the_cap_has_nothing_to_waive():
    for days in (0, 1, 30, 61, 92, 200, 800):
        assert waiver_fen(terms(), paid_out(), through=after(days), cap_ppm=CAP) == 0


def test_a_penalty_beyond_the_cap_is_waived_down_to_it():
    heavy, day = terms(penalty_rate_ppm=600_000), after(400)
    waiver = waiver_fen(heavy, paid_out(), through=day, cap_ppm=CAP)
    before = payoff_quote(heavy, paid_out(), day).total_fen

    log = [*paid_out(), Transaction(TransactionKind.WAIVER, 2, day, waiver)]
    quote = payoff_quote(heavy, log, day)

    assert waiver > 0
    assert quote.total_fen == before - waiver
    assert quote.total_fen == allowed_fen(heavy, log, through=day, cap_ppm=CAP)
    growth = 1.24 ** float(years_until(heavy.schedule, day))
    assert quote.total_fen <= 1_000_000 * growth < quote.total_fen + 1


def test_a_rate_beyond_the_cap_is_waived_as_soon_as_its_interest_is_due():
    dear = terms(rate_ppm=600_000)

    assert waiver_fen(dear, paid_out(), through=after(29), cap_ppm=CAP) == 0
    assert waiver_fen(dear, paid_out(), through=after(30), cap_ppm=CAP) > 0


def test_what_was_paid_is_counted_from_its_day_and_what_was_reversed_is_not():
    heavy, day = terms(penalty_rate_ppm=600_000), after(300)
    paid = [*paid_out(), Transaction(TransactionKind.REPAYMENT, 2, after(30), 400_000)]
    reversed_ = [*paid, Transaction(TransactionKind.REVERSAL, 3, after(31), 0, reverses=2)]
    nothing = waiver_fen(heavy, paid_out(), through=day, cap_ppm=CAP)

    assert 0 < waiver_fen(heavy, paid, through=day, cap_ppm=CAP) < nothing
    assert waiver_fen(heavy, reversed_, through=day, cap_ppm=CAP) == nothing


def test_nothing_is_waived_before_the_payout_and_after_the_end():
    heavy = terms(penalty_rate_ppm=600_000)
    day = after(40)
    closed = [
        *paid_out(),
        Transaction(TransactionKind.PAYOFF, 2, day, payoff_quote(heavy, paid_out(), day).total_fen),
    ]

    assert waiver_fen(heavy, [], through=day, cap_ppm=CAP) == 0
    assert waiver_fen(heavy, closed, through=after(90), cap_ppm=CAP) == 0


@settings(max_examples=60, deadline=None)
@given(
    rate_ppm=st.integers(0, 900_000),
    penalty_rate_ppm=st.integers(0, 900_000),
    days=st.integers(0, 700),
    payments=st.lists(st.tuples(st.integers(1, 600), st.integers(1, 300_000)), max_size=4),
    cap_ppm=st.integers(0, 400_000),
)
def test_after_the_waiver_nothing_is_asked_beyond_the_cap(
    rate_ppm, penalty_rate_ppm, days, payments, cap_ppm
):
    loan, day = terms(rate_ppm=rate_ppm, penalty_rate_ppm=penalty_rate_ppm), after(days)
    log = paid_out()
    for number, (paid_after, amount_fen) in enumerate(payments, start=2):
        log.append(Transaction(TransactionKind.REPAYMENT, number, after(paid_after), amount_fen))

    waiver = waiver_fen(loan, log, through=day, cap_ppm=cap_ppm)
    if waiver:
        log.append(Transaction(TransactionKind.WAIVER, len(log) + 1, day, waiver))

    state = fold(loan, log, day)
    assert state.waiver_unused_fen == 0
    assert waiver_fen(loan, log, through=day, cap_ppm=cap_ppm) == 0
    if not state.is_settled:
        asked = payoff_quote(loan, log, day).total_fen
        allowed = allowed_fen(loan, log, through=day, cap_ppm=cap_ppm)
        running = sum(
            line.interest_earned_fen(day) for line in state.instalments if line.due_on > day
        )
        assert asked <= max(allowed, state.principal_outstanding_fen + running)
