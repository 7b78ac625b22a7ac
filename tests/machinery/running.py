"""The whole platform as separate processes, for tests that use it from outside or kill parts."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import psutil
import psycopg2
import redis
import requests

from config.services import endpoints
from config.services.layout import ROOT, Layout
from lending.channels.contracts import StatementLine, readable
from lending.channels.sandbox import SandboxBank
from tests.machinery.installations import eventually, layout_of, new_installation

READY = re.compile(r"is ready after .* at (http://127\.0\.0\.1:\d+)/")
DIED = re.compile(r"! (?P<name>\S+) died; it starts again in (?P<seconds>\d+)s")
WORKER = "config.celery:app worker"
# No promise, only an end to waiting: on a busy machine a new schema alone may take two minutes.
READY_SECONDS = 600
STOP_SECONDS = 90


@dataclass
class Platform:
    """`manage.py up` on a throw-away installation."""

    variables: dict[str, str]
    process: "subprocess.Popen[str]"
    lines: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def state(self) -> Path:
        return Path(self.variables["MINGZHANG_STATE"])

    @property
    def secrets(self) -> dict[str, str]:
        return dict(json.loads((self.state / "secrets.json").read_text(encoding="utf-8")))

    def children(self, word: str) -> list[psutil.Process]:
        """The supervisor's descendants whose command line holds the word."""
        assert self.process.poll() is None, f"the supervisor has ended\n{self.output()}"
        found = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in found if word in _command_line(child)]

    def kill_worker(self) -> None:
        """kill -9 of the Celery worker with its pool; the supervisor starts a new one."""
        family = self.children(WORKER)
        assert family, "there is no worker to be killed"
        for process in family:
            _kill(process)

    def pool(self) -> list[psutil.Process]:
        """The processes in which tasks run."""
        return [each for each in self.children(WORKER) if each.ppid() != self.process.pid]

    def kill_one_pool_child(self) -> None:
        """kill -9 of one process in which tasks run."""
        pool = self.pool()
        assert pool, "the worker has no pool to be killed"
        _kill(pool[0])

    def wipe_redis(self) -> None:
        """FLUSHALL: everything that the broker held is gone."""
        with closing(redis.Redis(unix_socket_path=str(self.layout.redis_socket))) as client:
            client.flushall()

    def redis_dump(self) -> list[bytes]:
        """Every key and value that Redis holds."""
        with closing(redis.Redis(unix_socket_path=str(self.layout.redis_socket))) as client:
            keys = cast("list[bytes]", client.keys("*"))
            return [each for key in keys for each in (key, _value(client, key))]

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The answer of a query, as the database's owner."""
        with closing(psycopg2.connect(self.owner_url)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall()) if cursor.description else []

    @property
    def owner_url(self) -> str:
        """The owner's way into this installation's database."""
        return self._address("mingzhang_owner", self.secrets["DATABASE_OWNER_PASSWORD"])

    @property
    def application_url(self) -> str:
        """The way in that web, workers and commands take: it may see what they are at."""
        return self._address("mingzhang_app", self.secrets["DATABASE_APP_PASSWORD"])

    def _address(self, role: str, password: str) -> str:
        host = self.layout.sockets
        return f"host={host} dbname={endpoints.DATABASE} user={role} password={password}"

    def manage(self, *words: str) -> str:
        """Run a management command beside the platform; its output."""
        answer = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            cwd=ROOT,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    def bank_statement(self) -> list[StatementLine]:
        """Every transfer that moved money, as the sandbox bank tells it."""
        key = self.secrets["BANK_API_KEY"]
        with SandboxBank(base_url=self.bank_url, api_key=key) as bank:
            lines = bank.statement(since_id=0)
        assert lines is not None, "the bank cannot be heard"
        return readable(lines)

    def bank_balance(self, account: str) -> int:
        """What lies on an account of the sandbox bank, in fen."""
        return int(self._bank(f"/accounts/{account}")["balance_fen"])

    def bank_faults(self, mode: str, **details: Any) -> None:
        """Let the sandbox bank misbehave."""
        self._bank("/faults", {"mode": mode, **details})

    def _bank(self, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.secrets['BANK_API_KEY']}"}
        call = requests.get if body is None else requests.post
        answer = call(f"{self.bank_url}{path}", json=body, headers=headers, timeout=10)
        answer.raise_for_status()
        return answer.json()

    @property
    def bank_url(self) -> str:
        port = int(self.url.rsplit(":", 1)[1]) + 1
        return f"http://127.0.0.1:{port}"

    def is_quiet(self) -> bool:
        """Nothing is owed any more, and nobody holds a lease; a database that is down is not."""
        try:
            owed = self.rows(
                "SELECT count(*) FROM common_process WHERE state IN ('PENDING', 'RUNNING')"
            )
        except psycopg2.Error:
            return False
        return bool(owed[0][0] == 0)

    def back_off_seconds(self, name: str) -> int:
        """How long the supervisor let a child wait at its last death, 0 where it never died."""
        told = [found for found in DIED.finditer(self.output()) if found["name"] == name]
        return int(told[-1]["seconds"]) if told else 0

    def output(self) -> str:
        """All that the supervisor and its children printed."""
        return "".join(self.lines)

    def stop(self) -> None:
        """Ask the supervisor to stop everything in order, and wait for it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)

    @property
    def layout(self) -> Layout:
        return layout_of(self.variables)


@contextmanager
def running_platform(**changes: str) -> Iterator[Platform]:
    """Start everything, wait until it is ready, stop it all at the end and leave nothing."""
    with new_installation("demo") as fresh, started({**fresh, **changes}) as platform:
        yield platform


@contextmanager
def started(variables: dict[str, str]) -> Iterator[Platform]:
    """The platform of an installation that outlives it: it may be started again."""
    platform = Platform(variables, _start(variables))
    reader = threading.Thread(target=_read, args=(platform,), daemon=True)
    reader.start()
    try:
        ready = eventually(lambda: _is_ready(platform), seconds=READY_SECONDS)
        assert ready, platform.output()
        yield platform
    finally:
        platform.stop()
        reader.join(timeout=10)
        if platform.process.stdout:
            platform.process.stdout.close()


def until(is_true: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Fail with words when it does not become true in time."""
    assert eventually(is_true, seconds=seconds), f"waited {seconds}s for: {what}"


def _start(variables: dict[str, str]) -> "subprocess.Popen[str]":
    # A port of the test's own: developers may have a platform running.
    port = str(18_000 + os.getpid() % 2_000 * 2)
    bank_port = str(int(port) + 1)
    return subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", port, "--bank-port", bank_port],
        cwd=ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def _read(platform: Platform) -> None:
    assert platform.process.stdout is not None
    for line in platform.process.stdout:
        platform.lines.append(line)


def _is_ready(platform: Platform) -> bool:
    assert platform.process.poll() is None, platform.output()
    found = READY.search(platform.output())
    if found is None:
        return False
    platform.url = found[1]
    return requests.get(f"{platform.url}/readyz", timeout=5).status_code == 200


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.kill()


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""


def _value(client: "redis.Redis", key: bytes) -> bytes:
    kind = client.type(key)
    readers: dict[bytes, Callable[[], object]] = {
        b"string": lambda: client.get(key),
        b"list": lambda: client.lrange(key, 0, -1),
        b"set": lambda: client.smembers(key),
        b"zset": lambda: client.zrange(key, 0, -1),
        b"hash": lambda: client.hgetall(key),
    }
    return repr(readers[kind]()).encode() if kind in readers else b""
