"""Sentences with figures: `{{ reason.words|said }}` is translated first and filled after.

A text that carries both languages is said in the reader's.
"""

from collections.abc import Mapping
from typing import Protocol

from django import template
from django.utils.translation import get_language, gettext

from common.texts import Bilingual

register = template.Library()


class Words(Protocol):
    """A sentence to translate and what fills it."""

    @property
    def message(self) -> str: ...
    @property
    def context(self) -> Mapping[str, str]: ...
    @property
    def to_staff(self) -> str: ...


@register.filter
def said(words: Words | Bilingual) -> str:
    """The sentence in the reader's language."""
    if isinstance(words, Bilingual):
        return words.said(get_language() or "")
    return gettext(words.message) % words.context


@register.filter
def said_to_staff(words: Words | Bilingual) -> str:
    """The same to somebody who reads it about another person."""
    if isinstance(words, Bilingual):
        return words.said(get_language() or "")
    return gettext(words.to_staff or words.message) % words.context


@register.filter
def translated(msgid: str) -> str:
    """A word that was marked for translation where Django is not known."""
    return gettext(msgid) if msgid else ""
