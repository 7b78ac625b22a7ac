"""A seeded monkey: kills processes, wipes the broker, and makes the bank misbehave.

It prefers the worst moment: before most of its blows it waits until a decision or a transfer is
just being worked on. Nothing is killed so often that the supervisor would give up on it: the
monkey goes by what the supervisor says of its children, not by its own count, for children die of
each other's deaths as well, and a busy machine is slow to start them.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Timer
from typing import Any

import psutil
import psycopg2
import redis
import requests

from config.supervisor.children import QUICK_DEATH_SECONDS
from tests.machinery.running import WORKER, Platform

# What the supervisor calls the processes that have a word in their command line.
NAMES = {
    WORKER: ("worker", "reader"),
    "redis-server": ("redis",),
    "simulation.bank": ("bank",),
    "gunicorn": ("web",),
}
# The supervisor lets a child wait longer after each death that comes soon after its start, 1, 2
# and 4 seconds, and then gives up. What dies of another's death must find room in that, too.
MOST_BACK_OFF_SECONDS = 1
LONG_LIFE_SECONDS = QUICK_DEATH_SECONDS + 5.0
SERVER_RESTS_SECONDS = 10.0
AIM_SECONDS = 1.2
AIM_STEP_SECONDS = 0.002
SHARE_AIMED = 0.8
AIMS = ("DECIDE", "TRANSFER")
BANK_FAULTS = ("lose_answer", "error_500", "duplicate_webhook", "delay", "late_webhook",
               "reordered", "wrong_amount")  # fmt: skip
# A lease is taken for 15 seconds; what was taken long ago may belong to the dead.
_AT_WORK = """
SELECT DISTINCT kind FROM common_process
 WHERE state = 'RUNNING' AND lease_until > clock_timestamp() + interval '14 seconds'
"""
# Celery's worker ends altogether when its pool is killed while it is still coming up.
YOUNG_SECONDS = 10.0

Blow = Callable[[], object]


class Lookout:
    """Sees what is being worked on at this very moment."""

    def __init__(self, owner_url: str) -> None:
        self._owner_url = owner_url
        self._connection: Any = None

    def at_work(self) -> list[str]:
        """The kinds of work that somebody holds a lease on; nothing while the database is down."""
        try:
            if self._connection is None:
                self._connection = psycopg2.connect(self._owner_url)
                self._connection.autocommit = True
            with self._connection.cursor() as cursor:
                cursor.execute(_AT_WORK)
                return [kind for (kind,) in cursor.fetchall()]
        except psycopg2.Error:
            self.close()
            return []

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


@dataclass
class Monkey:
    """Strikes until it is told to stop; `struck` counts the blows."""

    platform: Platform
    chance: random.Random
    rest_seconds: tuple[float, float]
    is_wild: bool = False
    struck: Counter[str] = field(default_factory=Counter)
    in_the_middle_of: Counter[str] = field(default_factory=Counter)
    _server_rests_until: float = 0.0
    _asleep: list[Timer] = field(default_factory=list)

    def rage(self, over: Event) -> None:
        """One blow after another; what sleeps at the end is woken."""
        with closing(Lookout(self.platform.owner_url)) as lookout:
            while not over.wait(self.chance.uniform(*self.rest_seconds)):
                self.strike(lookout)
        for sleeper in self._asleep:
            sleeper.join()

    def strike(self, lookout: Lookout) -> None:
        """Choose a blow, get ready, wait for a bad moment, and strike."""
        weights, names, blows = zip(*self._blows(), strict=True)
        index = self.chance.choices(range(len(blows)), weights)[0]
        aim, is_aimed = self.chance.choice(AIMS), self.chance.random() < SHARE_AIMED
        # Looking for a process takes longer than a decision, so that is done before.
        blow = blows[index]()
        if blow is None:
            return
        at_work = self._await_work(lookout, aim) if is_aimed else []
        with suppress(psutil.NoSuchProcess, redis.RedisError, requests.RequestException):
            blow()
            self.struck[names[index]] += 1
            self.in_the_middle_of.update(f"{names[index]} during {kind}" for kind in at_work)

    def _blows(self) -> list[tuple[int, str, Callable[[], Blow | None]]]:
        """Weight, name, and how to get ready."""
        blows: list[tuple[int, str, Callable[[], Blow | None]]] = [
            (3, "kill -9 worker tree", lambda: self._kill(WORKER)),
            (3, "kill -9 pool child", self._kill_pool_child),
            (1, "kill -9 redis", lambda: self._kill("redis-server")),
            (1, "kill -9 bank", lambda: self._kill("simulation.bank")),
            (2, "FLUSHALL", lambda: self.platform.wipe_redis),
            (3, "bank fault", self._misbehave),
        ]
        if self.is_wild:
            blows += [
                (1, "kill -9 web", lambda: self._kill("gunicorn")),
                (1, "kill -9 database backend", self._kill_backend),
                (1, "pause pool child past its lease", self._pause_pool_child),
            ]
        return blows

    def _await_work(self, lookout: Lookout, kind: str) -> list[str]:
        deadline = time.monotonic() + AIM_SECONDS
        while kind not in (at_work := lookout.at_work()) and time.monotonic() < deadline:
            time.sleep(AIM_STEP_SECONDS)
        return [each for each in at_work if each in AIMS]

    def _kill(self, word: str) -> Blow | None:
        """kill -9 of children of the supervisor with all below them, unless they died often."""
        family = self.platform.children(word)
        return partial(_kill_all, family) if self._may_kill(word, family) else None

    def _may_kill(self, word: str, family: list[psutil.Process]) -> bool:
        """By what the supervisor sees and says; whoever has lived long begins anew with it."""
        leaders = [each for each in family if _parent(each) == self.platform.process.pid]
        if len(leaders) < len(NAMES[word]):
            return False
        if all(_age(leader) > LONG_LIFE_SECONDS for leader in leaders):
            return True
        waited = max(self.platform.back_off_seconds(name) for name in NAMES[word])
        return waited <= MOST_BACK_OFF_SECONDS

    def _kill_pool_child(self) -> Blow | None:
        """The worker makes a new child by itself; the supervisor does not notice."""
        pool = [each for each in self.platform.pool() if _age(each) > YOUNG_SECONDS]
        may_kill = pool and self._may_kill(WORKER, self.platform.children(WORKER))
        return self.chance.choice(pool).kill if may_kill else None

    def _pause_pool_child(self) -> Blow | None:
        """A child that sleeps longer than its lease comes back as a zombie, and must be fenced."""
        pool = self.platform.pool()
        return partial(self._pause, self.chance.choice(pool)) if pool else None

    def _pause(self, child: psutil.Process) -> None:
        child.suspend()
        sleeper = Timer(self.chance.uniform(16.0, 20.0), _resume, [child])
        sleeper.start()
        self._asleep.append(sleeper)

    def _kill_backend(self) -> Blow | None:
        """PostgreSQL takes a killed backend for damaged memory and starts again by itself."""
        pid_file = self.platform.layout.postgres / "data/postmaster.pid"
        server = psutil.Process(int(pid_file.read_text(encoding="ascii").split()[0]))
        backends = [each for each in server.children() if "mingzhang_app" in _title(each)]
        is_allowed = backends and time.monotonic() > self._server_rests_until
        return partial(self._strike_backend, self.chance.choice(backends)) if is_allowed else None

    def _strike_backend(self, backend: psutil.Process) -> None:
        self._server_rests_until = time.monotonic() + SERVER_RESTS_SECONDS
        backend.kill()

    def _misbehave(self) -> Blow:
        mode, times = self.chance.choice(BANK_FAULTS), self.chance.randint(1, 3)
        return partial(self._arrange, mode, times, self.chance.uniform(0.3, 3.0))

    def _arrange(self, mode: str, times: int, seconds: float) -> None:
        self.platform.bank_faults(mode, times=times, seconds=seconds)
        self.struck[f"bank: {mode}"] += 1


def _kill_all(family: list[psutil.Process]) -> None:
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _resume(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.resume()


def _parent(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.ppid())
    return 0


def _age(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        return time.time() - float(process.create_time())
    return 0.0


def _title(process: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""
