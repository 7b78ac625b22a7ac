"""The bank's book: money moves once, never below zero, and never comes from nowhere."""

import sqlite3

import pytest

from simulation.bank.book import (
    INSUFFICIENT_FUNDS,
    LENDER,
    OPENING_FEN,
    OUTSIDE,
    REFUSED_BY_BANK,
    Book,
    OtherContent,
    is_customer,
    owner_kind,
)
from simulation.tests.bank_orders import LIN, NOON, SCHOOL, WEI, accepted, arrange, order, settled


@pytest.fixture
def book(tmp_path):
    opened = Book(tmp_path / "bank.sqlite3")
    yield opened
    opened.close()


class TestAccounts:
    def test_a_person_starts_with_twenty_thousand_yuan(self, book):
        assert book.balance_fen(LIN, now=NOON) == 20_000_00

    def test_a_merchant_starts_with_nothing(self, book):
        assert book.balance_fen(SCHOOL, now=NOON) == 0

    def test_the_lender_starts_with_a_hundred_million_yuan(self, book):
        assert book.balance_fen(LENDER, now=NOON) == 100_000_000_00

    def test_an_account_is_opened_only_once(self, book):
        settled(book, order(kind="COLLECT", amount_fen=15_000_00))

        assert book.balance_fen(LIN, now=NOON + 1) == 5_000_00

    def test_opening_balances_come_from_outside(self, book):
        book.balance_fen(LIN, now=NOON)

        assert book.balances() == {OUTSIDE: -20_000_00, LIN: 20_000_00}

    def test_a_deposit_adds_to_the_balance(self, book):
        assert book.deposit(account=LIN, amount_fen=1, now=NOON) == 20_000_01
        assert book.balance_fen(LIN, now=NOON) == 20_000_01

    @pytest.mark.parametrize("name", [LIN, SCHOOL, "person:aB3_-", "merchant:" + "x" * 64])
    def test_customers_have_opaque_names(self, name):
        assert is_customer(name)

    @pytest.mark.parametrize(
        "name",
        [
            LENDER,
            OUTSIDE,
            "",
            "person:",
            "person:林",
            "person:a b",
            "person:a\n",
            "bank:x",
            "merchant:" + "x" * 65,
            "person:../x",
        ],
    )
    def test_other_names_are_no_customers(self, name):
        assert not is_customer(name)

    def test_the_kind_of_owner_stands_in_the_name(self):
        assert [owner_kind(name) for name in (LENDER, SCHOOL, LIN)] == [
            "LENDER",
            "MERCHANT",
            "PERSON",
        ]


class TestAccepting:
    def test_an_order_waits_until_it_is_settled(self, book):
        transfer = accepted(book, order())

        assert (transfer.state, transfer.reason, transfer.settled_at) == ("PROCESSING", "", None)
        assert book.balance_fen(LIN, now=NOON) == OPENING_FEN["person"]

    def test_the_same_order_twice_is_the_same_transfer(self, book):
        first = accepted(book, order())
        again = book.accept(order(), reference="SBK-OTHER", now=NOON + 60)

        assert again == first
        assert len(book.latest(10)) == 1

    def test_a_settled_order_asked_again_is_not_paid_again(self, book):
        first = settled(book, order())
        again = settled(book, order(), now=NOON + 60)

        assert again == first
        assert book.balance_fen(LIN, now=NOON) == 20_500_00

    def test_another_address_for_notices_is_still_the_same_order(self, book):
        first = accepted(book, order())

        assert accepted(book, order(notify_url="http://127.0.0.1:1/later")) == first

    @pytest.mark.parametrize(
        "other",
        [order(kind="COLLECT"), order(account=WEI), order(amount_fen=500_01)],
        ids=["kind", "account", "amount"],
    )
    def test_the_same_number_with_another_content_is_refused(self, book, other):
        first = accepted(book, order())

        with pytest.raises(OtherContent):
            accepted(book, other)

        assert book.latest(10) == [first]
        assert WEI not in book.balances()

    def test_an_amount_must_be_positive(self, book):
        with pytest.raises(AssertionError):
            accepted(book, order(amount_fen=0))

        assert book.latest(10) == []

    def test_the_lender_does_not_pay_itself(self, book):
        with pytest.raises(AssertionError):
            accepted(book, order(account=LENDER))

        assert book.latest(10) == []

    def test_an_unknown_number_has_no_transfer(self, book):
        assert book.transfer("D-nobody-1") is None


class TestSettling:
    def test_paying_out_moves_money_from_the_lender_to_the_account(self, book):
        transfer = settled(book, order())

        assert (transfer.state, transfer.settled_at) == ("SUCCEEDED", NOON)
        assert book.balance_fen(LIN, now=NOON) == 20_500_00
        assert book.balance_fen(LENDER, now=NOON) == OPENING_FEN[LENDER] - 500_00

    def test_collecting_moves_money_from_the_account_to_the_lender(self, book):
        transfer = settled(book, order("R-lin-1", kind="COLLECT"))

        assert transfer.state == "SUCCEEDED"
        assert book.balance_fen(LIN, now=NOON) == 19_500_00
        assert book.balance_fen(LENDER, now=NOON) == OPENING_FEN[LENDER] + 500_00

    def test_an_account_can_be_emptied_to_the_fen(self, book):
        assert settled(book, order(kind="COLLECT", amount_fen=20_000_00)).state == "SUCCEEDED"
        assert book.balance_fen(LIN, now=NOON) == 0

    def test_one_fen_too_much_fails_and_moves_nothing(self, book):
        transfer = settled(book, order(kind="COLLECT", amount_fen=20_000_01))

        assert (transfer.state, transfer.reason) == ("FAILED", INSUFFICIENT_FUNDS)
        assert book.balance_fen(LIN, now=NOON) == 20_000_00
        assert book.statement(since_id=0, limit=10) == []

    def test_the_lender_cannot_pay_more_than_it_has(self, book):
        transfer = settled(book, order(amount_fen=OPENING_FEN[LENDER] + 1))

        assert (transfer.state, transfer.reason) == ("FAILED", INSUFFICIENT_FUNDS)

    def test_a_failed_transfer_stays_failed_when_money_arrives_later(self, book):
        wanted = order(kind="COLLECT", amount_fen=20_000_01)
        settled(book, wanted)
        book.deposit(account=LIN, amount_fen=100, now=NOON)

        assert settled(book, wanted, now=NOON + 1).state == "FAILED"
        assert book.balance_fen(LIN, now=NOON) == 20_001_00

    def test_settling_again_moves_nothing_more(self, book):
        settled(book, order())
        before = book.balances()
        book.settle_due(now=NOON + 1)

        assert book.balances() == before

    def test_a_delayed_transfer_is_settled_only_when_it_is_due(self, book):
        arrange(book, "delay", seconds=30)
        assert settled(book, order()).state == "PROCESSING"

        assert book.settle_due(now=NOON + 29.9) == NOON + 30
        assert book.transfer("D-lin-1").state == "PROCESSING"

        assert book.settle_due(now=NOON + 30) is None
        assert book.transfer("D-lin-1").state == "SUCCEEDED"

    def test_an_arranged_failure_moves_nothing(self, book):
        arrange(book, "fail", times=1)
        refused = settled(book, order())
        taken = settled(book, order("D-lin-2"))

        assert (refused.state, refused.reason) == ("FAILED", REFUSED_BY_BANK)
        assert taken.state == "SUCCEEDED"
        assert book.balance_fen(LIN, now=NOON) == 20_500_00

    def test_many_due_transfers_are_settled_in_rounds(self, book):
        for number in range(105):
            accepted(book, order(f"D-lin-{number}", amount_fen=1))

        assert book.settle_due(now=NOON) == NOON
        assert book.settle_due(now=NOON) is None
        assert book.balance_fen(LIN, now=NOON) == 20_001_05


class TestAtOnce:
    def test_the_money_has_moved_with_the_order(self, book):
        taken = accepted(book, order(), is_at_once=True)

        assert (taken.state, taken.settled_at) == ("SUCCEEDED", NOON)
        assert book.transfer("D-lin-1") == taken
        assert book.balance_fen(LIN, now=NOON) == 20_500_00
        assert book.settle_due(now=NOON) is None

    def test_the_same_order_again_moves_nothing_more(self, book):
        first = accepted(book, order(), is_at_once=True)
        again = accepted(book, order(), now=NOON + 1, is_at_once=True)

        assert again == first
        assert book.balance_fen(LIN, now=NOON) == 20_500_00

    def test_an_order_that_was_waiting_is_settled_when_it_comes_again(self, book):
        accepted(book, order())

        assert accepted(book, order(), now=NOON + 1, is_at_once=True).settled_at == NOON + 1

    def test_what_is_delayed_waits_all_the_same(self, book):
        arrange(book, "delay", seconds=30)
        first = accepted(book, order(), is_at_once=True)
        early = accepted(book, order(), now=NOON + 29.9, is_at_once=True)

        assert [first.state, early.state] == ["PROCESSING"] * 2
        assert book.balance_fen(LIN, now=NOON) == 20_000_00
        assert accepted(book, order(), now=NOON + 30, is_at_once=True).state == "SUCCEEDED"

    def test_what_cannot_be_paid_fails_at_once(self, book):
        taken = accepted(book, order(kind="COLLECT", amount_fen=20_000_01), is_at_once=True)

        assert (taken.state, taken.reason) == ("FAILED", INSUFFICIENT_FUNDS)
        assert book.balance_fen(LIN, now=NOON) == 20_000_00

    def test_another_content_settles_nothing_either(self, book):
        accepted(book, order())
        before = book.balances()

        with pytest.raises(OtherContent):
            accepted(book, order(amount_fen=1), is_at_once=True)

        assert book.transfer("D-lin-1").state == "PROCESSING"
        assert book.balances() == before


class TestStatement:
    def test_it_lists_what_moved_in_order(self, book):
        settled(book, order("D-1", amount_fen=300))
        settled(book, order("R-1", kind="COLLECT", account=WEI, amount_fen=200), now=NOON + 1)

        entries = book.statement(since_id=0, limit=10)

        assert [(e.out_trade_no, e.kind, e.account, e.amount_fen) for e in entries] == [
            ("D-1", "PAY_OUT", LIN, 300),
            ("R-1", "COLLECT", WEI, 200),
        ]
        assert entries[0].bank_reference == "SBK-D-1"
        assert entries[0].id < entries[1].id

    def test_it_goes_on_after_an_entry(self, book):
        for number in range(5):
            settled(book, order(f"D-{number}"))
        everything = book.statement(since_id=0, limit=10)

        assert book.statement(since_id=everything[1].id, limit=2) == everything[2:4]

    def test_it_is_silent_about_what_has_not_moved(self, book):
        arrange(book, "delay", seconds=30)
        settled(book, order())
        book.deposit(account=LIN, amount_fen=100, now=NOON)

        assert book.statement(since_id=0, limit=10) == []


def take_everything_and_break(book):
    with book.transaction() as connection:
        connection.execute("UPDATE account SET balance_fen = 0 WHERE name = ?", (LIN,))
        raise ZeroDivisionError


class TestFile:
    def test_everything_is_there_when_the_file_is_opened_again(self, tmp_path):
        first = Book(tmp_path / "bank.sqlite3")
        before = settled(first, order())
        first.close()
        second = Book(tmp_path / "bank.sqlite3")

        assert second.transfer("D-lin-1") == before
        assert second.balance_fen(LIN, now=NOON) == 20_500_00
        second.close()

    def test_it_writes_through_to_the_disk(self, book):
        with book.transaction() as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
            assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
            assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1

    def test_a_transaction_that_breaks_leaves_nothing(self, book):
        book.balance_fen(LIN, now=NOON)
        with pytest.raises(ZeroDivisionError):
            take_everything_and_break(book)

        assert book.balance_fen(LIN, now=NOON) == 20_000_00

    def test_the_database_itself_refuses_a_balance_below_zero(self, book):
        book.balance_fen(LIN, now=NOON)
        with pytest.raises(sqlite3.IntegrityError), book.transaction() as connection:
            connection.execute("UPDATE account SET balance_fen = -1 WHERE name = ?", (LIN,))

        assert book.balance_fen(LIN, now=NOON) == 20_000_00

    def test_the_database_itself_refuses_to_move_one_transfer_twice(self, book):
        settled(book, order())
        repeat = (
            "INSERT INTO movement (kind, source, target, amount_fen, out_trade_no, moved_at)"
            " SELECT kind, source, target, amount_fen, out_trade_no, moved_at FROM movement"
            " WHERE out_trade_no = 'D-lin-1'"
        )
        with pytest.raises(sqlite3.IntegrityError), book.transaction() as connection:
            connection.execute(repeat)

        assert len(book.statement(since_id=0, limit=10)) == 1
