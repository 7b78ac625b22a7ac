"""What a merchant's name says: rules by whole name or by how it begins. Pure.

The table speaks after the platform's own class and the merchant's code, and before models and
keywords. Words that were suppressed while a row was read are gone, so no rule can bring them back.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from borrowers.behaviour.contracts import Category, Direction, Method, Place, RawEvent

# How sure it makes, in percent.
SURE_OF_TABLE = 95
SHORTEST_NAME, LONGEST_NAME = 2, 80
# Where a merchant can be: health is never read out of a bill, and people are no merchants.
OF_MERCHANTS = tuple(
    each
    for each in Category
    if (Category.UNKNOWN < each <= Category.GOVERNMENT_TAX or each is Category.GAMBLING_RISK)
    and each not in {Category.MEDICAL, Category.TRANSFER_SOCIAL}
)

Key = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table; its name is spelled as `spelled` spells it."""

    name: str
    is_prefix: bool
    category: Category
    place: Place = Place.UNKNOWN

    @property
    def key(self) -> Key:
        return self.name, self.is_prefix


def spelled(name: str) -> str:
    """A name as names are compared: one width, one case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def is_name(name: str) -> bool:
    """Whether a spelled name can stand in the table: long enough to mean somebody."""
    return SHORTEST_NAME <= len(name) <= LONGEST_NAME and name.isprintable()


def is_sound(rule: Rule) -> bool:
    """Whether a rule can stand in the table."""
    is_spelled = rule.name == spelled(rule.name) and is_name(rule.name)
    return is_spelled and rule.category in OF_MERCHANTS


class Book:
    """One version of the table, made ready for looking up. Version 0 is the empty table."""

    def __init__(self, version: int, rules: Iterable[Rule]) -> None:
        self.version = version
        self.rules = {rule.key: rule for rule in rules}
        lengths = {len(name) for name, is_prefix in self.rules if is_prefix}
        self.lengths = sorted(lengths, reverse=True)

    def rule_of(self, name: str) -> Rule | None:
        """The whole name before beginnings, and the longest beginning before shorter ones."""
        looked_up = spelled(name)
        whole = self.rules.get((looked_up, False))
        if whole is not None or not looked_up:
            return whole
        begun = (self.rules.get((looked_up[:length], True)) for length in self.lengths)
        return next((rule for rule in begun if rule is not None), None)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a new table does to the one before: `said` holds the rules that are new or other."""

    said: tuple[Rule, ...]
    removed: tuple[Rule, ...]
    added: int

    @property
    def changed(self) -> int:
        return len(self.said) - self.added


def changes(before: Mapping[Key, Rule], after: Mapping[Key, Rule]) -> Changes:
    """What differs between two tables."""
    return Changes(
        said=tuple(rule for key, rule in after.items() if before.get(key) != rule),
        removed=tuple(rule for key, rule in before.items() if key not in after),
        added=len(after.keys() - before.keys()),
    )


def with_merchants(events: Sequence[RawEvent], book: Book) -> Sequence[RawEvent]:
    """The events with what the table says of their merchants."""
    return [by_table(event, book) for event in events] if book.rules else events


def by_table(event: RawEvent, book: Book) -> RawEvent:
    """What the platform or a code says stands; models and keywords give way.

    The place is taken only where the row's own words tell none.
    """
    is_open = event.method > Method.MERCHANT_TABLE or event.method is Method.NONE
    if event.direction is not Direction.OUT or not is_open or event.method is Method.PERSON:
        return event
    rule = book.rule_of(event.merchant or event.counterparty)
    if rule is None:
        return event
    return replace(
        event,
        category=rule.category,
        method=Method.MERCHANT_TABLE,
        confidence_percent=SURE_OF_TABLE,
        place=event.place or rule.place,
    )
