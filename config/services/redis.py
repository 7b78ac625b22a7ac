"""The embedded Redis: a child of whoever needs it, on a unix socket, with its queue on disk.

It is asked in Redis's own inline protocol, so that nothing needs to be imported for that.
"""

import socket
import time
from pathlib import Path

from config.services import programs
from config.services.layout import CannotStart, Layout
from config.services.programs import Account

START_SECONDS = 30
LARGEST_LOG_BYTES = 4 * 1024 * 1024


def server_command(layout: Layout, account: Account | None) -> list[str]:
    """How to start the server. Raises CannotStart where there is none."""
    program = programs.redis_program(account)
    programs.open_home(layout, account)
    log = layout.redis / "redis.log"
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.unlink()
    options = {
        "port": "0",
        "unixsocket": str(layout.redis_socket),
        "unixsocketperm": "700",
        "dir": str(layout.redis),
        "logfile": str(log),
        "loglevel": "warning",
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return [str(program), *words]


def is_answering(path: Path) -> bool:
    """Whether a Redis answers on the socket and has read its file."""
    return (_ask(path, b"PING\r\n") or b"").startswith(b"+PONG")


def retire(path: Path, *, seconds: float = 10) -> None:
    """Ask a server that was left over to stop, and wait until it has. Raises CannotStart."""
    deadline = time.monotonic() + seconds
    while _ask(path, b"SHUTDOWN\r\n") is not None:
        if time.monotonic() > deadline:
            raise CannotStart(f"A Redis that was left over does not stop (its socket is {path}).")
        time.sleep(0.05)


def await_answer(path: Path, *, seconds: float = START_SECONDS) -> None:
    """Wait until the server answers. Raises CannotStart."""
    deadline = time.monotonic() + seconds
    while not is_answering(path):
        if time.monotonic() > deadline:
            raise CannotStart(f"Redis does not answer on {path} after {seconds:.0f} seconds.")
        time.sleep(0.02)


def _ask(path: Path, words: bytes) -> bytes | None:
    """The server's answer; None when nobody listens."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        try:
            connection.connect(str(path))
            connection.sendall(words)
            return connection.recv(64)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError:
            return b""
