"""Any order of earning, waiting, buying, returning and taking back keeps every law of points.

The machine runs against the database; beside it stands a plain account of what must be there.
"""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from borrowers.tests import cast
from common.errors import Refused
from lending.rewards import actions as rewards
from lending.rewards import fulfilment
from lending.rewards.models import (
    Benefit,
    Entitlement,
    Fulfilment,
    PointsAccount,
    PointsEntry,
    PointsLot,
)
from lending.tests import rewarding
from lending.tests.builders import TODAY

NAMES = ("Lin", "Zhao")
STOCK = 3


class Points(RuleBasedStateMachine):
    """Two people, a partner with three pots of tea, and time."""

    instalments = Bundle("instalments")
    taken_back = Bundle("taken_back")
    bought = Bundle("bought")

    @initialize()
    def open(self) -> None:
        self.cards = [cast.borrower(name) for name in NAMES]
        self.today = TODAY
        self.number = 0
        self.tea = rewarding.coupon(stock=STOCK)

    @rule(target=instalments, who=st.integers(0, 1), yuan=st.integers(1, 2_000), late=st.booleans())
    def pay(self, who: int, yuan: int, *, late: bool) -> tuple[int, int]:
        self.number += 1
        instalment = rewarding.paid(self.number, due_on=self.today, late_days=int(late), yuan=yuan)
        rewarding.reward(self.cards[who], instalment, on=self.today)
        return who, self.number

    @rule(instalment=instalments)
    def tell_again(self, instalment: tuple[int, int]) -> None:
        who, number = instalment
        lot = PointsLot.objects.filter(source_kind="INSTALMENT", source_id=number).first()
        if lot is not None:
            again = rewarding.paid(number, due_on=lot.earned_on)
            assert rewarding.reward(self.cards[who], again, on=self.today) == 0

    @rule(target=taken_back, instalment=consumes(instalments))
    def charge_back(self, instalment: tuple[int, int]) -> tuple[int, int]:
        who, number = instalment
        rewarding.take_back(self.cards[who], number, on=self.today)
        assert not PointsLot.objects.filter(
            source_kind="INSTALMENT", source_id=number, remaining__gt=0
        ).exists()
        return instalment

    @rule(target=instalments, instalment=consumes(taken_back))
    def pay_again(self, instalment: tuple[int, int]) -> tuple[int, int]:
        who, number = instalment
        again = rewarding.paid(number, due_on=self.today)
        rewarding.reward(self.cards[who], again, on=self.today)
        lots = PointsLot.objects.filter(source_kind="INSTALMENT", source_id=number)
        assert lots.filter(reversed_on=None).count() <= 1
        return instalment

    @rule(days=st.sampled_from([1, 3, 8]), behind=st.sets(st.integers(0, 1)))
    def wait(self, days: int, behind: set[int]) -> None:
        self.today += timedelta(days=days)
        late = {self.cards[who].id: self.today - timedelta(days=2) for who in behind}
        rewards.mature(on=self.today, overdue=late)

    @rule()
    def wait_for_years(self) -> None:
        """Long enough for points to be told of and to end; only the days that matter are seen."""
        for days in (701, 31):
            self.today += timedelta(days=days)
            rewarding.skip_to(self.today)
            rewards.mature(on=self.today, overdue={})

    @rule(target=bought, who=st.integers(0, 1), benefit=st.sampled_from(["RATE_050", "TEA"]))
    def buy(self, who: int, benefit: str):
        before = rewarding.written()
        self.number += 1
        try:
            row = rewarding.buy(
                self.cards[who], benefit=benefit, key=f"key-{self.number}", on=self.today
            )
        except Refused:
            assert rewarding.written() == before
            return multiple()
        return who, row.pk

    @rule(thing=bought)
    def give_back(self, thing: tuple[int, int]) -> None:
        who, entitlement_id = thing
        with suppress(Refused):
            rewards.return_bought(
                entitlement_id=entitlement_id,
                borrower_id=self.cards[who].id,
                on=self.today,
                by=cast.self_of(self.cards[who]),
            )

    @rule(thing=bought)
    def fetch(self, thing: tuple[int, int]) -> None:
        who, entitlement_id = thing
        try:
            code = fulfilment.show_code(
                entitlement_id=entitlement_id,
                borrower_id=self.cards[who].id,
                on=self.today,
                by=cast.self_of(self.cards[who]),
            )
        except Refused:
            return
        self.hand_over(code)
        with pytest.raises(fulfilment.CodeUnknown):
            self.hand_over(code)

    def hand_over(self, code: str) -> None:
        fulfilment.hand_over(
            partner_id=rewarding.partner().pk, code=code, on=self.today, by=rewarding.mei()
        )

    @rule(thing=bought)
    def fail_to_hand_over(self, thing: tuple[int, int]) -> None:
        part = Fulfilment.objects.filter(entitlement_id=thing[1]).first()
        if part is None:
            return
        try:
            fulfilment.mark_failed(fulfilment_id=part.pk, on=self.today, by=rewarding.mei())
        except Refused:
            assert part.entitlement.state != "ISSUED"

    @invariant()
    def every_law_holds(self) -> None:
        if hasattr(self, "cards"):
            assert rewarding.all_is_well()

    @invariant()
    def nothing_is_out_of_stock_and_sold(self) -> None:
        if not hasattr(self, "cards"):
            return
        out = Entitlement.objects.filter(benefit="TEA").exclude(state="REFUNDED").count()
        assert Benefit.objects.get(code="TEA").stock == STOCK - out >= 0

    @invariant()
    def replaying_the_entries_gives_the_accounts(self) -> None:
        if not hasattr(self, "cards"):
            return
        replayed: dict[int, list[int]] = {}
        for entry in PointsEntry.objects.order_by("pk"):
            figures = replayed.setdefault(entry.account_id, [0, 0, 0])
            for at, change in enumerate((entry.points, entry.pending, entry.owed)):
                figures[at] += change
                assert figures[at] >= 0, entry
        for account in PointsAccount.objects.all():
            stands = [account.balance, account.pending, account.owed]
            assert replayed.get(account.pk, [0, 0, 0]) == stands


@pytest.mark.django_db
def test_any_order_of_events_keeps_every_law_of_points():
    class Story(Points):
        """One story, undone when it ends."""

        def __init__(self) -> None:
            super().__init__()
            self.mark = transaction.savepoint()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.mark)

    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=12,
            stateful_step_count=18,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
