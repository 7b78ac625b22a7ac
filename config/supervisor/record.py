"""What a running platform leaves for the next start: its address, children, preparations."""

import hashlib
import json
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from config.services import sharing
from config.services.layout import CannotStart, Layout
from config.supervisor.children import Child, start_ticks

LEFTOVER_SECONDS = 8
CODE_SUFFIXES = {".py", ".toml", ".json", ".sql", ".txt"}
CODE_FOLDERS = ("common", "borrowers", "scoring", "lending", "monitoring", "config", "simulation")


class Record:
    """The locked file of the one platform that runs on a state folder."""

    def __init__(self, layout: Layout) -> None:
        """Take the lock. Raises CannotStart when a platform runs already."""
        self._prepared = layout.state / "prepared.txt"
        path = layout.state / "up.lock"
        file = sharing.take(path)
        if file is None:
            raise CannotStart(_already_running(path))
        self._file: TextIOWrapper = file
        self._before = _read(path)
        self._noted: list[int] | None = None

    def close(self) -> None:
        """Let the next one in; the end of the process does the same."""
        self._file.close()

    def write(self, *, url: str, children: list[Child]) -> None:
        """Note the address and the children, if they are not noted yet."""
        pids = [child.process.pid for child in children if child.process]
        if pids == self._noted:
            return
        self._noted = pids
        content = {"pid": os.getpid(), "url": url, "children": {n: start_ticks(n) for n in pids}}
        self._file.seek(0)
        self._file.truncate()
        json.dump(content, self._file)
        self._file.flush()

    def end_leftovers(self) -> int:
        """Wait for what a killed platform left behind, and end what does not go by itself."""
        children: Mapping[str, int] = self._before.get("children", {})
        left = [int(pid) for pid, ticks in children.items() if start_ticks(int(pid)) == ticks]
        deadline = time.monotonic() + LEFTOVER_SECONDS
        waiting = left
        while waiting and time.monotonic() < deadline:
            time.sleep(0.1)
            waiting = [pid for pid in waiting if start_ticks(pid) == children[str(pid)]]
        for pid in waiting:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        return len(left)

    def is_prepared(self, stamp: str) -> bool:
        """Whether the database was prepared by exactly this code."""
        try:
            return self._prepared.read_text(encoding="ascii") == stamp
        except OSError:
            return False

    def mark_prepared(self, stamp: str) -> None:
        self._prepared.write_text(stamp, encoding="ascii")


def code_stamp(root: Path, *places: str) -> str:
    """Changes whenever a source file does, or one of the places that the code prepares."""
    found = hashlib.sha256("\n".join(places).encode())
    for folder in CODE_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in CODE_SUFFIXES and "tests" not in path.parts:
                status = path.stat()
                found.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return found.hexdigest()


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _already_running(path: Path) -> str:
    found = _read(path)
    return (
        f"already running (pid {found.get('pid', 'unknown')}) "
        f"at {found.get('url') or 'an address that is not known yet'}"
    )
