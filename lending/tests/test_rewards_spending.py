"""Spending points, what they buy, tiers, and what PostgreSQL refuses."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from borrowers.tests import cast
from common.errors import NotFound
from lending.rewards import actions as rewards
from lending.rewards import queries
from lending.rewards.models import (
    Entitlement,
    PointsAccount,
    PointsEntry,
    PointsLot,
    RewardProgramme,
    RewardsDay,
    TierMembership,
)
from lending.tests import rewarding
from lending.tests.builders import TODAY
from lending.tests.rewarding import (
    all_is_well,
    buy,
    figures,
    give,
    paid,
    reward,
)

pytestmark = pytest.mark.django_db


def on_day(days: int):
    return TODAY + timedelta(days=days)


@pytest.fixture
def lin():
    return cast.borrower("Lin")


class TestRedeem:
    def test_spends_the_points_that_end_first(self, lin):
        give(lin, 40, source=1, on=on_day(10))
        give(lin, 40, source=2, on=TODAY)

        buy(lin, on=on_day(10))

        left = list(PointsLot.objects.order_by("source_id").values_list("remaining", flat=True))
        assert left == [30, 0]
        assert all_is_well()

    def test_buys_once_for_one_key(self, lin):
        give(lin, 200)

        assert buy(lin).pk == buy(lin).pk

        assert figures(lin)[0] == 150
        assert Entitlement.objects.count() == 1

    def test_of_points_that_wait_is_refused(self, lin):
        reward(lin, paid(1))
        before = rewarding.written()

        with pytest.raises(rewards.NotEnoughPoints) as refused:
            buy(lin)

        assert refused.value.context == {"cost": 50, "balance": 0}
        assert rewarding.written() == before

    @pytest.mark.parametrize("points", [0, 1, 49])
    def test_of_more_than_there_is_is_refused(self, lin, points):
        give(lin, points)
        before = rewarding.written()

        with pytest.raises(rewards.NotEnoughPoints):
            buy(lin)

        assert rewarding.written() == before
        assert rewarding.account_of(lin).balance == points

    def test_of_nothing_we_offer_is_not_found(self, lin):
        give(lin, 100)

        with pytest.raises(NotFound):
            buy(lin, benefit="CASH")

        assert not Entitlement.objects.exists()

    def test_rests_while_a_payment_is_more_than_a_week_late(self, lin):
        give(lin, 100)
        rewards.note_overdue(overdue={lin.id: on_day(-8)})

        with pytest.raises(rewards.PointsFrozen):
            buy(lin)
        assert not Entitlement.objects.exists()

        rewards.note_overdue(overdue={lin.id: on_day(-7)})
        assert buy(lin).state == "ISSUED"

    def test_stops_after_three_on_one_day(self, lin):
        give(lin, 400)
        for key in ("a", "b", "c"):
            buy(lin, key=key)

        with pytest.raises(rewards.TooManyRedemptions):
            buy(lin, key="d")

        assert Entitlement.objects.count() == 3
        assert buy(lin, key="d", on=on_day(1)).state == "ISSUED"

    def test_rests_without_a_programme(self, lin):
        give(lin, 100)
        RewardProgramme.objects.update(state="ENDED")

        with pytest.raises(rewards.RewardsRest):
            buy(lin)

        assert figures(lin) == (100, 0, 0)


class TestAnEntitlement:
    @pytest.fixture
    def bought(self, lin):
        give(lin, 100)
        return buy(lin)

    def hold(self, card, bought, application_id: int, *, on=TODAY):
        with transaction.atomic():
            return rewards.reserve(
                entitlement_id=bought.pk,
                borrower_id=card.id,
                application_id=application_id,
                on=on,
            )

    def test_serves_one_application_and_then_one_loan(self, lin, bought):
        self.hold(lin, bought, 7)
        with pytest.raises(rewards.EntitlementNotUsable):
            self.hold(lin, bought, 8)
        with transaction.atomic():
            rewards.consume(application_id=7, loan_id=70)

        bought.refresh_from_db()
        assert (bought.state, bought.loan_id) == ("CONSUMED", 70)
        assert queries.usable_entitlements(lin.id, on=TODAY) == []

    def test_comes_back_when_its_application_came_to_nothing(self, lin, bought):
        self.hold(lin, bought, 7)
        with transaction.atomic():
            rewards.release(application_id=7)

        assert queries.usable_entitlements(lin.id, on=TODAY) == [bought]

    def test_is_held_again_by_the_same_application(self, lin, bought):
        self.hold(lin, bought, 7)

        assert self.hold(lin, bought, 7).state == "RESERVED"

    def test_is_of_no_use_after_its_last_day(self, lin, bought):
        with pytest.raises(rewards.EntitlementNotUsable):
            self.hold(lin, bought, 7, on=on_day(366))

    def test_of_lin_is_not_zhaos(self, bought):
        zhao = cast.borrower("Zhao")

        with pytest.raises(NotFound):
            self.hold(zhao, bought, 9)

        bought.refresh_from_db()
        assert bought.state == "ISSUED"
        assert queries.entitlement_of(zhao.id, bought.public_id) is None


class TestTiers:
    def record(self, card, count: int, *, late: int = 0) -> None:
        for number in range(count):
            due_on = on_day(-25 * number)
            instalment = paid(number + 1, due_on=due_on, late_days=1 if number < late else 0)
            reward(card, instalment, on=due_on, lent_on=on_day(-400), loan=number)

    def test_are_reached_by_paying_on_time(self, lin):
        self.record(lin, 6)

        rewards.mature(on=TODAY)

        member = TierMembership.objects.get()
        assert (member.tier, member.count, member.on_time) == ("SILVER", 6, 6)
        view = queries.tier_of(lin.id, on=TODAY)
        assert view
        assert view.next
        assert (view.discount_ppm, view.next.code) == (10_000, "GOLD")

    def test_are_not_reached_by_paying_late(self, lin):
        self.record(lin, 6, late=2)

        rewards.mature(on=on_day(1))

        assert not TierMembership.objects.exists()

    def test_end_at_once_for_who_is_more_than_a_month_behind(self, lin):
        self.record(lin, 6)
        rewards.mature(on=TODAY)

        rewards.mature(on=on_day(1), overdue={lin.id: on_day(-30)})

        assert TierMembership.objects.get().to_date == on_day(1)
        assert queries.next_loan_discount(lin.id, bought_ppm=0).total_ppm == 0

    def test_fall_one_step_when_the_record_grows_old(self, lin):
        self.record(lin, 6)
        rewards.mature(on=TODAY)

        RewardsDay.objects.create(day=on_day(360), released=0, ended=0, told=0, tiers=0)
        rewards.mature(on=on_day(361))

        tiers = TierMembership.objects.order_by("pk").values_list("tier", "to_date")
        assert list(tiers) == [("SILVER", on_day(361)), ("BRONZE", None)]

    def test_and_points_lower_the_next_rate_together_within_the_most(self, lin):
        TierMembership.objects.create(
            borrower_id=lin.id, tier="GOLD", from_date=TODAY, count=12, on_time=12
        )

        both = queries.next_loan_discount(lin.id, bought_ppm=10_000)

        assert (both.tier_ppm, both.points_ppm, both.total_ppm) == (10_000, 10_000, 20_000)
        assert queries.next_loan_discount(lin.id, bought_ppm=0).total_ppm == 15_000

    def test_and_the_programme_are_asked_for_in_one_question(self, lin, django_assert_num_queries):
        with django_assert_num_queries(1):
            found = queries.next_loan_discount(lin.id, bought_ppm=10_000)

        assert (found.tier, found.tier_ppm, found.total_ppm) == ("", 0, 10_000)

    def test_of_before_count_no_more(self, lin):
        TierMembership.objects.create(
            borrower_id=lin.id,
            tier="GOLD",
            from_date=TODAY,
            to_date=on_day(5),
            count=12,
            on_time=12,
        )

        assert queries.next_loan_discount(lin.id, bought_ppm=0).tier == ""


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "figures_", [{"balance": -1}, {"pending": 11}, {"pending": -1}, {"owed": -1}]
    )
    def test_impossible_figures(self, lin, figures_):
        give(lin, 10)

        with pytest.raises(IntegrityError), transaction.atomic():
            PointsAccount.objects.update(**figures_)

    def test_rewriting_an_entry_or_a_day(self, lin):
        give(lin, 10)
        rewards.mature(on=TODAY)

        with pytest.raises(DatabaseError), transaction.atomic():
            PointsEntry.objects.update(points=1_000)
        with pytest.raises(DatabaseError), transaction.atomic():
            RewardsDay.objects.all().delete()

        assert all_is_well()

    @pytest.mark.parametrize(
        "changes", [{"terms": {}}, {"budget_fen": 10**12}, {"from_date": TODAY}, {"state": "DRAFT"}]
    )
    def test_changing_a_programme_in_force(self, changes):
        with pytest.raises(DatabaseError), transaction.atomic():
            RewardProgramme.objects.update(**changes)

    def test_deleting_a_programme_in_force(self):
        with pytest.raises(DatabaseError), transaction.atomic():
            RewardProgramme.objects.all().delete()

    def test_earning_twice_for_one_source(self, lin):
        give(lin, 10)
        lot = PointsLot.objects.get()
        lot.pk = None

        with pytest.raises(IntegrityError), transaction.atomic():
            lot.save(force_insert=True)
