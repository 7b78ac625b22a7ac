"""The catalogue of features: whatever the files of `definitions` declare, and how figures read."""

import pkgutil
from collections.abc import Iterable, Mapping
from importlib import import_module
from types import ModuleType
from typing import TypeVar

from common.money import yuan
from scoring.features import definitions
from scoring.features.contracts import Catalogue, Feature, Group, Unit

__all__ = [
    "FEATURES",
    "GROUPS",
    "OPTIONAL",
    "OPTIONAL_PURPOSES",
    "Feature",
    "Group",
    "Unit",
    "discovered",
    "figure",
]


T = TypeVar("T")


class CatalogueIsBroken(ValueError):
    """Two features share a name, or one belongs to a group that nobody declared."""


def discovered(package: ModuleType = definitions) -> Catalogue:
    """What the modules of a package declare as FEATURES and GROUPS. Raises CatalogueIsBroken."""
    names = sorted(each.name for each in pkgutil.iter_modules(package.__path__))
    modules = [import_module(f"{package.__name__}.{name}") for name in names]
    groups = [group for module in modules for group in getattr(module, "GROUPS", ())]
    features = [each for module in modules for each in getattr(module, "FEATURES", ())]
    by_code = _unique((group.code, group) for group in sorted(groups, key=lambda each: each.place))
    if strays := [each.name for each in features if each.group not in by_code]:
        raise CatalogueIsBroken(f"features of no group: {', '.join(strays)}")
    # A stable sort: within a group they stay as their file has them.
    features.sort(key=lambda each: list(by_code).index(each.group))
    return Catalogue(_unique((each.name, each) for each in features), by_code)


def _unique(pairs: Iterable[tuple[str, T]]) -> Mapping[str, T]:
    found: dict[str, T] = {}
    for name, each in pairs:
        if name in found:
            raise CatalogueIsBroken(f"declared twice: {name}")
        found[name] = each
    return found


_ALL = discovered()
FEATURES: Mapping[str, Feature] = _ALL.features
OPTIONAL = frozenset(name for name, each in FEATURES.items() if each.is_optional)
# What is read beside the payments, where its own consent allows.
OPTIONAL_PURPOSES = tuple(sorted({FEATURES[name].purpose for name in OPTIONAL}))
GROUPS: Mapping[str, Group] = _ALL.groups


def figure(value: float, unit: Unit) -> str:
    """A value as people read it: `¥3,200`, `45%`, `12`. YUAN is money whose fen say nothing."""
    if unit is Unit.YUAN:
        value = round(value, -2)
    if unit in {Unit.FEN, Unit.YUAN}:
        return f"¥{yuan(round(value)).removesuffix('.00')}"
    if unit is Unit.SHARE:
        return f"{value:.0%}"
    if unit in {Unit.COUNT, Unit.DAYS}:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if unit is Unit.RATIO else f"{value:,.1f}"
