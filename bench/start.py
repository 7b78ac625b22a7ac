"""How long `make up` takes until it is ready: the first time, and every time after."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping

import requests

from bench.figures import Result, Target, times
from config.services.layout import ROOT
from tests.machinery.installations import new_installation

READY = re.compile(r"is ready after .* at (http://\S+?)/\s")
SECOND_STARTS = 5
MOST_SECONDS = 10.0
PORT = 18_700


def measure(second_starts: int = SECOND_STARTS) -> Result:
    """Start a new installation, stop it, and start it again, several times."""
    with new_installation("demo") as variables:
        first = _seconds_until_ready(variables)
        later = [_seconds_until_ready(variables) for _ in range(second_starts)]
    figures = times(later)
    return Result(
        figures={"first_start_ms": round(first * 1000), "second_start": figures},
        targets=(Target("second start of make up, worst of all, in s", max(later), MOST_SECONDS),),
        notes=("from calling make until /readyz has answered 200 and the address is printed",),
    )


def _seconds_until_ready(variables: Mapping[str, str]) -> float:
    began = time.monotonic()
    platform = subprocess.Popen(  # noqa: S603 (a fixed list, no shell)
        ["make", "up", f"ARGS=--port {PORT} --bank-port {PORT + 1}"],  # noqa: S607 (make on PATH)
        cwd=ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        _await_ready(platform)
        return time.monotonic() - began
    finally:
        os.killpg(platform.pid, signal.SIGTERM)
        platform.communicate()


def _await_ready(platform: "subprocess.Popen[str]") -> None:
    """Read its words until it says where it is, and ask there."""
    assert platform.stdout is not None
    said = ""
    for line in platform.stdout:
        said += line
        if found := READY.search(said):
            assert requests.get(f"{found[1]}/readyz", timeout=5).ok
            return
    raise AssertionError(f"the platform did not start:\n{said}")
