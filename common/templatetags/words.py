"""Sentences with figures: `{{ reason.words|said }}` is translated first and filled after."""

from collections.abc import Mapping
from typing import Protocol

from django import template
from django.utils.translation import gettext

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
def said(words: Words) -> str:
    """The sentence in the reader's language."""
    return gettext(words.message) % words.context


@register.filter
def said_to_staff(words: Words) -> str:
    """The same to somebody who reads it about another person."""
    return gettext(words.to_staff or words.message) % words.context


@register.filter
def translated(msgid: str) -> str:
    """A word that was marked for translation where Django is not known."""
    return gettext(msgid) if msgid else ""
