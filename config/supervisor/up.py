"""`manage.py up`: everything that one installation needs, in order, in one terminal.

It runs without Django, so that the supervisor is small and the children start at once.
"""

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from config import env
from config.services import endpoints, postgres, programs, redis, sharing
from config.services.endpoints import Endpoints
from config.services.layout import ROOT, CannotStart, Layout, environment
from config.supervisor import programme
from config.supervisor.children import Child
from config.supervisor.console import Console, welcome
from config.supervisor.ports import answers, free_port, reachable_host
from config.supervisor.programme import Addresses
from config.supervisor.record import Record, code_stamp
from config.supervisor.watch import Stopped, Watch

READY_SECONDS = 180
STEP_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Start:
    """What the steps of one start share."""

    layout: Layout
    place: Endpoints
    addresses: Addresses
    watch: Watch
    record: Record
    began: float

    @property
    def console(self) -> Console:
        return self.watch.console


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=8000, help="the port of the web server")
    parser.add_argument("--bank-port", type=int, default=8001, help="the port of the sandbox bank")
    parser.add_argument(
        "--strict-port", action="store_true", help="fail when the port is in use, try no other"
    )


def main(words: list[str]) -> int:
    """The command itself; the exit code says whether it ended as asked."""
    parser = argparse.ArgumentParser(prog="manage.py up", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(words))


def run(options: argparse.Namespace) -> int:
    """Start everything, keep it alive, stop it. Returns the exit code."""
    began = time.monotonic()
    console = Console()
    watch = Watch(console)
    try:
        place = endpoints.current()
        layout = _layout()
        with closing(Record(layout)) as record:
            addresses = _addresses(options, console)
            watch.listen()
            _run(Start(layout, place, addresses, watch, record, began))
    except (CannotStart, env.SettingIsWrong) as error:
        console.line(str(error))
        return 1
    return watch.exit_code


def _layout() -> Layout:
    return Layout.for_repository() if environment() == "production" else endpoints.embedded_layout()


def _addresses(options: argparse.Namespace, console: Console) -> Addresses:
    host = options.host
    port = free_port(host, options.port, is_strict=options.strict_port, taken=frozenset())
    if port != options.port:
        console.line(f"  ! port {options.port} is in use, taking {port}")
    bank_port = free_port("127.0.0.1", options.bank_port, taken=frozenset({port}))
    return Addresses(host, port, bank_port, url=f"http://{reachable_host(host)}:{port}")


def _run(start: Start) -> None:
    watch = start.watch
    try:
        start.record.write(url=start.addresses.url, children=[])
        _bring_up(start)
        while not watch.is_stopping:
            watch.look()
            start.record.write(url=start.addresses.url, children=watch.children)
            watch.pause(0.25)
    except Stopped:
        pass
    except CannotStart as error:
        watch.give_up(str(error))
    finally:
        start.console.line("  stopping …")
        watch.stop_all()


def _bring_up(start: Start) -> None:
    left = start.record.end_leftovers()
    if left:
        start.console.line(f"  … {left} processes of a platform that was killed have ended")
    (start.layout.state / "static").mkdir(exist_ok=True)  # where collected files would lie
    _start_postgres(start)
    _start_redis(start)
    told = programme.child_environment(start.place, start.addresses)
    stamp = code_stamp(ROOT, start.place.database_url, start.place.keys_url)
    if not start.record.is_prepared(stamp):
        _prepare(start, told)
        start.record.mark_prepared(stamp)
    for child in programme.platform_children(start.layout, start.addresses, told):
        start.watch.start(child)
    start.record.write(url=start.addresses.url, children=start.watch.children)
    _await_ready(start, _one_step(start, "catch_up", told, "--await-worker"))
    start.console.line(
        welcome(
            url=start.addresses.url,
            seconds=time.monotonic() - start.began,
            state=start.layout.state,
            is_demonstration=environment() != "production",
        )
    )


def _start_postgres(start: Start) -> None:
    """The embedded one, unless an address was given."""
    if endpoints.is_postgres_embedded():
        with start.console.step("PostgreSQL"):
            sharing.attach(start.layout)
        start.watch.guard(postgres.cluster_of(start.layout))


def _start_redis(start: Start) -> None:
    """The embedded one, unless an address was given."""
    if endpoints.is_redis_embedded():
        with start.console.step("Redis"):
            account = programs.service_account()
            command = redis.server_command(start.layout, account)
            redis.retire(start.layout.redis_socket)
            start.watch.start(programme.redis_child(command, account))
            redis.await_answer(start.layout.redis_socket)


def _prepare(start: Start, told: dict[str, str]) -> None:
    """What the first start after a change needs: schema, rights, the demonstration's people."""
    with start.console.step("schema and rights"):
        owner = programme.owner_environment(start.place, told)
        _finish(start, _one_step(start, "prepare_database", owner))
    if environment() != "production":
        with start.console.step("demonstration"):
            _finish(start, _one_step(start, "prepare_demonstration", told))


def _one_step(start: Start, command: str, told: dict[str, str], *words: str) -> Child:
    """A management command that runs beside us, so that Ctrl-C can end it."""
    step = Child(
        name=command,
        command=programme.manage(start.layout, command, *words),
        environment=told,
        grace_seconds=10,
    )
    step.start(start.console)
    return step


def _finish(start: Start, step: Child) -> None:
    """Wait for the step. Raises Stopped, or CannotStart when it failed."""
    try:
        while not _is_over(step):
            start.watch.pause(STEP_SECONDS)
    finally:
        _end(step)


def _is_over(step: Child) -> bool:
    if step.exit_code:
        raise CannotStart(f"{step.name} failed; its own words stand above")
    return not step.is_alive


def _end(step: Child) -> None:
    step.ask_to_stop()
    if not step.await_end(step.grace_seconds):
        step.kill()


def _await_ready(start: Start, catching_up: Child) -> None:
    """Ready means: the web answers 200, a worker answers, and the missed days are closed."""
    began = time.monotonic()
    host, port = reachable_host(start.addresses.host), start.addresses.port
    waits: dict[str, Callable[[], bool]] = {
        "web": lambda: answers(host, port, "/readyz"),
        "worker and missed days": lambda: _is_over(catching_up),
    }
    try:
        while waits:
            start.watch.look()
            start.watch.pause(STEP_SECONDS)
            for name in [name for name, is_over in waits.items() if is_over()]:
                del waits[name]
                start.console.done(name, time.monotonic() - began)
            if time.monotonic() - began > READY_SECONDS:
                raise CannotStart(f"not ready after {READY_SECONDS}s: {', '.join(waits)}")
    finally:
        _end(catching_up)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
