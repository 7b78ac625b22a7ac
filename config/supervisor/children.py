"""Processes that the supervisor keeps alive: start, death, back-off, stop."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from config.services.programs import Account
from config.supervisor.console import Console

LEASH = Path(__file__).with_name("leash.py")
QUICK_DEATH_SECONDS = 30
QUICK_DEATHS_AT_MOST = 3
LONGEST_BACK_OFF_SECONDS = 8.0


@dataclass
class Restarts:
    """How often something died soon after its start, and when it may start again."""

    deaths: int = 0
    not_before: float = 0.0
    started_at: float = field(default_factory=time.monotonic)

    def started(self) -> None:
        self.started_at = time.monotonic()
        self.not_before = 0.0

    def died(self) -> None:
        """Count the death; one that came late starts the count anew."""
        now = time.monotonic()
        self.deaths = 1 if now - self.started_at > QUICK_DEATH_SECONDS else self.deaths + 1
        self.not_before = now + min(2.0 ** (self.deaths - 1), LONGEST_BACK_OFF_SECONDS)

    @property
    def is_too_many(self) -> bool:
        return self.deaths > QUICK_DEATHS_AT_MOST

    @property
    def is_waiting(self) -> bool:
        return self.not_before > 0.0

    @property
    def is_due(self) -> bool:
        return self.is_waiting and time.monotonic() >= self.not_before


@dataclass
class Child:
    """A program in a session of its own, whose output goes to the console under its name."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    grace_seconds: float
    stop_rank: int = 0  # who needs another one stops before it
    account: Account | None = None
    restarts: Restarts = field(default_factory=Restarts)
    process: subprocess.Popen[bytes] | None = None

    def start(self, console: Console) -> None:
        """Start the program on a leash: it gets TERM when the supervisor ends."""
        uid, gid = (self.account.uid, self.account.gid) if self.account else (-1, -1)
        leash = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(uid), str(gid)]
        self.process = subprocess.Popen(  # noqa: S603 (our own programs)
            [*leash, *self.command],
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.restarts.started()
        reader = threading.Thread(
            target=console.follow, args=(self.name, self.process.stdout), daemon=True
        )
        reader.start()

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return self.process.poll() if self.process else None

    def ask_to_stop(self) -> None:
        """TERM to the leader only: it knows best how to stop its own children."""
        if self.process and self.is_alive:
            self.process.terminate()

    def await_end(self, seconds: float) -> bool:
        """Whether it ended in time."""
        if self.process is None:
            return True
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(seconds, 0))
        return not self.is_alive

    def kill(self) -> None:
        """End whatever is left of its session."""
        if self.process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.await_end(5)


def start_ticks(pid: int) -> int | None:
    """When a process started, in the kernel's ticks: tells it from a later one of its number."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    state, *rest = text.rpartition(")")[2].split()
    return None if state == "Z" else int(rest[18])
