"""One line under any order of offers, acceptances, payouts, repayments, decisions and freezing.

The model keeps what each wish took by hand; after every step the line, its steps and the loans
say the same, and nothing was ever taken past the limit.
"""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lending.lines import actions as lines
from lending.lines import invariants, limits, queries
from lending.lines.models import CreditLine, LineMovement
from lending.loans.models import Loan
from lending.tests import builders, doors
from lending.tests.lining import line_of, staff

AMOUNTS = st.integers(1, 12).map(lambda count: count * 50_000)
WISHES = st.integers(0, 2)


class Line(RuleBasedStateMachine):
    """Three wishes on one line. What was paid out is one loan that was there before."""

    @initialize(limit_fen=AMOUNTS)
    def open_the_line(self, limit_fen: int) -> None:
        self.lin = builders.person("Lin")
        self.loan = builders.paid_out(self.lin, amount_fen=200_000)
        self.wishes = [builders.draft(self.lin, key=f"wish-{each}").pk for each in range(3)]
        self.taken: dict[int, tuple[int, int]] = dict.fromkeys(self.wishes, (0, 0))
        self.mei, self.chen = staff("Mei"), staff("Chen")
        self.state, self.limit_fen, self.asked = "ACTIVE", limit_fen, 0
        builders.room(self.lin.id, limit_fen=limit_fen)

    @property
    def owed_fen(self) -> int:
        return int(Loan.objects.get().principal_outstanding_fen)

    def others_fen(self, wish: int) -> int:
        return sum(sum(each) for key, each in self.taken.items() if key != wish)

    def take(self, verb, wish: int, amount_fen: int) -> bool:
        """Try it; whether it was possible is what the model says."""
        steps = LineMovement.objects.count()
        fits = self.others_fen(wish) + self.owed_fen + amount_fen <= self.limit_fen
        try:
            with transaction.atomic():
                line = lines.lock_of(borrower_id=self.lin.id)
                verb(line=line, application_id=wish, amount_fen=amount_fen)
        except lines.LineNotInUse:
            assert self.state == "FROZEN"
        except lines.LineTooSmall:
            assert not fits
        else:
            return True
        assert LineMovement.objects.count() == steps
        return False

    @rule(number=WISHES, amount_fen=AMOUNTS)
    def hold(self, number: int, amount_fen: int) -> None:
        wish = self.wishes[number]
        if self.take(lines.hold, wish, amount_fen):
            self.taken[wish] = (amount_fen, 0)

    @rule(number=WISHES, amount_fen=AMOUNTS)
    def reserve(self, number: int, amount_fen: int) -> None:
        wish = self.wishes[number]
        if self.take(lines.reserve, wish, amount_fen):
            held_fen, reserved_fen = self.taken[wish]
            is_new = reserved_fen != amount_fen
            self.taken[wish] = (0, amount_fen) if is_new else (held_fen, reserved_fen)

    @rule(number=WISHES)
    def release(self, number: int) -> None:
        wish = self.wishes[number]
        with transaction.atomic():
            line = lines.lock_of(borrower_id=self.lin.id)
            lines.release(line=line, application_id=wish)
        self.taken[wish] = (0, 0)

    @rule(limit_fen=AMOUNTS)
    def decide(self, limit_fen: int) -> None:
        builders.room(self.lin.id, limit_fen=limit_fen)
        self.limit_fen = limit_fen

    @rule(limit_fen=AMOUNTS)
    def change_by_two(self, limit_fen: int) -> None:
        self.asked += 1
        asked = limits.propose(
            line_id=CreditLine.objects.get().pk,
            limit_fen=limit_fen,
            reason="RISK",
            request_key=f"wish-{self.asked}",
            by=self.mei,
        )
        limits.approve(proposal_id=asked.pk, by=self.chen)
        self.limit_fen = limit_fen

    @rule()
    def freeze(self) -> None:
        limits.freeze(line_id=CreditLine.objects.get().pk, reason="ALERT", by=self.mei)
        self.state = "FROZEN"

    @rule()
    def unfreeze(self) -> None:
        limits.unfreeze(line_id=CreditLine.objects.get().pk, reason="CLEARED", by=self.mei)
        self.state = "ACTIVE"

    @precondition(lambda self: self.owed_fen > 0)
    @rule()
    def pay_back(self) -> None:
        """What is paid back becomes free again, and raises no limit."""
        before = line_of(self.lin)
        self.loan.refresh_from_db()
        builders.pay_off(self.loan)
        after = line_of(self.lin)
        assert after.limit_fen == before.limit_fen
        assert before.used_fen - after.used_fen == before.drawn_fen

    @invariant()
    def the_line_says_what_was_done(self) -> None:
        if not hasattr(self, "asked"):
            return
        found = line_of(self.lin)
        held_fen = sum(held for held, _ in self.taken.values())
        reserved_fen = sum(reserved for _, reserved in self.taken.values())
        assert (found.state, found.limit_fen) == (self.state, self.limit_fen)
        assert (found.held_fen, found.reserved_fen) == (held_fen, reserved_fen)
        assert found.drawn_fen == self.owed_fen
        for wish, (held, reserved) in self.taken.items():
            own = queries.taken(found.line_id, wish)
            assert (own.held_fen, own.reserved_fen) == (held, reserved)

    @invariant()
    def nothing_was_ever_taken_past_the_limit(self) -> None:
        for step in LineMovement.objects.all():
            takes = step.held_change_fen > 0 or step.reserved_change_fen > 0
            assert not takes or step.exposure_fen <= step.limit_fen

    @invariant()
    def totals_are_the_sum_of_the_steps(self) -> None:
        assert not [each for each in invariants.breaches() if each.startswith("line ")]


@pytest.mark.django_db
def test_any_order_of_steps_keeps_the_line_within_its_limit():
    class Story(Line):
        """One story, undone when it ends."""

        def __init__(self) -> None:
            super().__init__()
            self.mark = transaction.savepoint()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.mark)

    with doors.open_platform():
        run_state_machine_as_test(
            Story,
            settings=settings(
                max_examples=12,
                stateful_step_count=15,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
