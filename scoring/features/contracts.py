"""What a feature is: its name, its meaning for risk, its words, and how it is computed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from common.texts import Bilingual
from scoring.features.frame import Frame, Numbers

# Own loans stand on the contract and not on a consent.
CONTRACT = "CONTRACT"
Missing = Literal["OWN_BIN", "ZERO"]


class Unit(StrEnum):
    """How a number is to be read."""

    FEN = "FEN"
    YUAN = "YUAN"
    SHARE = "SHARE"
    RATIO = "RATIO"
    COUNT = "COUNT"
    DAYS = "DAYS"
    MONTHS = "MONTHS"


@dataclass(frozen=True, slots=True)
class Group:
    """Features that belong together on a page; a lower `place` stands higher."""

    code: str
    place: int
    title: Bilingual


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One indicator, whole by itself: adding one takes the file that declares it and no other.

    `risk` is the direction that a model may find: +1 where a higher value means more risk, -1
    where it means less, 0 where neither may be assumed. `purpose` is the consent that it stands
    on. `worse` and `better` say in a sentence why it counts against or for a person; they speak
    of nobody, so that staff read the same. `days` is how far back it looks, 0 for everything.
    `missing` is the rule where there is no evidence: a bin of its own, or a true zero.
    `is_optional` marks what is off by default and may only ever help.
    """

    name: str
    version: int
    unit: Unit
    group: str
    risk: Literal[-1, 0, 1]
    purpose: str
    title: Bilingual
    justification: Bilingual
    worse: Bilingual
    better: Bilingual
    missing: Missing
    compute: Callable[[Frame], Numbers]
    days: int = 0
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every feature and every group, by their names, in the order to show."""

    features: Mapping[str, Feature] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
