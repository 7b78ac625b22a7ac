"""Typed values out of a JSON object, each asked for once; what nobody asked for is refused."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, TypeVar

from common.errors import Refused
from common.texts import gettext_noop

Value = TypeVar("Value")
LONGEST_LIST = 600
FURTHEST_DIGIT = 20
# How like a term's name another word must be to be taken for a slip of the pen.
NEAR = 0.75
NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{0,40})?(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
FRACTION = re.compile(r"\d{1,9}/0*[1-9]\d{0,8}", re.ASCII)


class UnknownTerm(Refused):
    """A key that says nothing to us: better refused than left out.

    `nearest`: the one that was meant, most likely, or all that there are.
    """

    code = "UNKNOWN_TERM"
    message = gettext_noop("We do not know the term %(name)s.")
    advice = gettext_noop("Did you mean %(nearest)s? docs/quote.md lists every term.")
    status = 422


class UnclearTerm(Refused):
    """A known key with a value that cannot be what it says, or without one."""

    code = "UNCLEAR_TERM"
    message = gettext_noop("We cannot read %(value)s as %(name)s.")
    advice = gettext_noop("docs/quote.md says what each term may be.")
    status = 422


class MissingTerm(Refused):
    """Nothing can be counted without it."""

    code = "MISSING_TERM"
    message = gettext_noop("The term %(name)s is missing.")
    advice = gettext_noop("docs/quote.md says what each term may be.")
    status = 422


class Typed:
    """A JSON object while it is read. Keys are told apart by their words, not by their dress."""

    def __init__(self, content: object, *, name: str) -> None:
        if not isinstance(content, Mapping):
            raise UnclearTerm(name=name, value=shortened(content))
        self._name = name
        self._left = {_plain(key): value for key, value in content.items()}
        self._named = {_plain(key): str(key) for key in content}
        self._asked: list[str] = []
        # Every word that we know, and the first of those that mean the same.
        self._words: dict[str, str] = {}

    def must(self, names: str, read: Callable[[Any], Value]) -> Value:
        """The value under the first of these names, read. Raises MissingTerm and UnclearTerm."""
        found = self.find(names, read)
        if found is None:
            raise self.missing(names.split(maxsplit=1)[0])
        return found

    def missing(self, name: str) -> Refused:
        """Why a term is not there: because it is spelt otherwise, perhaps."""
        unread = [key for key, value in self._left.items() if value is not None]
        for near in get_close_matches(name, set(unread) - set(self._words), n=1, cutoff=NEAR):
            return UnknownTerm(name=self._told(near), nearest=name)
        return MissingTerm(name=self._place(name))

    def take(self, names: str, read: Callable[[Any], Value], *, default: Value) -> Value:
        """The same, or the default where none of them is given. Raises UnclearTerm."""
        found = self.find(names, read)
        return default if found is None else found

    def find(self, names: str, read: Callable[[Any], Value]) -> Value | None:
        """The same, or nothing. Raises UnclearTerm."""
        alternatives = names.split()
        self._asked.append(alternatives[0])
        self._words |= dict.fromkeys(alternatives, alternatives[0])
        for name in alternatives:
            if (value := self._left.pop(name, None)) is not None:
                return self._read(name, read, value)
        return None

    def has(self, names: str) -> bool:
        """Whether any of these is given."""
        return any(self._left.get(name) is not None for name in names.split())

    def says(self, name: str, is_such: Callable[[Any], bool]) -> bool:
        """Whether what is given under that name is such a thing; it stays to be read."""
        return is_such(self._left.get(name))

    def finish(self) -> None:
        """Raises UnknownTerm when something was not asked for."""
        for name, value in self._left.items():
            if value is not None:
                for near in get_close_matches(name, self._words, n=1, cutoff=NEAR):
                    raise UnknownTerm(name=self._told(name), nearest=self._words[near])
                raise UnknownTerm(name=self._told(name), nearest=", ".join(self._asked))

    def _read(self, name: str, read: Callable[[Any], Value], value: Any) -> Value:
        try:
            return read(value)
        except (ValueError, TypeError, KeyError, InvalidOperation, OverflowError) as error:
            raise UnclearTerm(name=self._place(name), value=shortened(value)) from error

    def _told(self, name: str) -> str:
        return _printable(self._place(self._named[name])[:60])

    def _place(self, name: str) -> str:
        return f"{self._name}.{name}" if self._name else name


def shortened(value: object) -> str:
    """A value as it may be told back."""
    return _printable(str(value)[:40])


def _printable(words: str) -> str:
    """Words that any terminal and any encoding can bear."""
    return "".join(each if each.isprintable() else "?" for each in words)


def whole(value: object) -> int:
    """A whole number, also as words; no truth value and no part. Raises ValueError, TypeError."""
    number = number_of(value)
    if number.denominator != 1:
        raise ValueError(value)
    return number.numerator


def number_of(value: object) -> Fraction:
    """An exact number, also as words, also `4/7`. Raises ValueError, TypeError."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise TypeError(value)
    words = str(value).strip()
    if FRACTION.fullmatch(words):
        return Fraction(words)
    if not NUMBER.fullmatch(words):
        raise ValueError(value)
    number = Decimal(words)
    if abs(number.adjusted()) > FURTHEST_DIGIT:
        raise ValueError(value)
    return Fraction(number)


def fen_of_yuan(value: object) -> int:
    """Yuan as whole fen. Raises ValueError."""
    return whole(Decimal(str(value)) * 100 if not isinstance(value, bool) else value)


def money(terms: Typed, names: str) -> int | None:
    """Whole fen under `name_fen`, or yuan under `name`, the first that is there.

    Raises UnclearTerm.
    """
    fen = terms.find(" ".join(f"{name}_fen" for name in names.split()), whole)
    return fen if fen is not None else terms.find(names, fen_of_yuan)


def day(value: object) -> date:
    """A day as YYYY-MM-DD. Raises ValueError."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError(value)
    return date.fromisoformat(value)


def truth(value: object) -> bool:
    """true or false. Raises TypeError."""
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def several(value: object) -> list[object]:
    """A list of no more than six hundred. Raises ValueError."""
    if not isinstance(value, list) or len(value) > LONGEST_LIST:
        raise ValueError(value)
    return value


def _plain(key: object) -> str:
    """`repayEvery`, `repay-every` and `installment` are what they are here."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(key))
    return re.sub(r"[\W_]+", "_", words).lower().replace("installment", "instalment")
