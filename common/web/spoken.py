"""A text in the reader's language, wherever its translation stands."""

from django.utils.translation import get_language, gettext

from common.texts import Bilingual


def spoken(words: str | Bilingual) -> str:
    """A message of the catalogues translated, or the half of a text that brings both along."""
    return (
        words.said(get_language() or "zh-hans") if isinstance(words, Bilingual) else gettext(words)
    )
