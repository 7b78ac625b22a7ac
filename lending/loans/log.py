"""How a transaction's own terms are kept in the log, and read again years later. Pure.

Only what differs from saying nothing is kept, so that an old line reads as it always did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from lending.calc.contracts import Change, Instalment, Policy

NOTHING = asdict(Change())


def kept_schedule(rows: Sequence[Instalment]) -> dict[str, Any]:
    """The first schedule, as the payout's line keeps it."""
    return {
        "schedule": [
            [
                row.number,
                row.starts_on.isoformat(),
                row.due_on.isoformat(),
                row.principal_fen,
                row.interest_fen,
                row.fee_fen,
            ]
            for row in rows
        ]
    }


def schedule_of(terms: Mapping[str, Any]) -> tuple[Instalment, ...]:
    """The first schedule, read again."""
    return tuple(
        Instalment(number, date.fromisoformat(starts_on), date.fromisoformat(due_on), *figures)
        for number, starts_on, due_on, *figures in terms["schedule"]
    )


def kept_change(change: Change) -> dict[str, Any]:
    """What a change says, without what it leaves unsaid."""
    said = {name: value for name, value in asdict(change).items() if value != NOTHING[name]}
    if isinstance(said.get("due_on"), date):
        said["due_on"] = said["due_on"].isoformat()
    return said


def change_of(terms: Mapping[str, Any]) -> Change:
    """What a line of the log says beyond its amount."""
    said = {name: value for name, value in terms.items() if name in NOTHING}
    if "due_on" in said:
        said["due_on"] = date.fromisoformat(said["due_on"])
    if "policy" in said:
        said["policy"] = Policy(said["policy"])
    return Change(**said)
