"""Reading what was told of a purpose, and holding it against the scene's rules. Pure."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from common.errors import Refused
from common.texts import gettext_noop
from lending.products.scenes import (
    consumption,
    digital,
    education,
    medical,
    renovation,
    rental,
    travel,
)
from lending.products.scenes.contracts import (
    Facts,
    Kind,
    Numbers,
    PurposeRefused,
    Question,
    Scene,
    Wish,
)

_ALL = (consumption, education, travel, medical, renovation, rental, digital)
SCENES: Mapping[str, Scene] = {each.SCENE.code: each.SCENE for each in _ALL}
LONGEST_TEXT = 64
LARGEST_WHOLE = 10**12


class FactNotUnderstood(Refused):
    """An answer about the purpose is missing, or is none."""

    code = "FACT_NOT_UNDERSTOOD"
    message = gettext_noop('The answer "%(name)s" about the purpose is missing or not understood.')
    advice = gettext_noop("Answer every question of this purpose.")
    status = 422


def read(scene: Scene, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as plain values, and nothing that was not asked. Raises FactNotUnderstood."""
    return {each.name: _answer(each, given.get(each.name)) for each in scene.questions}


def insist_on_purpose(scene: Scene, wish: Wish, numbers: Numbers) -> None:
    """Raises the refusal of the first rule that is not kept."""
    for rule in scene.rules:
        if not rule.is_kept(wish, numbers):
            raise rule.refusal


def broken_by_answers(
    scene: Scene, wish: Wish, numbers: Numbers
) -> list[tuple[str, PurposeRefused]]:
    """Every rule that an answer breaks, each with the name of its question."""
    return [
        (rule.of, rule.refusal())
        for rule in scene.rules
        if rule.of and not rule.is_kept(wish, numbers)
    ]


def number_of(facts: Facts) -> str:
    """The order's number as it is compared."""
    return comparable(str(facts["number"]))


def comparable(number: str) -> str:
    """Written another way it is the same number: a second loan must not come of it.

    Without spaces, accents and what cannot be seen; in capitals, plain digits and dashes.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", number).upper())
    kinds = ((each, unicodedata.category(each)) for each in plain)
    return "".join("-" if kind == "Pd" else each for each, kind in kinds if kind[0] not in "CMZ")


def _answer(question: Question, given: object) -> Any:
    try:
        return READ[question.kind](question, given)
    except (TypeError, ValueError) as error:
        raise FactNotUnderstood(name=question.name) from error


def _text(_question: Question, given: object) -> str:
    if not isinstance(given, str) or not 0 < len(given.strip()) <= LONGEST_TEXT:
        raise ValueError
    if not comparable(given):
        raise ValueError
    return given.strip()


def _whole(_question: Question, given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= LARGEST_WHOLE:
        raise ValueError
    return given


def _fen(question: Question, given: object) -> int:
    if (amount_fen := _whole(question, given)) == 0:
        raise ValueError
    return amount_fen


def _day(_question: Question, given: object) -> str:
    day = given if isinstance(given, date) else date.fromisoformat(str(given))
    return day.isoformat()


def _yes_no(_question: Question, given: object) -> bool:
    if not isinstance(given, bool):
        raise TypeError
    return given


def _choice(question: Question, given: object) -> str:
    if given not in {code for code, _ in question.choices}:
        raise ValueError
    return str(given)


READ: Mapping[Kind, Callable[[Question, object], Any]] = {
    Kind.TEXT: _text,
    Kind.FEN: _fen,
    Kind.DAY: _day,
    Kind.WHOLE: _whole,
    Kind.YES_NO: _yes_no,
    Kind.CHOICE: _choice,
}
