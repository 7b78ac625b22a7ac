"""`manage.py fit_scorecard`: a scorecard from any table, and how good it is on unseen rows."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.errors import Refused
from scoring.management import fitting
from scoring.management.shell import seed
from scoring.training.models.catalogue import MODELS


class Command(BaseCommand):
    """Read a table, fit in every fold, measure on the rest, tell. Needs no database."""

    help = "Fit a scorecard on a table of outcomes and measure it on rows it has not seen."
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        """Every command of Django has a --version that tells Django's; ours names the model."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **options)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("table", type=Path, metavar="DATA.csv")
        parser.add_argument("--target", required=True, metavar="COL", help="the outcome")
        parser.add_argument("--bad", metavar="VALUE", help="the outcome that is bad")
        parser.add_argument("--drop", type=names, default=(), metavar="a,b")
        parser.add_argument("--drop-repeated", action="store_true", help="keep equal rows once")
        parser.add_argument("--model", choices=sorted(MODELS), default="woe")
        parser.add_argument("--cv", type=plan, default=(5, 5), metavar="5x5")
        parser.add_argument("--seed", type=seed, default=2024)
        parser.add_argument("--rejects", metavar="COL", help="marks who was turned away")
        parser.add_argument("--save", type=Path, metavar="MODEL.json")
        parser.add_argument(
            "--version", dest="named", type=version, metavar="NAME", help="of the saved model"
        )
        parser.add_argument("--plots", type=Path, metavar="FOLDER")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        question = fitting.Question(
            **{
                name: options["named" if name == "version" else name]
                for name in fitting.Question.__dataclass_fields__
            }
        )
        splits, repeats = options["cv"]
        try:
            with progress(splits * repeats) as tell:
                found = fitting.fitted(question, tell=tell)
        except Refused as refused:
            words = f"{refused.message} {refused.advice}" % refused.context
            raise CommandError(f"{refused.code}: {words}") from refused
        if options["json"]:
            self.stdout.write(json.dumps(found.as_json(), ensure_ascii=False))
        else:
            self.stdout.write(found.as_text())


def names(words: str) -> tuple[str, ...]:
    """Column names, divided by commas."""
    return tuple(word.strip() for word in words.split(",") if word.strip())


def version(words: str) -> str:
    """A name that the registry takes."""
    if not words.strip() or not words.isprintable() or len(words) > fitting.LONGEST_VERSION:
        raise ArgumentTypeError(f"a name of 1 to {fitting.LONGEST_VERSION} characters")
    return words


def plan(words: str) -> tuple[int, int]:
    """`5x2`: five folds, twice."""
    splits, _, repeats = words.lower().partition("x")
    if not (splits.isdecimal() and repeats.isdecimal()):
        raise ArgumentTypeError(f"folds x repeats, such as 5x2, not {words}")
    if not (2 <= int(splits) <= 100 and 1 <= int(repeats) <= 100):
        raise ArgumentTypeError("from 2 to 100 folds, and from 1 to 100 times")
    return int(splits), int(repeats)


@contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar that moves by one for each fold; nothing where nobody looks."""
    from tqdm import tqdm  # noqa: PLC0415 (only for this command)

    with tqdm(total=total, desc="folds", disable=not sys.stderr.isatty()) as bar:

        def tell() -> None:
            bar.update()

        yield tell
