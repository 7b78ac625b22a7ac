"""The questions of a purpose as fields of the page that asks for a loan."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.web.amounts import FenField
from lending.products.models import LoanProduct
from lending.products.queries import asks_for_order
from lending.products.scenes.contracts import Kind, Question
from lending.products.scenes.judging import LARGEST_WHOLE, LONGEST_TEXT, SCENES

PREFIX = "purpose_"
YES, NO = "yes", "no"
MOST_MONTHS_OR_HOURS = 10_000


def fields(product: LoanProduct) -> dict[str, forms.Field]:
    """One field for each question, where the product asks for its order or contract."""
    if not asks_for_order(product):
        return {}
    questions = SCENES[product.scene].questions
    return {PREFIX + each.name: FIELDS[each.kind](each) for each in questions}


def given(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers by the questions' own names."""
    return {
        name.removeprefix(PREFIX): value
        for name, value in answers.items()
        if name.startswith(PREFIX)
    }


def initial(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What was told before, as the fields show it."""
    return {PREFIX + name: _shown(name, value) for name, value in facts.items()}


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return YES if value else NO
    return value / 100 if name.endswith("_fen") else value


def _text(question: Question) -> forms.Field:
    return forms.CharField(max_length=LONGEST_TEXT, **_said(question))


def _fen(question: Question) -> forms.Field:
    return FenField(
        label=gettext(question.label), least_fen=1, most_fen=LARGEST_WHOLE, help_text=""
    )


def _day(question: Question) -> forms.Field:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, **_said(question))


def _whole(question: Question) -> forms.Field:
    return forms.IntegerField(min_value=0, max_value=MOST_MONTHS_OR_HOURS, **_said(question))


def _yes_no(question: Question) -> forms.Field:
    return forms.TypedChoiceField(
        choices=[(YES, _("Yes")), (NO, _("No"))],
        coerce=lambda answer: answer == YES,
        widget=forms.RadioSelect,
        **_said(question),
    )


def _choice(question: Question) -> forms.Field:
    return forms.ChoiceField(
        choices=[(code, gettext(words)) for code, words in question.choices],
        widget=forms.RadioSelect,
        **_said(question),
    )


def _said(question: Question) -> dict[str, Any]:
    return {
        "label": gettext(question.label),
        "help_text": gettext(question.hint) if question.hint else "",
        "error_messages": {"required": _("Please answer this.")},
    }


FIELDS: Mapping[Kind, Callable[[Question], forms.Field]] = {
    Kind.TEXT: _text,
    Kind.FEN: _fen,
    Kind.DAY: _day,
    Kind.WHOLE: _whole,
    Kind.YES_NO: _yes_no,
    Kind.CHOICE: _choice,
}
