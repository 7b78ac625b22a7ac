"""What a payment was for, by the platform's own class and by our words; and what must not be kept.

Payments to hospitals, pharmacies, temples and the like would tell of health or belief, which no
one may store without a separate consent (PIPL art. 28). Their words are dropped while the row is
read and their category is UNKNOWN: a category MEDICAL would itself tell what the name told. The
amount stays, so that income and spending still add up. MEDICAL is therefore never read out of a
bill; it belongs to the medical scene, which asks for its own consent.
"""

import re
import tomllib
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from borrowers.connectors.contracts import Category, Direction, Method
from borrowers.connectors.scene_model import LEAST_MARGIN, MARGIN, Guess, scene_model

LEXICON = Path(__file__).with_name("lexicon.toml")
# Money that stays the person's own or changes only what is owed: neither income nor spending.
OWN_MONEY = frozenset(
    {
        Category.REFUND,
        Category.CREDIT_REPAYMENT,
        Category.CREDIT_DRAWDOWN,
        Category.INVESTMENT,
        Category.CASH,
    }
)

# How sure a word makes, in percent; the model tells its own.
SURE_OF_ITEM, SURE_OF_NAME, SURE_OF_PLATFORM = 75, 65, 40
# What the model may call a purchase: scenes of spending, and games of chance.
SPOKEN = frozenset(
    {each for each in Category if 0 < each <= Category.GOVERNMENT_TAX} - {Category.ONLINE_SHOPPING}
    | {Category.GAMBLING_RISK}
)


class Words:
    """Words of one meaning each, found longest first in one walk over a text."""

    def __init__(self, meanings: Mapping[str, Category]) -> None:
        self.by_first: dict[str, list[tuple[str, Category]]] = {}
        for word, category in sorted(meanings.items(), key=lambda item: -len(item[0])):
            self.by_first.setdefault(word[0], []).append((word, category))

    def longest_in(self, text: str) -> Category | None:
        """The meaning of the longest word in a normalised text; the first of equals."""
        length, found = 0, None
        for position, character in enumerate(text):
            for word, category in self.by_first.get(character, ()):
                if len(word) <= length:
                    break
                if text.startswith(word, position):
                    length, found = len(word), category
                    break
        return found


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The data file, made ready for searching."""

    scenes: Words
    training: Mapping[str, Category]
    platforms: tuple[str, ...]
    merchant_codes: tuple[Sequence[int], Sequence[tuple[int, int, Category]]]
    neutral: tuple[tuple[Category, tuple[str, ...]], ...]
    rent: tuple[str, ...]
    salary: tuple[str, ...]
    organisations: tuple[str, ...]
    alipay: Mapping[str, Category]
    alipay_vague: Mapping[str, Category]
    sensitive: re.Pattern[str]
    sensitive_firsts: frozenset[str]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Loaded at the first question, once per process."""
    raw = tomllib.loads(LEXICON.read_text(encoding="utf-8"))
    scenes = {word: Category[name] for name, words in raw["scenes"].items() for word in words}
    patterns = raw["sensitive"]["patterns"]
    return Lexicon(
        scenes=Words(scenes),
        training=scenes
        | {word: Category[name] for name, words in raw["training"].items() for word in words},
        merchant_codes=ranges_of(raw["merchant_codes"]),
        platforms=tuple(raw["platforms"]["words"]),
        neutral=tuple((Category[name], tuple(words)) for name, words in raw["neutral"].items()),
        rent=tuple(raw["transfers"]["rent"]),
        salary=tuple(raw["income"]["salary"]),
        organisations=tuple(raw["income"]["organisations"]),
        alipay={name: Category[category] for name, category in raw["alipay"].items()},
        alipay_vague={name: Category[category] for name, category in raw["alipay_vague"].items()},
        sensitive=re.compile("|".join(patterns), re.MULTILINE),
        sensitive_firsts=frozenset(re.sub(r"^(\(\?<!.+?\))+", "", each)[0] for each in patterns),
    )


def ranges_of(
    raw: Mapping[str, Sequence[str]],
) -> tuple[Sequence[int], Sequence[tuple[int, int, Category]]]:
    """`5411` and `3000-3350` by scene, as ranges in ascending order."""
    ranges = sorted(
        (int(first), int(last or first), Category[name])
        for name, codes in raw.items()
        for first, _, last in (code.partition("-") for code in codes)
    )
    return [first for first, _, _ in ranges], ranges


@lru_cache(maxsize=65_536)
def normalised(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def contains(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)


class Labelled(NamedTuple):
    """A category, how it was found, and how sure that is."""

    category: Category
    method: Method
    confidence_percent: int


def of_purchase(item: str, merchant: str) -> Category:
    """What was bought, as far as words tell."""
    return purchase(item, merchant).category


@lru_cache(maxsize=65_536)
def purchase(item: str, merchant: str) -> Labelled:
    """What was bought: the model where it is sure, then keywords, then the kind of platform.

    The item is asked before the merchant: platforms sell everything.
    """
    item, merchant = normalised(item), normalised(merchant)
    is_platform = contains(merchant, lexicon().platforms)
    by_item, by_name = guessed(item), guessed("" if is_platform else merchant)
    for guess in (by_item, by_name):
        if guess.category in SPOKEN and guess.margin >= MARGIN:
            return Labelled(guess.category, Method.MODEL, guess.confidence_percent)
    scenes = lexicon().scenes
    if found := scenes.longest_in(item):
        return Labelled(found, Method.KEYWORDS, SURE_OF_ITEM)
    if found := scenes.longest_in(merchant):
        return Labelled(found, Method.KEYWORDS, SURE_OF_NAME)
    if is_platform and by_item.category in SPOKEN and by_item.margin >= LEAST_MARGIN:
        return Labelled(by_item.category, Method.MODEL, by_item.confidence_percent)
    if is_platform or contains(item, lexicon().platforms) or is_shopping(by_item, by_name):
        return Labelled(Category.ONLINE_SHOPPING, Method.PLATFORM, SURE_OF_PLATFORM)
    return Labelled(Category.UNKNOWN, Method.NONE, 0)


def is_shopping(*guesses: Guess) -> bool:
    """Words of selling on line, which tell nothing of what was bought."""
    return any(
        guess.category is Category.ONLINE_SHOPPING and guess.margin >= MARGIN for guess in guesses
    )


@lru_cache(maxsize=65_536)
def guessed(text: str) -> Guess:
    return scene_model().guess(text)


def of_merchant_code(code: str) -> Category:
    """By the ISO 18245 code that card networks give a merchant; UNKNOWN where it says nothing."""
    if len(code) != 4 or not code.isdecimal():
        return Category.UNKNOWN
    starts, ranges = lexicon().merchant_codes
    at = bisect_right(starts, int(code)) - 1
    first, last, category = ranges[at] if at >= 0 else (0, -1, Category.UNKNOWN)
    return category if first <= int(code) <= last else Category.UNKNOWN


@lru_cache(maxsize=65_536)
def of_own_money(text: str) -> Category | None:
    """Repayment, drawdown, fund, cash: which of them, if any of them is meant."""
    text = normalised(text)
    for category, words in lexicon().neutral:
        if contains(text, words):
            return category
    return None


def of_income(note: str, payer: str, *, is_from_person: bool) -> Category:
    """Money that came in. What a friend sends is no income, whatever the note says.

    A salary needs the word and an organisation as payer: notes of transfers are free text, and
    anybody who wants to look richer would write "salary" into them. Loans and funds paid out are
    the person's own money or debt, never income.
    """
    note, payer = normalised(note), normalised(payer)
    is_organisation = contains(payer, lexicon().organisations)
    if contains(f"{note} {payer}", lexicon().salary) and (is_organisation or not is_from_person):
        return Category.INCOME_SALARY
    if is_from_person:
        return Category.TRANSFER_SOCIAL
    own = of_own_money(f"{note} {payer}")
    if own in {Category.INVESTMENT, Category.CREDIT_DRAWDOWN}:
        return own
    return Category.INCOME_OTHER


def of_transfer(note: str, payee: str) -> Category:
    """Money sent to a person: rent when the words say so, otherwise social."""
    is_rent = contains(normalised(f"{note} {payee}"), lexicon().rent)
    return Category.HOUSING if is_rent else Category.TRANSFER_SOCIAL


def is_sensitive(*texts: str) -> bool:
    """Would any of these words tell of health, belief, intimate life or a specific identity?"""
    words = "\n".join(texts)
    # The alternatives are many and most rows harmless: one look at single characters settles it.
    if lexicon().sensitive_firsts.isdisjoint(words):
        return False
    return lexicon().sensitive.search(words) is not None


def direction_of(category: Category, stated: Direction) -> Direction:
    """Own money has no direction, whatever the bill says about it."""
    return Direction.NEUTRAL if category in OWN_MONEY else stated
