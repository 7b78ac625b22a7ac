"""Points: earned by repaying, safe after a week, ended in calm, always in the books."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from borrowers.messages.models import Message
from borrowers.people import queries as people
from borrowers.tests import cast
from common.audit.models import AuditEntry
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.rewards import actions as rewards
from lending.rewards import queries, rules
from lending.rewards.models import (
    InstalmentOutcome,
    PointsAccount,
    PointsEntry,
    PointsLot,
    RewardProgramme,
    RewardsDay,
)
from lending.tests import builders, rewarding
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
)

pytestmark = pytest.mark.django_db


def on_day(days: int):
    return TODAY + timedelta(days=days)


@pytest.fixture
def lin():
    return cast.borrower("Lin")


class TestEarn:
    def test_gives_points_that_wait_until_the_payment_is_safe(self, lin):
        assert reward(lin, paid(1)) == 100

        assert figures(lin) == (100, 100, 0)
        lot = PointsLot.objects.get()
        assert (lot.available_on, lot.released_on) == (on_day(SAFE), None)
        assert lot.value_fen == 100 * POINT_FEN
        assert all_is_well()

    def test_gives_once_for_one_instalment_however_often_it_is_told(self, lin):
        reward(lin, paid(1))

        assert reward(lin, paid(1)) == 0

        assert figures(lin) == (100, 100, 0)
        assert InstalmentOutcome.objects.count() == 1
        assert all_is_well()

    def test_owes_in_the_books_what_points_are_worth(self, lin):
        reward(lin, paid(1))

        assert ledger.balance_fen(chart.POINTS_LIABILITY) == -100 * POINT_FEN
        assert ledger.balance_fen(chart.MARKETING_EXPENSE) == 100 * POINT_FEN
        assert rewarding.programme().cost_fen == 100 * POINT_FEN

    def test_gives_nothing_for_what_came_late_but_remembers_it(self, lin):
        assert reward(lin, paid(1, late_days=1)) == 0

        assert not PointsEntry.objects.exists()
        assert not InstalmentOutcome.objects.get().is_on_time

    def test_neither_gives_nor_remembers_for_money_that_was_hardly_lent(self, lin):
        assert reward(lin, paid(1), lent_on=on_day(-19)) == 0

        assert not PointsLot.objects.exists()
        assert not InstalmentOutcome.objects.exists()

    def test_gives_nothing_at_all_without_a_programme(self, lin):
        RewardProgramme.objects.update(state="ENDED")

        assert reward(lin, paid(1)) == 0
        assert not PointsAccount.objects.exists()

    def test_stops_at_the_most_that_one_month_may_bring(self, lin):
        for number in range(1, 4):
            reward(lin, paid(number, yuan=9_000), loan=number)

        assert figures(lin)[0] == 2_000
        assert reward(lin, paid(4)) == 0
        assert all_is_well()

    def test_stops_at_the_most_that_one_loan_may_bring(self, lin):
        first = reward(lin, paid(1, yuan=18_000), on=on_day(-60))
        second = reward(lin, paid(2, yuan=18_000), on=TODAY)

        assert (first, second) == (1_800, 1_200)

    def test_gives_more_for_the_third_month_in_a_row(self, lin):
        for number in range(3):
            due_on = on_day(30 * number - 60)
            reward(lin, paid(number + 1, due_on=due_on), on=due_on, lent_on=on_day(-120))

        assert [lot.rule for lot in PointsLot.objects.order_by("pk")][-1] == "STREAK_3"
        assert figures(lin)[0] == 310
        assert all_is_well()

    def test_gives_nothing_more_for_three_instalments_in_one_month(self, lin):
        reward(lin, paid(1), paid(2), paid(3))

        assert not PointsLot.objects.filter(source_kind="STREAK").exists()


class TestTheBudget:
    def test_is_never_passed_and_says_so(self, lin):
        with transaction.atomic():
            RewardProgramme.objects.update(cost_fen=RewardProgramme.objects.get().budget_fen - 899)

        assert reward(lin, paid(1)) == 0

        assert not PointsLot.objects.exists()
        assert ledger.balance_fen(chart.POINTS_LIABILITY) == 0
        assert AuditEntry.objects.filter(action="lending.points.budget_spent").count() == 1

    def test_is_told_to_who_got_no_points_for_a_payment(self, lin):
        with transaction.atomic():
            RewardProgramme.objects.update(cost_fen=RewardProgramme.objects.get().budget_fen)

        reward(lin, paid(1))
        reward(lin, paid(2), on=on_day(1))

        assert queries.points_of(lin.id).not_given_on == on_day(1)
        assert figures(lin) == (0, 0, 0)

    def test_is_not_spoken_of_any_more_once_a_payment_brings_points_again(self, lin):
        with transaction.atomic():
            RewardProgramme.objects.update(cost_fen=RewardProgramme.objects.get().budget_fen)
        reward(lin, paid(1))
        with transaction.atomic():
            RewardProgramme.objects.update(cost_fen=0)

        assert reward(lin, paid(2), on=on_day(30)) == 100

        assert queries.points_of(lin.id).not_given_on is None

    def test_is_not_spoken_of_while_it_lasts(self, lin):
        assert reward(lin, paid(1)) == 100

        assert queries.points_of(lin.id).not_given_on is None

    def test_is_not_spoken_of_to_somebody_else(self, lin):
        wei = cast.borrower("Wei")
        assert give(wei, 10) == 10
        with transaction.atomic():
            RewardProgramme.objects.update(cost_fen=RewardProgramme.objects.get().budget_fen)

        reward(lin, paid(1))

        assert queries.points_of(wei.id).not_given_on is None

    def test_is_not_spoken_of_to_who_was_to_get_a_gift(self, lin):
        with transaction.atomic():
            RewardProgramme.objects.update(cost_fen=RewardProgramme.objects.get().budget_fen)

            given = rewards.earn(
                borrower_id=lin.id,
                source_kind=rules.GRANT,
                source_id=1,
                rule="",
                points=100,
                on=TODAY,
            )

        assert given == 0
        assert queries.points_of(lin.id).not_given_on is None

    def test_is_used_up_to_its_last_fen(self, lin):
        budget_fen = RewardProgramme.objects.get().budget_fen
        RewardProgramme.objects.update(cost_fen=budget_fen - 900)

        assert reward(lin, paid(1)) == 100
        assert RewardProgramme.objects.get().cost_fen == budget_fen

    def test_cannot_be_passed_by_hand(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            RewardProgramme.objects.update(cost_fen=RewardProgramme.objects.get().budget_fen + 1)


class TestMature:
    def test_frees_points_on_the_day_when_they_are_safe_and_not_before(self, lin):
        reward(lin, paid(1))

        rewards.mature(on=on_day(SAFE - 1))
        assert figures(lin) == (100, 100, 0)
        rewards.mature(on=on_day(SAFE))

        assert figures(lin) == (100, 0, 0)
        assert all_is_well()

    def test_is_the_same_when_a_day_is_seen_to_twice(self, lin):
        reward(lin, paid(1))

        assert rewards.mature(on=on_day(SAFE)) == 1
        before = rewarding.written()
        assert rewards.mature(on=on_day(SAFE)) == 0

        assert rewarding.written() == before

    def test_catches_up_day_by_day(self, lin):
        rewards.mature(on=TODAY)
        reward(lin, paid(1))

        assert rewards.mature(on=on_day(20)) == 20

        assert PointsLot.objects.get().released_on == on_day(SAFE)
        assert RewardsDay.objects.count() == 21
        assert figures(lin) == (100, 0, 0)

    def test_lets_points_wait_while_their_owner_is_behind(self, lin):
        reward(lin, paid(1))
        rewards.mature(on=on_day(SAFE), overdue={lin.id: on_day(3)})
        assert figures(lin) == (100, 100, 0)

        rewards.mature(on=on_day(SAFE + 1), overdue={})

        assert figures(lin) == (100, 0, 0)

    def test_frees_the_points_of_one_while_another_is_behind(self, lin):
        wei = cast.borrower("Wei")
        reward(lin, paid(1))
        reward(wei, paid(2))

        rewards.mature(on=on_day(SAFE), overdue={wei.id: on_day(1)})

        assert (figures(lin), figures(wei)) == ((100, 0, 0), (100, 100, 0))


class TestEnding:
    def test_is_told_thirty_days_before_in_calm_words(self, lin):
        give(lin, 100, on=on_day(-700))

        rewards.mature(on=on_day(-1))
        assert not Message.objects.exists()
        rewards.mature(on=TODAY)

        note = Message.objects.get()
        assert note.template == "POINTS_END_SOON"
        assert note.facts == {"points": 100, "until_on": on_day(30).isoformat()}
        assert figures(lin) == (100, 0, 0)

    def test_comes_after_the_last_day_and_frees_what_was_owed(self, lin):
        give(lin, 100, on=on_day(-700))
        rewards.mature(on=TODAY)

        rewards.mature(on=on_day(30))
        assert figures(lin)[0] == 100
        rewards.mature(on=on_day(31))

        assert figures(lin) == (0, 0, 0)
        assert ledger.balance_fen(chart.POINTS_LIABILITY) == 0
        assert rewarding.programme().cost_fen == 0
        assert all_is_well()

    def test_waits_for_whoever_was_told_too_late(self, lin):
        give(lin, 100, on=on_day(-800))

        rewards.mature(on=TODAY)

        assert figures(lin)[0] == 100
        assert PointsLot.objects.get().expires_on == on_day(30)

    def test_is_told_once_for_what_ends_on_one_day(self, lin):
        give(lin, 100, source=1, on=on_day(-700))
        give(lin, 50, source=2, on=on_day(-700))

        rewards.mature(on=TODAY)
        rewards.mature(on=on_day(5))

        assert Message.objects.get().facts["points"] == 150

    def test_takes_bought_rates_that_nobody_used(self, lin):
        give(lin, 100)
        bought = buy(lin)
        rewards.mature(on=on_day(365))
        bought.refresh_from_db()
        assert bought.state == "ISSUED"

        rewards.mature(on=on_day(366))

        bought.refresh_from_db()
        assert bought.state == "EXPIRED"
        assert all_is_well()


class TestOnALoan:
    @pytest.fixture
    def loan(self):
        builders.open_books()
        return builders.paid_out(builders.person("Lin"))

    def test_points_come_from_instalments_paid_by_their_day(self, loan):
        first = loan.instalments.get(number=1)
        builders.pay(loan, first.principal_fen + first.interest_fen, on=first.due_on, key="first")

        lot = PointsLot.objects.get()
        assert lot.points == first.principal_fen // 1_000
        assert (lot.source_id, lot.loan_id) == (first.pk, loan.pk)
        assert all_is_well()

    def test_paying_on_the_day_of_borrowing_earns_nothing(self, loan):
        first = loan.instalments.get(number=1)

        builders.pay(loan, first.principal_fen + first.interest_fen, on=TODAY, key="at once")

        assert not PointsEntry.objects.exists()

    def test_paying_off_at_once_costs_nothing_and_earns_nothing(self, loan):
        transfer = builders.pay_off(loan, on=TODAY)

        assert transfer.amount_fen == loan.principal_fen
        assert not PointsLot.objects.exists()
        assert not InstalmentOutcome.objects.exists()

    def test_paying_off_early_counts_as_on_time(self, loan):
        first = loan.instalments.get(number=1)
        builders.pay(loan, first.principal_fen + first.interest_fen, on=first.due_on, key="first")
        points = figures(people.card(loan.borrower_id))[0]

        builders.pay_off(loan, on=first.due_on)

        assert figures(people.card(loan.borrower_id))[0] == points
        outcomes = InstalmentOutcome.objects.values_list("is_on_time", flat=True)
        assert list(outcomes) == [True] * loan.instalments.count()
