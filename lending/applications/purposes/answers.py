"""What was told of a purpose, line by line, as its borrower and the staff who check it read it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext

from common.templatetags.dates import day
from common.templatetags.money import yuan
from lending.applications.models import LoanApplication
from lending.applications.purposes.telling import scene_of
from lending.products.merchants import orders
from lending.products.scenes.contracts import Kind, Question


def told(application: LoanApplication) -> list[tuple[str, str]]:
    """Each question with its answer; nothing where nothing was told, or where it was erased."""
    found = orders.told_of(application.pk)
    if found is None or not isinstance(found.facts, Mapping):
        return []
    facts = found.facts
    return [
        (gettext(each.label), _SHOWN[each.kind](each, facts[each.name]))
        for each in scene_of(application).questions
        if each.name in facts
    ]


def _plain(_question: Question, value: Any) -> str:
    return str(value)


def _yes_no(_question: Question, value: Any) -> str:
    return gettext("Yes") if value else gettext("No")


def _choice(question: Question, value: Any) -> str:
    return gettext(dict(question.choices).get(value, value))


_SHOWN: Mapping[Kind, Callable[[Question, Any], str]] = {
    Kind.TEXT: _plain,
    Kind.FEN: lambda _, value: yuan(value),
    Kind.DAY: lambda _, value: day(date.fromisoformat(value)),
    Kind.WHOLE: _plain,
    Kind.YES_NO: _yes_no,
    Kind.CHOICE: _choice,
}
