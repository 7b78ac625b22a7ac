"""Where an installation keeps its things, and whom it refuses."""

import os
from pathlib import Path

import pytest

from config.services.layout import (
    LONGEST_SOCKET_PATH_BYTES,
    CannotStart,
    Layout,
    environment,
    open_private,
    open_state,
)

ROOT = Path("/srv/clone")


class TestForRepository:
    def test_keeps_each_environment_apart(self, monkeypatch):
        monkeypatch.setenv("MINGZHANG_ENV", "demo")
        demonstration = Layout.for_repository(ROOT)
        monkeypatch.setenv("MINGZHANG_ENV", "test")
        tests = Layout.for_repository(ROOT)

        assert demonstration.state == ROOT / "var/demo"
        assert tests.state == ROOT / "var/test"

    def test_is_a_demonstration_when_nothing_says_otherwise(self, monkeypatch):
        monkeypatch.delenv("MINGZHANG_ENV")

        assert environment() == "demo"

    def test_goes_where_it_is_told(self, monkeypatch):
        monkeypatch.setenv("MINGZHANG_STATE", "/srv/elsewhere")

        assert Layout.for_repository(ROOT).secrets == Path("/srv/elsewhere/secrets.json")

    def test_puts_the_servers_of_root_outside_the_clone(self, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: 0)

        layout = Layout.for_repository(ROOT, installation="0123abcd")

        assert layout.postgres == Path("/var/lib/mingzhang/0123abcd/postgres")
        assert layout.keys_database.is_relative_to(ROOT)

    def test_keeps_the_servers_of_a_person_in_the_clone(self, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: 1000)

        layout = Layout.for_repository(ROOT, installation="0123abcd")

        assert layout.postgres.is_relative_to(layout.state)
        assert layout.redis.is_relative_to(layout.state)


class TestSockets:
    @pytest.mark.parametrize("depth", [1, 5, 10, 40])
    def test_never_exceed_what_the_system_allows(self, depth):
        state = ROOT.joinpath(*["a-folder-with-a-long-name"] * depth)
        layout = Layout(root=ROOT, state=state, home=state)

        for name in (".s.PGSQL.5432", "redis.sock"):
            assert len(os.fsencode(layout.sockets / name)) <= LONGEST_SOCKET_PATH_BYTES

    def test_of_two_deep_clones_lie_in_two_folders(self):
        deep = ROOT.joinpath(*["a-folder-with-a-long-name"] * 5)
        here, there = deep / "here", deep / "there"

        assert (
            Layout(root=ROOT, state=here, home=here).sockets
            != Layout(root=ROOT, state=there, home=there).sockets
        )

    def test_stay_beside_the_data_when_the_path_is_short(self):
        layout = Layout(root=ROOT, state=ROOT, home=ROOT)

        assert layout.redis_socket == ROOT / "run/redis.sock"


class TestOpenPrivate:
    def test_makes_a_folder_that_nobody_else_may_enter(self, tmp_path):
        open_state(tmp_path / "var/demo")

        assert (tmp_path / "var/demo").stat().st_mode & 0o777 == 0o700

    def test_closes_a_folder_that_was_open(self, tmp_path):
        (tmp_path / "state").mkdir(mode=0o755)

        open_private(tmp_path / "state")

        assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700

    def test_refuses_a_link_that_somebody_laid(self, tmp_path):
        (tmp_path / "theirs").mkdir()
        (tmp_path / "state").symlink_to(tmp_path / "theirs")

        with pytest.raises(CannotStart, match="belongs to somebody else"):
            open_private(tmp_path / "state")

    def test_refuses_the_folder_of_another_user(self, tmp_path, monkeypatch):
        (tmp_path / "state").mkdir()
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

        with pytest.raises(CannotStart, match="MINGZHANG_STATE"):
            open_private(tmp_path / "state")

    def test_says_so_in_words_when_a_file_is_in_the_way(self, tmp_path):
        (tmp_path / "state").touch()

        with pytest.raises(CannotStart, match="cannot be used"):
            open_private(tmp_path / "state")
