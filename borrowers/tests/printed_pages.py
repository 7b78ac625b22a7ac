"""Pages of made-up printed statements, word by word, for tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from borrowers.connectors.contracts import Pages, Word

WIDE, NARROW = 8.0, 4.0
LINE = 10.0


def width(text: str) -> float:
    return sum(WIDE if ord(character) > 0x2000 else NARROW for character in text)


@dataclass
class Page:
    """Words laid under headings, flush left or centred, top to bottom."""

    columns: Sequence[tuple[str, float, float]]
    is_centred: bool = False
    splits_at_spaces: bool = False
    words: list[Word] = field(default_factory=list)
    top: float = 40.0

    def line(self, text: str, left: float = 36.0) -> "Page":
        self.put(text, left)
        self.top += 2 * LINE
        return self

    def headings(self, *more: Sequence[str]) -> "Page":
        for names in ([name for name, _, _ in self.columns], *more):
            for name, (_, left, right) in zip(names, self.columns, strict=True):
                self.put(name, self.start(name, left, right))
            self.top += LINE
        self.top += LINE
        return self

    def row(self, *cells: str) -> "Page":
        """One row; a cell with line breaks wraps, centred on the line of the day."""
        heights = [cell.count("\n") for cell in cells]
        middle = self.top + max(heights) * LINE / 2
        for cell, (_, left, right) in zip(cells, self.columns, strict=True):
            lines = cell.split("\n")
            first = middle - (len(lines) - 1) * LINE / 2
            for index, text in enumerate(lines):
                self.put(text, self.start(text, left, right), first + index * LINE)
        self.top += (max(heights) + 2.5) * LINE
        return self

    def start(self, text: str, left: float, right: float) -> float:
        return (left + right - width(text)) / 2 if self.is_centred else left

    def put(self, text: str, left: float, top: float | None = None) -> None:
        parts = text.split(" ") if self.splits_at_spaces else [text]
        for part in parts:
            if part:
                at = self.top if top is None else top
                self.words.append(Word(left, at, part, left + width(part)))
            left += width(part) + NARROW


def pages_of(*pages: Page, title: str = "") -> Pages:
    return Pages([page.words for page in pages], title=title)
