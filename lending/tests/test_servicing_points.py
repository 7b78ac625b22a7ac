"""What a payment earned goes when the payment goes; what was bought with points is really used."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from common.actors import SYSTEM
from common.audit.models import AuditEntry
from common.errors import NotFound
from lending.calc.contracts import TransactionKind
from lending.channels.models import TransferPurpose
from lending.ledger.models import LedgerEntry
from lending.loans.models import LoanTransaction
from lending.repayments import actions as repayments
from lending.repayments.queries import standing
from lending.rewards import invariants as reward_invariants
from lending.rewards.actions import EntitlementNotUsable
from lending.rewards.days import mature
from lending.rewards.models import (
    Benefit,
    Entitlement,
    InstalmentOutcome,
    PointsLot,
)
from lending.servicing import actions as servicing
from lending.servicing import changes, invariants
from lending.servicing.waiving import bought
from lending.tests import builders, rewarding

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DUE = date(2026, 12, 20)
Kind = TransactionKind


def pay_first(loan, *, on=DUE, key="first"):
    with transaction.atomic():
        servicing.catch_up(loan=loan, through=on - DAY)
    return builders.pay(loan, stands(loan, on=on).due_fen, on=on, key=key)


def stands(loan, *, on):
    found = standing(loan, on=on)
    assert found is not None
    return found


def undo(loan, mei, colleague, *, kind=Kind.REVERSAL, on=DUE + DAY, reverses=2, key="undo"):
    row = changes.propose(
        loan_id=loan.pk, kind=kind, reason="MISTAKE", request_key=key, on=on, by=mei,
        reverses=reverses,
    )  # fmt: skip
    changes.approve(change_id=row.pk, on=on, by=colleague)
    loan.refresh_from_db()


def lots(lin):
    return PointsLot.objects.filter(account__borrower_id=lin.id, source_kind="INSTALMENT")


def all_is_well():
    return [*reward_invariants.breaches(), *invariants.breaches()] == []


class TestTakenBack:
    @pytest.mark.parametrize("kind", [Kind.REVERSAL, Kind.CHARGEBACK])
    def test_pending_points_go_with_their_payment(self, lin, loan, mei, colleague, kind):
        pay_first(loan)
        assert lots(lin).get().remaining > 0
        assert rewarding.account_of(lin).pending > 0

        undo(loan, mei, colleague, kind=kind)

        assert rewarding.figures(lin) == (0, 0, 0)
        assert lots(lin).get().reversed_on == DUE + DAY
        assert InstalmentOutcome.objects.get().reversed_on == DUE + DAY
        assert AuditEntry.objects.filter(action="lending.points.reversed").count() == 1
        assert all_is_well()

    def test_points_that_were_safe_already_go_too(self, lin, loan, mei, colleague):
        pay_first(loan)
        rewarding.skip_to(DUE + 29 * DAY)
        mature(on=DUE + 30 * DAY, overdue={})
        assert rewarding.account_of(lin).pending == 0 < rewarding.account_of(lin).balance

        undo(loan, mei, colleague, on=DUE + 30 * DAY)

        assert rewarding.figures(lin) == (0, 0, 0)
        assert all_is_well()

    def test_what_was_used_of_them_is_owed_in_points_and_never_below_zero(
        self, lin, loan, mei, colleague
    ):
        pay_first(loan)
        earned = rewarding.account_of(lin).balance
        with transaction.atomic():
            PointsLot.objects.update(available_on=DUE)
        rewarding.skip_to(DUE)
        mature(on=DUE, overdue={})
        Benefit.objects.filter(code="RATE_050").update(cost_points=earned)
        rewarding.buy(lin, on=DUE)

        undo(loan, mei, colleague)

        assert rewarding.figures(lin) == (0, 0, earned)
        assert all_is_well()

    def test_another_instalment_keeps_its_own(self, lin, loan, mei, colleague):
        pay_first(loan)
        pay_first(loan, on=date(2027, 1, 20), key="second")
        assert lots(lin).count() == 2

        undo(loan, mei, colleague, on=date(2027, 1, 21), reverses=3)

        kept = {each.source_id: each.reversed_on for each in lots(lin)}
        first = loan.instalments.get(number=1)
        assert kept[first.pk] is None
        assert sum(day is not None for day in kept.values()) == 1
        assert all_is_well()

    def test_undoing_a_change_that_paid_nothing_takes_nothing(self, lin, loan, mei, colleague):
        pay_first(loan)
        row = changes.propose(
            loan_id=loan.pk, kind=Kind.CHARGE, reason="AGREED", request_key="fee", on=DUE, by=mei,
            amount_fen=100,
        )  # fmt: skip
        changes.approve(change_id=row.pk, on=DUE, by=colleague)
        before = rewarding.figures(lin)

        undo(loan, mei, colleague, reverses=3)

        assert rewarding.figures(lin) == before
        assert lots(lin).get().reversed_on is None

    @pytest.mark.parametrize("kind", [Kind.REVERSAL, Kind.CHARGEBACK])
    def test_the_instalment_paid_again_in_time_earns_as_before(
        self, lin, loan, mei, colleague, kind
    ):
        pay_first(loan)
        before = rewarding.figures(lin)
        undo(loan, mei, colleague, kind=kind, on=DUE)
        assert rewarding.figures(lin) == (0, 0, 0)

        builders.pay(loan, stands(loan, on=DUE).due_fen, on=DUE, key="again")

        assert rewarding.figures(lin) == before
        assert InstalmentOutcome.objects.get().reversed_on is None, "it was paid on its day"
        assert sorted(each.reversed_on is None for each in lots(lin)) == [False, True]
        assert all_is_well()

    def test_the_instalment_paid_again_too_late_earns_nothing(self, lin, loan, mei, colleague):
        pay_first(loan)
        undo(loan, mei, colleague, kind=Kind.CHARGEBACK)

        on = DUE + DAY
        builders.pay(loan, stands(loan, on=on).due_fen, on=on, key="again")

        assert rewarding.figures(lin) == (0, 0, 0)
        assert not InstalmentOutcome.objects.get().is_on_time
        assert lots(lin).filter(reversed_on=None).count() == 0
        assert all_is_well()

    def test_each_time_it_is_taken_back_and_paid_it_is_earned_once(self, lin, loan, mei, colleague):
        pay_first(loan)
        before = rewarding.figures(lin)
        for number in range(2):
            last = LoanTransaction.objects.filter(kind="REPAYMENT").latest("sequence").sequence
            undo(loan, mei, colleague, on=DUE, reverses=last, key=f"undo-{number}")
            fen = stands(loan, on=DUE).due_fen
            builders.pay(loan, fen, on=DUE, key=f"again-{number}")

        assert rewarding.figures(lin) == before
        assert lots(lin).filter(reversed_on=None).count() == 1
        assert all_is_well()

    def test_a_pay_off_that_gives_its_interest_back_takes_its_points_back(self, lin, loan):
        on = DUE - 10 * DAY
        with transaction.atomic():
            servicing.catch_up(loan=loan, through=on - DAY)
        first = loan.instalments.get(number=1)
        builders.pay(loan, first.principal_fen + first.interest_fen, on=on, key="ahead")
        assert lots(lin).get().remaining > 0

        loan.refresh_from_db()
        asked = repayments.request_payoff(
            loan_id=loan.pk, amount_fen=stands(loan, on=on).quote.total_fen, request_key="off",
            on=on, by=SYSTEM,
        )  # fmt: skip
        builders.collected(asked, on=on)

        loan.refresh_from_db()
        assert (loan.state, loan.overpaid_fen) == ("SETTLED", 0)
        assert rewarding.figures(lin) == (0, 0, 0)
        kept = InstalmentOutcome.objects.get(instalment_id=first.pk)
        assert (kept.reversed_on, kept.is_on_time) == (None, True), "early is never held against"
        assert all_is_well()

    def test_nobody_decides_alone_and_nothing_is_taken(self, lin, loan, mei):
        pay_first(loan)
        row = changes.propose(
            loan_id=loan.pk, kind=Kind.REVERSAL, reason="MISTAKE", request_key="k", on=DUE, by=mei,
            reverses=2,
        )  # fmt: skip
        before = rewarding.figures(lin)

        with pytest.raises(changes.FourEyesNeeded):
            changes.approve(change_id=row.pk, on=DUE, by=mei)

        assert rewarding.figures(lin) == before


def waiver(lin, *, value_fen=500, key="waiver", on=builders.TODAY):
    """Lin buys a waiver of late fees with points from elsewhere."""
    Benefit.objects.get_or_create(
        code="LATE",
        defaults={
            "kind": "FEE_WAIVER", "name_zh": "免逾期费", "name_en": "Late fee waived",
            "cost_points": 50, "value_fen": value_fen,
        },
    )  # fmt: skip
    rewarding.give(lin, 60, source=900 + len(key), on=on)
    return rewarding.buy(lin, benefit="LATE", key=key, on=on)


def late(loan, *, on=DUE + 10 * DAY):
    with transaction.atomic():
        servicing.catch_up(loan=loan, through=on - DAY)
    return on


def use(loan, row, *, on):
    return bought.use(loan_id=loan.pk, entitlement=row.public_id, on=on, by=SYSTEM)


class TestBoughtWaiver:
    def test_a_late_fee_is_waived_up_to_what_was_bought(self, lin, loan):
        row, on = waiver(lin, value_fen=100), late(loan)
        before = stands(loan, on=on).quote

        told = use(loan, row, on=on)

        loan.refresh_from_db()
        row.refresh_from_db()
        after = stands(loan, on=on).quote
        assert told.amount_fen == min(100, before.penalty_fen)
        assert after.penalty_fen == before.penalty_fen - told.amount_fen
        assert (row.state, row.loan_id) == ("CONSUMED", loan.pk)
        assert after.interest_fen == before.interest_fen
        assert all_is_well()

    def test_no_more_than_the_late_fee_is_waived(self, lin, loan):
        row, on = waiver(lin, value_fen=1_000_000), late(loan)
        penalty = stands(loan, on=on).quote.penalty_fen

        told = use(loan, row, on=on)

        assert told.amount_fen == penalty > 0
        assert stands(loan, on=on).quote.penalty_fen == 0
        assert all_is_well()

    def test_the_same_one_again_is_once(self, lin, loan):
        row, on = waiver(lin), late(loan)
        told = use(loan, row, on=on)
        entries = LedgerEntry.objects.count()

        assert use(loan, row, on=on).pk == told.pk
        assert LoanTransaction.objects.filter(kind="WAIVER").count() == 1
        assert LedgerEntry.objects.count() == entries

    def test_on_a_loan_without_a_late_fee_it_is_kept(self, lin, loan):
        row = waiver(lin)

        with pytest.raises(bought.NothingToWaive):
            use(loan, row, on=builders.TODAY)

        row.refresh_from_db()
        assert row.state == "ISSUED"
        assert LoanTransaction.objects.filter(kind="WAIVER").count() == 0

    def test_while_a_payment_is_on_its_way_it_waits(self, lin, loan):
        row, on = waiver(lin), late(loan)
        repayments.request(loan_id=loan.pk, amount_fen=100, request_key="k", on=on, by=SYSTEM)

        with pytest.raises(bought.WaiverWaits):
            use(loan, row, on=on)

        row.refresh_from_db()
        assert row.state == "ISSUED"

    def test_what_ended_was_used_or_is_a_lower_rate_is_refused(self, lin, loan):
        row, on = waiver(lin), late(loan)
        Entitlement.objects.filter(pk=row.pk).update(expires_on=on - DAY)
        with pytest.raises(EntitlementNotUsable):
            use(loan, row, on=on)
        rewarding.give(lin, 500, source=77)
        rate = rewarding.buy(lin, key="rate")
        with pytest.raises(EntitlementNotUsable):
            use(loan, rate, on=on)
        assert LoanTransaction.objects.filter(kind="WAIVER").count() == 0

    def test_anothers_is_not_found(self, lin, loan):
        wei = builders.person("Wei")
        theirs, on = waiver(wei, key="weis-own"), late(loan)
        rewarding.give(lin, 1, source=5)

        with pytest.raises(NotFound):
            use(loan, theirs, on=on)

        theirs.refresh_from_db()
        assert theirs.state == "ISSUED"


class TestCancelledLoan:
    def test_a_loan_given_back_in_its_cooling_off_earned_nothing(self, lin, loan):
        with transaction.atomic():
            servicing.catch_up(loan=loan, through=builders.TODAY)
        with transaction.atomic():
            asked = repayments.collect(
                loan=loan, purpose=TransferPurpose.WITHDRAWAL, amount_fen=300_000,
                request_key="back", on=builders.TODAY, by=SYSTEM,
            )  # fmt: skip
        builders.collected(asked, on=builders.TODAY)

        loan.refresh_from_db()
        assert loan.state == "CANCELLED"
        assert lots(lin).filter(reversed_on=None).count() == 0
        assert InstalmentOutcome.objects.filter(reversed_on=None).count() == 0
