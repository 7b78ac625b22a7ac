"""Many children: who is started again, when it is enough, and in which order they stop."""

import io
import os
import signal
import time

import pytest

from config.supervisor import children
from config.supervisor.children import Child
from config.supervisor.console import Console
from config.supervisor.watch import Stopped, Watch
from tests.machinery.installations import eventually

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}
PATIENT = "trap 'echo bye; exit 0' TERM; echo on; while true; do sleep 0.05; done"
DEAF = "trap '' TERM; echo on; while true; do sleep 0.05; done"


@pytest.fixture
def said():
    return io.StringIO()


@pytest.fixture
def watch(said, monkeypatch):
    monkeypatch.setattr(children, "LONGEST_BACK_OFF_SECONDS", 0.05)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    watch = Watch(Console(said))
    yield watch
    for child in watch.children:
        child.kill()
    for number, handler in handlers.items():
        signal.signal(number, handler)


def child(name, script=PATIENT, **options):
    return Child(name, ["/bin/sh", "-c", script], ENVIRONMENT, **{"grace_seconds": 5, **options})


def looking(watch, is_true):
    def look():
        watch.look()
        return is_true()

    return eventually(look)


class TestLook:
    def test_starts_a_child_again_after_it_was_killed(self, watch, said):
        web = child("web")
        watch.start(web)
        before = web.process.pid

        os.kill(before, signal.SIGKILL)

        assert looking(watch, lambda: web.process.pid != before and web.is_alive)
        assert "web died; it starts again in" in said.getvalue()
        assert not watch.is_stopping

    def test_gives_up_on_a_child_that_dies_again_and_again(self, watch, said):
        watch.start(child("web"))
        watch.start(child("beat", "exit 3"))

        assert looking(watch, lambda: watch.is_stopping)

        assert watch.exit_code == 1
        assert said.getvalue().count("beat died; it starts again") == 3
        assert "beat died again and again" in said.getvalue()

    def test_starts_nothing_while_everything_stops(self, watch):
        web = child("web")
        watch.start(web)
        watch.give_up("enough")
        web.kill()

        watch.look()

        assert not web.is_alive
        assert not web.restarts.is_waiting


class TestStopAll:
    def test_stops_those_who_need_others_first(self, watch, said):
        redis, bank = child("redis", stop_rank=2), child("bank", stop_rank=1)
        web, worker = child("web"), child("worker")
        for each in (redis, bank, web, worker):
            watch.start(each)
        assert eventually(lambda: said.getvalue().count("| on") == 4)

        watch.stop_all()

        assert eventually(lambda: said.getvalue().count("| bye") == 4)
        goodbyes = [line.split()[0] for line in said.getvalue().splitlines() if "bye" in line]
        assert set(goodbyes[:2]) == {"web", "worker"}
        assert goodbyes[2:] == ["bank", "redis"]

    def test_kills_who_needs_longer_than_their_time(self, watch, said):
        web = child("web", DEAF, grace_seconds=0.3)
        watch.start(web)
        assert eventually(lambda: "on" in said.getvalue())

        watch.stop_all()

        assert not web.is_alive
        assert "web did not stop in time and was killed" in said.getvalue()


class TestSignals:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_ask_for_an_orderly_stop(self, watch, number):
        watch.listen()

        os.kill(os.getpid(), number)

        with pytest.raises(Stopped):
            watch.pause(5)
        assert watch.is_stopping
        assert watch.exit_code == 0

    def test_a_second_ctrl_c_means_at_once(self, watch, said):
        web = child("web", DEAF, grace_seconds=60)
        watch.start(web)
        assert eventually(lambda: "on" in said.getvalue())
        watch.listen()
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1.1)
        os.kill(os.getpid(), signal.SIGINT)
        began = time.monotonic()

        watch.stop_all()

        assert time.monotonic() - began < 5
        assert not web.is_alive

    def test_the_term_that_make_adds_to_a_ctrl_c_is_no_second_one(self, watch, said):
        web = child("web", "trap 'sleep 1; exit 0' TERM; echo on; while true; do sleep 0.05; done")
        watch.start(web)
        assert eventually(lambda: "on" in said.getvalue())
        watch.listen()
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)

        watch.stop_all()

        assert web.exit_code == 0
