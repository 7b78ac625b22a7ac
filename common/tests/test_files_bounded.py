"""The bounded child: answers and refusals come back, everything else becomes a refusal."""

import sys
import threading
import time

import pytest

from common.files import bounded
from common.files.bounded import ReaderStopped, ReaderUnavailable, TimeLimitReached, run
from common.files.child import Limits
from common.tests import readers
from common.tests.readers import TooManyLetters

READERS = "common.tests.readers"


def read(name, content=b"hello", *arguments, **limits):
    return run(f"{READERS}:{name}", content, *arguments, **limits)


class TestAnswers:
    def test_an_answer_comes_back_as_json(self):
        answer = read("count", b"hello", "one", "zwei 二")

        assert answer == {"bytes": 5, "words": ["one", "zwei 二"], "text": "hello"}

    def test_large_contents_go_through_the_pipe(self):
        content = b"abc" * 5_000_000

        assert read("count", content)["bytes"] == len(content)

    def test_nothing_is_a_content_too(self):
        assert read("count", b"")["bytes"] == 0

    def test_many_children_at_once_do_not_mix_their_answers(self):
        answers = {}

        def ask(index):
            answers[index] = read("count", b"x" * index)["bytes"]

        threads = [threading.Thread(target=ask, args=(index,)) for index in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert answers == {index: index for index in range(6)}


class TestRefusals:
    def test_a_refusal_comes_back_as_itself(self):
        with pytest.raises(TooManyLetters) as refused:
            read("refuse", b"hello")

        assert refused.value.context == {"letters": 5}
        assert str(refused.value) == "TOO_MANY_LETTERS: There are 5 letters."

    def test_a_refusal_speaks_every_language(self):
        with pytest.raises(TooManyLetters) as refused:
            read("refuse_without_reading", b"", "五")

        assert refused.value.context == {"letters": "五"}

    def test_only_refusals_that_we_know_are_raised(self):
        for name in ("builtins:SystemExit", "os:system", "common.errors:Nothing", ""):
            answer = f'{{"refused": "{name}", "context": {{}}}}'.encode()
            with pytest.raises(ReaderStopped):
                bounded.unwrap(answer)

    @pytest.mark.parametrize("answer", [b"", b"[]", b"1", b"null", b'{"x": 1}', b"{", b"\xff"])
    def test_an_envelope_of_another_shape_is_not_opened(self, answer):
        with pytest.raises(ReaderStopped):
            bounded.unwrap(answer)

    def test_every_failure_has_words_and_a_status(self):
        for refusal in (ReaderStopped, TimeLimitReached, ReaderUnavailable):
            assert refusal.message.endswith(".")
            assert refusal.advice.endswith(".")
            assert refusal.status in {422, 503}


class TestFailures:
    @pytest.mark.parametrize(
        "name", ["crash", "die", "leave", "odd_answer", "rubbish", "no_such_reader"]
    )
    def test_a_child_that_does_not_answer_is_a_refusal(self, name):
        with pytest.raises(ReaderStopped):
            read(name)

    def test_a_crash_tells_no_secret_of_the_file(self, capfd):
        with pytest.raises(ReaderStopped) as stopped:
            read("crash")

        assert stopped.value.context == {"exit_code": 1}
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize("name", ["sleep", "spin"])
    def test_a_child_that_takes_too_long_is_stopped(self, name):
        started = time.monotonic()

        with pytest.raises(TimeLimitReached):
            read(name, seconds=1.0)

        assert time.monotonic() - started < 20

    def test_a_child_that_swells_is_stopped(self):
        with pytest.raises(ReaderStopped):
            read("swell", memory_bytes=256 * 1024 * 1024)

    def test_a_child_that_babbles_is_stopped(self):
        with pytest.raises(ReaderStopped):
            read("babble", output_bytes=1_000_000)

    def test_no_child_at_all_is_not_the_files_fault(self, monkeypatch):
        monkeypatch.setattr(sys, "executable", "/nowhere/python")

        with pytest.raises(ReaderUnavailable):
            read("count")

    def test_no_child_stays_behind(self):
        before = threading.active_count()

        with pytest.raises(TimeLimitReached):
            read("sleep", b"x" * 1_000_000, seconds=0.5)

        assert threading.active_count() == before


class TestWalls:
    def test_no_file_can_be_written(self, tmp_path):
        path = tmp_path / "trace"

        with pytest.raises(ReaderStopped):
            read("scribble", b"", str(path))

        assert not path.exists() or path.read_text(encoding="utf-8") == ""

    def test_no_crowd_of_sockets_can_be_opened(self):
        with pytest.raises(ReaderStopped):
            read("open_many")

    def test_the_limits_are_hard(self):
        answer = read("limits", memory_bytes=300_000_000)

        assert answer["CORE"] == [0, 0]
        assert answer["FSIZE"] == [0, 0]
        assert answer["AS"] == [300_000_000, 300_000_000]
        assert answer["NOFILE"][0] == answer["NOFILE"][1] <= 64

    def test_no_secret_of_ours_reaches_it(self, monkeypatch):
        monkeypatch.setenv("MINGZHANG_SECRET_KEY", "never")
        monkeypatch.setenv("PYTHONPATH", "/somewhere")

        names = read("environment")

        assert "MINGZHANG_SECRET_KEY" not in names
        assert "PYTHONPATH" not in names

    def test_it_works_in_no_folder_of_ours(self):
        assert read("working_folder") == "/"

    def test_it_starts_without_django_and_cannot_import_it(self):
        assert read("modules") == []
        with pytest.raises(ReaderStopped):
            read("import_django")

    def test_limits_survive_the_command_line(self):
        limits = Limits(seconds=2.5, memory_bytes=123)

        assert Limits.from_text(limits.as_text()) == limits

    def test_the_readers_of_these_tests_behave_outside_the_child_too(self):
        assert readers.count(b"abc")["bytes"] == 3
