"""Verbs of a story of points: what payments bring, what points buy, and what becomes of it."""

from datetime import timedelta

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, multiple, precondition, rule

from borrowers.tests import cast
from lending.rewards import actions as rewards
from lending.tests import rewarding
from lending.tests.points_model import RATE, TEA, WAIVER, Thing
from lending.tests.points_story import Story

WHO = st.integers(0, 1)
ANY = st.integers(0, 50)
LOANS = st.integers(1, 2)
DAY = timedelta(days=1)


class Repaying(Story):
    """What payments bring, and what goes with them."""

    paid_instalments = Bundle("paid_instalments")

    @initialize(target=paid_instalments)
    def begin_with_points(self):
        """Each has three lots that can be used, so that a short story gets to using them."""
        self.open()
        begun = [(who, 1 + each % 2, self.next_number()) for who in (0, 1) for each in range(3)]
        for who, loan, number in begun:
            self.paid(who, loan, 800, number, "AS_AGREED")
        self.day_by_day(3, {})
        return multiple(*begun)

    @rule(
        target=paid_instalments,
        who=WHO,
        loan=LOANS,
        yuan=st.sampled_from([9, 10, 450, 990, 2_000]),
        manner=st.sampled_from(["AS_AGREED", "AS_AGREED", "AS_AGREED", "LATE", "FRESH"]),
    )
    def pay(self, who: int, loan: int, yuan: int, manner: str) -> tuple[int, int, int]:
        number = self.next_number()
        self.paid(who, loan, yuan, number, manner)
        return who, loan, number

    @rule(instalment=paid_instalments, yuan=st.sampled_from([450, 990]))
    def pay_again(self, instalment: tuple[int, int, int], yuan: int) -> None:
        """Told twice, or paid anew after it was taken back."""
        who, loan, number = instalment
        self.paid(who, loan, yuan, number, "AS_AGREED")

    def paid(self, who: int, loan: int, yuan: int, number: int, manner: str) -> None:
        late = int(manner == "LATE")
        instalment = rewarding.paid(
            number, due_on=self.today - late * DAY, late_days=late, yuan=yuan
        )
        lent_on = self.today if manner == "FRESH" else rewarding.LENT
        loan_id = self.loan_of(who, loan)
        earns = manner == "AS_AGREED"
        points = self.book.pay(who, number, loan_id, yuan, self.today, earns=earns)
        given = rewarding.reward(
            self.cards[who], instalment, on=self.today, lent_on=lent_on, loan=loan_id
        )
        assert given == points

    @staticmethod
    def loan_of(who: int, loan: int) -> int:
        return 10 * who + loan

    @rule(instalment=paid_instalments)
    def charge_back(self, instalment: tuple[int, int, int]) -> None:
        who, _, number = instalment
        lots = self.book.lots_of(who, number=number)
        count = self.book.take_back(who, lots, self.today)
        assert rewarding.take_back(self.cards[who], number, on=self.today) == count

    @rule(instalment=paid_instalments)
    def charge_back_of_another(self, instalment: tuple[int, int, int]) -> None:
        who, _, number = instalment
        assert rewarding.take_back(self.cards[1 - who], number, on=self.today) == 0

    @rule(who=WHO, loan=LOANS)
    def undo_a_loan(self, who: int, loan: int) -> None:
        loan_id = self.loan_of(who, loan)
        lots = self.book.lots_of(who, loan=loan_id)
        count = self.book.take_back(who, lots, self.today)
        with transaction.atomic():
            assert count == rewards.reverse_loan(
                borrower_id=self.cards[who].id, loan_id=loan_id, on=self.today
            )

    @rule(
        days=st.sampled_from([1, 3, 4, 20]),
        behind=st.sampled_from([set(), set(), {0}, {1}]),
        since=st.integers(0, 3),
    )
    def wait(self, days: int, behind: set[int], since: int) -> None:
        self.day_by_day(days, dict.fromkeys(behind, self.today - since * DAY))

    @rule()
    def close_the_day_again(self) -> None:
        assert rewards.mature(on=self.today) == 0

    @rule(behind=st.sampled_from([set(), set(), {0}, {1}]))
    def say_who_is_behind(self, behind: set[int]) -> None:
        for who, person in enumerate(self.book.people):
            person.since = self.today - 3 * DAY if who in behind else None
        rewards.note_overdue(overdue={self.cards[who].id: self.today - 3 * DAY for who in behind})


class Buying(Repaying):
    """What points buy, and what becomes of it."""

    served = Bundle("served")

    @rule(who=WHO, twice=st.booleans())
    def buy_a_lower_rate(self, who: int, *, twice: bool) -> None:
        self.buy(who, RATE, twice=twice)

    @rule(who=WHO, benefit=st.sampled_from([TEA, TEA, WAIVER]))
    def buy_something_else(self, who: int, benefit: str) -> None:
        self.buy(who, benefit, twice=True)

    @rule(target=served, who=WHO)
    def borrow_at_a_lower_rate(self, who: int):
        """All at once, so that loans at a lower rate are no rare thing."""
        self.buy(who, RATE, twice=False)
        free = [place for place, each in enumerate(self.book.things) if self.is_free(each, who)]
        if not free:
            return multiple()
        self.hold(free[-1])
        return self.signed(free[-1])

    def is_free(self, thing: Thing, who: int) -> bool:
        return (thing.who, thing.benefit) == (who, RATE) and thing.can_be_used(self.today)

    def buy(self, who: int, benefit: str, *, twice: bool) -> None:
        key = f"key-{self.next_number()}"

        def act():
            return rewarding.buy(self.cards[who], benefit=benefit, key=key, on=self.today)

        row = self.told(lambda: self.book.buy(who, benefit, self.today), act)
        if row is not None:
            self.bought.append(row.pk)
            assert not twice or act().pk == row.pk

    @precondition(lambda self: self.bought)
    @rule(number=ANY)
    def give_back(self, number: int) -> None:
        thing, key = self.thing(number, state="ISSUED")
        self.told(
            lambda: self.book.return_bought(thing, self.today),
            lambda: rewards.return_bought(
                entitlement_id=key, borrower_id=self.cards[thing.who].id, on=self.today,
                by=cast.self_of(self.cards[thing.who]),
            ),
        )  # fmt: skip

    @precondition(lambda self: self.bought)
    @rule(number=ANY)
    def hold_for_an_application(self, number: int) -> None:
        thing, _ = self.thing(number, state="ISSUED", benefit=RATE)
        self.hold(self.book.things.index(thing))

    def hold(self, place: int) -> None:
        thing, application = self.book.things[place], self.next_number()

        def act():
            with transaction.atomic():
                return rewards.reserve(
                    entitlement_id=self.bought[place],
                    borrower_id=self.cards[thing.who].id,
                    application_id=application,
                    on=self.today,
                )

        held = self.told(lambda: self.book.reserve(thing, application, self.today), act)
        if held is not None:
            self.told(lambda: self.book.reserve(thing, application, self.today), act)

    @precondition(lambda self: any(each.state == "RESERVED" for each in self.book.things))
    @rule(number=ANY)
    def let_go(self, number: int) -> None:
        thing, _ = self.thing(number, state="RESERVED")
        if thing.state == "RESERVED" and thing.application is not None:
            with transaction.atomic():
                rewards.release(application_id=thing.application)
            thing.state, thing.application = "ISSUED", None

    @precondition(lambda self: any(each.state == "RESERVED" for each in self.book.things))
    @rule(target=served, number=ANY)
    def sign(self, number: int):
        thing, _ = self.thing(number, state="RESERVED")
        return self.signed(self.book.things.index(thing))

    def signed(self, place: int):
        thing = self.book.things[place]
        if thing.state != "RESERVED" or thing.application is None:
            return multiple()
        application, loan_id = thing.application, 1_000 + self.next_number()
        with transaction.atomic():
            rewards.consume(application_id=application, loan_id=loan_id)
        thing.state, thing.loan = "CONSUMED", loan_id
        self.running.add(loan_id)
        return place, application, loan_id

    @rule(signed=served)
    def give_the_loan_back_or_let_it_run_again(self, signed: tuple[int, int, int]) -> None:
        place, application, loan_id = signed
        thing = self.book.things[place]
        card = self.cards[thing.who]
        if loan_id in self.running:
            self.running.remove(loan_id)
            self.book.give_used_back(thing.who, loan_id, self.today)
            with transaction.atomic():
                rewards.give_used_back(borrower_id=card.id, loan_id=loan_id, on=self.today)
            return
        self.running.add(loan_id)
        self.book.use_again(thing, application, loan_id, self.today)
        for _ in range(2):
            with transaction.atomic():
                rewards.use_again(
                    entitlement_id=self.bought[place], borrower_id=card.id,
                    application_id=application, loan_id=loan_id, on=self.today,
                )  # fmt: skip

    @precondition(lambda self: self.bought)
    @rule(number=ANY)
    def waive_a_late_fee(self, number: int) -> None:
        thing, key = self.thing(number, state="ISSUED", benefit=WAIVER)
        loan_id = self.loan_of(thing.who, 1)

        def act():
            with transaction.atomic():
                return rewards.consume_waiver(
                    entitlement_id=key, borrower_id=self.cards[thing.who].id, loan_id=loan_id,
                    on=self.today,
                )  # fmt: skip

        value_fen = self.told(lambda: self.book.waive(thing, loan_id, self.today), act)
        assert value_fen in {None, self.waiver.value_fen}
