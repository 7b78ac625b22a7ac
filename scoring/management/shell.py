"""What commands say: a refusal in one sentence, and a count of people that moves."""

import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from common.errors import Refused


def said(refused: Refused) -> str:
    """Its code, what happened, and what to do."""
    words = f"{refused.message} {refused.advice}" % refused.context
    return f"{refused.code}: {words}"


# Every member of an ensemble takes a seed after this one.
LARGEST_SEED = 2**31 - 1


def seed(words: str) -> int:
    """A number from which chance starts, as large as every part can take."""
    if not (words.isdecimal() and len(words) <= 10 and int(words) <= LARGEST_SEED):
        raise ArgumentTypeError(f"a whole number from 0 to {LARGEST_SEED}, not {words[:20]}")
    return int(words)


@contextmanager
def people_counted(what: str) -> Iterator[Callable[[int], None]]:
    """A bar that moves by people; nothing where nobody looks."""
    from tqdm import tqdm  # noqa: PLC0415 (only for commands)

    with tqdm(desc=what, unit=" people", disable=not sys.stderr.isatty()) as bar:

        def tell(people: int) -> None:
            bar.update(people)

        yield tell
