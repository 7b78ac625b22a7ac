"""`manage.py write_bill`: a bill of somebody who does not exist, in any layout of a real wallet."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common import clock
from common.money import fen_typed
from common.periods import SHANGHAI, add_months
from simulation.bills import Layout, write
from simulation.bills.months import ordinary_months
from simulation.bills.records import Record

LONGEST_MONTHS = 60
LARGEST_INCOME_FEN = 100_000_000


class Command(BaseCommand):
    """Write the months that ended yesterday, so that the bill can be uploaded today."""

    help = "Write the bill of an invented person to a file; needs no database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a file that is not there yet")
        parser.add_argument(
            "--layout", type=layout, default=Layout.WECHAT_XLSX_2026, help=", ".join(Layout)
        )
        parser.add_argument("--months", type=months, default=9, metavar="N")
        parser.add_argument(
            "--income", type=income_fen, default="9000", metavar="YUAN", help="a month; 0 for none"
        )
        parser.add_argument("--until", type=day, metavar="DATE", help="the last day; yesterday")
        parser.add_argument("--seed", type=int, default=1, help="another number, another life")

    def handle(self, **options: Any) -> None:
        until: date = options["until"] or clock.shanghai_today() - timedelta(days=1)
        records = lived(
            until=until,
            months=options["months"],
            monthly_income_fen=options["income"],
            seed=abs(options["seed"]),
        )
        keep(options["file"], write(records, layout=options["layout"]))
        first, last = records[0].at.astimezone(SHANGHAI), records[-1].at.astimezone(SHANGHAI)
        self.stdout.write(
            f"{len(records)} payments of nobody, {first:%Y-%m-%d} to {last:%Y-%m-%d},"
            f" as {options['layout']} in {options['file']}"
        )


def lived(*, until: date, months: int, monthly_income_fen: int, seed: int) -> list[Record]:
    """Ordinary months up to and with a day: as many paydays as months, and nothing after."""
    begins = add_months(until + timedelta(days=1), -months)
    records = ordinary_months(
        seed=seed,
        first_day=begins.replace(day=1),
        months=months + 1,
        monthly_income_fen=monthly_income_fen,
    )
    return [each for each in records if begins <= each.at.astimezone(SHANGHAI).date() <= until]


def keep(path: Path, content: bytes) -> None:
    """Write a new file. Raises CommandError where one stands already or none can be."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise CommandError(f"{path} is there already. Give another name, or remove it.") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error


def layout(words: str) -> Layout:
    """A layout by its name, in any case."""
    try:
        return Layout(words.upper())
    except ValueError as error:
        raise ArgumentTypeError(f"one of {', '.join(Layout)}, not {words}") from error


def months(words: str) -> int:
    """Whole months, from one."""
    if not words.isdecimal() or not 1 <= int(words) <= LONGEST_MONTHS:
        raise ArgumentTypeError(f"whole months from 1 to {LONGEST_MONTHS}, not {words}")
    return int(words)


def income_fen(words: str) -> int:
    """Yuan a month, from zero."""
    try:
        fen = fen_typed(words)
    except ValueError as error:
        raise ArgumentTypeError(f"not an amount in yuan: {words}") from error
    if not 0 <= fen <= LARGEST_INCOME_FEN:
        raise ArgumentTypeError(f"an income from 0 to {LARGEST_INCOME_FEN // 100}, not {words}")
    return fen


def day(words: str) -> date:
    """A day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise ArgumentTypeError(f"a day as YYYY-MM-DD, not {words}") from error
