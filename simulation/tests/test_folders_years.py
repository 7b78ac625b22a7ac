"""Files of more than a year: wallets export a year at once, and CMB's credit card says no years."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from borrowers.connectors.registry import read_bill
from common.periods import SHANGHAI
from simulation.bills.banks import StatementLayout
from simulation.bills.layouts import Layout
from simulation.folders.rows import happenings
from simulation.folders.writing import bills, by_year, statements, teller
from simulation.world import simulate

S = StatementLayout


@pytest.fixture(scope="module")
def world():
    return simulate(people=8, months=15, seed=12, first_day=date(2025, 5, 1))


@pytest.fixture(scope="module")
def lender(world):
    """Somebody with a credit card that is used all the time."""
    used = [len(list(teller(world, one).credit_rows(happenings(world, one)))) for one in range(8)]
    return int(np.argmax(used))


def told(world, person, **shares):
    tells = teller(world, person)
    return replace(tells, shares=replace(tells.shares, **shares))


def credit_files(world, person, layout):
    tells = told(world, person, given=frozenset({"credit"}), credit=layout)
    return list(statements(tells, happenings(world, person), np.random.default_rng(1)))


class TestACreditCardThatSaysNoYears:
    def test_is_written_a_year_at_a_time(self, world, lender):
        files = credit_files(world, lender, S.CMB_CREDIT)

        assert [each.name for each in files] == ["credit_招商银行.csv", "credit2_招商银行.csv"]

    def test_is_read_back_with_every_row_on_its_day(self, world, lender):
        """In one file of fifteen months May 2025 and May 2026 would be the same month."""
        for each in credit_files(world, lender, S.CMB_CREDIT):
            events = read_bill(each.content, each.name).events
            days = [event.occurred_at.astimezone(SHANGHAI).date() for event in events]
            assert days == [row.at.astimezone(SHANGHAI).date() for row, _ in each.rows]

    def test_loses_no_row_and_has_none_twice(self, world, lender):
        apart = credit_files(world, lender, S.CMB_CREDIT)
        (whole,) = credit_files(world, lender, S.CITIC_CREDIT)

        assert [event for each in apart for _, event in each.rows] == [
            event for _, event in reversed(whole.rows)
        ]

    @pytest.mark.parametrize(
        "layout", [S.ICBC_CREDIT, S.BOC_CREDIT, S.BOCOM_CREDIT, S.CITIC_CREDIT, S.CGB_CREDIT]
    )
    def test_is_the_only_one_that_must_be_cut(self, world, lender, layout):
        (whole,) = credit_files(world, lender, layout)
        events = sorted(read_bill(whole.content, whole.name).events, key=lambda one: one.row_number)

        days = [event.occurred_at.astimezone(SHANGHAI).date() for event in events]
        assert days == [row.at.astimezone(SHANGHAI).date() for row, _ in whole.rows]

    def test_keeps_one_chain_of_balances_across_both_files(self, world, lender):
        first, second = credit_files(world, lender, S.CMB_CREDIT)

        last, following = first.rows[-1][0], second.rows[0][0]
        assert following.balance_fen == last.balance_fen + following.signed_fen


class TestWalletsBills:
    def test_hold_a_year_each(self, world, lender):
        tells = told(world, lender, given=frozenset({"wechat", "alipay"}), is_locked=False)

        files = list(bills(tells, happenings(world, lender), np.random.default_rng(1)))

        assert [(each.name[:2], each.source) for each in files] == [
            ("01", "wechat"),
            ("02", "wechat"),
            ("01", "alipay"),
            ("02", "alipay"),
        ]
        for each in files:
            days = [row.at.astimezone(SHANGHAI).date() for row, _ in each.rows]
            start = date(2025 + int(each.name[1]) - 1, 5, 1)
            assert start <= min(days)
            assert max(days) < date(start.year + 1, 5, 1)

    def test_come_under_a_password_where_the_person_has_one(self, world, lender):
        tells = told(world, lender, given=frozenset({"wechat", "jd"}), is_locked=True)

        files = list(bills(tells, happenings(world, lender), np.random.default_rng(1)))

        for each in files:
            assert each.name.endswith(".zip") is (each.source == "wechat")
            assert each.content.startswith(b"PK") is (
                each.source == "wechat" or each.name.endswith(".xlsx")
            )

    def test_are_the_same_rows_in_every_layout(self, world, lender):
        rows = set()
        for layout in (Layout.WECHAT_CSV, Layout.WECHAT_XLSX_2025, Layout.WECHAT_XLSX_2026):
            tells = told(world, lender, given=frozenset({"wechat"}), wechat=layout)
            files = bills(tells, happenings(world, lender), np.random.default_rng(1))
            rows.add(tuple(event.number for each in files for _, event in each.rows))

        assert len(rows) == 1


class TestCuttingByYear:
    def test_puts_every_row_into_one_part(self, world, lender):
        tells = teller(world, lender)
        pairs = list(tells.debit_rows(happenings(world, lender)))

        parts = list(by_year(world, pairs))

        assert len(parts) == 2
        assert [pair for part in parts for pair in part] == pairs

    def test_begins_the_second_year_at_midnight_in_shanghai(self, world, lender):
        tells = teller(world, lender)
        second = list(by_year(world, list(tells.debit_rows(happenings(world, lender)))))[1]

        first_day = min(row.at for row, _ in second).astimezone(SHANGHAI).date()
        assert first_day >= date(2026, 5, 1)

    def test_of_twelve_months_or_fewer_cuts_nothing(self):
        short = simulate(people=1, months=12, seed=1, first_day=date(2025, 5, 1))

        assert len(list(by_year(short, []))) == 1
