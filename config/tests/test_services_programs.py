"""The servers' programs: found in their wheels, or missed in words that say what to do."""

import importlib.util
import os
import stat

import pytest

from config.services import programs
from config.services.layout import SYSTEM_HOME, CannotStart


@pytest.fixture
def no_wheels(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)


@pytest.mark.usefixtures("no_wheels")
class TestOnAnotherMachine:
    def test_postgres_asks_for_an_address(self):
        with pytest.raises(CannotStart, match="DATABASE_URL") as refusal:
            programs.postgres_programs(None)

        assert "DATABASE_OWNER_URL" in str(refusal.value)

    def test_redis_asks_for_a_program_or_an_address(self, monkeypatch, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))

        with pytest.raises(CannotStart, match="REDIS_URL"):
            programs.redis_program(None)

    def test_redis_on_path_will_do(self, monkeypatch, tmp_path):
        server = tmp_path / "redis-server"
        server.write_text("#!/bin/sh\n")
        server.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

        assert programs.redis_program(None) == server


class TestForAPerson:
    def test_the_programs_are_used_where_they_are(self):
        folder = programs.postgres_programs(None)

        for name in ("postgres", "initdb", "pg_ctl"):
            assert os.access(folder / name, os.X_OK)
        assert "site-packages" in programs.redis_program(None).parts


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user")
class TestForRoot:
    def test_the_servers_get_a_user_who_cannot_log_in(self):
        account = programs.service_account()

        assert account is not None
        assert account.uid not in {0, 65534}

    def test_the_programs_are_copied_to_where_that_user_can_read_them(self):
        account = programs.service_account()

        folder = programs.postgres_programs(account)

        assert folder.is_relative_to(SYSTEM_HOME)
        answer = programs.run_as(account, [str(folder / "initdb"), "--version"])
        assert answer.stdout.startswith("initdb (PostgreSQL) 18")

    def test_that_user_cannot_change_the_programs(self):
        program = programs.redis_program(programs.service_account())

        assert program.stat().st_uid == 0
        assert not program.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)

    def test_that_user_may_not_look_into_a_private_folder(self, tmp_path):
        tmp_path.chmod(0o700)
        (tmp_path / "private").touch()

        answer = programs.run_as(
            programs.service_account(), ["/bin/cat", str(tmp_path / "private")]
        )

        assert answer.returncode != 0
        assert "Permission denied" in answer.stderr

    def test_root_does_not_follow_a_link_that_user_laid(self, tmp_path):
        target = tmp_path / "target"
        target.write_text("mine")
        (tmp_path / "config").symlink_to(target)

        with pytest.raises(CannotStart, match="cannot be written"):
            programs.write_as(programs.service_account(), tmp_path / "config", "theirs")

        assert target.read_text() == "mine"
