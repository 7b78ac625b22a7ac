"""Misbehaviour: arranged for one or for all, used up, taken back."""

import pytest

from simulation.bank import faults
from simulation.bank.book import Book
from simulation.bank.faults import EVERYBODY, Fault

LIN = "person:lin"
WEI = "person:wei"


@pytest.fixture
def connection(tmp_path):
    book = Book(tmp_path / "bank.sqlite3")
    with book.transaction() as opened:
        yield opened
    book.close()


class TestTake:
    def test_nothing_goes_wrong_unless_arranged(self, connection):
        assert faults.take(connection, mode="fail", account=LIN) is None

    def test_what_is_arranged_for_everybody_meets_everybody(self, connection):
        faults.arrange(connection, Fault("delay", EVERYBODY, None, 3.0))

        assert faults.take(connection, mode="delay", account=LIN) == 3.0
        assert faults.take(connection, mode="delay", account=WEI) == 3.0

    def test_what_is_arranged_for_one_spares_the_others(self, connection):
        faults.arrange(connection, Fault("delay", LIN, None, 3.0))

        assert faults.take(connection, mode="delay", account=WEI) is None
        assert faults.take(connection, mode="delay", account=LIN) == 3.0

    def test_one_mode_says_nothing_about_another(self, connection):
        faults.arrange(connection, Fault("delay", LIN, None, 3.0))

        assert faults.take(connection, mode="fail", account=LIN) is None

    def test_limited_misbehaviour_is_used_up(self, connection):
        faults.arrange(connection, Fault("fail", LIN, 2, 0.0))

        taken = [faults.take(connection, mode="fail", account=LIN) for _ in range(3)]

        assert taken == [0.0, 0.0, None]
        assert faults.arranged(connection) == []

    def test_an_account_uses_up_its_own_before_that_of_everybody(self, connection):
        faults.arrange(connection, Fault("delay", EVERYBODY, 1, 1.0))
        faults.arrange(connection, Fault("delay", LIN, 1, 9.0))

        taken = [faults.take(connection, mode="delay", account=LIN) for _ in range(3)]

        assert taken == [9.0, 1.0, None]


class TestTakeAll:
    def test_it_takes_one_of_each_that_is_arranged_for_whoever_asks(self, connection):
        faults.arrange(connection, Fault("fail", LIN, 2, 1.0))
        faults.arrange(connection, Fault("delay", EVERYBODY, None, 3.0))
        faults.arrange(connection, Fault("reordered", WEI, 1, 5.0))

        taken = faults.take_all(connection, modes=["fail", "delay", "reordered"], account=LIN)

        assert taken == {"fail": 1.0, "delay": 3.0}
        assert faults.arranged(connection) == [
            Fault("delay", EVERYBODY, None, 3.0),
            Fault("fail", LIN, 1, 1.0),
            Fault("reordered", WEI, 1, 5.0),
        ]

    def test_what_was_not_asked_for_is_left(self, connection):
        faults.arrange(connection, Fault("fail", LIN, 1, 0.0))

        assert faults.take_all(connection, modes=["delay"], account=LIN) == {}
        assert faults.arranged(connection) == [Fault("fail", LIN, 1, 0.0)]

    def test_the_same_mode_is_taken_once_and_first_from_the_account_itself(self, connection):
        faults.arrange(connection, Fault("delay", EVERYBODY, 1, 1.0))
        faults.arrange(connection, Fault("delay", LIN, 1, 9.0))

        assert faults.take_all(connection, modes=["delay"], account=LIN) == {"delay": 9.0}
        assert faults.arranged(connection) == [Fault("delay", EVERYBODY, 1, 1.0)]


class TestTakeForTransfer:
    def test_a_well_behaved_bank_does_nothing_wrong(self, connection):
        assert faults.take_for_transfer(connection, account=LIN) == {}

    def test_it_takes_one_of_each_mode_that_concerns_transfers(self, connection):
        for mode in ("delay", "reordered", "lose_answer"):
            faults.arrange(connection, Fault(mode, LIN, 1, 4.0))

        assert faults.take_for_transfer(connection, account=LIN) == {
            "delay": 4.0,
            "reordered": 4.0,
        }
        assert faults.arranged(connection) == [Fault("lose_answer", LIN, 1, 4.0)]

    def test_what_was_taken_can_be_kept_as_text(self):
        taken = {"delay": 4.0, "fail": 0.0}

        assert faults.unpacked(faults.packed(taken)) == taken


class TestArrangeAndClear:
    def test_the_same_mode_again_replaces_the_first(self, connection):
        faults.arrange(connection, Fault("delay", LIN, None, 3.0))
        faults.arrange(connection, Fault("delay", LIN, 1, 5.0))

        assert faults.arranged(connection) == [Fault("delay", LIN, 1, 5.0)]

    def test_clearing_one_account_leaves_the_rest(self, connection):
        for account in (LIN, WEI, EVERYBODY):
            faults.arrange(connection, Fault("fail", account, None, 0.0))
        faults.clear(connection, account=LIN)

        assert [fault.account for fault in faults.arranged(connection)] == [EVERYBODY, WEI]

    def test_clearing_everybody_leaves_nothing(self, connection):
        for account in (LIN, EVERYBODY):
            faults.arrange(connection, Fault("fail", account, None, 0.0))
        faults.clear(connection, account=EVERYBODY)

        assert faults.arranged(connection) == []

    def test_misbehaviour_outlives_the_bank(self, tmp_path):
        first = Book(tmp_path / "kept.sqlite3")
        with first.transaction() as opened:
            faults.arrange(opened, Fault("fail", LIN, 1, 0.0))
        first.close()
        second = Book(tmp_path / "kept.sqlite3")
        with second.transaction() as opened:
            assert faults.arranged(opened) == [Fault("fail", LIN, 1, 0.0)]
        second.close()
