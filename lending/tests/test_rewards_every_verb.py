"""Every verb of rewards in any order gives what a plain account beside it says, to the point and
to the fen, and what must be refused is refused without a trace.
"""

from functools import partial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from borrowers.tests import cast
from common.periods import add_months
from lending.rewards import fulfilment, rules
from lending.rewards.models import Fulfilment, PartnerStatement, PointsGrant
from lending.rewards.staff import eyes, grants, programmes, statements, stock
from lending.tests import rewarding
from lending.tests.points_buying import ANY, WHO, Buying
from lending.tests.points_model import TEA, Programme


class Fetching(Buying):
    """Coupons at the partner's, and what the partner gets for them."""

    @precondition(lambda self: self.bought)
    @rule(number=ANY, is_fetched=st.booleans())
    def show_a_code(self, number: int, *, is_fetched: bool) -> None:
        thing, _ = self.thing(number, state="ISSUED", benefit=TEA)
        self.shown(self.book.things.index(thing), is_fetched=is_fetched)

    @rule(who=WHO)
    def drink_tea(self, who: int) -> None:
        """All at once, so that partners get something to settle."""
        count = len(self.bought)
        self.buy(who, TEA, twice=False)
        if len(self.bought) > count:
            self.shown(count, is_fetched=True)

    def shown(self, place: int, *, is_fetched: bool) -> None:
        thing, key = self.book.things[place], self.bought[place]
        old = thing.code
        code = self.told(
            lambda: self.book.show_code(thing, self.today),
            lambda: fulfilment.show_code(
                entitlement_id=key, borrower_id=self.cards[thing.who].id, on=self.today,
                by=cast.self_of(self.cards[thing.who]),
            ),
        )  # fmt: skip
        if code is None:
            return
        thing.code = code
        if is_fetched:
            self.present(old or "NO SUCH CODE")
            self.present(code)
            self.present(code)

    @precondition(lambda self: self.bought)
    @rule(number=ANY)
    def come_with_a_code(self, number: int) -> None:
        thing, _ = self.thing(number, state="ISSUED", benefit=TEA)
        self.present(thing.code or "GUESSED")

    def present(self, code: str) -> None:
        """A wrong code is refused, and its try is counted all the same."""
        before = [each.state for each in self.book.things].count("CONSUMED")

        def act():
            try:
                return fulfilment.hand_over(
                    partner_id=rewarding.partner().pk, code=code, on=self.today, by=self.mei
                )
            except fulfilment.CodeUnknown:
                return None

        part = self.told(lambda: self.book.hand_over(code, self.today), act)
        after = [each.state for each in self.book.things].count("CONSUMED")
        assert (part is not None) == (after > before)

    @precondition(lambda self: self.bought)
    @rule(number=ANY, verb=st.sampled_from(["READY", "FAILED", "FAILED"]))
    def hear_from_the_partner(self, number: int, verb: str) -> None:
        thing, key = self.thing(number, state="ISSUED", benefit=TEA)
        part = Fulfilment.objects.filter(entitlement_id=key).first()
        if part is None:
            return
        if verb == "READY":
            self.told(
                lambda: self.book.mark_ready(thing),
                lambda: fulfilment.mark_ready(fulfilment_id=part.pk, by=self.mei),
            )
            return
        self.told(
            lambda: self.book.mark_failed(thing, self.today),
            lambda: fulfilment.mark_failed(fulfilment_id=part.pk, on=self.today, by=self.mei),
        )

    @precondition(lambda self: any(each.delivered_on for each in self.book.things))
    @rule(months=st.sampled_from([0, 1, 1, 2]), is_paid=st.booleans())
    def settle(self, months: int, *, is_paid: bool) -> None:
        month = add_months(self.today.replace(day=1), -months)
        statement = self.told(
            lambda: self.book.prepare(month, self.today),
            lambda: statements.prepare(
                partner_id=rewarding.partner().pk, month=month, on=self.today, by=self.mei
            ),
        )
        if statement is not None and is_paid:
            self.approve_statement(statement)

    def approve_statement(self, statement: PartnerStatement) -> None:
        with pytest.raises(eyes.OtherEyesNeeded):
            statements.approve(statement_id=statement.pk, on=self.today, by=self.mei)
        if statement.state == "PREPARED":
            self.book.approve(statement.month)
        for _ in range(2):
            statements.approve(statement_id=statement.pk, on=self.today, by=self.chen)


class Deciding(Fetching):
    """What staff do, each by two people."""

    @rule(who=WHO, points=st.sampled_from([0, 30, 80, 81]), is_given=st.booleans())
    def grant(self, who: int, points: int, *, is_given: bool) -> None:
        grant = self.propose(who, points)
        if grant is None:
            return
        with pytest.raises(eyes.OtherEyesNeeded):
            grants.approve(grant_id=grant.pk, on=self.today, by=self.mei)
        if not is_given:
            for _ in range(2):
                grants.turn_down(grant_id=grant.pk, by=self.chen)
            with pytest.raises(eyes.AlreadyDecided):
                grants.approve(grant_id=grant.pk, on=self.today, by=self.chen)
            return

        def act():
            return grants.approve(grant_id=grant.pk, on=self.today, by=self.chen)

        given = self.told(lambda: self.book.grant(who, grant.pk, points, self.today), act)
        if given is not None:
            assert act().state == "APPROVED"

    def propose(self, who: int, points: int) -> PointsGrant | None:
        verb = partial(
            grants.propose, borrower_id=self.cards[who].id, points=points, reason="COMPLAINT",
            on=self.today, by=self.mei,
        )  # fmt: skip
        if 0 < points <= self.book.terms.most_points_per_grant:
            return verb()
        with pytest.raises(grants.GrantTooLarge):
            verb()
        return None

    @rule(count=st.sampled_from([None, 0, 1, 5]), is_open=st.booleans())
    def set_stock(self, count: int | None, *, is_open: bool) -> None:
        stock.set_stock(benefit_id=self.tea.pk, stock=count, is_open=is_open, by=self.mei)
        self.book.stock, self.book.is_open = count, is_open

    @rule(
        fen_per_point=st.sampled_from([500, 1_000, 2_500]),
        point_value_fen=st.sampled_from([3, 10, 17]),
        pending_days=st.sampled_from([0, 3]),
        budget_fen=st.sampled_from([900, 5_000]),
    )
    def change_the_programme(self, budget_fen: int, **changes: int) -> None:
        version = f"version-{self.next_number()}"
        self.terms |= changes
        self.put_in_force(version, self.terms, budget_fen)
        self.book.programmes[version] = Programme(rules.read(self.terms), budget_fen)
        self.book.version = version
        with pytest.raises(eyes.AlreadyDecided):
            programmes.put_in_force(version="first", on=self.today, by=self.chen)


@pytest.mark.django_db
def test_every_verb_in_any_order_gives_what_a_plain_account_says():
    class Undone(Deciding):
        """One story, undone when it ends."""

        def __init__(self) -> None:
            super().__init__()
            self.mark = transaction.savepoint()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.mark)

    run_state_machine_as_test(
        Undone,
        settings=settings(
            max_examples=16,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
