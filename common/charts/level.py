"""Level bars under one another: names are longer than a column is wide."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from common.charts import svg
from common.charts.bars import Caption

WIDTH = 360
ROW_HEIGHT = 34
BAR_HEIGHT = 10
BAR_TOP = 18
WORDS_BASE = 13


@dataclass(frozen=True, slots=True)
class Level:
    """One row: its name, its size, which is not below zero, and the size in words."""

    label: str
    size: int
    said: str


def level_bars(levels: Sequence[Level], *, caption: Caption) -> SafeString:
    """A bar for each row, as long as its share of the largest; name and size stand above it."""
    top = max((each.size for each in levels), default=0) or 1
    marks: list[SafeString] = []
    for number, each in enumerate(levels):
        floor = number * ROW_HEIGHT
        marks.append(svg.label(each.label, x=0, y=floor + WORDS_BASE, anchor="start"))
        marks.append(svg.label(each.said, x=WIDTH, y=floor + WORDS_BASE, anchor="end"))
        length = max(1, each.size * WIDTH // top) if each.size else 0
        for look, width in (("meter-track", WIDTH), ("fill-first", length)):
            marks.append(
                svg.rectangle(x=0, y=floor + BAR_TOP, width=width, height=BAR_HEIGHT, look=look)
            )
    return svg.picture(
        name=caption.name,
        title=caption.title,
        description=caption.description,
        width=WIDTH,
        height=max(1, len(levels)) * ROW_HEIGHT,
        marks=marks,
    )
