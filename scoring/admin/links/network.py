"""People as numbered dots around the one in the middle, and lines whose style says what links them.

Nothing is told by colour alone: each kind of line has a dash of its own, each state of a dot a
letter or an outline, and the same stands in a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.charts import svg
from common.charts.bars import Caption

WIDTH, HEIGHT, RADIUS, MOST_ROUNDS = 640, 420, 15, 3
BEND = 18


@dataclass(frozen=True, slots=True)
class Dot:
    """One person: a number, how far from the middle, and what is to be seen at once."""

    number: int
    steps: int
    look: str
    said: str


@dataclass(frozen=True, slots=True)
class Tie:
    """A line between two dots; `is_directed` gives it an arrow at its target."""

    source: int
    target: int
    look: str
    said: str
    is_directed: bool


def network(dots: Sequence[Dot], ties: Sequence[Tie], *, caption: Caption) -> SafeString:
    """The picture: lines below, dots above, the first dot in the middle."""
    places = _places(dots)
    seen: dict[frozenset[int], int] = {}
    marks = [_arrow(caption.name)]
    for tie in ties:
        pair = frozenset((tie.source, tie.target))
        marks.append(_line(tie, places, bend=seen.get(pair, 0), name=caption.name))
        seen[pair] = seen.get(pair, 0) + 1
    marks += [_dot(dot, places[dot.number]) for dot in dots]
    return svg.picture(
        name=caption.name,
        title=caption.title,
        description=caption.description,
        width=WIDTH,
        height=HEIGHT,
        marks=marks,
    )


def sample(look: str) -> SafeString:
    """A line of a style, for the legend."""
    return format_html(
        '<svg viewBox="0 0 36 10" class="tie-sample" aria-hidden="true">'
        '<line class="tie {}" x1="1" x2="35" y1="5" y2="5"/></svg>',
        look,
    )


def sample_dot(look: str) -> SafeString:
    """A dot of a state, for the legend."""
    return format_html(
        '<svg viewBox="0 0 20 20" class="dot-sample" aria-hidden="true">'
        '<circle class="dot {}" cx="10" cy="10" r="8"/></svg>',
        look,
    )


def _places(dots: Sequence[Dot]) -> dict[int, tuple[float, float]]:
    """Rounds about the middle, by how many links away somebody is."""
    rounds: dict[int, list[int]] = {}
    for dot in dots:
        rounds.setdefault(min(dot.steps, MOST_ROUNDS), []).append(dot.number)
    widest = max(rounds, default=0) or 1
    found: dict[int, tuple[float, float]] = {}
    for step, numbers in rounds.items():
        for place, number in enumerate(numbers):
            angle = 2 * pi * place / len(numbers) - pi / 2 + 0.35 * step
            reach = step / widest
            found[number] = (
                WIDTH / 2 + cos(angle) * reach * (WIDTH / 2 - 2 * RADIUS),
                HEIGHT / 2 + sin(angle) * reach * (HEIGHT / 2 - 2 * RADIUS),
            )
    return found


def _line(tie: Tie, places: dict[int, tuple[float, float]], *, bend: int, name: str) -> SafeString:
    """From rim to rim; a second line of the same pair bows out, so that both can be seen."""
    (x1, y1), (x2, y2) = places[tie.source], places[tie.target]
    length = hypot(x2 - x1, y2 - y1) or 1.0
    across, along = (x2 - x1) / length, (y2 - y1) / length
    # Both directions of a pair are numbered alike: which way is out depends on the numbers.
    side = (bend + 1) // 2 * (1 if bend % 2 else -1) * (1 if tie.source < tie.target else -1)
    gap = RADIUS + (5 if tie.is_directed else 0)
    return format_html(
        '<path class="tie {}" d="M{} {} Q{} {} {} {}"{}><title>{}</title></path>',
        tie.look,
        round(x1 + across * RADIUS),
        round(y1 + along * RADIUS),
        round((x1 + x2) / 2 - along * BEND * 2 * side),
        round((y1 + y2) / 2 + across * BEND * 2 * side),
        round(x2 - across * gap),
        round(y2 - along * gap),
        format_html(' marker-end="url(#{}-arrow)"', name) if tie.is_directed else "",
        tie.said,
    )


def _arrow(name: str) -> SafeString:
    return format_html(
        '<defs><marker id="{}-arrow" viewBox="0 0 8 8" refX="5" refY="4" markerWidth="8"'
        ' markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
        '<path class="tie-head" d="M0 0L8 4L0 8z"/></marker></defs>',
        name,
    )


def _dot(dot: Dot, place: tuple[float, float]) -> SafeString:
    x, y = round(place[0]), round(place[1])
    return format_html(
        '<g><title>{}</title><circle class="dot {}" cx="{}" cy="{}" r="{}"/>'
        '<text class="dot-number {}" x="{}" y="{}" text-anchor="middle">{}</text></g>',
        dot.said,
        dot.look,
        x,
        y,
        RADIUS,
        dot.look,
        x,
        y + 4,
        dot.number,
    )
