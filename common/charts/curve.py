"""Curves in a square: ranking, calibration; shares from nothing to one on both axes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.charts import svg
from common.charts.bars import Caption

SIDE = 200
LEFT, TOP = 30, 8
WIDTH, HEIGHT = LEFT + SIDE + 10, TOP + SIDE + 34
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axes:
    """What is written along the sides; `x_top` and `y_top` say what the far ends stand for."""

    x: str
    y: str
    x_top: str = "100%"
    y_top: str = "100%"


def curve(points: Sequence[Point], *, axes: Axes, caption: Caption) -> SafeString:
    """One curve with its points, over the diagonal that means "no better than chance" or "true"."""
    corners = [((0.0, 0.0), (1.0, 1.0))]
    marks = [_diagonal(start, end) for start, end in corners]
    marks += [
        svg.line(x1=LEFT, x2=LEFT + SIDE, y=TOP + SIDE, look="chart-line"),
        svg.line(x1=LEFT, x2=LEFT + SIDE, y=TOP, look="chart-guide"),
        format_html('<polyline class="chart-curve" points="{}"/>', " ".join(map(_at, points))),
        svg.label("0", x=LEFT, y=TOP + SIDE + 13),
        svg.label(axes.x_top, x=LEFT + SIDE, y=TOP + SIDE + 13, anchor="end"),
        svg.label(axes.x, x=LEFT + SIDE // 2, y=TOP + SIDE + 28),
        svg.label(axes.y_top, x=LEFT - 4, y=TOP + 8, anchor="end"),
        svg.label(axes.y, x=LEFT + 4, y=TOP + 12, anchor="start"),
    ]
    return svg.picture(
        name=caption.name,
        title=caption.title,
        description=caption.description,
        width=WIDTH,
        height=HEIGHT,
        marks=marks,
    )


def _diagonal(start: Point, end: Point) -> SafeString:
    return format_html(
        '<polyline class="chart-guide" fill="none" points="{} {}"/>', _at(start), _at(end)
    )


def _at(point: Point) -> str:
    """A point of shares on the picture's own grid."""
    x, y = (min(max(each, 0.0), 1.0) for each in point)
    return f"{LEFT + x * SIDE:.1f},{TOP + (1.0 - y) * SIDE:.1f}"
