"""The rest of the plain account of points: the catalogue, what was bought, the staff's part."""

from datetime import date, timedelta

from common.periods import add_months
from lending.rewards.rules import Terms
from lending.tests.points_model import (
    OPEN,
    RATE,
    TEA,
    WAIVER,
    Earned,
    Person,
    Programme,
    Stop,
    Thing,
)

COSTS = {RATE: 50, WAIVER: 40, TEA: 60}
TEA_FEN = 800
PEOPLE = 2


class Book(Earned):
    """Everything that a platform of rewards has to remember."""

    def __init__(self, terms: Terms, budget_fen: int, stock: int) -> None:
        self.people = [Person() for _ in range(PEOPLE)]
        self.programmes = {"first": Programme(terms, budget_fen)}
        self.version = "first"
        self.things: list[Thing] = []
        self.stock: int | None = stock
        self.is_open = True
        self.tries: tuple[date | None, int] = (None, 0)
        self.granted: dict[date, int] = {}
        self.months: dict[date, list[Thing]] = {}
        self.payable_fen = 0
        self.came_back = 0
        # What is owed for a rate that served twice, by the loan that runs again.
        self.twice: dict[int, list[int]] = {}

    def day(self, day: date) -> None:
        """What closing a day does."""
        self.tell_and_release(day)
        for thing in self.things:
            if thing.state == "ISSUED" and thing.expires_on < day:
                thing.state = "EXPIRED"
                thing.part = thing.part and "CANCELLED"
                self.programmes[thing.programme].cost_fen -= thing.extra_fen
                thing.extra_fen = 0
        self.end_lots(day)

    def buy(self, who: int, benefit: str, on: date) -> Thing:
        person, terms, cost = self.people[who], self.terms, COSTS[benefit]
        if benefit == TEA and not self.is_open:
            raise Stop("BENEFIT_SOLD_OUT")
        self.insist_on_nothing_owed(who)
        if person.since is not None and (on - person.since).days > terms.freeze_days_past_due:
            raise Stop("POINTS_FROZEN")
        today = [each for each in self.things if (each.who, each.issued_on) == (who, on)]
        if len(today) >= terms.most_redemptions_per_day:
            raise Stop("TOO_MANY_REDEMPTIONS")
        if sum(each.left for each in person.usable(on)) < cost:
            raise Stop("NOT_ENOUGH_POINTS")
        if benefit == TEA and self.stock == 0:
            raise Stop("BENEFIT_SOLD_OUT")
        return self.bought(who, benefit, on)

    def bought(self, who: int, benefit: str, on: date) -> Thing:
        left, freed_fen, uses = COSTS[benefit], 0, []
        for lot in self.people[who].usable(on):
            taken = min(left, lot.left)
            if taken:
                freed_fen += lot.take(taken)
                uses.append((lot, taken))
            left -= taken
        price_fen = TEA_FEN if benefit == TEA else 0
        extra_fen = max(price_fen - freed_fen, 0)
        if not self.charge(extra_fen):
            raise Stop("REWARDS_REST")
        if benefit == TEA and self.stock is not None:
            self.stock -= 1
        thing = Thing(
            who=who, benefit=benefit, cost=COSTS[benefit], price_fen=price_fen, uses=uses,
            extra_fen=extra_fen, programme=self.version, issued_on=on,
            expires_on=on + timedelta(days=self.terms.entitlements_last_days),
            part="ORDERED" if benefit == TEA else "",
        )  # fmt: skip
        self.things.append(thing)
        return thing

    def insist_on_nothing_owed(self, who: int) -> None:
        if self.people[who].owed:
            raise Stop("POINTS_OWED")

    def return_bought(self, thing: Thing, on: date) -> None:
        if thing.state == "REFUNDED":
            return
        if thing.state != "ISSUED":
            raise Stop("ENTITLEMENT_NOT_USABLE")
        if on > thing.issued_on + timedelta(days=self.terms.refund_days):
            raise Stop("TOO_LATE_TO_RETURN")
        self.undo(thing, on)

    def undo(self, thing: Thing, on: date) -> None:
        """Points go back to where they were taken from; what lost its ground is owed no more."""
        self.programmes[thing.programme].cost_fen -= thing.extra_fen
        for lot, points in thing.uses:
            if lot.is_reversed:
                self.owe_less(thing.who, points, on, must=True)
                continue
            lot.left, lot.used, lot.is_told = lot.left + points, lot.used - points, False
            told = on + timedelta(days=self.terms.told_days)
            lot.expires_on = max(lot.expires_on, told)
        if thing.benefit == TEA and self.stock is not None:
            self.stock += 1
        thing.part = thing.part and "CANCELLED"
        thing.extra_fen, thing.state = 0, "REFUNDED"
        self.cover(thing.who, on)

    def owe_less(self, who: int, points: int, on: date, *, must: bool) -> None:
        """What was made up for already comes back as points of their own."""
        person = self.people[who]
        forgiven = min(points, person.owed)
        person.owed -= forgiven
        self.came_back += 1
        source = ("REFUND", self.came_back)
        given = self.give(who, source, points - forgiven, on, wait=0)
        if must and given != points - forgiven:
            raise Stop("RETURN_WAITS_FOR_BUDGET")
        self.cover(who, on)

    def reserve(self, thing: Thing, application: int, on: date) -> None:
        if (thing.state, thing.application) == ("RESERVED", application):
            return
        if thing.benefit != RATE or not thing.can_be_used(on):
            raise Stop("ENTITLEMENT_NOT_USABLE")
        self.insist_on_nothing_owed(thing.who)
        thing.state, thing.application = "RESERVED", application

    def give_used_back(self, who: int, loan: int, on: date) -> None:
        for thing in self.things:
            if thing.loan == loan and thing.state == "CONSUMED" and thing.benefit == RATE:
                thing.state, thing.application, thing.loan = "ISSUED", None, None
        for points in self.twice.pop(loan, []):
            self.owe_less(who, points, on, must=False)

    def use_again(self, thing: Thing, application: int, loan: int, on: date) -> None:
        if thing.state in {"ISSUED", "EXPIRED"}:
            thing.state, thing.application, thing.loan = "CONSUMED", application, loan
        elif thing.loan != loan and loan not in self.twice:
            self.twice[loan] = [points for _, points in thing.uses]
            self.people[thing.who].owed += thing.cost
            self.cover(thing.who, on)

    def waive(self, thing: Thing, loan: int, on: date) -> None:
        if thing.benefit != WAIVER or not thing.can_be_used(on):
            raise Stop("ENTITLEMENT_NOT_USABLE")
        self.insist_on_nothing_owed(thing.who)
        thing.state, thing.loan = "CONSUMED", loan

    def show_code(self, thing: Thing, on: date) -> None:
        self.insist_on_nothing_owed(thing.who)
        if not thing.can_be_used(on) or thing.part not in OPEN:
            raise Stop("ENTITLEMENT_NOT_USABLE")

    def hand_over(self, code: str, on: date) -> None:
        tried_on, tries = self.tries
        tries = tries if tried_on == on else 0
        if tries >= self.terms.code_tries_per_day:
            raise Stop("COUPON_TRIES_USED_UP")
        for thing in self.things:
            if code and thing.code == code and thing.can_be_used(on) and thing.part in OPEN:
                thing.state, thing.part, thing.delivered_on = "CONSUMED", "DELIVERED", on
                return
        self.tries = (on, tries + 1)

    def mark_ready(self, thing: Thing) -> None:
        if thing.part not in OPEN:
            raise Stop("ENTITLEMENT_NOT_USABLE")
        thing.part = "READY"

    def mark_failed(self, thing: Thing, on: date) -> None:
        if thing.part == "FAILED":
            return
        if thing.state != "ISSUED":
            raise Stop("ENTITLEMENT_NOT_USABLE")
        self.undo(thing, on)
        thing.part = "FAILED"

    def grant(self, who: int, number: int, points: int, on: date) -> None:
        """What one person proposed and another approves."""
        given = self.granted.get(on, 0)
        if given + points > self.terms.most_granted_points_per_day:
            raise Stop("POINTS_GRANT_TOO_LARGE")
        if not self.give(who, ("GRANT", number), points, on, wait=0):
            raise Stop("POINTS_GRANT_TOO_LARGE")
        self.granted[on] = given + points
        self.cover(who, on)

    def prepare(self, month: date, on: date) -> None:
        after = add_months(month, 1)
        if on < after:
            raise Stop("STATEMENT_MONTH_NOT_OVER")
        if month in self.months:
            return
        lines = [
            each
            for each in self.things
            if each.delivered_on and each.delivered_on < after and not each.is_settled
        ]
        if not lines:
            raise Stop("STATEMENT_IS_EMPTY")
        self.months[month] = lines
        for each in lines:
            each.is_settled = True

    def approve(self, month: date) -> None:
        """A statement becomes a bill, once."""
        self.payable_fen += sum(each.price_fen for each in self.months[month])
