"""`manage.py list_features`: the indicators that models for decisions read, and their units."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from scoring.features.catalogue import FEATURES, Feature, Unit

# What a number of each unit is, as a table for training has to hold it.
UNITS = {
    Unit.FEN: "fen",
    Unit.YUAN: "fen",
    Unit.SHARE: "share, 0.25 is 25%",
    Unit.RATIO: "ratio",
    Unit.COUNT: "count",
    Unit.DAYS: "days",
    Unit.MONTHS: "months",
}
RISKS = {1: "more is riskier", -1: "more is safer", 0: "either way"}


class Command(BaseCommand):
    """Names as the columns of a table must have them. Needs no database."""

    help = "List the indicators that a registered model may read, with their units."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        if options["json"]:
            rows = [dict(zip(("name", "unit", "risk", "title"), told(each), strict=True))
                    for each in FEATURES.values()]  # fmt: skip
            self.stdout.write(json.dumps({"features": rows}, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(lines()))


def told(feature: Feature) -> tuple[str, str, str, str]:
    """Its name, the unit of its numbers, its direction, and its title."""
    return feature.name, UNITS[feature.unit], RISKS[feature.risk], feature.title.en


def lines() -> Iterator[str]:
    """A line for each, in the order of the catalogue."""
    for each in FEATURES.values():
        name, unit, risk, title = told(each)
        yield f"{name:<28}{unit:<20}{risk:<17}{title}"
