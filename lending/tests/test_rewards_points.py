"""Points: earned by repaying, spent oldest first, never below zero, always in the books."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from borrowers.tests import cast
from common.errors import NotFound
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.rewards import actions as rewards
from lending.rewards import queries, rules
from lending.rewards.models import Entitlement, PointsAccount, PointsEntry, PointsLot
from lending.tests import builders
from lending.tests.builders import POINT_FEN, TODAY

LATER = TODAY + timedelta(days=30)


def give(card, points: int, *, source: int = 1, on: date = TODAY) -> int:
    return builders.rewarded(card.id, points, source=source, on=on)


def buy(card, *, benefit: str = "RATE_050", key: str = "first") -> Entitlement:
    return rewards.redeem(
        borrower_id=card.id,
        benefit=benefit,
        request_key=key,
        point_fen=POINT_FEN,
        on=TODAY,
        by=cast.self_of(card),
    )


def is_consistent(card) -> bool:
    """Balance = entries = what is left in the lots (invariant 11), and the books say the same."""
    account = PointsAccount.objects.get(borrower_id=card.id)
    entries = account.entries.aggregate(total=Sum("points"))["total"] or 0
    lots = account.lots.aggregate(total=Sum("remaining"))["total"] or 0
    owed = -ledger.balance_fen(chart.POINTS_LIABILITY)
    return account.balance == entries == lots and owed == account.balance * POINT_FEN


class TestRules:
    @given(
        principal_fen=st.integers(0, 10**9),
        interest_fen=st.integers(1, 10**7),
        days=st.integers(1, 400),
    )
    def test_late_earns_nothing_and_early_never_less(self, principal_fen, interest_fen, days):
        due = date(2026, 12, 20)

        def points(paid_on: date, interest_due_fen: int = interest_fen) -> int:
            return rules.points_for(
                principal_fen=principal_fen,
                interest_fen=interest_fen,
                interest_due_fen=interest_due_fen,
                due_on=due,
                paid_on=paid_on,
            )

        assert points(due) == points(due - timedelta(days=days))
        assert points(due) == principal_fen // rules.FEN_PER_POINT
        assert points(due + timedelta(days=days)) == 0
        assert points(due, interest_due_fen=interest_fen - 1) == 0

    @given(
        lots=st.dictionaries(st.integers(1, 99), st.integers(1, 500), min_size=1),
        share=st.floats(0.001, 1),
    )
    def test_lots_are_emptied_in_order_and_to_the_point(self, lots, share):
        points = max(1, int(sum(lots.values()) * share))

        taken = rules.oldest_first(lots, points)

        assert sum(taken.values()) == points
        assert all(taken[lot] <= lots[lot] for lot in taken)
        full = [lot for lot in taken if taken[lot] == lots[lot]]
        assert list(taken)[: len(full)] == full


@pytest.mark.django_db
class TestEarn:
    def test_gives_points_once_for_one_source(self):
        lin = cast.borrower("Lin")

        assert give(lin, 100) == 100
        assert give(lin, 100) == 0

        assert queries.points_of(lin.id).balance == 100
        assert is_consistent(lin)

    def test_nothing_earned_leaves_nothing_behind(self):
        lin = cast.borrower("Lin")

        assert give(lin, 0) == 0

        assert not PointsAccount.objects.exists()


@pytest.mark.django_db
class TestRedeem:
    def test_buys_once_per_key_with_the_oldest_points(self):
        lin = cast.borrower("Lin")
        give(lin, 40, source=1, on=TODAY - timedelta(days=9))
        give(lin, 40, source=2)

        first, again = buy(lin), buy(lin)

        assert first.pk == again.pk
        assert first.discount_ppm == 5_000
        remaining = PointsLot.objects.order_by("expires_on").values_list("remaining", flat=True)
        assert list(remaining) == [0, 30]
        assert queries.points_of(lin.id).balance == 30
        assert is_consistent(lin)

    def test_refuses_what_is_too_dear_and_writes_nothing(self):
        lin = cast.borrower("Lin")
        give(lin, 49)

        with pytest.raises(rewards.NotEnoughPoints):
            buy(lin)

        assert not Entitlement.objects.exists()
        assert PointsEntry.objects.count() == 1
        assert is_consistent(lin)

    def test_refuses_a_benefit_that_is_not_in_the_list(self):
        lin = cast.borrower("Lin")
        give(lin, 500)

        with pytest.raises(NotFound):
            buy(lin, benefit="CASH")

        assert queries.points_of(lin.id).balance == 500

    def test_points_past_their_day_buy_nothing(self):
        lin = cast.borrower("Lin")
        give(lin, 100, on=TODAY - timedelta(days=rules.POINTS_LAST_DAYS + 1))

        with pytest.raises(rewards.NotEnoughPoints):
            buy(lin)


@pytest.mark.django_db
class TestEntitlement:
    def test_serves_one_application_and_then_one_loan(self):
        lin = cast.borrower("Lin")
        give(lin, 100)
        bought = buy(lin)
        with transaction.atomic():
            rewards.reserve(
                entitlement_id=bought.pk, borrower_id=lin.id, application_id=7, on=TODAY
            )

        with pytest.raises(rewards.EntitlementNotUsable), transaction.atomic():
            rewards.reserve(
                entitlement_id=bought.pk, borrower_id=lin.id, application_id=8, on=TODAY
            )
        with transaction.atomic():
            rewards.consume(application_id=7, loan_id=70)

        bought.refresh_from_db()
        assert (bought.state, bought.loan_id) == ("CONSUMED", 70)
        assert queries.usable_entitlements(lin.id, on=TODAY) == []

    def test_comes_back_when_its_application_came_to_nothing(self):
        lin = cast.borrower("Lin")
        give(lin, 100)
        bought = buy(lin)
        with transaction.atomic():
            rewards.reserve(
                entitlement_id=bought.pk, borrower_id=lin.id, application_id=7, on=TODAY
            )
            rewards.release(application_id=7)

        assert queries.usable_entitlements(lin.id, on=TODAY) == [bought]

    def test_zhao_cannot_use_what_lin_bought(self):
        lin, zhao = cast.borrower("Lin"), cast.borrower("Zhao")
        give(lin, 100)
        bought = buy(lin)

        with pytest.raises(NotFound), transaction.atomic():
            rewards.reserve(
                entitlement_id=bought.pk, borrower_id=zhao.id, application_id=9, on=TODAY
            )

        bought.refresh_from_db()
        assert bought.state == "ISSUED"
        assert queries.entitlement_of(zhao.id, bought.public_id) is None


@pytest.mark.django_db
class TestExpire:
    def test_ends_old_points_once_and_frees_the_liability(self):
        lin = cast.borrower("Lin")
        give(lin, 100, source=1, on=TODAY - timedelta(days=rules.POINTS_LAST_DAYS + 1))
        give(lin, 30, source=2)

        assert rewards.expire(on=TODAY, point_fen=POINT_FEN) == 1
        assert rewards.expire(on=TODAY, point_fen=POINT_FEN) == 0

        assert queries.points_of(lin.id).balance == 30
        assert is_consistent(lin)


@pytest.mark.django_db
class TestTheDatabaseRefuses:
    def test_a_balance_below_zero(self):
        lin = cast.borrower("Lin")
        give(lin, 10)

        with pytest.raises(IntegrityError), transaction.atomic():
            PointsAccount.objects.update(balance=-1)

    def test_rewriting_an_entry(self):
        lin = cast.borrower("Lin")
        give(lin, 10)

        with pytest.raises(DatabaseError), transaction.atomic():
            PointsEntry.objects.update(points=1_000)

        assert is_consistent(lin)


@pytest.mark.django_db
def test_points_come_from_instalments_that_were_really_paid():
    builders.open_books()
    lin = builders.person("Lin")
    loan = builders.paid_out(lin)
    first = loan.instalments.get(number=1)

    builders.pay(loan, first.principal_fen + first.interest_fen, on=TODAY, key="early")

    assert queries.points_of(lin.id).balance == first.principal_fen // rules.FEN_PER_POINT
    assert is_consistent(lin)


@pytest.mark.django_db
class TestPayingOff:
    def test_on_the_day_of_borrowing_costs_nothing_and_earns_nothing(self):
        builders.open_books()
        lin = builders.person("Lin")
        loan = builders.paid_out(lin)

        transfer = builders.pay_off(loan, on=TODAY)

        assert transfer.amount_fen == loan.principal_fen
        assert not PointsLot.objects.exists()
        assert not PointsEntry.objects.exists()
        assert queries.points_of(lin.id).balance == 0

    def test_earns_for_what_was_paid_as_agreed_before_and_for_nothing_more(self):
        builders.open_books()
        lin = builders.person("Lin")
        loan = builders.paid_out(lin)
        first = loan.instalments.get(number=1)
        builders.pay(loan, first.principal_fen + first.interest_fen, on=TODAY, key="first")
        before = queries.points_of(lin.id).balance

        builders.pay_off(loan, on=TODAY)

        assert queries.points_of(lin.id).balance == before > 0
        assert is_consistent(lin)
