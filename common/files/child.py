"""The other side of the pipe: set the limits, read the content, call the function, answer."""

import gc
import json
import math
import resource
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import IO, Any

from common.errors import Refused

# Enough for the modules that the function imports while it works; no socket, no spool of files.
OPEN_FILES = 32
# A reader needs none of these; without them it starts sooner and stays smaller.
UNWANTED = ("django", "rest_framework", "celery", "PIL", "pandas")
LENGTH_BYTES = 4
LASTING_THINGS = 200_000


@dataclass(frozen=True, slots=True)
class Streamed:
    """An answer of which one part is long: it crosses the pipe row by row."""

    head: dict[str, Any]
    name: str
    rows: Iterable[Any]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the child may use."""

    seconds: float
    memory_bytes: int

    def as_text(self) -> str:
        return f"{self.seconds}:{self.memory_bytes}"

    @staticmethod
    def from_text(words: str) -> "Limits":
        seconds, memory_bytes = words.split(":")
        return Limits(seconds=float(seconds), memory_bytes=int(memory_bytes))

    def set(self) -> None:
        """Soft and hard alike: nobody can raise them again."""
        cpu_seconds = math.ceil(self.seconds) + 1
        limits = {
            resource.RLIMIT_CPU: cpu_seconds,
            resource.RLIMIT_AS: self.memory_bytes,
            resource.RLIMIT_FSIZE: 0,
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_NOFILE: OPEN_FILES,
            resource.RLIMIT_NPROC: 0,
        }
        for what, limit in limits.items():
            resource.setrlimit(what, (limit, limit))


def dotted_name(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def main() -> None:
    """`root limits function arguments…` on the command line, a secret and the content on standard
    input."""
    _, _, limits, function_name, *arguments = sys.argv
    Limits.from_text(limits).set()
    # A reader makes a million things that all stay: looking among them for rubbish costs a third.
    gc.set_threshold(LASTING_THINGS)
    for name in UNWANTED:
        sys.modules[name] = None  # type: ignore[assignment]  # an import of it fails at once
    module_name, _, name = function_name.partition(":")
    function = getattr(import_module(module_name), name)
    secret = sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(LENGTH_BYTES), "big"))
    named = {"password": secret.decode()} if secret else {}
    answer(sys.stdout.buffer, lambda: function(sys.stdin.buffer.read(), *arguments, **named))
    sys.stdout.flush()


def answer(pipe: IO[bytes], ask: Callable[[], Any]) -> None:
    """One line with the answer, or with the refusal by name and context; rows follow below it."""
    rows: Iterable[Any] = ()
    try:
        said = ask()
        if isinstance(said, Streamed):
            envelope, rows = {"answer": said.head, "rows": said.name}, said.rows
        else:
            envelope = {"answer": said}
    except Refused as refused:
        envelope = {"refused": dotted_name(type(refused)), "context": refused.context}
    pipe.write(line_of(envelope))
    for row in rows:
        pipe.write(line_of(row))


def line_of(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
