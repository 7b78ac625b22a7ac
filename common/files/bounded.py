"""Run a pure function over a stranger's file in a child process that cannot do much harm.

The child gets the content on its standard input, has little time and memory, may write no file,
and answers in JSON. A refusal raised there is raised here again; anything else that goes wrong
there (a crash, a kill, rubbish on the pipe) becomes a refusal too. No shell, no pickle.
"""

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from common.errors import Refused
from common.files import child
from common.texts import gettext_noop

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 10.0
MEMORY_BYTES = 768 * 1024 * 1024
OUTPUT_BYTES = 64 * 1024 * 1024


class ReaderStopped(Refused):
    """The child died before it answered: out of memory, killed, or a fault of ours."""

    code = "FILE_READER_STOPPED"
    message = gettext_noop("This file is too complex to read safely.")
    advice = gettext_noop("Export the file again, perhaps for a shorter period, and upload that.")
    status = 422


class TimeLimitReached(ReaderStopped):
    """The child was still reading when its time was up."""

    code = "FILE_READER_OUT_OF_TIME"
    message = gettext_noop("Reading this file took too long, so we stopped.")


class ReaderUnavailable(Refused):
    """No child could be started; the file is not to blame."""

    code = "FILE_READER_UNAVAILABLE"
    message = gettext_noop("We cannot read files at this moment.")
    advice = gettext_noop("Please try again in a few minutes.")
    status = 503


def run(
    function: str,
    content: bytes,
    *arguments: str,
    secret: str = "",
    seconds: float = SECONDS,
    memory_bytes: int = MEMORY_BYTES,
    output_bytes: int = OUTPUT_BYTES,
) -> Any:
    """What `module:name` answers to `(content, *arguments)`, as JSON gives it back. A `secret` is
    handed over through the pipe, as `password=`; of a `Streamed` answer the rows are an iterator.

    `module` must be importable without Django and already trusted: callers name it, files never.
    Raises the Refused that the function raised, TimeLimitReached, ReaderStopped.
    """
    limits = child.Limits(seconds=seconds, memory_bytes=memory_bytes)
    reader = start(function, limits, arguments)
    said = secret.encode()
    told = (len(said).to_bytes(child.LENGTH_BYTES, "big") + said, content)
    answer, is_late = talk(reader, told, seconds=seconds, output_bytes=output_bytes)
    if is_late:
        raise TimeLimitReached
    if reader.returncode != 0 or len(answer) > output_bytes:
        raise ReaderStopped(exit_code=reader.returncode)
    return unwrap(answer)


def start(
    function: str, limits: child.Limits, arguments: tuple[str, ...]
) -> "subprocess.Popen[bytes]":
    """The child: isolated from the environment and the working folder, in a session of its own."""
    boot = (
        "import sys; sys.path.insert(0, sys.argv[1]); from common.files import child; child.main()"
    )
    command = [
        sys.executable,
        "-I",
        "-B",
        "-X",
        "utf8",
        "-c",
        boot,
        str(ROOT),
        limits.as_text(),
        function,
        *arguments,
    ]
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter, a list, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=child_environment(),
            start_new_session=True,
        )
    except OSError as error:
        raise ReaderUnavailable from error


def child_environment() -> dict[str, str]:
    """No secret of ours reaches the child; numerical libraries start no threads."""
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TZDIR") if name in os.environ}
    return {**kept, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def talk(
    reader: "subprocess.Popen[bytes]",
    told: tuple[bytes, ...],
    *,
    seconds: float,
    output_bytes: int,
) -> tuple[bytes, bool]:
    """Hand over what it is told, take at most `output_bytes` of answer, and stop it in time."""
    assert reader.stdin is not None
    assert reader.stdout is not None
    late = threading.Event()
    answer = b""

    def stop() -> None:
        late.set()
        reader.kill()

    timer = threading.Timer(seconds, stop)
    feeder = threading.Thread(target=feed, args=(reader.stdin, told), daemon=True)
    timer.start()
    feeder.start()
    try:
        answer = reader.stdout.read(output_bytes + 1)
    finally:
        if len(answer) > output_bytes:
            reader.kill()
        reader.wait()
        timer.cancel()
        timer.join()
        feeder.join()
        reader.stdout.close()
    return answer, late.is_set() and reader.returncode != 0


def feed(pipe: IO[bytes], told: tuple[bytes, ...]) -> None:
    """A child that refuses early stops listening; that is its right."""
    with suppress(BrokenPipeError), pipe:
        for piece in told:
            pipe.write(piece)


def unwrap(answer: bytes) -> Any:
    """The answer inside the envelope, or the refusal inside it raised again."""
    try:
        lines = io.BytesIO(answer)
        envelope = json.loads(lines.readline())
        if "rows" in envelope:
            return {**envelope["answer"], envelope["rows"]: map(json.loads, lines)}
        if "answer" in envelope:
            return envelope["answer"]
        refusal = refusal_named(envelope["refused"])
        context = envelope["context"]
    except (ValueError, KeyError, TypeError) as error:
        raise ReaderStopped from error
    raise refusal(**context)


def refusal_named(name: str) -> type[Refused]:
    """Only a refusal that this process already knows: the answer never imports anything."""
    for refusal in all_refusals(Refused):
        if child.dotted_name(refusal) == name:
            return refusal
    raise KeyError(name)


def all_refusals(base: type[Refused]) -> Iterator[type[Refused]]:
    yield base
    for refusal in base.__subclasses__():
        yield from all_refusals(refusal)
