"""The embedded PostgreSQL, started for real: who may enter, who stops it, what it survives."""

import os
import signal
import stat
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from config.services import endpoints, postgres
from config.services.endpoints import APPLICATION_ROLE, OWNER_ROLE
from config.services.layout import CannotStart
from tests.machinery.installations import eventually, layout_of, new_installation, run_python

USE = """
from config.services import endpoints, sharing
sharing.attach(endpoints.embedded_layout())
print("attached", flush=True)
input()
"""


@pytest.fixture(scope="module")
def variables():
    with new_installation() as variables:
        yield variables


@pytest.fixture
def cluster(variables):
    return postgres.cluster_of(layout_of(variables))


@pytest.fixture
def use(variables):
    """Start processes that use the server; those that a test leaves over are ended."""
    users = []

    def start():
        user = run_python(USE, variables)
        users.append(user)
        return user

    yield start
    for user in users:
        user.kill()
        user.communicate()


def connect(cluster, role):
    return closing(psycopg2.connect(endpoints.postgres_url(cluster.layout, role)))


def answer(cluster, role, query):
    with connect(cluster, role) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def is_attached(user):
    return user.stdout.readline() == "attached\n"


def say_goodbye(user):
    return user.communicate("\n")


class TestAttach:
    def test_starts_the_server_for_the_first_and_shares_it_with_the_second(self, cluster, use):
        assert is_attached(use())
        pid = postgres.server_pid(cluster)

        assert is_attached(use())

        assert postgres.is_running(cluster)
        assert postgres.server_pid(cluster) == pid

    def test_makes_one_server_for_all_who_start_together(self, cluster, use):
        users = [use() for _ in range(4)]

        assert all(is_attached(user) for user in users)

        assert answer(cluster, OWNER_ROLE, "SELECT 1") == 1

    def test_keeps_the_data_from_start_to_start(self, cluster, use):
        user = use()
        assert is_attached(user)
        with connect(cluster, OWNER_ROLE) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 7 AS number")
            connection.commit()
        say_goodbye(user)
        assert eventually(lambda: not postgres.is_running(cluster))

        assert is_attached(use())

        assert answer(cluster, OWNER_ROLE, "SELECT number FROM kept") == 7


class TestTheLastOneOut:
    def test_lets_the_server_stop(self, cluster, use):
        first, second = use(), use()
        assert is_attached(first)
        assert is_attached(second)

        say_goodbye(first)
        assert not eventually(lambda: not postgres.is_running(cluster), seconds=1)
        say_goodbye(second)

        assert eventually(lambda: not postgres.is_running(cluster))
        assert postgres.server_pid(cluster) is None

    def test_may_be_killed_and_the_server_stops_all_the_same(self, cluster, use):
        user = use()
        assert is_attached(user)

        user.kill()

        assert eventually(lambda: not postgres.is_running(cluster))

    def test_is_noticed_by_a_new_guardian_when_the_old_one_was_killed(self, cluster, use):
        first = use()
        assert is_attached(first)
        for guardian in _guardians(cluster):
            os.kill(guardian, signal.SIGKILL)
        assert eventually(lambda: not _guardians(cluster))

        second = use()
        assert is_attached(second)
        say_goodbye(first)
        say_goodbye(second)

        assert eventually(lambda: not postgres.is_running(cluster))


class TestACrash:
    def test_is_repaired_by_the_next_who_attaches(self, cluster, use):
        assert is_attached(use())
        with connect(cluster, OWNER_ROLE) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE committed AS SELECT 8 AS number")
            connection.commit()
        pid = postgres.server_pid(cluster)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

        assert is_attached(use())

        assert answer(cluster, OWNER_ROLE, "SELECT number FROM committed") == 8

    def test_may_leave_a_number_that_now_belongs_to_a_stranger(self, cluster, use):
        user = use()
        assert is_attached(user)
        say_goodbye(user)
        assert eventually(lambda: not postgres.is_running(cluster))
        assert eventually(lambda: not _guardians(cluster))
        stale = f"{os.getpid()}\n{cluster.data}\n1700000000\n5432\n\n\n\n\n"
        (cluster.data / "postmaster.pid").write_text(stale)

        assert not postgres.is_running(cluster)
        assert is_attached(use())

        assert postgres.is_running(cluster)

    def test_in_the_middle_of_the_set_up_leaves_a_torso_that_is_made_anew(self, use):
        with new_installation() as variables:
            cluster = postgres.cluster_of(layout_of(variables))
            cluster.data.mkdir(parents=True)
            (cluster.data / "PG_VERSION").write_text("18\n")
            user = run_python(USE, variables)

            assert is_attached(user)

            assert answer(cluster, APPLICATION_ROLE, "SELECT 1") == 1
            say_goodbye(user)

    def test_that_cannot_be_repaired_is_told_with_the_servers_last_words(self, variables):
        with new_installation() as variables:
            user = run_python(USE, variables)
            assert is_attached(user)
            say_goodbye(user)
            cluster = postgres.cluster_of(layout_of(variables))
            assert eventually(lambda: not postgres.is_running(cluster))
            (cluster.data / "PG_VERSION").write_text("9.6\n")

            with pytest.raises(CannotStart, match="incompatible with server"):
                postgres.ensure_running(cluster)


class TestWhoMayEnter:
    @pytest.fixture(autouse=True)
    def _running(self, use):
        assert is_attached(use())

    def test_the_application_owns_nothing_and_makes_nothing(self, cluster):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            answer(cluster, APPLICATION_ROLE, "CREATE TABLE mine ()")

        owned = "SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = 'mingzhang_app'"
        assert answer(cluster, OWNER_ROLE, owned) == 0

    def test_neither_role_is_a_superuser(self, cluster):
        for role in (OWNER_ROLE, APPLICATION_ROLE):
            assert answer(cluster, role, "SHOW is_superuser") == "off"

    def test_the_superuser_cannot_log_in_at_all(self, cluster):
        url = endpoints.postgres_url(cluster.layout, OWNER_ROLE)

        with pytest.raises(psycopg2.OperationalError, match=r"no pg_hba\.conf entry"):
            psycopg2.connect(url, user=postgres.SUPERUSER)

    def test_a_wrong_password_is_refused(self, cluster):
        url = endpoints.postgres_url(cluster.layout, APPLICATION_ROLE)

        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(url, password="guess")

    def test_the_network_is_not_listened_to(self, cluster):
        assert answer(cluster, OWNER_ROLE, "SHOW listen_addresses") == ""

    def test_other_users_of_the_machine_meet_closed_folders(self, cluster):
        for folder in (cluster.data, cluster.layout.sockets):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    @pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs the server alone")
    def test_root_lets_another_user_run_it(self, cluster):
        owner = Path(f"/proc/{postgres.server_pid(cluster)}").stat().st_uid

        assert owner != 0
        assert cluster.layout.lock("users").stat().st_uid == 0


class TestTheLog:
    def test_never_quotes_what_people_send(self, cluster, use):
        assert is_attached(use())
        secret = "13800000000"

        for query in (f"SELECT '{secret}'::date", f"SELECT nonsense_{secret}"):
            with pytest.raises(psycopg2.Error):
                answer(cluster, APPLICATION_ROLE, query)

        assert secret not in cluster.log.read_text()


def _guardians(cluster):
    """The guardians of this installation among all processes."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            state = (folder / "environ").read_bytes()
        except OSError:
            continue
        if b"config.services.guardian" in command and str(cluster.layout.state).encode() in state:
            found.append(int(folder.name))
    return found
