"""Rates that change in the middle of a plan, through `quote`.

Figures of `ProgressiveEMICalculatorTest.java` of Apache Fineract (Apache-2.0), commit
048cf93c398524899433b82df9974619e1b3a6de: 100.00 over six months of 30 days in a year of 360, at
7 % and then at 4 %. Only the figures are taken.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import Refused
from lending.management.quote_answer import answer

DUE = [f"2024-0{month}-01" for month in range(2, 8)]
START = "2024-01-01"
HUNDRED = {
    "principal": 100,
    "annual_rate_percent": 7,
    "first_disbursed_on": START,
    "periods": 6,
    "day_count": "30/360",
    "rounding": "HALF_EVEN",
    "tune_last_instalment": True,
}


def told(*events, **more):
    return answer({**HUNDRED, **more, "events": list(events)})["instalments"]


def changed(on, rate=4, op="changeInterestRate"):
    return {"op": op, "on": on, "new_rate": rate}


def ahead(on, instalment, amount):
    return {"op": "PAY_PRINCIPAL", "on": on, "instalment": instalment, "amount": amount}


def paid(principal, interest):
    first = {"op": "PAYMENT", "on": "2024-02-01", "instalment": 1}
    return first | {"principal": principal, "interest": interest}


def refused(*events, **more):
    with pytest.raises(Refused) as caught:
        told(*events, **more)
    return caught.value.code


class TestWhatFineractPublishes:
    @pytest.mark.parametrize(
        ("events", "rows"),
        [
            pytest.param(
                [changed("2024-02-02")],
                [(1643, 58), (1660, 28), (1666, 22), (1671, 17), (1677, 11), (1683, 6)],
                id="between two periods",
            ),
            pytest.param(
                [changed("2024-02-15")],
                [(1643, 58), (1653, 37), (1668, 22), (1673, 17), (1679, 11), (1684, 6)],
                id="inside a period",
            ),
            pytest.param(
                [ahead("2024-01-15", 6, "17.01"), changed("2024-01-20")],
                [(1636, 44), (1658, 22), (1663, 17), (1669, 11), (1673, 6), (1701, 0)],
                id="after the last instalment was paid",
            ),
            pytest.param(
                [paid("16.43", "0.58"), ahead("2024-02-01", 2, "16.90"), changed("2024-02-02")],
                # The second instalment has more principal than its part: its interest waits.
                [(1643, 58), (1701, 0), (1639, 44), (1666, 17), (1672, 11), (1679, 6)],
                id="after more came than the principal of the instalment",
            ),
        ],
    )
    @pytest.mark.parametrize("digits", [None, 12])
    def test_comes_out_to_the_cent(self, events, rows, digits):
        found = told(*events, precision_digits=digits)

        assert [(row["principal_fen"], row["interest_fen"]) for row in found] == rows
        assert found[-1]["balance_fen"] == 0


class TestAChange:
    def test_of_ours_begins_on_its_day_and_theirs_the_night_before(self):
        ours = told(changed("2024-02-14", op="RATE_CHANGE"))

        assert ours == told(changed("2024-02-15"))

    @pytest.mark.parametrize("method", ["EQUAL_PRINCIPAL", "INTEREST_ONLY"])
    @pytest.mark.parametrize("day_count", ["30/360", "ACT/365", "ACT/ACT", "PERIODIC"])
    def test_to_the_same_rate_between_periods_changes_nothing(self, method, day_count):
        plain = told(method=method, day_count=day_count)
        same = told(changed("2024-04-01", 7, "RATE_CHANGE"), method=method, day_count=day_count)

        assert same == plain

    @pytest.mark.parametrize("day_count", ["30/360", "ACT/365", "ACT/ACT", "PERIODIC"])
    def test_to_the_same_rate_counts_the_level_again_and_moves_it_by_a_fen_at_most(self, day_count):
        plain = told(day_count=day_count)
        same = told(changed("2024-04-01", 7, "RATE_CHANGE"), day_count=day_count)

        for row, other in zip(plain[:-1], same[:-1], strict=True):
            assert abs(row["total_fen"] - other["total_fen"]) <= 1
        assert abs(plain[-1]["total_fen"] - same[-1]["total_fen"]) <= len(plain)

    def test_leaves_what_equal_principal_repays_and_changes_its_interest(self):
        before = told(method="EQUAL_PRINCIPAL")
        after = told(changed("2024-03-01", 14, "RATE_CHANGE"), method="EQUAL_PRINCIPAL")

        assert [row["principal_fen"] for row in after] == [row["principal_fen"] for row in before]
        assert [row["interest_fen"] for row in after[:2]] == [
            row["interest_fen"] for row in before[:2]
        ]
        assert [row["interest_fen"] for row in after[2:]] == [78, 58, 39, 19]

    def test_by_hand_on_interest_alone(self):
        # 10,000 fen: half of April's 30 days at 12 %, the other half at 6 %.
        rows = told(
            changed("2024-04-16", 6, "RATE_CHANGE"),
            method="INTEREST_ONLY",
            annual_rate_percent=12,
            day_count="ACT/360",
        )

        assert [row["interest_fen"] for row in rows] == [103, 97, 103, 75, 52, 50]

    def test_twice_told_in_any_order_is_the_same(self):
        first, second = changed("2024-02-10", 5, "RATE_CHANGE"), changed("2024-05-20", 9)

        totals = [
            sum(row["interest_fen"] for row in told(*events, method="INTEREST_ONLY"))
            for events in ((first, second), (second, first))
        ]
        assert totals[0] == totals[1]

    def test_to_nothing_makes_the_rest_free(self):
        rows = told(changed("2024-03-01", 0, "RATE_CHANGE"))

        assert [row["interest_fen"] for row in rows[2:]] == [0, 0, 0, 0]
        assert sum(row["principal_fen"] for row in rows) == 10_000

    @pytest.mark.parametrize(
        ("event", "code"),
        [
            (changed("2023-12-31"), "IMPOSSIBLE_TERMS"),
            (changed("2024-07-02"), "IMPOSSIBLE_TERMS"),
            (changed("2024-03-01", -1), "IMPOSSIBLE_TERMS"),
            (changed("2024-03-01", 1_001), "IMPOSSIBLE_TERMS"),
            (changed("2024-03-01", "much"), "UNCLEAR_TERM"),
            (changed("2024-02-30"), "UNCLEAR_TERM"),
            ({"op": "RATE_CHANGE", "on": "2024-03-01"}, "MISSING_TERM"),
            (changed("2024-03-01") | {"amount": 5}, "UNKNOWN_TERM"),
        ],
    )
    def test_that_cannot_be_is_refused(self, event, code):
        assert refused(event) == code


events = st.lists(
    st.one_of(
        st.tuples(st.just("rate"), st.integers(0, 181), st.integers(0, 300)),
        st.tuples(st.just("pay"), st.integers(0, 181), st.integers(1, 2_000)),
        st.tuples(st.just("lend"), st.integers(1, 181), st.integers(1, 9_000)),
    ),
    max_size=5,
)


class TestWhateverHappens:
    @given(
        events,
        st.sampled_from(["EQUAL_INSTALMENT", "EQUAL_PRINCIPAL", "INTEREST_ONLY", "BULLET"]),
        st.sampled_from(["30/360", "ACT/365", "ACT/ACT", "PERIODIC"]),
    )
    @settings(deadline=None, max_examples=150)
    def test_all_that_was_lent_is_repaid_and_nothing_is_negative(self, listed, method, day_count):
        lent, told_events = 10_000, []
        for kind, days, figure in sorted(listed, key=lambda each: each[1]):
            on = (date(2024, 1, 1) + timedelta(days=days)).isoformat()
            if kind == "rate":
                told_events.append(changed(on, figure, "RATE_CHANGE"))
            elif kind == "pay":
                told_events.append({"op": "PAYMENT", "on": on, "amount_fen": figure})
            else:
                told_events.append({"op": "DISBURSEMENT", "on": on, "amount_fen": figure})
                lent += figure
        try:
            rows = told(*told_events, method=method, day_count=day_count)
        except Refused:
            return
        assert sum(row["principal_fen"] for row in rows) == lent
        assert rows[-1]["balance_fen"] == 0
        assert min(min(row["principal_fen"], row["interest_fen"]) for row in rows) >= 0
