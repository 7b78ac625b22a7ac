"""What the cap allows on a day, counted by hand on one small loan."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.calc.cost import compounded_daily_ppm, highest_late_rate_ppm, late_rate_ppm
from lending.products.caps.excess import allowed_fen, waiver_fen
from lending.products.caps.years import years_until
from lending.tests.calc_loans import opening
from lending.tests.calc_quarter import QUARTER, day, event

OPENED = opening(QUARTER)
CAP = 240_000


class TestYears:
    @pytest.mark.parametrize(
        ("on", "expected"),
        [
            ("2026-01-01", Fraction(0)),
            ("2026-01-31", Fraction(0)),
            ("2026-02-14", Fraction(1, 24)),
            ("2026-02-28", Fraction(1, 12)),
            ("2026-03-01", Fraction(1, 12) + Fraction(1, 31 * 12)),
            ("2026-03-31", Fraction(1, 6)),
            ("2026-04-30", Fraction(1, 4)),
            ("2026-05-01", Fraction(1, 4) + Fraction(1, 365)),
            ("2027-04-30", Fraction(5, 4)),
        ],
    )
    def test_run_by_months_and_after_them_by_days(self, on, expected):
        assert years_until(QUARTER.schedule, day(on)) == expected


class TestTheMostThatMayBeOwed:
    @pytest.mark.parametrize(
        ("on", "cap_ppm", "expected"),
        [
            ("2026-01-31", CAP, 300_000),
            # A twelfth of a year at 24 % is 1.808759 %.
            ("2026-02-28", CAP, 305_426),
            ("2026-02-28", 0, 300_000),
            ("2027-04-30", 0, 300_000),
            # A quarter of a year: the fourth root of 1.24 is 1.055250.
            ("2026-04-30", CAP, 316_575),
        ],
    )
    def test_grows_from_what_was_paid_out(self, on, cap_ppm, expected):
        found = allowed_fen(QUARTER, [OPENED], through=day(on), cap_ppm=cap_ppm)

        assert abs(found - expected) <= (1 if cap_ppm else 0)

    @pytest.mark.parametrize(
        ("paid_fen", "expected"), [(1, 299_999), (100_000, 200_000), (300_000, 0), (400_000, 0)]
    )
    def test_falls_by_what_was_paid_and_never_below_nothing(self, paid_fen, expected):
        log = [OPENED, event("REPAYMENT", "2026-02-14", paid_fen)]

        assert allowed_fen(QUARTER, log, through=day("2026-04-30"), cap_ppm=0) == expected

    def test_knows_nothing_of_payments_to_come(self):
        log = [OPENED, event("REPAYMENT", "2026-03-01", 100_000)]

        assert allowed_fen(QUARTER, log, through=day("2026-02-28"), cap_ppm=0) == 300_000
        assert allowed_fen(QUARTER, log, through=day("2026-03-01"), cap_ppm=0) == 200_000


class TestWaiving:
    @pytest.mark.parametrize(
        ("on", "cap_ppm", "expected"),
        [
            ("2026-02-28", CAP, 0),
            # With no cost allowed at all, all that is due is waived, and nothing before its day.
            ("2026-02-14", 0, 0),
            ("2026-02-28", 0, 3_000),
            ("2026-03-31", 0, 5_010 + 1_227),
            ("2026-05-10", 0, 6_020 + 4_813),
            ("2026-05-10", CAP, 0),
        ],
    )
    def test_takes_what_is_due_beyond_the_cap(self, on, cap_ppm, expected):
        assert waiver_fen(QUARTER, [OPENED], through=day(on), cap_ppm=cap_ppm) == expected


class TestLateRates:
    @pytest.mark.parametrize(
        ("annual_ppm", "multiple", "expected"),
        [
            (0, "1.5", 0),
            (100_000, "1.5", 150_000),
            (100_000, "1", 100_000),
            (100_001, "1.5", 150_001),
            (144_000, "0", 0),
        ],
    )
    def test_are_the_contract_rate_times_the_multiple(self, annual_ppm, multiple, expected):
        found = late_rate_ppm(annual_rate_ppm=annual_ppm, multiple=Decimal(multiple), cap_ppm=CAP)

        assert found == expected

    @given(st.integers(0, 10**6), st.integers(0, 10**6))
    def test_never_pass_the_cap_however_they_compound(self, annual_ppm, cap_ppm):
        found = late_rate_ppm(annual_rate_ppm=annual_ppm, multiple=Decimal("1.5"), cap_ppm=cap_ppm)

        assert compounded_daily_ppm(found) <= cap_ppm

    @given(st.integers(1, 10**6))
    def test_at_the_highest_leave_no_room(self, cap_ppm):
        highest = highest_late_rate_ppm(cap_ppm)

        assert compounded_daily_ppm(highest + 3) > cap_ppm
