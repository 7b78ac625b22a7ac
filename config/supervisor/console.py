"""What the supervisor says: steps with their seconds, and the lines of its children by name."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TextIO

LOGINS_FILE = "logins.txt"
COLOURS = {
    "web": 36,
    "worker": 32,
    "reader": 32,
    "beat": 33,
    "bank": 34,
    "redis": 35,
    "postgres": 35,
}


class Console:
    """Several threads write to it. A terminal that went away must not stop the stopping."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()
        self._is_coloured = self._stream.isatty() and "NO_COLOR" not in os.environ

    def line(self, text: str = "") -> None:
        """One line, at once."""
        with self._lock, suppress(OSError, ValueError):
            self._stream.write(text + "\n")
            self._stream.flush()

    def done(self, name: str, seconds: float, note: str = "") -> None:
        """A step that is finished."""
        self.line(f"  … {name} ok {seconds:.2f}s {note}".rstrip())

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Announce the step after it went well; what fails speaks for itself."""
        began = time.monotonic()
        yield
        self.done(name, time.monotonic() - began)

    def follow(self, name: str, stream: IO[bytes]) -> None:
        """Pass on a child's lines under its name, until it ends."""
        prefix = f"{name:>8} | "
        if self._is_coloured:
            prefix = f"\033[{COLOURS.get(name, 37)}m{prefix}\033[0m"
        with stream:
            for line in stream:
                self.line(prefix + line.decode(errors="replace").rstrip("\n"))


def welcome(*, url: str, seconds: float, state: Path, is_demonstration: bool) -> str:
    """The address and, in a demonstration, who can sign in and where the codes appear."""
    lines = ["", f"  Mingzhang is ready after {seconds:.1f}s at {url}/"]
    if is_demonstration:
        lines += [
            f"  Staff work at {url}/admin/",
            f"  Codes that would go to a phone appear at {url}/demo/outbox/",
        ]
        lines += [f"  {line}" for line in _logins(state)]
    return "\n".join([*lines, "  Ctrl-C stops everything.", ""])


def _logins(state: Path) -> list[str]:
    """What `prepare_demonstration` wrote down."""
    try:
        content = (state / LOGINS_FILE).read_text(encoding="utf-8")
    except OSError:
        return []
    return ["", *content.rstrip().splitlines(), ""] if content.strip() else []
