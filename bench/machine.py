"""What was measured on: figures without their machine say little."""

import os
import platform
import subprocess
from pathlib import Path

import psutil

from config.services.layout import ROOT


def notes() -> dict[str, object]:
    """The machine, its load now, and the code."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_mb": psutil.virtual_memory().total // 2**20,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_before": [round(each, 2) for each in os.getloadavg()],
        "commit": _git("rev-parse", "--short", "HEAD"),
        "has_uncommitted_changes": bool(_git("status", "--porcelain", "--untracked-files=no")),
    }


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _git(*words: str) -> str:
    answer = subprocess.run(  # noqa: S603 (a fixed list, no shell)
        ["git", *words],  # noqa: S607 (whichever git is on PATH)
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip()
