"""`manage.py up`, from outside: what starts, what starts again, and that nothing is left."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psutil
import psycopg2
import pytest
import requests

from config.services import endpoints
from config.services.layout import ROOT
from config.supervisor.record import code_stamp
from tests.machinery.installations import eventually, layout_of, new_installation
from tests.machinery.running import Platform, running_platform, until

pytestmark = pytest.mark.platform_up


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with running_platform() as platform:
        yield platform


def processes_of(variables):
    """Every live process of the installation, whoever its parent is."""
    found = []
    for process in psutil.process_iter():
        try:
            told = process.environ().get("MINGZHANG_STATE")
            if told == variables["MINGZHANG_STATE"] and process.status() != "zombie":
                found.append(process)
        except (psutil.AccessDenied, psutil.NoSuchProcess):
            continue
    return found


def run_up(variables, *words):
    return subprocess.run(
        [sys.executable, "manage.py", "up", *words],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


class TestAFreshStart:
    def test_says_where_it_is_and_how_to_sign_in(self, platform):
        said = platform.output()

        assert f"{platform.url}/admin/" in said
        assert f"{platform.url}/demo/outbox/" in said
        assert "Staff sign in" in said

    def test_is_ready_when_it_says_so(self, platform):
        assert requests.get(f"{platform.url}/readyz", timeout=5).json()["schema"] is True

    def test_starts_the_bank_web_worker_and_beat_of_this_installation(self, platform):
        for word in ("simulation.bank", "gunicorn", "celery", "redis-server"):
            assert platform.children(word), word

    def test_tells_no_child_the_owners_address(self, platform):
        words = ("simulation.bank", "gunicorn", "celery")
        told = [child.environ() for word in words for child in platform.children(word)]

        assert told
        for each in told:
            assert "DATABASE_OWNER_URL" not in each
            assert "mingzhang_app" in each["DATABASE_URL"]
            assert platform.secrets["DATABASE_OWNER_PASSWORD"] not in str(each)

    def test_keeps_everything_to_its_owner(self, platform):
        for path in (
            platform.state,
            platform.state / "secrets.json",
            platform.state / "logins.txt",
        ):
            assert path.stat().st_mode & 0o077 == 0, path

    def test_lets_other_commands_work_beside_it(self, platform):
        assert "[X] 0001_initial" in platform.manage("showmigrations", "lending")


class TestASecondStart:
    def test_beside_the_first_is_refused_with_its_address(self, platform):
        answer = run_up(platform.variables)

        assert answer.returncode == 1
        assert answer.stdout == f"already running (pid {platform.process.pid}) at {platform.url}\n"


class TestABusyPort:
    def test_is_left_to_whoever_has_it_when_only_that_one_will_do(self, platform):
        port = platform.url.rpartition(":")[2]

        with new_installation("demo") as other:
            answer = run_up(other, "--port", port, "--strict-port")

            assert answer.returncode == 1
            assert f"Port {port} on 127.0.0.1 is in use" in answer.stdout
            assert "--strict-port" in answer.stdout


class TestACrash:
    def test_of_the_web_server_is_repaired(self, platform):
        leader = next(each for each in platform.children("gunicorn") if _is_leader(platform, each))

        leader.kill()

        until(lambda: "web died" in platform.output(), seconds=20, what="the death is noticed")
        until(lambda: _serves(platform), seconds=60, what="the web serves again")

    def test_of_postgres_is_repaired(self, platform):
        layout = layout_of(platform.variables)
        pid = int((layout.postgres / "data/postmaster.pid").read_text().split()[0])

        os.kill(pid, signal.SIGKILL)

        until(lambda: "postgres died" in platform.output(), seconds=20, what="it is noticed")
        until(lambda: _serves(platform), seconds=60, what="the web has its database again")
        assert platform.rows("SELECT count(*) FROM django_migrations")[0][0] > 0

    def test_of_redis_is_repaired(self, platform):
        platform.children("redis-server")[0].kill()

        until(lambda: "redis died" in platform.output(), seconds=20, what="it is noticed")
        until(lambda: bool(platform.children("redis-server")), seconds=30, what="it is back")


class TestTheEnd:
    def test_by_ctrl_c_leaves_nothing_and_a_later_start_is_short(self):
        with new_installation("demo") as variables:
            code = code_stamp(ROOT)
            with _up(variables) as first:
                _await(first, "is ready after")
                os.killpg(first.process.pid, signal.SIGINT)

                assert first.process.wait(60) == 0
                assert eventually(lambda: not processes_of(variables))
                assert "schema and rights" in first.said
                assert "did not stop in time" not in first.said

            with _up(variables) as second:
                _await(second, "is ready after")
                # (Somebody may be editing the code while the tests run.)
                assert "schema and rights" not in second.said or code_stamp(ROOT) != code
                assert "PostgreSQL ok" in second.said
                _kill_the_supervisor(second, variables)

            with _up(variables) as third:
                _await(third, "is ready after")
                os.killpg(third.process.pid, signal.SIGTERM)
                assert third.process.wait(60) == 0


class TestGivenServers:
    def test_are_used_and_none_is_embedded(self, platform):
        place = _addresses_of(platform)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]

        with new_installation("demo") as variables:
            given = {**variables, **place}
            with _up(given, "--port", str(port)) as other:
                _await(other, "is ready after")

                assert "PostgreSQL ok" not in other.said
                assert "Redis ok" not in other.said
                assert requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).ok


class _Up:
    """One `manage.py up` of a test, with what it said so far."""

    def __init__(self, variables, words):
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", *words],
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line


@contextmanager
def _up(variables, *words):
    up = _Up(variables, words or ("--port", "21800", "--bank-port", "21801"))
    try:
        yield up
    finally:
        if up.process.poll() is None:
            up.process.terminate()
            up.process.wait(60)
        up.reader.join(10)
        assert up.process.stdout
        up.process.stdout.close()


def _await(up, words):
    def is_said():
        assert up.process.poll() is None, up.said
        return words in up.said

    assert eventually(is_said, seconds=120), up.said


def _kill_the_supervisor(up, variables):
    """kill -9 leaves no orphan: children go by themselves, and the guardian stops PostgreSQL."""
    up.process.kill()
    up.process.wait(10)
    assert eventually(lambda: not processes_of(variables), seconds=60), processes_of(variables)
    assert not (layout_of(variables).postgres / "data/postmaster.pid").exists()


def _serves(platform):
    try:
        return requests.get(f"{platform.url}/readyz", timeout=5).ok
    except requests.RequestException:
        return False


def _is_leader(platform, process):
    return process.ppid() == platform.process.pid


def _addresses_of(platform):
    """The running platform's servers, as addresses that somebody gives."""
    layout = layout_of(platform.variables)
    url = {
        role: endpoints.postgres_url(layout, role)
        for role in (endpoints.OWNER_ROLE, endpoints.APPLICATION_ROLE)
    }
    with closing(psycopg2.connect(url[endpoints.OWNER_ROLE])) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE given")
    given = {role: address.replace("/mingzhang?", "/given?") for role, address in url.items()}
    return {
        "DATABASE_URL": given[endpoints.APPLICATION_ROLE],
        "DATABASE_OWNER_URL": given[endpoints.OWNER_ROLE],
        "REDIS_URL": endpoints.redis_url(layout).replace("host=0", "host=5"),
    }
