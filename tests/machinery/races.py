"""Running the same thing at once, in threads with connections of their own."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

from common.errors import Refused

Given = TypeVar("Given")
Answer = TypeVar("Answer")


def at_once(act: Callable[[Given], Answer], values: Iterable[Given]) -> list[Answer | Refused]:
    """What each call gave, in the order of the values; a refusal is an answer, an error is not.

    All threads wait at one line and start together. Needs a test that commits.
    """
    given = list(values)
    line = threading.Barrier(len(given))

    def run(value: Given) -> Answer | Refused:
        line.wait(timeout=10)
        try:
            return act(value)
        except Refused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(given)) as pool:
        return list(pool.map(run, given))


def together(*verbs: Callable[[], object]) -> list[Any]:
    """Different verbs at the same moment; here an error is an answer like any other."""
    return at_once(_answer, verbs)


def _answer(verb: Callable[[], object]) -> object:
    try:
        return verb()
    except Exception as error:  # noqa: BLE001 (the caller says which error is right)
        return error
