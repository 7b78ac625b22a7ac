"""Points and tiers come from the borrower's own money on time: no refund, no skipped month."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.tests import cast
from lending.repayments.queries import standing
from lending.rewards import actions as rewards
from lending.rewards import queries, rules
from lending.rewards.models import InstalmentOutcome, PointsLot, RewardsDay, TierMembership
from lending.servicing import invariants
from lending.tests import builders, returning
from lending.tests.builders import TODAY
from lending.tests.rewarding import LENT, all_is_well, paid, reward
from lending.tests.test_channels_hostile import send
from lending.tests.test_rewards_rules import DUE, TERMS, instalment

pytestmark = pytest.mark.django_db
FOREVER = timedelta(days=400)


def due_fen(loan, *, on: date) -> int:
    found = standing(loan, on=on)
    assert found is not None
    return found.due_fen


class TestTheRule:
    @given(own=st.integers(1, 10**8), back=st.integers(0, 10**8))
    def test_gives_points_for_the_borrowers_part_only(self, own, back):
        mixed = instalment(principal_fen=own + back, returned_fen=back)

        points = rules.points_for(mixed, lent_on=DUE - FOREVER, terms=TERMS)

        assert points == rules.points_for(
            instalment(principal_fen=own), lent_on=DUE - FOREVER, terms=TERMS
        )
        assert rules.counts(mixed, lent_on=DUE - FOREVER, terms=TERMS)

    def test_says_nothing_of_an_instalment_that_the_merchant_paid_alone(self):
        theirs = instalment(principal_fen=100_000, returned_fen=100_000)

        assert rules.points_for(theirs, lent_on=DUE - FOREVER, terms=TERMS) == 0
        assert not rules.counts(theirs, lent_on=DUE - FOREVER, terms=TERMS)

    def test_keeps_an_instalment_that_has_no_principal(self):
        interest_only = instalment(principal_fen=0)

        assert rules.counts(interest_only, lent_on=DUE - FOREVER, terms=TERMS)


class TestAMerchantsRefund:
    @pytest.fixture
    def loan(self):
        builders.open_books()
        return returning.lent()

    def refund(self, loan, *, amount_fen: int = 100_000) -> None:
        number = returning.number_for(loan)
        assert send(returning.told(number, amount_fen=amount_fen)).status_code == 200
        returning.booked(number, amount_fen=amount_fen)
        loan.refresh_from_db()

    def test_earns_nothing_with_the_instalment_that_it_stands_on(self, loan):
        self.refund(loan)
        first = loan.instalments.get(number=1)
        own_fen = first.principal_fen - 100_000
        assert 0 < own_fen < first.principal_fen

        builders.pay(loan, due_fen(loan, on=first.due_on), on=first.due_on, key="first")

        assert PointsLot.objects.get().points == own_fen // TERMS.fen_per_point
        assert InstalmentOutcome.objects.get().is_on_time
        assert all_is_well()
        assert list(invariants.breaches()) == []

    def test_that_pays_all_of_it_is_in_no_record(self, loan):
        self.refund(loan, amount_fen=300_000)

        assert not PointsLot.objects.exists()
        assert not InstalmentOutcome.objects.exists()


class TestSkippedMonths:
    @pytest.fixture
    def lin(self):
        return cast.borrower("Lin")

    def paid_off(self, lin, *, months: int, on: date = TODAY, loan: int = 1) -> None:
        """One pay-off, some days before the first of so many due dates."""
        closed = [
            rules.Paid(
                instalment_id=100 * loan + number,
                principal_fen=100_000,
                interest_fen=1_000,
                interest_due_fen=0,
                due_on=on + timedelta(days=10 + 30 * number),
                paid_on=on,
            )
            for number in range(months)
        ]
        reward(lin, *closed, on=on, loan=loan)

    def record(self, lin, *, on: date = TODAY) -> tuple[int, int]:
        view = queries.tier_of(lin.id, on=on)
        assert view is not None
        return view.count, view.on_time

    def test_of_a_pay_off_buy_no_tier(self, lin):
        due_on = TODAY - timedelta(days=10)
        reward(lin, paid(1, due_on=due_on), on=due_on)
        self.paid_off(lin, months=5)

        rewards.mature(on=TODAY)

        assert self.record(lin) == (2, 2)
        assert not TierMembership.objects.exists()

    def test_are_never_held_against_who_paid_early(self, lin):
        for number in range(6):
            due_on = TODAY - timedelta(days=20 * number)
            reward(lin, paid(number + 1, due_on=due_on), on=due_on, lent_on=LENT - FOREVER)
        before = self.record(lin)
        self.paid_off(lin, months=5, loan=2)

        rewards.mature(on=TODAY)

        assert before == (6, 6)
        assert self.record(lin) == (7, 7)
        assert TierMembership.objects.get().tier == "SILVER"

    def test_lengthen_no_streak_later(self, lin):
        self.paid_off(lin, months=5)
        later = TODAY + timedelta(days=135)

        reward(lin, paid(900, due_on=later), on=later, loan=2)

        assert not PointsLot.objects.filter(source_kind="STREAK").exists()

    def test_of_two_loans_are_one_instalment_each(self, lin):
        self.paid_off(lin, months=4, loan=1)
        self.paid_off(lin, months=3, loan=2)

        assert self.record(lin) == (2, 2)

    def test_count_again_once_what_was_due_before_them_was_taken_back(self, lin):
        self.paid_off(lin, months=2)
        first = InstalmentOutcome.objects.order_by("due_on")[0]
        InstalmentOutcome.objects.filter(pk=first.pk).update(reversed_on=TODAY)

        assert self.record(lin) == (1, 1)

    def test_leave_several_late_instalments_late_though_paid_on_one_day(self, lin):
        late = [paid(n, due_on=TODAY - timedelta(days=30 * n), late_days=30 * n) for n in (1, 2, 3)]

        reward(lin, *late)

        assert self.record(lin) == (3, 0)


class TestTheTierFalls:
    @pytest.fixture
    def lin(self):
        lin = cast.borrower("Lin")
        for number in range(6):
            due_on = TODAY - timedelta(days=20 * number)
            reward(lin, paid(number + 1, due_on=due_on), on=due_on, lent_on=LENT - FOREVER)
        rewards.mature(on=TODAY)
        return lin

    def miss(self, lin, *, on: date) -> None:
        """The seventh comes a day late: 6 of 7 is less than the share that keeps Silver."""
        reward(lin, paid(7, due_on=on - timedelta(days=1), late_days=1), on=on)

    def look(self, on: date) -> None:
        before = on - timedelta(days=1)
        RewardsDay.objects.get_or_create(
            day=before, defaults={"released": 0, "ended": 0, "told": 0, "tiers": 0}
        )
        rewards.mature(on=on)

    def test_on_the_published_day_and_not_one_before(self, lin):
        assert TierMembership.objects.get().tier == "SILVER"
        self.miss(lin, on=TODAY + timedelta(days=20))
        last = TODAY + timedelta(days=TERMS.tier_least_days)

        self.look(last - timedelta(days=1))
        assert TierMembership.objects.get(to_date=None).tier == "SILVER"
        self.look(last)

        assert TierMembership.objects.get(from_date=TODAY).to_date == last
        assert TierMembership.objects.get(to_date=None).tier == "BRONZE"

    def test_and_the_day_is_told_to_its_holder(self, lin):
        view = queries.tier_of(lin.id, on=TODAY)
        assert view is not None
        assert view.rule is not None

        assert view.least_until == TODAY + timedelta(days=TERMS.tier_least_days)
        assert (view.rule.keep_count, view.rule.keep_on_time_ppm) == (4, 950_000)

    def test_of_who_has_none_there_is_nothing_to_keep(self):
        wei = cast.borrower("Wei")
        view = queries.tier_of(wei.id, on=TODAY)

        assert view is not None
        assert (view.rule, view.least_until) == (None, None)
