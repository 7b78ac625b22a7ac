"""What one file says, in sums: what `manage.py import_bill` prints. Knows no Django, so that the
child that reads the file can do the summing and the events never cross the pipe."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from borrowers.checks.integrity.report import inspect
from borrowers.connectors import registry
from borrowers.connectors.contracts import BillReading, Category, Direction, RawEvent
from common.errors import Refused
from common.periods import SHANGHAI

NOTHING_READ: Final[Mapping[str, Any]] = {
    "source": None,
    "dialect": None,
    "encoding": None,
    "rows_read": 0,
    "events": 0,
    "duplicates": 0,
    "quarantined": [],
    "inflow_fen": 0,
    "outflow_fen": 0,
    "neutral_fen": 0,
    "refund_fen": 0,
    "first_at": None,
    "last_at": None,
    "integrity": {},
    "refused": None,
}


def read_for_report(content: bytes, password: str = "") -> dict[str, Any]:
    """What the child runs. Raises what `read_bill` raises."""
    return summary(registry.read_bill(content, "", password))


def summary(reading: BillReading) -> dict[str, Any]:
    """The reading in sums. Refund rows are neither income nor the person's own money: they stand
    in `refund_fen` alone, and `outflow_fen` is what was paid before anything came back."""
    counted = [event for event in reading.events if event.category is not Category.REFUND]
    return {
        **NOTHING_READ,
        "source": reading.source.name.lower(),
        "dialect": reading.dialect,
        "encoding": reading.encoding,
        "rows_read": reading.rows_read,
        "events": len(reading.events),
        "duplicates": reading.duplicates,
        "quarantined": [
            {"row": each.row_number, "reason": each.reason} for each in reading.quarantined
        ],
        "inflow_fen": moved(counted, Direction.IN),
        "outflow_fen": moved(counted, Direction.OUT),
        "neutral_fen": moved(counted, Direction.NEUTRAL),
        "refund_fen": reading.refund_fen,
        "first_at": at(reading.first_at),
        "last_at": at(reading.last_at),
        "integrity": integrity(reading),
    }


def moved(events: Iterable[RawEvent], direction: Direction) -> int:
    return sum(event.amount_fen for event in events if event.direction is direction)


def at(instant: datetime | None) -> str | None:
    """By the clock that the bill was written by."""
    return instant.astimezone(SHANGHAI).isoformat() if instant else None


def integrity(reading: BillReading) -> dict[str, Any]:
    """What the file says about itself, whether its rows agree, and what speaks against it."""
    report = inspect(reading)
    return {
        "declared_rows": reading.declared_rows,
        "declared_in_fen": reading.declared_in_fen,
        "declared_out_fen": reading.declared_out_fen,
        "totals_agree": reading.totals_agree,
        "opening_fen": reading.opening_fen,
        "closing_fen": reading.closing_fen,
        "findings": [asdict(each) for each in report.findings],
        "tamper_score_percent": report.tamper_score_percent,
        "assurance": report.assurance.name.lower(),
    }


def refusal(refused: Refused, message: str, advice: str) -> dict[str, Any]:
    """The same shape for a file that was not read, with the reason in words."""
    return {
        **NOTHING_READ,
        "refused": {"code": refused.code, "message": message, "advice": advice},
    }
