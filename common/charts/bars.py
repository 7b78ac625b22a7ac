"""Bar charts: parts on one another, or side by side at each label."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from common.charts import svg

WIDTH = 360
BASE = 148
PLOT_HEIGHT = 130
HEIGHT = 166
MOST_LABELS = 12
WIDEST_BAR = 44
LOOKS = ("fill-first", "fill-second", "fill-third")


@dataclass(frozen=True, slots=True)
class Bar:
    """One place on the axis: its label and the sizes of at most three parts, none below zero."""

    label: str
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Caption:
    """What a chart is called, what it says in a sentence, and how high its highest bar is.

    `name` must be unique on the page.
    """

    name: str
    title: str
    description: str
    top_label: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one bar may stand, and the size that fills the whole height."""

    left: int
    width: int
    top: int

    @property
    def middle(self) -> int:
        return self.left + self.width // 2

    def height(self, size: int) -> int:
        """A size as a height; what is not nothing is never invisible."""
        if size == 0:
            return 0
        return max(1, size * PLOT_HEIGHT // self.top)


Draw = Callable[[Bar, Place], Iterator[SafeString]]


def stacked_bars(bars: Sequence[Bar], *, caption: Caption) -> SafeString:
    """Bars whose parts stand on one another, the first part at the bottom."""
    top = max((sum(bar.parts) for bar in bars), default=0)
    return _chart(bars, caption=caption, top=top, draw=_stacked)


def month_bars(bars: Sequence[Bar], *, caption: Caption) -> SafeString:
    """Bars side by side at each label, such as money in and money out by month."""
    top = max((part for bar in bars for part in bar.parts), default=0)
    return _chart(bars, caption=caption, top=top, draw=_side_by_side)


def _chart(bars: Sequence[Bar], *, caption: Caption, top: int, draw: Draw) -> SafeString:
    places = [_place(index, count=len(bars), top=max(top, 1)) for index in range(len(bars))]
    marks = [svg.line(x1=0, x2=WIDTH, y=BASE - PLOT_HEIGHT, look="chart-guide")]
    for bar, place in zip(bars, places, strict=True):
        marks.extend(draw(bar, place))
    marks.append(svg.line(x1=0, x2=WIDTH, y=BASE, look="chart-line"))
    marks.extend(_labels(bars, places))
    if caption.top_label:
        marks.append(svg.label(caption.top_label, x=0, y=BASE - PLOT_HEIGHT - 6, anchor="start"))
    return svg.picture(
        name=caption.name,
        title=caption.title,
        description=caption.description,
        width=WIDTH,
        height=HEIGHT,
        marks=marks,
    )


def _place(index: int, *, count: int, top: int) -> Place:
    slot_left = index * WIDTH // count
    slot_width = (index + 1) * WIDTH // count - slot_left
    width = min(WIDEST_BAR, max(1, slot_width * 4 // 5))
    return Place(left=slot_left + (slot_width - width) // 2, width=width, top=top)


def _stacked(bar: Bar, place: Place) -> Iterator[SafeString]:
    """One unit of air divides the parts, so that they differ by more than their colour."""
    floor = BASE
    last = len(bar.parts) - 1
    for index, size in enumerate(bar.parts):
        height = place.height(size)
        floor -= height
        air = 1 if index < last and height > 2 else 0
        yield svg.rectangle(
            x=place.left, y=floor + air, width=place.width, height=height - air, look=LOOKS[index]
        )


def _side_by_side(bar: Bar, place: Place) -> Iterator[SafeString]:
    width = max(1, place.width // len(bar.parts))
    for index, size in enumerate(bar.parts):
        height = place.height(size)
        yield svg.rectangle(
            x=place.left + index * width,
            y=BASE - height,
            width=max(1, width - 1),
            height=height,
            look=LOOKS[index],
        )


def _labels(bars: Sequence[Bar], places: Sequence[Place]) -> Iterator[SafeString]:
    """Every label where there is room, otherwise every second, third, … one."""
    step = -(-len(bars) // MOST_LABELS)
    for number, (bar, place) in enumerate(zip(bars, places, strict=True), start=1):
        if number % step == 0:
            yield svg.label(bar.label, x=place.middle, y=BASE + 14)
