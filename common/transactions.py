"""Transactions by their honest names: durable, required, joined, after commit."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def durable(verb: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Run the verb in its own outermost transaction: when it returns, the work is on paper.

    Raises RuntimeError inside another transaction, because then a return would promise too much.
    """

    @wraps(verb)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        with transaction.atomic(durable=True):
            return verb(*args, **kwargs)

    return run


def required(verb: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Mark a verb that joins its caller's transaction and refuses to run without one."""

    @wraps(verb)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        if not transaction.get_connection().in_atomic_block:
            raise transaction.TransactionManagementError(f"{verb.__name__} needs a transaction")
        return verb(*args, **kwargs)

    return run


def joined(verb: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Run the verb in its caller's transaction, or in one of its own where there is none.

    Either all of the verb is written or nothing. Django's own decorator would share one block
    among all calls and threads, and blocks remember what they lock (common.locking).
    """

    @wraps(verb)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        with transaction.atomic():
            return verb(*args, **kwargs)

    return run


def insist_on_none() -> None:
    """What speaks to another company asks first that no transaction waits for the answer.

    The block in which a test rolls back what it wrote does not count, as with `durable`.
    """
    blocks = transaction.get_connection().atomic_blocks
    if blocks and not blocks[-1]._from_testcase:  # noqa: SLF001 (as Django's own `durable` asks)
        raise transaction.TransactionManagementError("a foreign call waits inside a transaction")


def after_commit(tell: Callable[[], object]) -> None:
    """Tell somebody once the present transaction is safely on paper, and only then.

    Telling is a courtesy: a failure is logged and never undoes the work, because a durable
    process row or the reaper will tell again.
    """

    # Django's log of a failure asks for a name, which a partial does not have.
    def courtesy() -> None:
        tell()

    transaction.on_commit(courtesy, robust=True)
