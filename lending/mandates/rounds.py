"""A day's debits, all of them once: in the hours for it, and before the day may be closed."""

from collections.abc import Callable
from datetime import date, datetime

from common import rows
from common.transactions import durable
from lending.mandates import collecting, queries, rhythm
from lending.mandates.models import DebitRound

Untried = Callable[[int, Exception], None]


def is_done(*, on: date) -> bool:
    """Whether every debit of the day has been looked at, or none is there to be."""
    return DebitRound.objects.filter(day=on).exists() or not queries.to_try(on=on)


def go_through(
    *, on: date, at: datetime, faults: tuple[type[Exception], ...], untried: Untried
) -> bool:
    """Try every debit whose day has come, each in a transaction of its own; False at night.

    One of many: a loan whose log is unsound is told to `untried` and keeps nobody else waiting.
    """
    if rhythm.closed_seconds(at):
        return False
    looked_at = last_id = 0
    while found := queries.to_try(on=on, after_id=last_id):
        for debit_id in found:
            try:
                collecting.attempt(debit_id=debit_id, on=on, at=at)
            except faults as error:
                untried(debit_id, error)
        looked_at, last_id = looked_at + len(found), found[-1]
    if looked_at:
        _keep(on=on, looked_at=looked_at)
    return True


@durable
def _keep(*, on: date, looked_at: int) -> None:
    """The first round of a day is the one that counts."""
    rows.insert_once(DebitRound, {"day": on, "looked_at": looked_at}, once=("day",))
