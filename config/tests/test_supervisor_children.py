"""One child of the supervisor: its leash, its output, its end, its restarts."""

import io
import os
import signal
import time

import pytest

from config.supervisor import children
from config.supervisor.children import Child, Restarts, start_ticks
from config.supervisor.console import Console
from tests.machinery.installations import eventually, run_python

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}
PARENT = """
import time
from config.supervisor.children import Child
from config.supervisor.console import Console
child = Child("child", ["/bin/sleep", "60"], {}, grace_seconds=1)
child.start(Console())
print(child.process.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def said():
    return io.StringIO()


@pytest.fixture
def make(said):
    made = []

    console = Console(said)

    def start(script, **options):
        child = Child("child", ["/bin/sh", "-c", script], ENVIRONMENT, grace_seconds=5, **options)
        made.append(child)
        child.start(console)
        return child

    yield start
    for child in made:
        child.kill()


class TestLeash:
    def test_ends_the_child_when_its_parent_is_killed(self):
        parent = run_python(PARENT, dict(os.environ))
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert start_ticks(pid) is not None

        parent.kill()
        parent.communicate()

        assert eventually(lambda: start_ticks(pid) is None)

    def test_keeps_the_number_that_the_supervisor_knows(self, make, said):
        child = make("echo $$")

        assert child.await_end(5)
        assert eventually(lambda: f"child | {child.process.pid}" in said.getvalue())


class TestOutput:
    def test_carries_the_childs_name_on_every_line(self, make, said):
        make("echo one; echo two >&2")

        expected = "   child | one\n   child | two\n"
        assert eventually(lambda: said.getvalue() == expected)

    def test_that_nobody_can_read_any_more_does_not_stop_the_child(self, make, said):
        said.close()
        child = make("for i in 1 2 3 4 5; do echo line; done; exit 7")

        assert child.await_end(5)
        assert child.exit_code == 7

    def test_that_is_no_text_is_shown_as_well_as_it_can_be(self, make, said):
        make(r"printf 'a\377b\n'")

        assert eventually(lambda: "a�b" in said.getvalue())


class TestStop:
    def test_asks_only_the_leader(self, make, said):
        child = make("(trap 'echo worker asked' TERM; sleep 2) & trap 'exit 0' TERM; echo on; wait")
        assert eventually(lambda: "on" in said.getvalue())

        child.ask_to_stop()

        assert child.await_end(5)
        assert child.exit_code == 0
        assert "worker asked" not in said.getvalue()

    def test_kill_ends_what_the_leader_left_behind(self, make, said):
        child = make("sleep 60 & echo $!; exit 0")
        assert child.await_end(5)
        assert eventually(lambda: "|" in said.getvalue())
        orphan = int(said.getvalue().split("|")[1])
        assert start_ticks(orphan) is not None

        child.kill()

        assert eventually(lambda: start_ticks(orphan) is None)

    def test_takes_no_longer_than_allowed(self, make, said):
        child = make("trap '' TERM; echo on; while true; do sleep 0.1; done")
        assert eventually(lambda: "on" in said.getvalue())

        child.ask_to_stop()

        assert not child.await_end(0.5)
        child.kill()
        assert child.exit_code == -signal.SIGKILL


class TestRestarts:
    def test_wait_longer_after_every_quick_death(self):
        restarts = Restarts()
        waits = []
        for _ in range(5):
            restarts.started()
            restarts.died()
            waits.append(round(restarts.not_before - time.monotonic()))

        assert waits == [1, 2, 4, 8, 8]

    def test_are_too_many_after_the_fourth_quick_death(self):
        restarts = Restarts()
        verdicts = []
        for _ in range(4):
            restarts.started()
            restarts.died()
            verdicts.append(restarts.is_too_many)

        assert verdicts == [False, False, False, True]

    def test_are_counted_anew_after_a_long_life(self):
        restarts = Restarts(deaths=3)
        restarts.started_at -= children.QUICK_DEATH_SECONDS + 1

        restarts.died()

        assert restarts.deaths == 1
        assert not restarts.is_too_many

    def test_are_due_only_after_their_wait(self):
        restarts = Restarts()
        restarts.died()
        assert restarts.is_waiting
        assert not restarts.is_due

        restarts.not_before = time.monotonic() - 1

        assert restarts.is_due


class TestStartTicks:
    def test_tell_a_process_from_none(self):
        assert start_ticks(os.getpid())
        assert start_ticks(2**22 + 1) is None
