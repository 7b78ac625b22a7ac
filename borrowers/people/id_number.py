"""The resident identity number: how it is written, its check character, its date of birth. Pure.

The region in the first six digits is not looked up: the people of a demonstration live in regions
that do not exist, so that none of them can be anybody.
"""

import re
import unicodedata
from datetime import date

_SHAPE = re.compile(r"\d{17}[\dX]", re.ASCII)
_NOISE = re.compile(r"[\s\-\u200b-\u200f\u2010-\u2015\u2060\ufeff]+")
# GB 11643-1999: the weight of a place is 2 to the power of its distance from the end, modulo 11.
_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_CHECK_CHARACTERS = "10X98765432"


def normalised(text: str) -> str:
    """One spelling: half-width, upper case, without the spaces and dashes that people type."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()


def check_character(digits: str) -> str:
    """The last character that belongs to the first seventeen digits."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def is_valid(number: str, *, on: date) -> bool:
    """Whether a normalised number can be somebody's on that day."""
    if not _SHAPE.fullmatch(number) or check_character(number[:17]) != number[17]:
        return False
    born_on = _date_of(number)
    return born_on is not None and date(1900, 1, 1) <= born_on <= on


def birth_date(number: str) -> date:
    """The date of birth that a valid number carries."""
    born_on = _date_of(number)
    assert born_on is not None
    return born_on


def age_years(*, born_on: date, on: date) -> int:
    """Full years on a day. Who was born on 29 February turns a year older on 1 March."""
    had_birthday = (on.month, on.day) >= (born_on.month, born_on.day)
    return on.year - born_on.year - (0 if had_birthday else 1)


def _date_of(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
