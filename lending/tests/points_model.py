"""What must be there after every verb of rewards: a plain account, written from the rules.

It knows no table and shares no arithmetic with the platform but the reading of a programme's
terms. A step that must be refused raises `Stop` with the code; whoever takes it keeps a copy.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from lending.rewards.rules import Terms

RATE, WAIVER, TEA = "RATE_050", "WAIVER", "TEA"
OPEN = {"ORDERED", "READY"}


class Stop(Exception):
    """The platform must refuse this with a code, and write nothing."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Lot:
    """Points that were earned at once."""

    source: tuple[str, int]
    points: int
    value_fen: int
    programme: str
    loan: int | None
    earned_on: date
    available_on: date
    expires_on: date
    is_safe: bool
    left: int = 0
    used: int = 0
    is_told: bool = False
    is_reversed: bool = False

    @property
    def carried_fen(self) -> int:
        return self.value_fen * self.left // self.points

    def take(self, points: int) -> int:
        """Use some; what the books owe less for that."""
        before_fen = self.carried_fen
        self.left -= points
        self.used += points
        return before_fen - self.carried_fen


@dataclass
class Thing:
    """Something bought."""

    who: int
    benefit: str
    cost: int
    price_fen: int
    extra_fen: int
    programme: str
    issued_on: date
    expires_on: date
    uses: list[tuple[Lot, int]]
    state: str = "ISSUED"
    application: int | None = None
    loan: int | None = None
    part: str = ""
    code: str = ""
    delivered_on: date | None = None
    is_settled: bool = False

    def can_be_used(self, on: date) -> bool:
        return self.state == "ISSUED" and self.expires_on >= on


@dataclass
class Person:
    """One account of points."""

    lots: list[Lot] = field(default_factory=list)
    owed: int = 0
    since: date | None = None

    @property
    def balance(self) -> int:
        return sum(each.left for each in self.lots)

    @property
    def pending(self) -> int:
        return sum(each.left for each in self.lots if not each.is_safe)

    def usable(self, on: date) -> list[Lot]:
        """What can be used, the one that ends first at the front."""
        found = [e for e in self.lots if e.left and e.is_safe and e.expires_on >= on]
        return sorted(found, key=lambda each: each.expires_on)

    def has(self, source: tuple[str, int]) -> bool:
        return any(each.source == source and not each.is_reversed for each in self.lots)


@dataclass
class Programme:
    """One version: its terms, its money, what it has cost."""

    terms: Terms
    budget_fen: int
    cost_fen: int = 0


class Earned:
    """Lots and what moves them, without what they buy."""

    people: list[Person]
    programmes: dict[str, Programme]
    version: str

    @property
    def terms(self) -> Terms:
        return self.programmes[self.version].terms

    def charge(self, amount_fen: int) -> bool:
        programme = self.programmes[self.version]
        if programme.cost_fen + amount_fen > programme.budget_fen:
            return False
        programme.cost_fen += amount_fen
        return True

    def give(
        self, who: int, source: tuple[str, int], points: int, on: date, *, wait: int,
        loan: int | None = None,
    ) -> int:  # fmt: skip
        """A new lot, unless its source gave before or the money is used up."""
        person, terms = self.people[who], self.terms
        if points <= 0 or person.has(source):
            return 0
        whole_fen = points * terms.point_value_fen
        value_fen = whole_fen - -(-whole_fen * terms.breakage_ppm // 1_000_000)
        if not self.charge(value_fen):
            return 0
        person.lots.append(
            Lot(
                source=source, points=points, left=points, value_fen=value_fen, loan=loan,
                programme=self.version, earned_on=on, available_on=on + timedelta(days=wait),
                expires_on=on + timedelta(days=terms.points_last_days), is_safe=not wait,
            )
        )  # fmt: skip
        return points

    def pay(self, who: int, number: int, loan: int, yuan: int, on: date, *, earns: bool) -> int:
        """An instalment that was paid; only paid by its day, and of money lent long enough."""
        terms, lots = self.terms, self.people[who].lots
        paid = [e for e in lots if e.source[0] == "INSTALMENT" and not e.is_reversed]
        month = sum(e.points for e in paid if e.earned_on.replace(day=1) == on.replace(day=1))
        of_loan = sum(e.points for e in paid if e.loan == loan)
        points = yuan * 100 // terms.fen_per_point if earns else 0
        points = min(
            points, terms.most_points_per_month - month, terms.most_points_per_loan - of_loan
        )
        source = ("INSTALMENT", number)
        given = self.give(who, source, points, on, wait=terms.pending_days, loan=loan)
        self.cover(who, on)
        return given

    def cover(self, who: int, on: date) -> None:
        """What can be used makes up for what is owed, at no cost to anybody."""
        person = self.people[who]
        for lot in person.usable(on):
            taken = min(person.owed, lot.left)
            self.programmes[lot.programme].cost_fen -= lot.take(taken)
            person.owed -= taken

    def take_back(self, who: int, lots: list[Lot], on: date) -> int:
        """The ground of these points is gone: what was used of them is owed."""
        person = self.people[who]
        for lot in lots:
            person.owed += lot.used
            self.programmes[lot.programme].cost_fen -= lot.carried_fen
            lot.left, lot.is_reversed = 0, True
        self.cover(who, on)
        return len(lots)

    def lots_of(self, who: int, *, number: int | None = None, loan: int | None = None) -> list[Lot]:
        """What an instalment, or a whole loan, has brought and still has its ground."""
        return [
            each
            for each in self.people[who].lots
            if not each.is_reversed
            and (each.source == ("INSTALMENT", number) if loan is None else each.loan == loan)
        ]

    def tell_and_release(self, day: date) -> None:
        until = day + timedelta(days=self.terms.told_days)
        for who, person in enumerate(self.people):
            for lot in person.lots:
                if lot.left and not lot.is_told and lot.expires_on <= until:
                    lot.is_told, lot.expires_on = True, until
                is_behind = person.since is not None and person.since <= day
                if not lot.is_reversed and lot.available_on <= day and not is_behind:
                    lot.is_safe = True
            self.cover(who, day)

    def end_lots(self, day: date) -> None:
        for person in self.people:
            for lot in person.lots:
                if lot.left and lot.is_told and lot.expires_on < day:
                    self.programmes[lot.programme].cost_fen -= lot.carried_fen
                    lot.left = 0
