"""Throw-away installations: a state folder of their own, and nothing of it left behind."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.services import redis, secret_file
from config.services.layout import ROOT, SYSTEM_HOME, Layout
from config.supervisor import programme
from config.supervisor.console import Console


@contextmanager
def new_installation(environment: str = "test") -> Iterator[dict[str, str]]:
    """The environment variables of processes that belong to a fresh installation."""
    # A folder as people have them: with a blank, an apostrophe and Chinese letters.
    state = Path(tempfile.mkdtemp(prefix="mingzhang-")) / "Lin's 明账"
    kept_out = {"DATABASE_URL", "DATABASE_OWNER_URL", "KEYS_DATABASE_URL", "REDIS_URL"}
    variables = {key: value for key, value in os.environ.items() if key not in kept_out}
    variables |= {"MINGZHANG_STATE": str(state), "MINGZHANG_ENV": environment}
    try:
        yield variables
    finally:
        _remove(variables)


@contextmanager
def running_redis() -> Iterator[Layout]:
    """A Redis of the test's own, run by whoever runs the test."""
    home = Path(tempfile.mkdtemp(prefix="mz-redis-"))
    layout = Layout(root=ROOT, state=home, home=home)
    server = programme.redis_child(redis.server_command(layout, None), None)
    server.start(Console())
    try:
        redis.await_answer(layout.redis_socket)
        yield layout
    finally:
        server.kill()
        shutil.rmtree(home)


def layout_of(variables: dict[str, str]) -> Layout:
    """The layout that processes with these variables use."""
    state = Path(variables["MINGZHANG_STATE"])
    installation = secret_file.read_or_create(state / "secrets.json")["INSTALLATION"]
    home = SYSTEM_HOME / installation if os.geteuid() == 0 else state
    return Layout(root=ROOT, state=state, home=home)


def run_python(code: str, variables: dict[str, str]) -> "subprocess.Popen[str]":
    """A Python process of the installation, with its output as text."""
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.PIPE,
        text=True,
    )


def eventually(is_true: Callable[[], bool], *, seconds: float = 20) -> bool:
    """Whether it becomes true in time."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _remove(variables: dict[str, str]) -> None:
    layout = layout_of(variables)
    pid_file = layout.postgres / "data/postmaster.pid"
    eventually(lambda: not pid_file.exists())
    for folder in {layout.home, layout.sockets, layout.state.parent}:
        shutil.rmtree(folder, ignore_errors=True)
