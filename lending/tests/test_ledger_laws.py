"""The books are balanced and permanent because PostgreSQL says so, not because we are careful."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from lending.ledger import actions as ledger
from lending.ledger import chart, queries
from lending.ledger.contracts import Line, both
from lending.ledger.invariants import breaches
from lending.ledger.models import LedgerEntry, LedgerPosting

MONDAY = date(2026, 11, 23)
LIN = 71
WEI = 72


def paid_out(loan_id: int, amount_fen: int, key: str = "paid-out") -> int:
    with transaction.atomic():
        return ledger.post(
            entry_key=f"{key}:{loan_id}",
            business_date=MONDAY,
            kind="DISBURSEMENT",
            lines=both(
                debit=chart.LOAN_PRINCIPAL,
                credit=chart.BANK,
                amount_fen=amount_fen,
                loan_id=loan_id,
            ),
        )


def run_sql(statement: str, *values: int | str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def written_by_hand(*sides: tuple[str, int], is_checked_now: bool = True) -> None:
    """An entry that went round our own verbs."""
    entry = LedgerEntry.objects.create(entry_key="by hand", business_date=MONDAY, kind="X")
    for account, amount_fen in sides:
        LedgerPosting.objects.create(entry=entry, account_id=account, amount_fen=amount_fen)
    if is_checked_now:
        run_sql("SET CONSTRAINTS ALL IMMEDIATE")


def added_after_an_early_check() -> None:
    """An entry that is checked while it is balanced, and one more posting after that."""
    written_by_hand(("1303", 100), ("1002", -100))
    run_sql(
        "INSERT INTO lending_ledgerposting (entry_id, account_id, amount_fen)"
        " SELECT id, '6012', 555 FROM lending_ledgerentry WHERE entry_key = 'by hand'"
    )


def hidden_behind_a_temporary_table() -> None:
    """An unbalanced entry, and a table of the same name that looks balanced in front of it."""
    written_by_hand(("1303", 777), ("1002", 5), is_checked_now=False)
    run_sql("CREATE TEMP TABLE lending_ledgerposting (entry_id bigint, amount_fen bigint)")
    run_sql(
        "INSERT INTO pg_temp.lending_ledgerposting"
        " SELECT id, side FROM lending_ledgerentry, (VALUES (1), (-1)) AS v (side)"
    )
    run_sql("SET CONSTRAINTS ALL IMMEDIATE")


def slipped_in_behind_a_temporary_header(entry: int) -> None:
    """One more posting for an old entry, with a table in front of the headers."""
    run_sql("CREATE TEMP TABLE lending_ledgerentry (id bigint, xid xid8)")
    run_sql("INSERT INTO pg_temp.lending_ledgerentry VALUES (%s, pg_current_xact_id())", entry)
    run_sql(
        "INSERT INTO lending_ledgerposting (entry_id, account_id, amount_fen)"
        " VALUES (%s, '1002', 7)",
        entry,
    )


@pytest.mark.django_db
class TestPost:
    def test_writes_both_sides_once(self):
        entry = paid_out(LIN, 500_000)

        assert paid_out(LIN, 500_000) == entry
        assert LedgerPosting.objects.count() == 2
        assert queries.loan_balances_fen(LIN) == {"1002": -500_000, "1303": 500_000}
        assert sum(queries.trial_balance_fen().values()) == 0

    def test_refuses_other_figures_under_a_known_key_and_writes_nothing(self):
        paid_out(LIN, 500_000)

        with pytest.raises(ledger.LedgerKeyReused):
            paid_out(LIN, 499_999)

        assert queries.balance_fen(chart.LOAN_PRINCIPAL) == 500_000

    def test_adds_lines_of_one_place_up_and_leaves_out_what_cancels(self):
        with transaction.atomic():
            entry = ledger.post(
                entry_key="mixed",
                business_date=MONDAY,
                kind="ACCRUAL",
                lines=[
                    Line(chart.INTEREST_RECEIVABLE, 30, LIN),
                    Line(chart.INTEREST_RECEIVABLE, 12, LIN),
                    Line(chart.INTEREST_INCOME, -42, LIN),
                    Line(chart.PENALTY_INCOME, 5, WEI),
                    Line(chart.PENALTY_INCOME, -5, WEI),
                ],
            )

        rows = LedgerPosting.objects.filter(entry_id=entry)
        assert {(row.account_id, row.amount_fen) for row in rows} == {("1132", 42), ("6011", -42)}

    def test_an_entry_of_nothing_is_not_written(self):
        with transaction.atomic():
            assert ledger.post(entry_key="x", business_date=MONDAY, kind="ACCRUAL", lines=[]) == 0

        assert not LedgerEntry.objects.exists()

    def test_balances_stop_at_the_day_asked_for(self):
        paid_out(LIN, 500_000)

        assert queries.balance_fen(chart.BANK, on=date(2026, 11, 22)) == 0
        assert queries.balance_fen(chart.BANK, on=MONDAY) == -500_000


@pytest.mark.django_db
class TestReverse:
    def test_undoes_one_loans_part_once(self):
        with transaction.atomic():
            entry = ledger.post(
                entry_key="range",
                business_date=MONDAY,
                kind="ACCRUAL",
                lines=[
                    Line(chart.INTEREST_RECEIVABLE, 100, LIN),
                    Line(chart.INTEREST_INCOME, -100, LIN),
                    Line(chart.INTEREST_RECEIVABLE, 70, WEI),
                    Line(chart.INTEREST_INCOME, -70, WEI),
                ],
            )
            first = ledger.reverse(entry_id=entry, loan_id=WEI, business_date=MONDAY)
            again = ledger.reverse(entry_id=entry, loan_id=WEI, business_date=MONDAY)

        assert first == again
        assert queries.loan_balances_fen(WEI) == {}
        assert queries.loan_balances_fen(LIN) == {"1132": 100, "6011": -100}

    def test_a_second_reversal_by_hand_is_refused_by_the_database(self):
        entry = paid_out(LIN, 500_000)
        with transaction.atomic():
            ledger.reverse(entry_id=entry, loan_id=None, business_date=MONDAY)

        with pytest.raises(IntegrityError), transaction.atomic():
            LedgerEntry.objects.create(
                entry_key="by hand", business_date=MONDAY, kind="REVERSAL", reverses_id=entry
            )


@pytest.mark.django_db
class TestTheDatabaseRefuses:
    """Everything here runs as the application's role, in plain SQL."""

    def test_an_unbalanced_entry(self):
        with pytest.raises(IntegrityError, match="sums to 7"), transaction.atomic():
            written_by_hand(("1002", 10), ("1303", -3))

    def test_a_header_without_postings(self):
        with pytest.raises(IntegrityError, match="over 0 postings"), transaction.atomic():
            written_by_hand()

    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE lending_ledgerposting SET amount_fen = amount_fen * 2",
            "UPDATE lending_ledgerentry SET business_date = '2020-01-01'",
            "DELETE FROM lending_ledgerposting",
            "DELETE FROM lending_ledgerentry",
            "TRUNCATE lending_ledgerposting",
            "TRUNCATE lending_ledgerentry CASCADE",
            "ALTER TABLE lending_ledgerposting DISABLE TRIGGER ALL",
            "DROP TRIGGER ledgerposting_only_grows ON lending_ledgerposting",
            "SET session_replication_role = replica",
        ],
    )
    def test_any_later_change(self, attack):
        paid_out(LIN, 500_000)

        with pytest.raises(DatabaseError), transaction.atomic():
            run_sql(attack)

        assert queries.loan_balances_fen(LIN) == {"1002": -500_000, "1303": 500_000}
        assert not list(breaches())

    def test_a_posting_after_the_check_was_brought_forward(self):
        with pytest.raises(IntegrityError, match="sealed"), transaction.atomic():
            added_after_an_early_check()

        assert not LedgerEntry.objects.exists()

    def test_postings_that_a_temporary_table_hides(self):
        with pytest.raises(IntegrityError, match="sums to 782"), transaction.atomic():
            hidden_behind_a_temporary_table()

        assert not LedgerEntry.objects.exists()

    def test_a_posting_that_names_no_account(self):
        with pytest.raises(IntegrityError, match="not in the chart"), transaction.atomic():
            written_by_hand(("9999", 1), ("1002", -1))


@pytest.mark.commits
class TestAcrossTransactions:
    def test_a_late_posting_is_refused_even_when_the_sum_stays_zero(self):
        entry = paid_out(LIN, 500_000)

        with pytest.raises(IntegrityError, match="sealed"), transaction.atomic():
            run_sql(
                "INSERT INTO lending_ledgerposting (entry_id, account_id, loan_id, amount_fen)"
                " VALUES (%s, '1132', %s, 10), (%s, '6011', %s, -10)",
                entry,
                LIN,
                entry,
                LIN,
            )

        assert queries.loan_balances_fen(LIN) == {"1002": -500_000, "1303": 500_000}

    def test_a_late_posting_behind_a_temporary_header_is_refused(self):
        entry = paid_out(LIN, 500_000)

        with pytest.raises(IntegrityError, match="sealed"), transaction.atomic():
            slipped_in_behind_a_temporary_header(entry)

        assert queries.loan_balances_fen(LIN) == {"1002": -500_000, "1303": 500_000}

    def test_an_unbalanced_entry_does_not_survive_its_commit(self):
        with pytest.raises(IntegrityError, match="sums to 1"), transaction.atomic():
            written_by_hand(("1002", 1), is_checked_now=False)

        assert not LedgerEntry.objects.exists()
