"""Figures that Apache Fineract (Apache-2.0) publishes beside those of `../shared/data/loans/`.

From its `LoanRepayment.feature`, cases RS03, RS05 and RP05 to RP10: 5,000 at 12 %, instalments in
whole units, interest by the day. Only the figures are taken; balances follow from them.
"""

from decimal import Decimal

import pytest

from lending.management.quote_answer import answer
from lending.management.replayed import replayed

TERMS = {
    "principal": "5000",
    "annual_rate_percent": "12",
    "first_disbursed_on": "2022-11-01",
    "method": "EQUAL_INSTALLMENTS",
    "interest_period": "DAILY",
    "every": "1",
    "frequency": "MONTHS",
    "rounding": "HALF_EVEN",
    "instalment_multiple_fen": 100,
}


def fen(words):
    return [int(Decimal(each) * 100) for each in words.split()]


def agree(rows, principal, interest):
    assert [row["principal_fen"] for row in rows] == fen(principal)
    assert [row["interest_fen"] for row in rows] == fen(interest)
    balance = 500_000
    for row in rows:
        balance -= row["principal_fen"]
        assert row["balance_fen"] == balance
    assert balance == 0


@pytest.mark.parametrize(
    ("more", "principal", "interest"),
    [
        pytest.param(
            {},
            "255.68 256.65 259.26 266.08 264.62 268.53 270.05 273.84 275.59"
            " 278.40 282.01 284.11 287.59 289.94 292.90 296.47 298.90 299.38",
            "49.32 48.35 45.74 38.92 40.38 36.47 34.95 31.16 29.41"
            " 26.60 22.99 20.89 17.41 15.06 12.10 8.53 6.10 2.95",
            id="interest by the day",
        ),
        pytest.param(
            {"interest_period": "SAME_AS_REPAYMENT_PERIOD", "grace": {"principal": "3"}},
            "0 0 0 311.00 314.11 317.25 320.42 323.63 326.86"
            " 330.13 333.43 336.77 340.14 343.54 346.97 350.44 353.95 351.36",
            "50 50 50 50 46.89 43.75 40.58 37.37 34.14"
            " 30.87 27.57 24.23 20.86 17.46 14.03 10.56 7.05 3.51",
            id="three instalments without principal",
        ),
    ],
)
def test_a_schedule_of_eighteen_months_comes_out_to_the_cent(more, principal, interest):
    rows = answer({**TERMS, "periods": "18", **more})["instalments"]

    agree(rows, principal, interest)


@pytest.mark.parametrize(
    ("paid_on", "amount_fen", "principal", "interest"),
    [
        pytest.param(
            "2022-12-01", 20_000,
            "812.68 819.32 827.67 838.62 844.66 857.05",
            "49.32 42.68 34.33 23.38 17.34 8.45",
            id="in part, on the day",
        ),
        pytest.param(
            "2022-11-27", 20_000,
            "812.95 819.33 827.68 838.62 844.66 856.76",
            "49.05 42.67 34.32 23.38 17.34 8.45",
            id="in part, early",
        ),
        pytest.param(
            "2022-12-05", 20_000,
            "812.68 818.25 827.66 838.61 844.65 858.15",
            "49.32 43.75 34.34 23.39 17.35 8.46",
            id="in part, late",
        ),
        pytest.param(
            "2022-12-01", 150_000,
            "1450.68 694.83 701.91 711.18 716.31 725.09",
            "49.32 36.17 29.09 19.82 14.69 7.15",
            id="more than due, on the day",
        ),
        pytest.param(
            "2022-11-27", 150_000,
            "1500.00 685.33 692.31 701.46 706.52 714.38",
            "47.34 35.67 28.69 19.54 14.48 7.05",
            id="more than due, early",
        ),
        pytest.param(
            "2022-12-05", 150_000,
            "812.68 823.91 827.72 838.66 844.70 852.33",
            "49.32 38.09 34.28 23.34 17.30 8.41",
            id="more than due, late",
        ),
    ],
)  # fmt: skip
def test_interest_follows_the_money_to_the_cent(paid_on, amount_fen, principal, interest):
    paid = {"kind": "REPAYMENT", "value_date": paid_on, "amount_fen": amount_fen}

    found = replayed(
        {
            "terms": {**TERMS, "periods": "6"},
            "through": paid_on,
            "interest_follows_money": True,
            "transactions": [paid],
        }
    )

    agree(found["instalments"], principal, interest)
    assert sum(row["paid_fen"] for row in found["instalments"]) == amount_fen
