"""What one start leaves for the next."""

import io
import json
import os
import subprocess
from contextlib import ExitStack, closing

import pytest

from config.services.layout import CannotStart, Layout
from config.supervisor import record as record_module
from config.supervisor.children import Child, start_ticks
from config.supervisor.console import Console
from config.supervisor.record import Record, code_stamp
from tests.machinery.installations import eventually

URL = "http://127.0.0.1:8000"


@pytest.fixture
def layout(tmp_path):
    return Layout(root=tmp_path, state=tmp_path, home=tmp_path)


@pytest.fixture
def start(layout):
    """Start on the folder; every record is closed in the end."""
    with ExitStack() as records:
        yield lambda: records.enter_context(closing(Record(layout)))


@pytest.fixture
def leftover():
    """What a killed platform left: a leader of a session of its own."""
    process = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def leave(layout, children):
    content = {"pid": 1, "url": URL, "children": children}
    (layout.state / "up.lock").write_text(json.dumps(content))


class TestASecondStart:
    def test_is_told_who_runs_and_where(self, layout, start):
        first = start()
        first.write(url=URL, children=[])

        with pytest.raises(CannotStart, match=rf"already running \(pid {os.getpid()}\) at {URL}"):
            start()

    def test_is_told_even_before_the_first_has_an_address(self, layout, start):
        start()

        with pytest.raises(CannotStart, match="already running"):
            start()

    def test_may_come_once_the_first_has_ended(self, layout, start):
        first = start()
        first.close()

        assert start()

    def test_is_not_held_up_by_a_damaged_file(self, layout, start):
        (layout.state / "up.lock").write_text("[half")

        assert start().end_leftovers() == 0


class TestWrite:
    def test_notes_the_children_that_live_now(self, layout, start):
        child = Child("web", ["/bin/sleep", "60"], {}, grace_seconds=1)
        child.start(Console(io.StringIO()))
        record = start()

        record.write(url=URL, children=[child])

        assert child.process
        noted = json.loads((layout.state / "up.lock").read_text())
        pid = child.process.pid
        assert noted == {"pid": os.getpid(), "url": URL, "children": {str(pid): start_ticks(pid)}}
        child.kill()


class TestEndLeftovers:
    def test_ends_what_does_not_go_by_itself(self, layout, start, leftover, monkeypatch):
        monkeypatch.setattr(record_module, "LEFTOVER_SECONDS", 0.2)
        leave(layout, {leftover.pid: start_ticks(leftover.pid)})

        assert start().end_leftovers() == 1

        assert eventually(lambda: start_ticks(leftover.pid) is None)

    def test_spares_a_stranger_with_the_same_number(self, layout, start, leftover):
        leave(layout, {leftover.pid: 1})

        assert start().end_leftovers() == 0

        assert start_ticks(leftover.pid) is not None


class TestPrepared:
    def test_holds_for_the_same_code_only(self, layout, start):
        record = start()
        assert not record.is_prepared("first")

        record.mark_prepared("first")

        assert record.is_prepared("first")
        assert not record.is_prepared("second")


class TestCodeStamp:
    @pytest.fixture
    def code(self, tmp_path):
        for place in ("lending/models.py", "lending/tests/test_models.py", "lending/notes.md"):
            (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / place).write_text("1")
        return tmp_path

    def test_stays_while_nothing_changes(self, code):
        assert code_stamp(code, "here") == code_stamp(code, "here")

    def test_changes_with_the_code(self, code):
        before = code_stamp(code)
        (code / "lending/models.py").write_text("22")

        assert code_stamp(code) != before

    def test_changes_with_the_database(self, code):
        assert code_stamp(code, "here") != code_stamp(code, "there")

    @pytest.mark.parametrize("place", ["lending/tests/test_models.py", "lending/notes.md"])
    def test_does_not_change_with_what_no_database_sees(self, code, place):
        before = code_stamp(code)
        (code / place).write_text("22")

        assert code_stamp(code) == before
