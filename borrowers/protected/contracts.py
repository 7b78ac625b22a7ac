"""What a person may be by birth or papers, and what may be told of it: sums over many."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt


class Attribute(StrEnum):
    """What no model may use and the fairness test looks at."""

    SEX = "SEX"
    AGE_BAND = "AGE_BAND"
    REGION = "REGION"
    HOUSEHOLD = "HOUSEHOLD"


class Origin(StrEnum):
    """Where somebody's attributes come from."""

    DECLARED = "DECLARED"
    ID_NUMBER = "ID_NUMBER"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One figure, and on how many people it rests; no figure where they are too few."""

    value: float | None
    cases: int


@dataclass(frozen=True, eq=False)
class Groups:
    """The group of each person asked about, in the order asked; below nothing is not known.

    Groups smaller than the smallest that may be told are not known either.
    """

    codes: npt.NDArray[np.int64]
    names: tuple[str, ...]


# What reckons with groups: sums come out of it, and never a person.
Reckon = Callable[[Groups], Mapping[str, Aggregate]]
