"""Lines over time with the bands in which somebody looks or acts, and points against a diagonal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.charts import svg
from common.charts.bars import Caption

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BASE = 44, 612, 12, 190
MOST_LABELS = 12
STROKES = ("stroke-first", "stroke-second", "stroke-third", "stroke-fourth", "stroke-fifth")
SQUARE = 300


@dataclass(frozen=True, slots=True)
class Line:
    """A name and its figures, one for each label; where there is none the line is broken."""

    label: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """From which figure to which the picture goes, and where looking and acting begin."""

    low: float
    high: float
    warn: float | None = None
    act: float | None = None

    def y(self, value: float) -> int:
        """The height of a figure; what lies outside is drawn at the edge."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return round(BASE - min(max(share, 0.0), 1.0) * (BASE - TOP))


def lines_over(
    labels: Sequence[str], lines: Sequence[Line], *, scale: Scale, caption: Caption
) -> SafeString:
    """One line for each series, at most five, over the same labels."""
    xs = _places(len(labels))
    marks = [*_bands(scale), *_axis(scale)]
    for line, stroke in zip(lines, STROKES, strict=False):
        marks.extend(_drawn(line, xs, scale, stroke))
    marks.extend(_labels(labels, xs))
    return svg.picture(
        name=caption.name,
        title=caption.title,
        description=caption.description,
        width=WIDTH,
        height=HEIGHT,
        marks=marks,
    )


def said_and_happened(
    points: Sequence[tuple[float, float, int]], *, caption: Caption
) -> SafeString:
    """Shares that were said against shares that happened; on the diagonal they are the same.

    A point is as large as its cases say. The axes go as far as the largest share.
    """
    top = max((max(said, happened) for said, happened, _ in points), default=0.0) or 1.0
    most = max((cases for *_, cases in points), default=1)
    inner = SQUARE - LEFT - TOP
    marks = [
        _path([(LEFT, SQUARE - LEFT), (SQUARE - TOP, TOP)], "chart-guide"),
        _path([(LEFT, TOP), (LEFT, SQUARE - LEFT), (SQUARE - TOP, SQUARE - LEFT)], "chart-axis"),
        svg.label(f"{top:.0%}", x=LEFT - 4, y=TOP + 8, anchor="end"),
        svg.label("0", x=LEFT - 4, y=SQUARE - LEFT, anchor="end"),
        svg.label(f"{top:.0%}", x=SQUARE - TOP, y=SQUARE - LEFT + 14, anchor="end"),
    ]
    for said, happened, cases in points:
        x = LEFT + round(said / top * inner)
        y = SQUARE - LEFT - round(happened / top * inner)
        marks.append(_dot(x, y, 3 + round(4 * cases / most), "fill-first"))
    return svg.picture(
        name=caption.name,
        title=caption.title,
        description=caption.description,
        width=SQUARE,
        height=SQUARE,
        marks=marks,
    )


def _places(count: int) -> list[int]:
    if count == 1:
        return [(LEFT + RIGHT) // 2]
    return [LEFT + (RIGHT - LEFT) * at // max(count - 1, 1) for at in range(count)]


def _bands(scale: Scale) -> Iterator[SafeString]:
    """From the bound to the next one, or to the edge of the picture on the bad side."""
    if scale.warn is None or scale.act is None:
        return
    is_bad_below = scale.act < scale.warn
    edge = BASE if is_bad_below else TOP
    for look, first, last in (
        ("band-warn", scale.y(scale.warn), scale.y(scale.act)),
        ("band-act", scale.y(scale.act), edge),
    ):
        height = abs(last - first)
        if height:
            yield svg.rectangle(
                x=LEFT, y=min(first, last), width=RIGHT - LEFT, height=height, look=look
            )


def _axis(scale: Scale) -> Iterator[SafeString]:
    shown = {
        0.0,
        scale.low,
        scale.high,
        *(each for each in (scale.warn, scale.act) if each is not None),
    }
    for value in sorted(each for each in shown if scale.low <= each <= scale.high):
        y = scale.y(value)
        look = "chart-line" if value == scale.low else "chart-guide"
        yield svg.line(x1=LEFT, x2=RIGHT, y=y, look=look)
        yield svg.label(f"{value:.2f}", x=LEFT - 6, y=y + 4, anchor="end")


def _drawn(line: Line, xs: Sequence[int], scale: Scale, stroke: str) -> Iterator[SafeString]:
    """The line where it goes on, and a dot at each figure, so that one alone is seen too."""
    run: list[tuple[int, int]] = []
    for x, value in zip(xs, line.values, strict=True):
        if value is None:
            yield from _run(run, stroke)
            run = []
        else:
            run.append((x, scale.y(value)))
    yield from _run(run, stroke)


def _run(points: list[tuple[int, int]], stroke: str) -> Iterator[SafeString]:
    if len(points) > 1:
        yield _path(points, f"chart-stroke {stroke}")
    for x, y in points:
        yield _dot(x, y, 3, f"chart-dot {stroke}")


def _path(points: Sequence[tuple[int, int]], look: str) -> SafeString:
    places = " ".join(f"{x},{y}" for x, y in points)
    return format_html('<polyline class="{}" points="{}" fill="none"/>', look, places)


def _dot(x: int, y: int, radius: int, look: str) -> SafeString:
    return format_html('<circle class="{}" cx="{}" cy="{}" r="{}"/>', look, x, y, radius)


def _labels(labels: Sequence[str], xs: Sequence[int]) -> Iterator[SafeString]:
    step = -(-len(labels) // MOST_LABELS) or 1
    for at, (label, x) in enumerate(zip(labels, xs, strict=True)):
        if at % step == 0:
            yield svg.label(label, x=x, y=BASE + 18)
