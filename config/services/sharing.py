"""Users of the embedded PostgreSQL share one lock; the last one out lets the guardian stop it.

Three locks, always taken in this order:
- `start`: whoever starts or stops the server; held for that moment only.
- `users`: shared by everybody who uses the server, for as long as their process lives. The kernel
  drops it even after kill -9, so nobody has to say goodbye.
- `guardian`: held by the one guardian.
"""

import fcntl
import os
import subprocess
import sys
import time
from io import TextIOWrapper
from pathlib import Path

from config.services import postgres, programs
from config.services.layout import CannotStart, Layout
from config.services.postgres import Cluster

START_SECONDS = 180
_held: dict[Path, TextIOWrapper] = {}


def take(path: Path, *, shared: bool = False, seconds: float = 0) -> TextIOWrapper | None:
    """The open file that holds the lock, or None when others held it all the time."""
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    file = path.open("a+", encoding="utf-8")
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                file.close()
                return None
            time.sleep(0.02)
        else:
            return file


def attach(layout: Layout) -> None:
    """Use the server until this process ends; start it if it is down. Raises CannotStart."""
    cluster = postgres.cluster_of(layout)
    programs.open_home(layout, cluster.account)
    start = take(layout.lock("start"), seconds=START_SECONDS)
    if start is None:
        raise CannotStart(
            f"Another program has been starting PostgreSQL for {START_SECONDS} seconds.\n"
            f"Its log is {cluster.log}."
        )
    with start:
        if layout.home not in _held:
            users = take(layout.lock("users"), shared=True, seconds=START_SECONDS)
            if users is None:
                raise CannotStart("PostgreSQL is being stopped and does not come to an end.")
            _held[layout.home] = users
        postgres.ensure_running(cluster)
        _ensure_guardian(cluster)


def detach(layout: Layout) -> None:
    """Stop using the server before this process ends."""
    if users := _held.pop(layout.home, None):
        users.close()


def _ensure_guardian(cluster: Cluster) -> None:
    """Start a guardian unless one is awake. It needs no packages, so it starts without them."""
    layout = cluster.layout
    free = take(layout.lock("guardian"))
    if free is None:
        return
    free.close()
    guardian = subprocess.Popen(  # noqa: S603 (our own module)
        [sys.executable, "-S", "-m", "config.services.guardian", str(cluster.programs)],
        cwd=layout.root,
        env={**os.environ, "MINGZHANG_STATE": str(layout.state)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    guardian.returncode = 0  # it outlives us: nobody is to wait for it, or to warn that nobody did
