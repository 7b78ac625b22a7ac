"""The one lock order of the house. Deadlocks come from two orders; here there is only one.

Borrower > line > application > loan > transfer > points account, then approvals and process
rows last; within a rank by ascending primary key.
"""

from enum import IntEnum
from typing import Any, TypeVar

from django.db import models, transaction

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

    Raises NotFound where there is no such row, LockOrderBroken where the house order is not kept.
    """
    try:
        row = rows.select_for_update(of=("self",), no_key=True).get(**lookup)
    except rows.model.DoesNotExist as error:
        raise NotFound from error
    _note(rank=rank, key=row.pk)
    return row


def _note(*, rank: Rank, key: int) -> None:
    """Remember what this transaction holds, and refuse a step backwards."""
    connection = transaction.get_connection()
    block = connection.atomic_blocks[0] if connection.atomic_blocks else None
    if block is None:
        raise transaction.TransactionManagementError("a lock needs a transaction")
    outermost = _business_block(connection.atomic_blocks)
    held: list[tuple[Rank, int]] = outermost.__dict__.setdefault("house_locks", [])
    if (rank, key) in held:
        return
    if held and (rank, key) < max(held):
        raise LockOrderBroken(f"{rank.name} {key} asked for while holding {max(held)}")
    held.append((rank, key))


def _business_block(blocks: list[transaction.Atomic]) -> transaction.Atomic:
    """The outermost block of ours: a test case's own wrapping blocks do not count."""
    ours = [each for each in blocks if not getattr(each, "_from_testcase", False)]
    return (ours or blocks)[0]
