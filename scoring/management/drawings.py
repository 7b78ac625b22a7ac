"""Pictures of a measured card as SVG files: its ranking, its calibration, its bins."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
SIDE = 320
EDGE = 40
POINTS = 100
BAR = 18
WIDE = 640
INK, FIRST, SECOND, PALE = "#444", "#0a7d57", "#b3412e", "#ccc"


def draw(
    folder: Path, *, is_bad: NDArray[np.int8], chance: Numbers, bins: Sequence[Mapping[str, Any]]
) -> list[Path]:
    """All pictures into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {"ranking": ranking(is_bad, chance), "calibration": calibration(is_bad, chance)}
    for number, feature in enumerate(bins, start=1):
        pictures[f"bins-{number:02d}"] = bars(feature)
    paths = []
    for name, picture in pictures.items():
        path = folder / f"{name}.svg"
        path.write_text(picture, encoding="utf-8")
        paths.append(path)
    return paths


def ranking(is_bad: NDArray[np.int8], chance: Numbers) -> str:
    """The share of bads against the share of goods, worst first; KS is the widest gap."""
    order = np.argsort(-chance, kind="stable")
    bads = np.append(0.0, np.cumsum(is_bad[order]) / is_bad.sum())
    goods = np.append(0.0, np.cumsum(1 - is_bad[order]) / (1 - is_bad).sum())
    widest = int(np.argmax(bads - goods))
    some = np.unique(np.append(np.linspace(0, len(bads) - 1, POINTS).astype(int), widest))
    gap = _path([(goods[widest], goods[widest]), (goods[widest], bads[widest])], SECOND)
    title = f"Ranking: KS {bads[widest] - goods[widest]:.3f}"
    return _square(title, "goods", "bads", _path(_pairs(goods[some], bads[some]), FIRST) + gap)


def calibration(is_bad: NDArray[np.int8], chance: Numbers) -> str:
    """What was promised against what came true, by tenths of the rows."""
    tenths = np.array_split(np.argsort(chance, kind="stable"), 10)
    promised = [float(chance[rows].mean()) for rows in tenths if len(rows)]
    came = [float(is_bad[rows].mean()) for rows in tenths if len(rows)]
    dots = "".join(
        f'<circle cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="3" fill="{FIRST}"/>'
        for x, y in zip(promised, came, strict=True)
    )
    return _square("Calibration by tenths", "promised", "came true", dots)


def bars(feature: Mapping[str, Any]) -> str:
    """The points of each bin, with its rows and its share of bads."""
    rows = feature["bins"]
    most = max((abs(row["points"]) for row in rows), default=1.0) or 1.0
    marks = []
    for number, row in enumerate(rows):
        y = EDGE + number * BAR
        size = abs(row["points"]) / most * 140
        left = 400 if row["points"] >= 0 else 400 - size
        colour = FIRST if row["points"] >= 0 else SECOND
        share = row["bads"] / row["count"] if row["count"] else 0.0
        marks.append(
            f'<text x="4" y="{y + 12}">{escape(str(row["bin"])[:36])}</text>'
            f'<rect x="{left:.1f}" y="{y + 2}" width="{size:.1f}" height="{BAR - 4}" '
            f'fill="{colour}"/><text x="{WIDE - 4}" y="{y + 12}" text-anchor="end">'
            f"{row['points']:+.1f} · {row['count']} · {share:.1%}</text>"
        )
    title = f"{feature['feature']}: points · rows · bad"
    return _picture(title, WIDE, EDGE + len(rows) * BAR + 10, "".join(marks))


def _square(title: str, across: str, upwards: str, marks: str) -> str:
    frame = _path([(0, 1), (0, 0), (1, 0)], INK) + _path([(0, 0), (1, 1)], PALE)
    words = (
        f'<text x="{SIDE // 2}" y="{SIDE - 8}" text-anchor="middle">{across}</text>'
        f'<text x="4" y="{EDGE - 8}">{upwards}</text>'
    )
    return _picture(title, SIDE, SIDE, frame + words + marks)


def _picture(title: str, width: int, height: int, marks: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="11" fill="{INK}"><title>{escape(title)}</title>'
        f'<text x="4" y="16" font-size="13">{escape(title)}</text>{marks}</svg>\n'
    )


def _path(points: Sequence[tuple[float, float]], colour: str) -> str:
    drawn = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    return f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _pairs(across: Numbers, upwards: Numbers) -> list[tuple[float, float]]:
    return list(zip(across.tolist(), upwards.tolist(), strict=True))


def _x(share: float) -> float:
    return EDGE + share * (SIDE - 2 * EDGE)


def _y(share: float) -> float:
    return SIDE - EDGE - share * (SIDE - 2 * EDGE)
