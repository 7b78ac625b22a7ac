"""The few marks that charts are made of. Lengths are whole units of the picture's own grid."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def picture(
    *, name: str, title: str, description: str, width: int, height: int, marks: Iterable[SafeString]
) -> SafeString:
    """An SVG that a screen reader announces by its title and description.

    `name` must be unique on the page. Colours come from the classes of app.css.
    """
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-text">'
        '<title id="{}-title">{}</title><desc id="{}-text">{}</desc>{}</svg>',
        width,
        height,
        name,
        name,
        name,
        title,
        name,
        description,
        format_html_join("", "{}", ((mark,) for mark in marks)),
    )


def rectangle(*, x: int, y: int, width: int, height: int, look: str) -> SafeString:
    """A filled box; `look` names its CSS class."""
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>', look, x, y, width, height
    )


def line(*, x1: int, x2: int, y: int, look: str) -> SafeString:
    """A level line."""
    return format_html('<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>', look, x1, x2, y, y)


def label(text: str, *, x: int, y: int, anchor: str = "middle") -> SafeString:
    """Words in the picture; the text is escaped."""
    return format_html('<text x="{}" y="{}" text-anchor="{}">{}</text>', x, y, anchor, text)
