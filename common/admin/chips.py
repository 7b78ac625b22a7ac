"""A state as a coloured word, the same in a list and on the page of one row."""

from collections.abc import Mapping

from django.template.loader import render_to_string
from django.utils.safestring import SafeString


def chip(word: object, *, code: str, looks: Mapping[str, str]) -> SafeString:
    """`word` in the colour that belongs to `code`; a code without a colour stays grey."""
    shown = {"text": word, "type": looks.get(code, "default")}
    return SafeString(render_to_string("unfold/helpers/label.html", shown).strip())
