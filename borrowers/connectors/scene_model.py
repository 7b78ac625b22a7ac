"""What a name or an item is about, by its character n-grams: a linear model without its trainer.

The artefact is plain JSON: words' pieces of one to three characters, each with a whole number for
every scene and for its own weight. All numbers of a piece are packed into one long integer, so
that a text is read by adding as many integers as it has pieces; `manage.py train_categories` makes
the artefact anew. Nothing here needs a numerical library: files are read in little memory.
"""

import base64
import json
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from math import inf, sqrt
from operator import add
from pathlib import Path

from borrowers.connectors.contracts import Category

ARTEFACT = Path(__file__).with_name("scene_model.json")
LONGEST_PIECE = 3
# A name is read up to here: what follows are addresses and numbers.
MOST_CHARACTERS = 48
LANE_BITS = 32
HALF = 1 << (LANE_BITS - 1)
# What one means in the whole numbers of the artefact, which have two bytes.
WEIGHTS_SCALE, SQUARES_SCALE = 2_000.0, 200.0
# From this distance between the best scene and the next on, the model may speak.
MARGIN = 0.30
# Enough where nothing else speaks but the name of a platform.
LEAST_MARGIN = 0.10

# Digits and marks tell nothing of a trade, and every number would be a piece of its own.
NO_WORDS = str.maketrans(
    dict.fromkeys("0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~¥￥【】《》、。·・—…×“”‘’", " ")
)


@dataclass(frozen=True, slots=True)
class Guess:
    """The best scene and how far it is ahead of the next."""

    category: Category
    margin: float

    @property
    def confidence_percent(self) -> int:
        return min(97, 55 + int(35 * self.margin))


NOTHING = Guess(Category.UNKNOWN, 0.0)


@dataclass(frozen=True, slots=True)
class SceneModel:
    """The artefact, made ready: `lanes` by piece, and the scenes of the lanes."""

    version: str
    scenes: tuple[Category, ...]
    intercepts: tuple[float, ...]
    lanes: Mapping[str, int]
    offset: int
    layout: struct.Struct

    def guess(self, text: str) -> Guess:
        """The scene of a normalised text. A text without a known piece says nothing."""
        total = sum(map(self.lanes.get, pieces(text), repeat(0)))
        if not total:
            return NOTHING
        *sums, squares = self.layout.unpack(
            (total + self.offset).to_bytes(self.layout.size, "little")
        )
        length = sqrt((squares - HALF) / SQUARES_SCALE) * WEIGHTS_SCALE
        # The same for all scenes, so that only the difference is divided: sums lie above HALF.
        scores = list(map(add, sums, [each * length for each in self.intercepts]))
        first = max(scores)
        best = scores.index(first)
        scores[best] = -inf
        return Guess(self.scenes[best], (first - max(scores)) / length)

    def guesses(self, texts: Iterable[str]) -> list[Guess]:
        return [self.guess(text) for text in texts]


def pieces(text: str) -> set[str]:
    """Every run of one to three characters, with a space on both sides of each word."""
    text = f" {' '.join(text[:MOST_CHARACTERS].translate(NO_WORDS).split())} "
    found = set(text)
    found.update(map(add, text, text[1:]))
    found.update([text[at : at + LONGEST_PIECE] for at in range(len(text) - 2)])
    found.discard(" ")
    return found


def packed(numbers: Iterable[int]) -> int:
    """Whole numbers side by side in one integer; sums of such integers add lane by lane."""
    return sum(number << (LANE_BITS * lane) for lane, number in enumerate(numbers))


@lru_cache(maxsize=1)
def scene_model() -> SceneModel:
    """Loaded at the first question, once per process."""
    return from_json(json.loads(ARTEFACT.read_text(encoding="utf-8")))


def from_json(raw: Mapping[str, object]) -> SceneModel:
    names, words = raw["scenes"], raw["pieces"]
    assert isinstance(names, list)
    assert isinstance(words, list)
    lanes = len(names) + 1
    rows = struct.iter_unpack(f"<{lanes}h", base64.b64decode(str(raw["weights"])))
    intercepts = raw["intercepts"]
    assert isinstance(intercepts, list)
    return SceneModel(
        version=str(raw["version"]),
        scenes=tuple(Category[name] for name in names),
        intercepts=tuple(map(float, intercepts)),
        lanes={word: packed(row) for word, row in zip(words, rows, strict=True)},
        offset=packed([HALF] * lanes),
        layout=struct.Struct(f"<{lanes}I"),
    )
