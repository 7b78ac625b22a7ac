"""Faults planted one by one behind the verbs' backs: each is named, and nothing else is."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.db.models import F

from lending.channels.models import Transfer
from lending.ledger import actions as ledger
from lending.ledger import chart
from lending.ledger import invariants as books
from lending.ledger.contracts import both
from lending.ledger.models import LedgerPosting
from lending.loans.models import Instalment, Loan, LoanTransaction
from lending.rewards import invariants as points
from lending.rewards.models import PointsAccount, PointsEntry, PointsLot
from lending.servicing import actions as servicing
from lending.servicing import invariants
from lending.tests import builders
from lending.tests.builders import TODAY
from tests.machinery.unchanged import nothing_written

pytestmark = pytest.mark.django_db
LATE = date(2027, 1, 10)


@pytest.fixture
def weis() -> Loan:
    """Wei's loan: one instalment paid too late with its penalty, the second one overdue."""
    builders.open_books()
    loan = builders.paid_out(builders.person("Wei"))
    builders.pay(loan, 60_000, on=LATE, key="late")
    loan.refresh_from_db()
    return loan


def found() -> list[str]:
    return [*invariants.breaches(), *books.breaches(), *points.breaches()]


def test_a_sound_house_says_nothing_and_looking_writes_nothing(weis):
    with nothing_written():
        assert found() == []


class TestALoansRow:
    @pytest.mark.parametrize(
        "column",
        [
            "principal_outstanding_fen",
            "interest_accrued_fen",
            "interest_paid_fen",
            "penalty_accrued_fen",
            "penalty_paid_fen",
            "overpaid_fen",
        ],
    )
    def test_that_is_off_by_a_fen_is_named_with_both_figures(self, weis, column):
        Loan.objects.update(**{column: F(column) + 1})

        (said,) = found()

        assert said.startswith(f"loan {weis.public_id}: its row says")

    @pytest.mark.parametrize("days", [-1, 1, 30])
    def test_that_makes_it_late_on_another_day_is_named(self, weis, days):
        """The days past due are counted from here: a day off is another bucket."""
        Loan.objects.update(oldest_unpaid_due_on=F("oldest_unpaid_due_on") + timedelta(days=days))

        assert len(found()) == 1

    def test_that_calls_a_debt_nothing_is_named(self, weis):
        Loan.objects.update(oldest_unpaid_due_on=None)

        assert len(found()) == 1


class TestAnInstalment:
    @pytest.mark.parametrize(
        "column", ["principal_paid_fen", "interest_paid_fen", "penalty_paid_fen", "penalty_fen"]
    )
    def test_that_is_off_by_a_fen_is_named_by_its_number(self, weis, column):
        Instalment.objects.filter(loan=weis, number=2).update(**{column: F(column) + 1})

        assert found() == [f"loan {weis.public_id}: instalment 2 is not what its log says"]

    def test_that_is_paid_by_hand_is_named(self, weis):
        Instalment.objects.filter(loan=weis, number=1).update(paid_on=TODAY)

        assert any("instalment 1 is not what its log says" in each for each in found())

    def test_is_put_right_by_folding_the_log_once_more(self, weis):
        """The rows are a cache: what the log says comes back, and the books need no line."""
        before = list(weis.instalments.order_by("number").values())
        Instalment.objects.filter(loan=weis, number=2).update(penalty_fen=999)
        Loan.objects.update(penalty_accrued_fen=999)
        assert found()

        builders.servicing_again(weis)

        assert found() == []
        assert list(weis.instalments.order_by("number").values()) == before


class TestTheLog:
    @pytest.mark.parametrize(
        "attack", [lambda rows: rows.update(amount_fen=1), lambda rows: rows.delete()]
    )
    def test_cannot_be_rewritten(self, weis, attack):
        rows = LoanTransaction.objects.filter(loan=weis, kind="REPAYMENT")

        with pytest.raises(DatabaseError), transaction.atomic():
            attack(rows)

        assert found() == []

    def test_with_a_payment_that_no_transfer_brought_is_named(self, weis):
        weis.transactions.create(
            sequence=99, kind="REPAYMENT", value_date=LATE, booked_on=LATE, amount_fen=1
        )

        assert any("the books say" in each for each in found())

    def test_takes_no_sequence_twice(self, weis):
        again = {"kind": "REPAYMENT", "value_date": LATE, "booked_on": LATE, "amount_fen": 1}

        with nothing_written(), pytest.raises(DatabaseError), transaction.atomic():
            weis.transactions.create(sequence=1, **again)


class TestTheBooks:
    def test_with_an_entry_that_the_log_does_not_know_are_named(self, weis):
        with transaction.atomic():
            ledger.post(
                entry_key="by-hand",
                business_date=LATE,
                kind="TEST",
                lines=both(
                    debit=chart.LOAN_PRINCIPAL,
                    credit=chart.INTEREST_INCOME,
                    amount_fen=100,
                    loan_id=weis.pk,
                ),
            )

        (said,) = found()
        assert said.startswith(f"loan {weis.public_id}: the books say")

    def test_are_not_put_right_by_a_second_fold_without_a_word(self, weis):
        """The fold says which lines the books lack: it never hides that they were lacking."""
        with transaction.atomic():
            ledger.post(
                entry_key="by-hand",
                business_date=LATE,
                kind="TEST",
                lines=both(
                    debit=chart.BANK,
                    credit=chart.INTEREST_INCOME,
                    amount_fen=7,
                    loan_id=weis.pk,
                ),
            )
            carried = servicing.bring_forward(loan=Loan.objects.get(pk=weis.pk), through=LATE)

        assert {(line.account_code, line.amount_fen) for line in carried.lines} == {
            (chart.BANK, -7),
            (chart.INTEREST_INCOME, 7),
        }

    def test_hold_no_posting_of_zero(self, weis):
        assert not LedgerPosting.objects.filter(amount_fen=0).exists()


class TestTransfers:
    def test_that_moved_and_are_not_booked_are_each_named(self, weis):
        Transfer.objects.filter(loan_id=weis.pk).update(booked_at=None)

        said = found()

        assert len(said) == Transfer.objects.count()
        assert all(each.endswith("moved money that is not booked") for each in said)

    @pytest.mark.parametrize("state", ["INTENT", "SENT", "UNKNOWN", "FAILED"])
    def test_that_have_moved_nothing_are_not(self, weis, state):
        Transfer.objects.create(
            loan_id=weis.pk,
            purpose="REPAYMENT",
            request_key="another",
            out_trade_no="R-another",
            account="person:wei",
            amount_fen=1,
            intended_on=LATE,
            state=state,
        )

        assert found() == []


class TestPoints:
    @pytest.fixture
    def lins(self) -> PointsAccount:
        builders.open_books()
        lin = builders.person("Lin")
        builders.rewarded(lin.id)
        return PointsAccount.objects.get(borrower_id=lin.id)

    def test_that_agree_say_nothing(self, lins):
        assert found() == []

    def test_given_without_an_entry_are_named(self, lins):
        PointsAccount.objects.update(balance=F("balance") + 1)

        assert found() == [f"points account {lins.pk}: 201, 200, 200"]

    def test_written_down_without_being_given_are_named(self, lins):
        PointsEntry.objects.create(
            account=lins, lot=PointsLot.objects.get(), kind="EARN", points=5, entry_key="by-hand"
        )

        lot = PointsLot.objects.get()
        assert found() == [
            f"points account {lins.pk}: 200, 205, 200",
            f"points lot {lot.pk}: 200 left, entries 205",
        ]

    def test_of_others_are_not_mixed_in(self, lins):
        weis = builders.rewarded(builders.person("Wei").id, 30, source=7)
        PointsLot.objects.filter(account=lins).update(remaining=F("remaining") - 1)

        assert weis == 30
        lot = PointsLot.objects.get(account=lins)
        assert found() == [
            f"points account {lins.pk}: 200, 200, 199",
            f"points lot {lot.pk}: 199 left, entries 200",
            "points in the books: 2070 fen, in lots 2061",
        ]


def test_the_command_names_every_planted_fault(weis, capsys):
    Loan.objects.update(overpaid_fen=F("overpaid_fen") + 1)

    with pytest.raises(SystemExit):
        call_command("check_invariants")

    assert weis.public_id in capsys.readouterr().out
