"""Money that comes early and goes out again, as Apache Fineract (Apache-2.0) publishes it.

From its `ProgressiveEMICalculatorTest.java`: pay-off within the first period, late payouts, and
weeks. Only the figures are taken: (instalment, interest, principal, balance after), in cents.
"""

from itertools import pairwise

import pytest

from lending.management.quote_answer import answer

MONTHS = [f"2024-0{month}-01" for month in range(1, 8)]
WEEKS = [
    *("2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22", "2024-01-29"),
    *("2024-02-05", "2024-02-12"),
]
THIRTY = {"days_in_month": "DAYS_30", "days_in_year": "DAYS_360", "frequency": "MONTHS"}
SEVEN = {"days_in_month": "ACTUAL", "days_in_year": "DAYS_364", "frequency": "WEEKS"}


def told(*events, rate="9.4822", days=MONTHS, **more):
    periods = [{"from_date": start, "due_date": end} for start, end in pairwise(days)]
    terms = {
        "annual_nominal_rate_percent": rate,
        "periods": periods,
        "every": 1,
        "rounding": "HALF_EVEN",
        "tune_last_instalment": True,
        **THIRTY,
    }
    return answer(terms | more | {"events": list(events)})


def lent(on, amount):
    return {"op": "addDisbursement", "on": on, "amount": amount}


def paid(part, due_on, amount):
    return {"op": f"pay{part}", "on": "2024-01-15", "period_due_on": due_on, "amount": amount}


def agree(found, rows):
    assert [
        (row["total_fen"], row["interest_fen"], row["principal_fen"], row["balance_fen"])
        for row in found["instalments"]
    ] == rows


ALL_BUT_THE_LAST = [
    lent("2024-01-01", 100),
    paid("Principal", "2024-02-01", "16.75"),
    paid("Interest", "2024-02-01", "0.26"),
    *(paid("Principal", due_on, "17.01") for due_on in MONTHS[2:6]),
]


@pytest.mark.parametrize("digits", [None, 12])
class TestPaidInTheFirstPeriod:
    def test_all_but_the_last_instalment_leaves_it_with_the_interest_of_all(self, digits):
        asked = {"op": "getPayableDetails", "on": "2024-07-01", "period_due_on": "2024-07-01"}
        found = told(*ALL_BUT_THE_LAST, asked, rate="7", precision_digits=digits)

        ahead = [(1701, 0, 1701, 1521)] * 4
        agree(found, [(1701, 26, 1675, 1521), *ahead, (1571, 50, 1521, 0)])
        assert found["payable"][0]["principal_fen"] == 1521
        assert found["payable"][0]["interest_fen"] == 50

    def test_to_the_end_bears_no_more_interest(self, digits):
        last = paid("Principal", "2024-07-01", "15.21")
        found = told(*ALL_BUT_THE_LAST, last, rate="7", precision_digits=digits)

        agree(found, [(1701, 26, 1675, 0), *[(1701, 0, 1701, 0)] * 4, (1521, 0, 1521, 0)])


@pytest.mark.parametrize("digits", [None, 12])
def test_three_payouts_after_the_first_period_began_bear_interest_from_their_days(digits):
    payouts = [lent("2024-01-05", 100), lent("2024-01-08", 50), lent("2024-01-08", 25)]

    agree(
        told(*payouts, precision_digits=digits),
        [
            (2994, 115, 2879, 14621),
            (2994, 116, 2878, 11743),
            (2994, 93, 2901, 8842),
            (2994, 70, 2924, 5918),
            (2994, 47, 2947, 2971),
            (2994, 23, 2971, 0),
        ],
    )


@pytest.mark.parametrize("digits", [None, 12])
def test_six_weeks_of_a_year_of_fifty_two(digits):
    agree(
        told(lent("2024-01-01", 100), days=WEEKS, precision_digits=digits, **SEVEN),
        [
            (1677, 18, 1659, 8341),
            (1677, 15, 1662, 6679),
            (1677, 12, 1665, 5014),
            (1677, 9, 1668, 3346),
            (1677, 6, 1671, 1675),
            (1678, 3, 1675, 0),
        ],
    )


class TestTheEndOfTheMonth:
    """From its `LoanMonthEndDueDateStrategy.feature`: 10,000 at 12 % from the 31st of January."""

    def rows(self, **terms):
        lin = {
            "principal": 10_000,
            "annual_rate_percent": 12,
            "first_disbursed_on": "2025-01-31",
            "periods": 3,
            "rounding": "HALF_EVEN",
            "tune_last_instalment": True,
        }
        return [
            (row["due_on"], row["principal_fen"], row["interest_fen"])
            for row in answer(lin | terms)["instalments"]
        ]

    def test_is_kept_and_days_are_counted_as_they_are(self):
        assert self.rows(day_count="ACT/ACT") == [
            ("2025-02-28", 330_577, 9_205),
            ("2025-03-31", 332_959, 6_823),
            ("2025-04-30", 336_464, 3_319),
        ]

    def test_has_thirty_days_in_every_month_where_that_is_agreed(self):
        assert self.rows(day_count="30/360") == [
            ("2025-02-28", 330_022, 10_000),
            ("2025-03-31", 333_322, 6_700),
            ("2025-04-30", 336_656, 3_367),
        ]

    def test_may_go_on_to_the_next_month_where_the_dates_say_so(self):
        dates = ["2025-03-01", "2025-03-31", "2025-05-01"]

        assert self.rows(day_count="ACT/ACT", periods=None, due_dates=dates) == [
            ("2025-03-01", 330_322, 9_534),
            ("2025-03-31", 333_251, 6_605),
            ("2025-05-01", 336_427, 3_429),
        ]
