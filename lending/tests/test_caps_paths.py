"""The dearest lawful way of repaying: nothing that hypothesis finds costs more."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.rates import PPM
from lending.calc.contracts import Terms, Transaction, TransactionKind
from lending.calc.fold import amount_due, fold, payoff_quote
from lending.calc.schedule import equal_instalments
from lending.products.caps.paths import Charges, dearest, on_time_ppm
from lending.products.caps.worst import ProductAboveTheCap, Ranges, insist_on_cap, worst_of
from lending.products.caps.years import years_until

ON = date(2026, 11, 20)
HORIZON = 120
# A path of the search counts penalty once, a real one at each payment: a fen of rounding each.
ROUNDING_PPM = 60
FAIR = Ranges(
    minimum_fen=50_000,
    maximum_fen=5_000_000,
    terms_months=(3, 6, 12),
    highest_rate_ppm=210_000,
    penalty_multiple_ppm=1_500_000,
    grace_days=3,
)


def schedule_of(months: int = 3, rate_ppm: int = 180_000, principal_fen: int = 1_000_000):
    return equal_instalments(
        principal_fen=principal_fen, annual_rate_ppm=rate_ppm, months=months, starts_on=ON
    )


def effective_ppm(schedule, received_fen: int, payments: list[tuple[date, int]]) -> int:
    """Written again, by plain halving on the yearly rate."""
    dated = [(fen, float(years_until(schedule, day))) for day, fen in payments]
    low, high = -0.9, 10.0
    for _ in range(200):
        rate = (low + high) / 2
        worth = sum(fen / (1 + rate) ** years for fen, years in dated)
        low, high = (rate, high) if worth > received_fen else (low, rate)
    return round(low * PPM)


class Repaying:
    """A loan that is repaid as somebody likes, through the real fold."""

    def __init__(self, schedule, *, penalty_rate_ppm: int, grace_days: int) -> None:
        principal = sum(row.principal_fen for row in schedule)
        self.terms = Terms(
            principal_fen=principal,
            annual_rate_ppm=0,
            schedule=tuple(schedule),
            penalty_rate_ppm=penalty_rate_ppm,
            grace_days=grace_days,
            disbursed_on=schedule[0].starts_on,
        )
        self.log = [Transaction(TransactionKind.DISBURSEMENT, 1, ON, principal)]
        self.paid: list[tuple[date, int]] = []

    def pay(self, day: date, share: float) -> None:
        due = amount_due(fold(self.terms, self.log, day), day)
        self._add(TransactionKind.REPAYMENT, day, max(round(due * share), 0))

    def pay_off(self, day: date) -> None:
        quote = payoff_quote(self.terms, self.log, day)
        self._add(TransactionKind.PAYOFF, day, quote.total_fen)

    def _add(self, kind: TransactionKind, day: date, amount_fen: int) -> None:
        if amount_fen:
            self.log.append(Transaction(kind, len(self.log) + 1, day, amount_fen))
            self.paid.append((day, amount_fen))


@settings(max_examples=60, deadline=None)
@given(
    months=st.integers(1, 6),
    rate_ppm=st.integers(10_000, 400_000),
    penalty_rate_ppm=st.integers(0, 900_000),
    grace_days=st.integers(0, 10),
    visits=st.lists(st.tuples(st.integers(0, 300), st.floats(0, 1)), max_size=8),
    paid_off_after=st.none() | st.integers(1, 300),
)
def test_no_lawful_path_is_dearer_than_the_dearest(
    months, rate_ppm, penalty_rate_ppm, grace_days, visits, paid_off_after
):
    schedule = schedule_of(months, rate_ppm)
    last = (schedule[-1].due_on - ON).days + HORIZON
    found = dearest(
        schedule,
        Charges(penalty_rate_ppm=penalty_rate_ppm, grace_days=grace_days),
        horizon_days=HORIZON,
    )
    loan = Repaying(schedule, penalty_rate_ppm=penalty_rate_ppm, grace_days=grace_days)

    end = min(paid_off_after or last, last)
    for days, share in sorted(visits):
        if days < end:
            loan.pay(ON + timedelta(days=days), share)
    loan.pay_off(ON + timedelta(days=end))

    assert effective_ppm(schedule, 1_000_000, loan.paid) <= found.effective_ppm + ROUNDING_PPM


@settings(max_examples=25, deadline=None)
@given(
    months=st.integers(1, 12),
    rate_ppm=st.integers(10_000, 300_000),
    penalty_rate_ppm=st.integers(0, 500_000),
    principal_fen=st.integers(10_000, 10_000_000),
)
def test_what_is_reported_is_what_those_payments_cost(
    months, rate_ppm, penalty_rate_ppm, principal_fen
):
    schedule = schedule_of(months, rate_ppm, principal_fen)
    found = dearest(
        schedule, Charges(penalty_rate_ppm=penalty_rate_ppm, grace_days=3), horizon_days=HORIZON
    )
    paid = [(each.paid_on, each.amount_fen) for each in found.payments]

    assert abs(effective_ppm(schedule, principal_fen, paid) - found.effective_ppm) <= 2
    assert found.effective_ppm >= on_time_ppm(schedule, Charges(penalty_rate_ppm, 3))
    assert [each.paid_on for each in found.payments] == sorted(
        each.paid_on for each in found.payments
    )


class TestAPath:
    def test_without_penalty_is_never_late(self):
        found = dearest(schedule_of(), Charges(0, 3), horizon_days=400)

        assert found.days_late == 0

    @pytest.mark.parametrize(
        ("penalty_rate_ppm", "visits"),
        [(140_732, [(106, 0.125)]), (900_000, [(61, 0.07), (91, 0.07), (121, 0.07)])],
    )
    def test_pays_penalty_as_it_accrues_which_no_way_of_paying_it_later_beats(
        self, penalty_rate_ppm, visits
    ):
        schedule = schedule_of(1, 10_000)
        found = dearest(schedule, Charges(penalty_rate_ppm, 0), horizon_days=HORIZON)
        loan = Repaying(schedule, penalty_rate_ppm=penalty_rate_ppm, grace_days=0)
        for days, share in visits:
            loan.pay(ON + timedelta(days=days), share)
        loan.pay_off(schedule[-1].due_on + timedelta(days=HORIZON))

        assert effective_ppm(schedule, 1_000_000, loan.paid) < found.effective_ppm

    def test_with_a_heavy_penalty_is_late_and_dearer(self):
        mild = dearest(schedule_of(), Charges(200_000, 3), horizon_days=400)
        heavy = dearest(schedule_of(), Charges(500_000, 3), horizon_days=400)

        assert heavy.days_late > 30
        assert heavy.effective_ppm > 240_000 > mild.effective_ppm

    def test_of_a_rate_near_the_cap_is_a_pay_off_within_days(self):
        # 21.7 % charged by the month is 23.99 % when it is paid as agreed; by the day it is more.
        schedule = schedule_of(3, 217_000)

        assert on_time_ppm(schedule, Charges(0, 3)) < 240_000
        found = dearest(schedule, Charges(0, 3), horizon_days=0)
        assert found.is_paid_off
        assert found.effective_ppm > 240_000

    def test_counts_what_is_kept_back_and_each_fee(self):
        plain = on_time_ppm(schedule_of(), Charges(0, 0))

        assert on_time_ppm(schedule_of(), Charges(0, 0, upfront_fen=10_000)) > plain + 40_000
        assert on_time_ppm(schedule_of(), Charges(0, 0, each_instalment_fen=2_000)) > plain + 20_000

    def test_may_end_far_above_any_cap_without_an_overflow(self):
        found = dearest(
            schedule_of(1, 10_000_000, 100), Charges(0, 0, upfront_fen=99), horizon_days=1
        )

        assert found.effective_ppm > 1000 * PPM


class TestAProduct:
    def test_of_fair_ranges_stays_within_the_cap_on_every_path(self):
        worst = worst_of(FAIR, cap_ppm=240_000, on=ON, horizon_days=730)

        insist_on_cap(worst)
        assert worst.on_time_ppm <= worst.path.effective_ppm <= 240_000

    @pytest.mark.parametrize(
        ("change", "cap_ppm"),
        [
            ({"highest_rate_ppm": 217_000}, 240_000),
            ({"upfront_fen": 5_000}, 240_000),
            ({"each_instalment_fen": 1_000}, 240_000),
            ({}, 120_000),
        ],
    )
    def test_that_can_pass_it_is_refused_with_the_figures(self, change, cap_ppm):
        ranges = Ranges(**{name: getattr(FAIR, name) for name in FAIR.__slots__} | change)
        worst = worst_of(ranges, cap_ppm=cap_ppm, on=ON, horizon_days=730)

        with pytest.raises(ProductAboveTheCap) as refused:
            insist_on_cap(worst)

        assert worst.path.effective_ppm > cap_ppm
        assert refused.value.context["cap"] == f"{cap_ppm / 10_000:.2f}"
        assert float(str(refused.value.context["annual"])) > cap_ppm / 10_000

    def test_looks_at_both_ends_of_every_range(self):
        short = worst_of(FAIR, cap_ppm=240_000, on=ON, horizon_days=730)
        only_long = Ranges(
            **{name: getattr(FAIR, name) for name in FAIR.__slots__} | {"terms_months": (12,)}
        )
        long = worst_of(only_long, cap_ppm=240_000, on=ON, horizon_days=730)

        assert short.path.effective_ppm >= long.path.effective_ppm
        assert short.amount_fen in {FAIR.minimum_fen, FAIR.maximum_fen}


class TestYears:
    def test_count_in_the_loans_own_months(self):
        schedule = schedule_of(12)

        assert [float(years_until(schedule, row.due_on)) * 12 for row in schedule] == list(
            range(1, 13)
        )

    def test_then_in_days(self):
        schedule = schedule_of(12)

        assert years_until(schedule, schedule[-1].due_on + timedelta(days=365)) == 2
        assert years_until(schedule, ON - timedelta(days=5)) == 0
