"""What a payment earned goes when it is taken back; what was bought can be given back."""

from datetime import timedelta

import pytest
from django.db import transaction

from borrowers.tests import cast
from common.errors import NotFound
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.rewards import actions as rewards
from lending.rewards.models import (
    Entitlement,
    InstalmentOutcome,
    PointsLot,
)
from lending.tests import rewarding
from lending.tests.builders import TODAY
from lending.tests.rewarding import (
    POINT_FEN,
    SAFE,
    all_is_well,
    buy,
    figures,
    give,
    paid,
    reward,
    take_back,
)

pytestmark = pytest.mark.django_db


def on_day(days: int):
    return TODAY + timedelta(days=days)


@pytest.fixture
def lin():
    return cast.borrower("Lin")


class TestReversal:
    def test_takes_back_points_that_still_wait(self, lin):
        reward(lin, paid(1))

        assert take_back(lin, 1) == 1

        assert figures(lin) == (0, 0, 0)
        assert rewarding.programme().cost_fen == 0
        assert ledger.balance_fen(chart.POINTS_LIABILITY) == 0
        assert all_is_well()

    def test_of_one_instalment_leaves_the_others(self, lin):
        reward(lin, paid(1), paid(2))

        take_back(lin, 2)

        assert figures(lin) == (100, 100, 0)
        assert all_is_well()

    def test_twice_is_once(self, lin):
        reward(lin, paid(1))
        take_back(lin, 1)
        before = rewarding.written()

        assert take_back(lin, 1) == 0
        assert rewarding.written() == before

    def test_and_paying_again_gives_the_points_once(self, lin):
        reward(lin, paid(1))
        take_back(lin, 1)

        assert reward(lin, paid(1)) == 100
        assert reward(lin, paid(1)) == 0

        assert figures(lin) == (100, 100, 0)
        assert rewarding.programme().cost_fen == 100 * POINT_FEN
        assert all_is_well()

    def test_and_paying_again_too_late_gives_none(self, lin):
        reward(lin, paid(1))
        take_back(lin, 1)
        before = rewarding.written()

        assert reward(lin, paid(1, late_days=1), on=on_day(1)) == 0

        assert rewarding.written() == before
        assert not InstalmentOutcome.objects.get().is_on_time

    def test_and_paying_again_makes_up_for_what_was_used(self, lin):
        reward(lin, paid(1))
        rewards.mature(on=on_day(SAFE))
        buy(lin, on=on_day(SAFE))
        take_back(lin, 1, on=on_day(SAFE))

        reward(lin, paid(1), on=on_day(SAFE))
        rewards.mature(on=on_day(2 * SAFE))

        assert figures(lin) == (50, 0, 0)
        assert all_is_well()

    def test_of_points_that_were_used_is_owed_and_stops_spending(self, lin):
        reward(lin, paid(1))
        rewards.mature(on=on_day(SAFE))
        buy(lin, on=on_day(SAFE))

        take_back(lin, 1, on=on_day(SAFE + 1))

        assert figures(lin) == (0, 0, 50)
        give(lin, 40, source=2, on=on_day(SAFE + 1))
        assert figures(lin) == (0, 0, 10)
        with pytest.raises(rewards.PointsOwed):
            buy(lin, key="again", on=on_day(SAFE + 1))
        assert Entitlement.objects.count() == 1
        assert all_is_well()

    def test_is_made_up_for_by_new_points_and_spending_opens_again(self, lin):
        reward(lin, paid(1))
        rewards.mature(on=on_day(SAFE))
        buy(lin, on=on_day(SAFE))
        take_back(lin, 1, on=on_day(SAFE))

        give(lin, 120, source=2, on=on_day(SAFE))

        assert figures(lin) == (70, 0, 0)
        assert buy(lin, key="again", on=on_day(SAFE)).state == "ISSUED"
        assert all_is_well()

    def test_is_made_up_for_when_waiting_points_become_safe(self, lin):
        give(lin, 50)
        buy(lin)
        take_back(lin, 1)
        reward(lin, paid(2))
        assert figures(lin) == (100, 100, 50)

        rewards.mature(on=on_day(SAFE))

        assert figures(lin) == (50, 0, 0)
        assert all_is_well()

    def test_stops_a_bought_rate_from_being_used(self, lin):
        give(lin, 50)
        bought = buy(lin)
        take_back(lin, 1)

        with pytest.raises(rewards.PointsOwed), transaction.atomic():
            rewards.reserve(
                entitlement_id=bought.pk, borrower_id=lin.id, application_id=7, on=TODAY
            )

        bought.refresh_from_db()
        assert bought.state == "ISSUED"

    def test_takes_the_streak_that_stood_on_it(self, lin):
        for number in range(3):
            due_on = on_day(30 * number - 60)
            reward(lin, paid(number + 1, due_on=due_on), on=due_on, lent_on=on_day(-120))
        assert figures(lin)[0] == 310

        take_back(lin, 2)

        assert figures(lin)[0] == 200
        assert all_is_well()

    def test_forgives_what_had_ended_by_time(self, lin):
        give(lin, 100, on=on_day(-700))
        rewards.mature(on=TODAY)
        rewards.mature(on=on_day(31))

        take_back(lin, 1, on=on_day(32))

        assert figures(lin) == (0, 0, 0)

    def test_mended_by_paying_again_gives_the_streak_again_and_once(self, lin):
        for number in range(3):
            due_on = on_day(30 * number - 60)
            reward(lin, paid(number + 1, due_on=due_on), on=due_on, lent_on=on_day(-120))
        before = figures(lin)
        take_back(lin, 1)
        assert not PointsLot.objects.filter(source_kind="STREAK", reversed_on=None).exists()

        for _ in range(2):
            reward(lin, paid(1, due_on=on_day(-60)), on=TODAY, lent_on=on_day(-120))

        assert figures(lin) == before
        assert PointsLot.objects.filter(source_kind="STREAK", reversed_on=None).count() == 1
        assert all_is_well()

    def test_of_a_whole_loan_leaves_nothing_of_it(self, lin):
        reward(lin, paid(1), paid(2), loan=5)
        reward(lin, paid(3), loan=6)

        with transaction.atomic():
            rewards.reverse_loan(borrower_id=lin.id, loan_id=5, on=TODAY)

        assert figures(lin) == (100, 100, 0)
        assert InstalmentOutcome.objects.filter(reversed_on=None).count() == 1
        assert all_is_well()

    def test_never_touches_what_somebody_else_earned(self, lin):
        zhao = cast.borrower("Zhao")
        reward(lin, paid(1))
        reward(zhao, paid(2))

        assert take_back(zhao, 1) == 0

        assert figures(lin) == (100, 100, 0)


class TestReturning:
    def test_gives_the_points_back_where_they_came_from(self, lin):
        give(lin, 100)
        bought = buy(lin)

        back = rewards.return_bought(
            entitlement_id=bought.pk, borrower_id=lin.id, on=on_day(14), by=cast.self_of(lin)
        )

        assert back.state == "REFUNDED"
        assert figures(lin) == (100, 0, 0)
        assert ledger.balance_fen(chart.POINTS_LIABILITY) == -100 * POINT_FEN
        assert all_is_well()

    def test_again_is_the_same(self, lin):
        give(lin, 100)
        bought = buy(lin)
        for _ in range(2):
            rewards.return_bought(
                entitlement_id=bought.pk, borrower_id=lin.id, on=TODAY, by=cast.self_of(lin)
            )

        assert figures(lin) == (100, 0, 0)

    def test_is_refused_after_two_weeks_and_when_it_was_used(self, lin):
        give(lin, 100)
        bought = buy(lin)
        with pytest.raises(rewards.TooLateToReturn):
            rewards.return_bought(
                entitlement_id=bought.pk, borrower_id=lin.id, on=on_day(15), by=cast.self_of(lin)
            )
        Entitlement.objects.update(state="CONSUMED", loan_id=1)
        with pytest.raises(rewards.EntitlementNotUsable):
            rewards.return_bought(
                entitlement_id=bought.pk, borrower_id=lin.id, on=TODAY, by=cast.self_of(lin)
            )

        assert figures(lin) == (50, 0, 0)

    def test_leaves_time_to_use_what_came_back(self, lin):
        give(lin, 100, on=on_day(-729))
        bought = buy(lin, on=TODAY)

        rewards.return_bought(
            entitlement_id=bought.pk, borrower_id=lin.id, on=on_day(10), by=cast.self_of(lin)
        )

        assert PointsLot.objects.get().expires_on == on_day(40)

    def test_of_what_a_reversed_payment_had_bought_makes_up_for_it(self, lin):
        give(lin, 50)
        bought = buy(lin)
        take_back(lin, 1)
        assert figures(lin) == (0, 0, 50)

        rewards.return_bought(
            entitlement_id=bought.pk, borrower_id=lin.id, on=TODAY, by=cast.self_of(lin)
        )

        assert figures(lin) == (0, 0, 0)
        assert all_is_well()

    def test_after_it_was_made_up_for_gives_points_of_their_own(self, lin):
        give(lin, 50)
        bought = buy(lin)
        take_back(lin, 1)
        give(lin, 50, source=2)
        assert figures(lin) == (0, 0, 0)

        rewards.return_bought(
            entitlement_id=bought.pk, borrower_id=lin.id, on=TODAY, by=cast.self_of(lin)
        )

        assert figures(lin) == (50, 0, 0)
        assert all_is_well()

    def test_of_lins_is_not_zhaos(self, lin):
        zhao = cast.borrower("Zhao")
        give(lin, 50)
        bought = buy(lin)

        with pytest.raises(NotFound):
            rewards.return_bought(
                entitlement_id=bought.pk, borrower_id=zhao.id, on=TODAY, by=cast.self_of(zhao)
            )

        assert figures(lin) == (0, 0, 0)
