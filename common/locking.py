"""The one lock order of the house. Deadlocks come from two orders; here there is only one.

Borrower > line > application > loan > transfer > points account, then approvals and process
rows last; within a rank by ascending primary key.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import models, transaction

from common import rows
from common.errors import NotFound

Row = TypeVar("Row", bound=models.Model)


class Rank(IntEnum):
    """What may be locked after what: only upwards within one transaction."""

    BORROWER = 1
    LINE = 2
    APPLICATION = 3
    LOAN = 4
    TRANSFER = 5
    POINTS = 6
    APPROVAL = 7
    PROCESS = 8


class LockOrderBroken(AssertionError):
    """A verb asked for a lock that stands before one it already holds."""


def lock_one(rows: models.QuerySet[Row], *, rank: Rank, **lookup: Any) -> Row:
    """Lock one row for the rest of the transaction and return it fresh.

    The order is proved before PostgreSQL is asked: who breaks it is refused at once instead of
    waiting in a ring. Raises NotFound where there is no such row, LockOrderBroken where the house
    order is not kept.
    """
    held = _held_locks()
    try:
        key = lookup["pk"] if "pk" in lookup else rows.values_list("pk", flat=True).get(**lookup)
        _refuse_step_back(held, (rank, int(key)))
        row = rows.select_for_update(of=("self",), no_key=True).get(**lookup)
    except ObjectDoesNotExist as error:
        raise NotFound from error
    _refuse_step_back(held, (rank, row.pk))
    held.add((rank, row.pk))
    return row


def lock_row(model: type[Row], *, rank: Rank, pk: int) -> Row:
    """The same for a row that is known by its number, in plain SQL: for locks on the way to offers.

    Raises NotFound, LockOrderBroken.
    """
    held = _held_locks()
    _refuse_step_back(held, (rank, pk))
    row = rows.get(model, pk, lock="FOR NO KEY UPDATE")
    if row is None:
        raise NotFound
    held.add((rank, pk))
    return row


def lock_first(
    model: type[Row], *, rank: Rank, condition: str, values: Sequence[Any]
) -> Row | None:
    """Look a row up by a condition of our own and lock it, in one journey; None where none is.

    For the first lock of a verb: it can break no order. Raises LockOrderBroken where any is held.
    """
    held = _held_locks()
    if held:
        raise LockOrderBroken(f"a {rank.name} looked up and locked while holding {max(held)}")
    row = rows.first(model, condition, values, lock="FOR NO KEY UPDATE")
    if row is not None:
        held.add((rank, row.pk))
    return row


def _refuse_step_back(held: set[tuple[Rank, int]], wanted: tuple[Rank, int]) -> None:
    if held and wanted not in held and wanted < max(held):
        rank, key = wanted
        raise LockOrderBroken(f"{rank.name} {key} asked for while holding {max(held)}")


def _held_locks() -> set[tuple[Rank, int]]:
    """What this transaction holds, remembered on its outermost block.

    A block must belong to one run: `with transaction.atomic()`, never as a decorator, which would
    share one block among all calls and threads.
    """
    blocks = transaction.get_connection().atomic_blocks
    if not blocks:
        raise transaction.TransactionManagementError("a lock needs a transaction")
    # A test case's own wrapping blocks do not count.
    ours = [block for block in blocks if not getattr(block, "_from_testcase", False)]
    held: set[tuple[Rank, int]] = (ours or blocks)[0].__dict__.setdefault("house_locks", set())
    return held
