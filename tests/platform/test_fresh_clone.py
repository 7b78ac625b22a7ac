"""`make up` as it is written in the README: from a clone in a private folder, with an empty home.

Once as whoever runs the tests, and once as an ordinary user when that is root.
"""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import requests

from config.services.layout import ROOT, SYSTEM_HOME
from tests.machinery.browser import LOUD
from tests.machinery.installations import eventually

pytestmark = [pytest.mark.platform_up, pytest.mark.timeout(900)]
ORDINARY = "mingzhang-test"
READY_SECONDS = 600


@pytest.fixture
def private_home():
    """A folder that only its owner may enter, with a deep path as homes sometimes have."""
    home = Path(tempfile.mkdtemp(prefix="mingzhang-home-"))
    yield home
    _forget_installation(home / "clone")
    shutil.rmtree(home)


def clone_into(home):
    clone = home / "clone"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
    return clone


@contextmanager
def make_up(clone, *, user=None):
    """`make up` with an empty home; ends with Ctrl-C, as a person would end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "PIP_INDEX_URL", "PIP_CONFIG_FILE")
            if name in os.environ}  # fmt: skip
    account = pwd.getpwnam(user) if user else None
    process = subprocess.Popen(
        ["make", "up", f"ARGS=--port {port}"],
        cwd=clone,
        env={**kept, "HOME": str(clone.parent / "empty")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    assert process.stdout
    said: list[str] = []
    reader = threading.Thread(target=said.extend, args=(process.stdout,), daemon=True)
    reader.start()
    try:
        yield process, said, f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(90)
        reader.join(10)
        process.stdout.close()


def assert_it_works(clone, *, user=None):
    (clone.parent / "empty").mkdir(exist_ok=True)
    if user:
        subprocess.run(["chown", "--recursive", f"{user}:", str(clone.parent)], check=True)
    with make_up(clone, user=user) as (process, said, url):
        assert eventually(
            lambda: process.poll() is not None or any("is ready after" in line for line in said),
            seconds=READY_SECONDS,
        )
        assert process.poll() is None, "".join(said)
        assert requests.get(f"{url}/readyz", timeout=10).ok
        assert_private(clone, user)
    assert eventually(lambda: not processes_in(clone), seconds=30), processes_in(clone)


def assert_private(clone, user):
    """Nobody else can look into the home, and the servers do not run as root."""
    assert clone.parent.stat().st_mode & 0o077 == 0
    owner = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    servers = [each for each in psutil.process_iter() if _is_server_of(each, clone)]
    assert len(servers) == 2, servers
    for server in servers:
        assert server.uids().effective != 0
        assert server.uids().effective == owner or owner == 0


class TestFromAFreshClone:
    @pytest.mark.skipif(os.geteuid() != 0, reason="the ordinary user's test below does the same")
    def test_root_needs_one_command(self, private_home):
        clone = clone_into(private_home)
        # Root's packages are there already; the ordinary user below installs them anew.
        (clone / ".venv").symlink_to(ROOT / ".venv")

        assert_it_works(clone)

    def test_an_ordinary_user_needs_one_command(self, private_home):
        clone = clone_into(private_home)
        if os.geteuid() != 0:
            assert_it_works(clone)
            return
        if shutil.which("useradd") is None:
            pytest.skip(LOUD + "make up as an ordinary user: only root with useradd can try it")
        _add_ordinary_user()

        assert_it_works(clone, user=ORDINARY)


def processes_in(clone):
    """Every process of the clone that is still there."""
    found = []
    for process in psutil.process_iter():
        try:
            is_here = str(clone) in process.environ().get("MINGZHANG_STATE", "")
        except (psutil.AccessDenied, psutil.NoSuchProcess):
            continue
        if is_here and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def _is_server_of(process, clone):
    """PostgreSQL's and Redis's first process, by the folder that their command line names."""
    home = _home_of(clone)
    try:
        words = process.cmdline()
    except psutil.NoSuchProcess:
        return False
    is_postgres = words[1:3] == ["-D", str(home / "postgres/data")]
    return is_postgres or any("redis-server" in word and str(home) in word for word in words)


def _home_of(clone):
    state = clone / "var/demo"
    if state.stat().st_uid != 0:
        return state
    return SYSTEM_HOME / json.loads((state / "secrets.json").read_text())["INSTALLATION"]


def _forget_installation(clone):
    if os.geteuid() == 0 and (clone / "var/demo/secrets.json").exists():
        home = _home_of(clone)
        if home.is_relative_to(SYSTEM_HOME):
            shutil.rmtree(home, ignore_errors=True)


def _add_ordinary_user():
    try:
        pwd.getpwnam(ORDINARY)
    except KeyError:
        subprocess.run(["useradd", "--no-create-home", "--shell", "/bin/sh", ORDINARY], check=True)
