"""Opens the sandbox bank: python -m simulation.bank --port 8090 --database FILE."""

import argparse
import base64
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from simulation.bank.notices import SECRET_PREFIX
from simulation.bank.server import Bank, Setup

LOOPBACK = ("127.0.0.1", "localhost", "::1")
FEWEST_SECRET_BYTES = 24


def arguments(words: Sequence[str]) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m simulation.bank",
        description="Sandbox bank: pays, collects, calls back and misbehaves. No real money.",
        epilog="BANK_API_KEY and BANK_WEBHOOK_SECRET (whsec_...) are read from the environment.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, required=True, help="0 takes any free port")
    parser.add_argument("--database", type=Path, required=True, help="SQLite file; made if missing")
    parser.add_argument(
        "--notify-host",
        action="append",
        default=[],
        help="host that notices may be sent to, besides this machine; may be repeated",
    )
    parser.add_argument(
        "--stop-with-input",
        action="store_true",
        help="stop when standard input closes, so that no test leaves a bank behind",
    )
    return parser.parse_args(words)


def secret_from_environment(name: str) -> str:
    """A secret that must be there."""
    value = os.environ.get(name, "")
    if not value.isascii() or len(value) < FEWEST_SECRET_BYTES:
        sys.exit(f"{name} is missing or shorter than {FEWEST_SECRET_BYTES} characters.")
    return value


def webhook_secret_from_environment(name: str) -> str:
    """A Standard Webhooks secret: whsec_ and at least 24 bytes in base64.

    Where the client's secrets are given newest first, with commas, the bank signs by the newest.
    """
    value = secret_from_environment(name).split(",")[0]
    try:
        key = base64.b64decode(value.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        key = b""
    if len(key) < FEWEST_SECRET_BYTES:
        sys.exit(f"{name} must be {SECRET_PREFIX} and at least 24 bytes in base64.")
    return value


def opened(chosen: argparse.Namespace) -> Bank:
    """The bank on its port, or a plain sentence saying why not."""
    setup = Setup(
        database=chosen.database,
        host=chosen.host,
        port=chosen.port,
        api_key=secret_from_environment("BANK_API_KEY"),
        webhook_secret=webhook_secret_from_environment("BANK_WEBHOOK_SECRET"),
        notify_hosts=frozenset({*LOOPBACK, *chosen.notify_host}),
    )
    try:
        return Bank(setup)
    except OSError as trouble:
        sys.exit(f"The sandbox bank cannot listen on port {chosen.port}: {trouble.strerror}.")


def main() -> None:
    """Serve until a signal, or until standard input closes."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    chosen = arguments(sys.argv[1:])
    is_over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: is_over.set())

    bank = opened(chosen)
    bank.start()
    sys.stdout.write(json.dumps({"event": "bank.ready", "port": bank.port}) + "\n")
    sys.stdout.flush()
    if chosen.stop_with_input:
        threading.Thread(target=_watch_input, args=(is_over,), daemon=True).start()
    is_over.wait()
    bank.stop()


def _watch_input(is_over: threading.Event) -> None:
    sys.stdin.read()
    is_over.set()


if __name__ == "__main__":
    main()
