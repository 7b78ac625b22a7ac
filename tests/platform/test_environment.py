"""`bin/environment`: an interpreter that works, a .venv that follows the requirements."""

import os
import shutil
import subprocess

import pytest

from config.services.layout import ROOT


@pytest.fixture
def clone(tmp_path):
    """The scripts alone, with requirements that need nothing from anywhere."""
    shutil.copytree(ROOT / "bin", tmp_path / "bin")
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("# nothing\n")
    return tmp_path


def make_environment(clone, *words, **variables):
    return subprocess.run(
        [str(clone / "bin/environment"), *words],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def put_on_path(folder, name, script):
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


class TestTheEnvironment:
    def test_is_made_once_and_only_followed_afterwards(self, clone):
        first = make_environment(clone)
        second = make_environment(clone)

        assert "Creating .venv with Python 3.1" in first.stdout, first.stderr
        assert (clone / ".venv/bin/python").exists()
        assert (second.returncode, second.stdout) == (0, "")

        (clone / "requirements.txt").write_text("# something else\n")
        third = make_environment(clone)

        assert "Installing the packages of requirements.txt" in third.stdout
        assert "Creating" not in third.stdout
        assert "requirements-dev.txt" not in first.stdout + third.stdout
        assert "requirements-dev.txt" in make_environment(clone, "--tools").stdout

    def test_is_not_called_finished_when_a_package_has_no_hash(self, clone):
        (clone / "requirements.txt").write_text("a-package-without-a-hash==1\n")

        answer = make_environment(clone)

        assert answer.returncode == 1
        assert "could not be installed" in answer.stderr
        assert not list((clone / ".venv").glob("requirements.txt.*"))


class TestTheInterpreter:
    def test_is_tried_before_it_is_used(self, clone, tmp_path):
        """pyenv puts a python3.12 on PATH for versions that are not active: it only complains."""
        put_on_path(tmp_path / "shims", "python3.12", "echo 'command not found' >&2; exit 127")
        put_on_path(tmp_path / "shims", "python3", "exit 1 # too old, and says so when it is run")

        answer = make_environment(clone, PATH=f"{tmp_path / 'shims'}:{os.environ['PATH']}")

        assert answer.returncode == 0, answer.stderr
        assert "Creating .venv" in answer.stdout

    def test_that_is_missing_is_asked_for_in_words(self, clone, tmp_path):
        script = clone / "bin/environment"
        places = script.read_text().replace("/usr/", "/no/").replace("command -v", "false")
        script.write_text(places)
        put_on_path(tmp_path / "shims", "dirname", 'exec /usr/bin/dirname "$@"')

        answer = make_environment(clone, PATH=str(tmp_path / "shims"), HOME="/nonexistent")

        assert answer.returncode == 1
        assert "Python 3.11 or 3.12 with its venv module is needed" in answer.stderr
        assert not (clone / ".venv").exists()


class TestHelp:
    def test_lists_every_command_with_its_purpose(self):
        said = subprocess.run(
            ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout

        for name in ("up", "test", "env", "check", "bench", "requirements", "messages"):
            assert f"make {name} " in said
