"""Two at the same moment at every lock of rewards: one comes first, and all adds up after both."""

import time
from datetime import date, timedelta
from functools import partial
from importlib import import_module

import pytest
from django.db import connection, transaction

from borrowers.tests import cast
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.rewards import accounts, fulfilment
from lending.rewards import actions as rewards
from lending.rewards.bought.entitlements import lock_entitlement
from lending.rewards.models import (
    Benefit,
    Entitlement,
    Fulfilment,
    PartnerStatement,
    PointsGrant,
    PointsLot,
    RewardPartner,
    RewardProgramme,
)
from lending.rewards.staff import eyes, grants, programmes, statements, stock
from lending.tests import rewarding
from lending.tests.builders import TODAY
from lending.tests.rewarding import POINT_FEN, all_is_well, buy, figures, give
from tests.machinery.races import at_once, together

pytestmark = pytest.mark.commits
TERMS = import_module("lending.migrations.0010_rewards_programmes").TERMS
NEXT_MONTH = date(2026, 12, 1)


def lin_with(points: int):
    lin = cast.borrower("Lin")
    give(lin, points)
    return lin


def returned(lin, bought):
    return rewards.return_bought(
        entitlement_id=bought.pk, borrower_id=lin.id, on=TODAY, by=cast.self_of(lin)
    )


def reserved(lin, bought, application_id):
    with transaction.atomic():
        return rewards.reserve(
            entitlement_id=bought.pk,
            borrower_id=lin.id,
            application_id=application_id,
            on=TODAY,
        )


def tea_with_a_code(lin):
    rewarding.coupon(stock=5)
    bought = buy(lin, benefit="TEA")
    code = fulfilment.show_code(
        entitlement_id=bought.pk, borrower_id=lin.id, on=TODAY, by=cast.self_of(lin)
    )
    return bought, code


def fetched(code: str, on: date = TODAY):
    return fulfilment.hand_over(
        partner_id=rewarding.partner().pk, code=code, on=on, by=rewarding.mei()
    )


class TestWhatWasBought:
    def test_is_held_for_one_application_or_given_back(self):
        lin = lin_with(50)
        bought = buy(lin)

        answers = together(
            partial(returned, lin, bought),
            partial(reserved, lin, bought, 1),
            partial(reserved, lin, bought, 2),
        )

        refused = [each for each in answers if isinstance(each, rewards.EntitlementNotUsable)]
        bought.refresh_from_db()
        assert len(refused) == 2
        assert figures(lin) == ((50, 0, 0) if bought.state == "REFUNDED" else (0, 0, 0))
        assert all_is_well()

    def test_is_handed_over_or_given_back(self):
        lin = lin_with(60)
        bought, code = tea_with_a_code(lin)
        rewarding.mei()

        together(partial(fetched, code), partial(returned, lin, bought))

        bought.refresh_from_db()
        part = Fulfilment.objects.get()
        assert (
            bought.state,
            part.state,
            figures(lin)[0],
            Benefit.objects.get(code="TEA").stock,
        ) in {
            ("CONSUMED", "DELIVERED", 0, 4),
            ("REFUNDED", "CANCELLED", 60, 5),
        }
        assert all_is_well()

    def test_is_handed_over_or_fails(self):
        lin = lin_with(60)
        bought, code = tea_with_a_code(lin)
        part, mei = Fulfilment.objects.get(), rewarding.mei()
        fail = partial(fulfilment.mark_failed, fulfilment_id=part.pk, on=TODAY, by=mei)

        together(partial(fetched, code), fail, fail)

        bought.refresh_from_db()
        part.refresh_from_db()
        assert (bought.state, part.state, figures(lin)[0]) in {
            ("CONSUMED", "DELIVERED", 0),
            ("REFUNDED", "FAILED", 60),
        }
        assert all_is_well()

    def test_ends_by_time_or_is_handed_over_on_its_last_day(self):
        lin = lin_with(60)
        bought, code = tea_with_a_code(lin)
        rewarding.mei()
        after = bought.expires_on + timedelta(days=1)
        rewarding.skip_to(after)

        together(partial(fetched, code, bought.expires_on), lambda: rewards.mature(on=after))

        bought.refresh_from_db()
        assert (bought.state, Fulfilment.objects.get().state) in {
            ("CONSUMED", "DELIVERED"),
            ("EXPIRED", "CANCELLED"),
        }
        assert all_is_well()

    def test_waives_one_late_fee(self):
        lin = lin_with(50)
        bought = buy(lin)
        Entitlement.objects.update(kind="FEE_WAIVER", value_fen=500)

        def waive(loan_id):
            with transaction.atomic():
                return rewards.consume_waiver(
                    entitlement_id=bought.pk, borrower_id=lin.id, loan_id=loan_id, on=TODAY
                )

        found = at_once(waive, [1, 2, 3])

        assert [each for each in found if each == 500] == [500]

    def test_is_not_used_while_a_payment_behind_it_is_taken_back(self):
        lin = lin_with(50)
        bought = buy(lin)

        _held, back = together(
            partial(reserved, lin, bought, 1), lambda: rewarding.take_back(lin, 1)
        )

        bought.refresh_from_db()
        assert back == 1
        assert figures(lin) == (0, 0, 50)
        assert isinstance(_held, rewards.PointsOwed) == (bought.state == "ISSUED")


class TestTheDay:
    def test_locks_what_ends_before_it_touches_a_budget(self):
        """Who gives something back holds account and purchase, and asks for the budget last."""
        lin = lin_with(60)
        bought, _code = tea_with_a_code(lin)
        zhao = cast.borrower("Zhao")
        give(zhao, 50, source=2)
        buy(zhao)
        rewarding.take_back(zhao, 2)  # the day's work covers what is owed, out of the budget
        after = bought.expires_on + timedelta(days=1)
        rewarding.skip_to(after)
        rewarding.reward(zhao, rewarding.paid(3), on=TODAY)
        mei, part = rewarding.mei(), Fulfilment.objects.get()

        def fail_slowly():
            with transaction.atomic():
                accounts.lock(lin.id)
                lock_entitlement(entitlement_id=bought.pk, borrower_id=lin.id)
                wait_for_a_waiter()
                accounts.uncharge(rewarding.programme().pk, 0)

        answers = together(fail_slowly, partial(rewards.mature, on=after))

        assert answers == [None, 1]
        assert Entitlement.objects.get(pk=bought.pk).state == "EXPIRED"
        with pytest.raises(rewards.EntitlementNotUsable):
            fulfilment.mark_failed(fulfilment_id=part.pk, on=after, by=mei)
        assert all_is_well()

    def test_and_many_purchases_leave_every_figure_right(self):
        lin = lin_with(200)
        rewarding.reward(lin, rewarding.paid(5))
        day = TODAY + timedelta(days=7)
        rewarding.skip_to(day)

        together(
            lambda: rewards.mature(on=day),
            partial(buy, lin, key="a", on=day),
            partial(buy, lin, key="b", on=day),
            lambda: rewarding.take_back(lin, 5, on=day),
        )

        balance, pending, owed = figures(lin)
        assert (balance, pending, owed) == (100, 0, 0)
        assert all_is_well()


def wait_for_a_waiter() -> None:
    """Until somebody waits for a lock of ours, or long enough."""
    for _ in range(60):
        with connection.cursor() as cursor:
            cursor.execute(
                # A transaction keeps its first look at who waits, unless it is told to look anew.
                "SELECT pg_stat_clear_snapshot(); SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)


class TestTheBudget:
    def test_is_not_passed_by_two_payments_at_its_edge(self):
        cards = [cast.borrower(name) for name in ("Lin", "Zhao", "Wei")]
        RewardProgramme.objects.update(
            cost_fen=RewardProgramme.objects.get().budget_fen - 150 * POINT_FEN
        )
        left_fen = RewardProgramme.objects.get().budget_fen - RewardProgramme.objects.get().cost_fen

        given = at_once(
            lambda each: rewarding.reward(cards[each], rewarding.paid(each + 1)), range(3)
        )

        assert sorted(map(str, given)) == ["0", "0", "100"]
        programme = RewardProgramme.objects.get()
        assert programme.budget_fen - programme.cost_fen == left_fen - 100 * POINT_FEN


class TestStaff:
    def proposed(self, card, points=500) -> PointsGrant:
        return grants.propose(
            borrower_id=card.id, points=points, reason="COMPLAINT", on=TODAY, by=rewarding.mei()
        )

    def test_pass_the_cap_of_a_day_together_no_more_than_alone(self):
        cards = [cast.borrower(name) for name in ("Lin", "Zhao", "Wei")]
        waiting = [self.proposed(cards[each % 3]) for each in range(6)]
        chen = rewarding.chen()

        found = at_once(lambda row: grants.approve(grant_id=row.pk, on=TODAY, by=chen), waiting)

        assert sum(isinstance(each, grants.GrantTooLarge) for each in found) == 2
        assert sum(figures(card)[0] for card in cards) == 2_000
        assert all_is_well()

    def test_approve_or_turn_down(self):
        lin = cast.borrower("Lin")
        row, chen = self.proposed(lin), rewarding.chen()

        approved, turned_down = together(
            partial(grants.approve, grant_id=row.pk, on=TODAY, by=chen),
            partial(grants.turn_down, grant_id=row.pk, by=chen),
        )

        row.refresh_from_db()
        assert sum(isinstance(e, eyes.AlreadyDecided) for e in (approved, turned_down)) == 1
        assert figures(lin)[0] == (500 if row.state == "APPROVED" else 0)
        assert PointsLot.objects.count() == (row.state == "APPROVED")

    def test_put_one_programme_in_force(self):
        mei, chen = rewarding.mei(), rewarding.chen()
        names = ["one", "two", "three"]
        for name in names:
            programmes.write(version=name, budget_fen=1_000, terms=TERMS, by=mei)

        at_once(lambda name: programmes.put_in_force(version=name, on=TODAY, by=chen), names)

        states = RewardProgramme.objects.values_list("state", flat=True)
        assert sorted(states) == ["ACTIVE", "ENDED", "ENDED", "ENDED"]

    def test_count_a_shelf_while_the_last_is_sold(self):
        lin = lin_with(60)
        tea = rewarding.coupon(stock=1)
        mei = rewarding.mei()

        bought, _set = together(
            partial(buy, lin, benefit="TEA"),
            partial(stock.set_stock, benefit_id=tea.pk, stock=4, is_open=True, by=mei),
        )

        tea.refresh_from_db()
        assert isinstance(bought, Entitlement)
        assert tea.stock in {3, 4}  # sold before it was counted, or after


class TestPartners:
    def test_try_no_more_wrong_codes_together_than_alone(self):
        rewarding.coupon()
        rewarding.mei()
        tries = [f"WRONG{each}" for each in range(6)]
        RewardPartner.objects.update(tried_on=TODAY, tries=17)

        found = at_once(fetched, tries)

        assert sum(isinstance(each, fulfilment.CodeUnknown) for each in found) == 3
        assert sum(isinstance(each, fulfilment.TooManyTries) for each in found) == 3
        assert RewardPartner.objects.get().tries == 20

    def test_get_one_statement_for_a_month_and_one_bill(self):
        lin = lin_with(200)
        _bought, code = tea_with_a_code(lin)
        fetched(code)
        mei, chen = rewarding.mei(), rewarding.chen()
        partner_id = rewarding.partner().pk

        found = at_once(
            lambda by: statements.prepare(partner_id=partner_id, month=TODAY, on=NEXT_MONTH, by=by),
            [mei] * 4,
        )
        assert len({each.pk for each in found if isinstance(each, PartnerStatement)}) == 1
        at_once(
            lambda by: statements.approve(
                statement_id=PartnerStatement.objects.get().pk, on=NEXT_MONTH, by=by
            ),
            [chen] * 4,
        )

        assert ledger.balance_fen(chart.PARTNERS_PAYABLE) == -800
        assert all_is_well()

    def test_are_paid_once_for_what_is_handed_over_while_it_is_settled(self):
        lin = lin_with(200)
        _first, code = tea_with_a_code(lin)
        fetched(code)
        second = buy(lin, benefit="TEA", key="second")
        other = fulfilment.show_code(
            entitlement_id=second.pk, borrower_id=lin.id, on=TODAY, by=cast.self_of(lin)
        )
        mei, partner_id = rewarding.mei(), rewarding.partner().pk

        together(
            partial(fetched, other),
            partial(statements.prepare, partner_id=partner_id, month=TODAY, on=NEXT_MONTH, by=mei),
        )

        settled = PartnerStatement.objects.get()
        lines = Fulfilment.objects.filter(statement=settled)
        assert (settled.count, settled.amount_fen) == (lines.count(), 800 * lines.count())
        assert all_is_well()
