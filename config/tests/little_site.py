"""A site of one page, and a server whose patience ends soon: tests run it in its own process."""

from collections.abc import Callable, Iterable
from typing import Any

from config.server.worker import PatientWorker


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Say how long the body was; `/long` answers with more than a socket holds."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    answer = b"x" * 50_000_000 if environ["PATH_INFO"] == "/long" else b"%d" % len(body)
    start("200 OK", [("Content-Length", str(len(answer))), ("Content-Type", "text/plain")])
    return [answer]


class HastyWorker(PatientWorker):
    """The same worker with the limits of a test."""

    seconds_for_head = 1.0
    seconds_for_body = 1.0
    seconds_to_take = 0.5
    seconds_to_leave = 0.5
    most_bytes = 3_000_000
