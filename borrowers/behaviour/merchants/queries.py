"""The merchant table as it stands, and as it stood at a version."""

from functools import lru_cache

from borrowers.behaviour.contracts import Category, Place
from borrowers.behaviour.merchants.naming import Book, Rule
from borrowers.behaviour.models import MerchantRule, MerchantVersion

EMPTY = Book(0, ())


def active() -> Book:
    """What is used at the import of new events. A version never changes, so it is read once."""
    newest = MerchantVersion.objects.order_by("-pk").values_list("pk", "public_id").first()
    return EMPTY if newest is None else _book(*newest)


def at(version: int) -> Book:
    """The table as it stood once that version was made: of each name the last word on it."""
    said = (
        MerchantRule.objects.filter(version_id__lte=version)
        .order_by("name", "is_prefix", "-version_id")
        .distinct("name", "is_prefix")
        .values_list("name", "is_prefix", "category", "place")
    )
    return Book(
        version,
        [
            Rule(name, is_prefix, Category(category), Place(place))
            for name, is_prefix, category, place in said
            if category is not None
        ],
    )


@lru_cache(maxsize=2)
def _book(version: int, _public_id: str) -> Book:
    """The public number makes sure of the version: one that was rolled back left its id free."""
    return at(version)
