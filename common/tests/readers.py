"""Readers for the tests of the bounded child: well-behaved ones and others."""

import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path

from common.errors import Refused


class TooManyLetters(Refused):
    """A refusal with context, as a reader would raise it."""

    code = "TOO_MANY_LETTERS"
    message = "There are %(letters)s letters."
    advice = "Send fewer."
    status = 422


def count(content, *arguments):
    return {"bytes": len(content), "words": list(arguments), "text": content[:9].decode()}


def refuse(content):
    raise TooManyLetters(letters=len(content))


def refuse_without_reading(content, reason):
    raise TooManyLetters(letters=reason)


def crash(content):
    raise RuntimeError("a secret of a stranger")


def die(content):
    os.kill(os.getpid(), signal.SIGKILL)


def leave(content):
    sys.exit(0)


def sleep(content):
    time.sleep(60)


def spin(content):
    while True:
        pass


def swell(content):
    return len(bytearray(2_000 * 1024 * 1024))


def babble(content):
    return "x" * 5_000_000


def rubbish(content):
    sys.stdout.buffer.write(b"not json ")


def scribble(content, path):
    Path(path).write_text("a trace", encoding="utf-8")


def open_many(content):
    return len([socket.socket() for _ in range(64)])


def limits(content):
    names = ("CORE", "FSIZE", "NOFILE", "AS")
    return {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in names}


def environment(content):
    return sorted(os.environ)


def working_folder(content):
    return str(Path.cwd())


def modules(content):
    return [name for name in ("django", "celery", "openpyxl") if sys.modules.get(name)]


def import_django(content):
    import django  # noqa: PLC0415 - the child must not be able to

    return django.VERSION


def odd_answer(content):
    return {1, 2}
