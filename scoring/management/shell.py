"""What commands say: a refusal in one sentence, and a count of people that moves."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from common.errors import Refused


def said(refused: Refused) -> str:
    """Its code, what happened, and what to do."""
    words = f"{refused.message} {refused.advice}" % refused.context
    return f"{refused.code}: {words}"


@contextmanager
def people_counted(what: str) -> Iterator[Callable[[int], None]]:
    """A bar that moves by people; nothing where nobody looks."""
    from tqdm import tqdm  # noqa: PLC0415 (only for commands)

    with tqdm(desc=what, unit=" people", disable=not sys.stderr.isatty()) as bar:

        def tell(people: int) -> None:
            bar.update(people)

        yield tell
