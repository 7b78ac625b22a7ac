"""Memory of the whole platform when nobody does anything: the sum of PSS over its processes."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress

import psutil

from bench.figures import Result, Target
from tests.machinery.running import Platform

IDLE_SECONDS = 30
MOST_MB = 900
# The first word that a command line holds says what the process is.
KINDS = (
    ("manage.py up", "supervisor"),
    ("config.services.guardian", "guardian"),
    ("simulation.bank", "bank"),
    ("gunicorn", "web"),
    ("config.celery:app worker", "worker"),
    ("config.celery:app beat", "beat"),
    ("redis-server", "redis"),
    ("postgres", "postgres"),
)


def measure(platform: Platform) -> Result:
    """Wait until it has been idle for a while, then look at every process."""
    time.sleep(IDLE_SECONDS)
    table = [_row(process) for process in processes(platform)]
    sums: dict[str, float] = defaultdict(float)
    for kind, pss_mb in table:
        sums[kind] += pss_mb
    largest_first = sorted(sums.items(), key=lambda each: -each[1])
    total_mb = round(sum(sums.values()), 1)
    return Result(
        figures={
            "total_pss_mb": total_mb,
            "processes": len(table),
            "by_kind_pss_mb": {kind: round(mb, 1) for kind, mb in largest_first},
            "table": [{"kind": kind, "pss_mb": round(mb, 1)} for kind, mb in sorted(table)],
        },
        targets=(Target("whole platform idle, PSS in MB", total_mb, MOST_MB),),
        notes=(f"after {IDLE_SECONDS} s without a request",),
    )


def processes(platform: Platform) -> Iterator[psutil.Process]:
    """The supervisor with all below it, PostgreSQL, and the guardian that outlives them."""
    supervisor = psutil.Process(platform.process.pid)
    yield supervisor
    yield from supervisor.children(recursive=True)
    pid_file = platform.layout.postgres / "data/postmaster.pid"
    server = psutil.Process(int(pid_file.read_text(encoding="ascii").split()[0]))
    yield server
    yield from server.children(recursive=True)
    yield from _guardians(platform)


def _guardians(platform: Platform) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.AccessDenied, psutil.NoSuchProcess):
            is_guardian = "config.services.guardian" in process.cmdline()
            if is_guardian and process.environ().get("MINGZHANG_STATE") == str(platform.state):
                yield process


def _row(process: psutil.Process) -> tuple[str, float]:
    return _kind(" ".join(process.cmdline())), process.memory_full_info().pss / 2**20


def _kind(command_line: str) -> str:
    return next((kind for words, kind in KINDS if words in command_line), command_line[:40])
