"""`manage.py`: which commands start PostgreSQL, and as which role they work."""

import subprocess
import sys

import psycopg2
import pytest

import manage
from config.services import endpoints, postgres
from config.services.layout import ROOT
from tests.machinery.installations import eventually, layout_of, new_installation


def run(variables, *words):
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


class TestNeedsDatabase:
    @pytest.mark.parametrize(
        "typed",
        ["", "help", "help migrate", "--version", "version", "assess --bill a.csv", "makemessages",
         "compilemessages", "check", "check --deploy", "migrate --help", "shell -h", "up"],
    )  # fmt: skip
    def test_is_false_for_what_only_reads_code_and_files(self, typed):
        assert not manage.needs_database(typed.split())

    @pytest.mark.parametrize(
        "typed", ["migrate", "shell", "close_day", "check --database default", "makemigrations"]
    )
    def test_is_true_for_the_rest(self, typed):
        assert manage.needs_database(typed.split())


@pytest.fixture(scope="module")
def variables():
    with new_installation() as variables:
        yield variables


class TestOnAFreshInstallation:
    def test_a_command_that_needs_no_database_starts_none(self):
        with new_installation() as untouched:
            answer = run(untouched, "diffsettings")

            assert answer.returncode == 0, answer.stderr
            assert not layout_of(untouched).postgres.exists()

    def test_migrate_works_as_the_owner_and_leaves_the_rights_in_order(self, variables):
        cluster = postgres.cluster_of(layout_of(variables))

        answer = run(variables, "migrate", "--verbosity", "0", "--skip-checks")

        assert answer.returncode == 0, answer.stderr
        assert eventually(lambda: not postgres.is_running(cluster))
        query = (
            "from django.db import connection as c; k = c.cursor();"
            "k.execute('SELECT current_user, has_table_privilege(current_user, %s, %s)',"
            " ['django_session', 'DELETE']); print(k.fetchone())"
        )
        said = run(variables, "shell", "--no-imports", "-c", query).stdout
        assert said == "('mingzhang_app', True)\n"

    def test_a_server_that_was_given_is_not_started_here(self, variables):
        nowhere = "postgresql://app:secret@/none?host=/nonexistent"

        answer = run({**variables, "DATABASE_URL": nowhere}, "migrate", "--skip-checks")

        assert answer.returncode != 0
        assert "/nonexistent" in answer.stderr
        assert not postgres.is_running(postgres.cluster_of(layout_of(variables)))


class TestRefusals:
    def test_come_in_words_and_not_as_a_trace(self, variables):
        answer = run({**variables, "MINGZHANG_ENV": "production"}, "migrate")

        assert answer.returncode == 1
        assert answer.stderr == "set DATABASE_URL (or DATABASE_URL_FILE)\n"

    def test_of_a_state_folder_that_is_not_ours(self, variables, tmp_path):
        (tmp_path / "state").touch()

        answer = run({**variables, "MINGZHANG_STATE": str(tmp_path / "state")}, "migrate")

        assert answer.returncode == 1
        assert "MINGZHANG_STATE" in answer.stderr
        assert "Traceback" not in answer.stderr


def test_the_address_of_a_role_is_enough_to_connect(databases):
    """`endpoints.postgres_url` and libpq agree about sockets in a query."""
    if not endpoints.is_postgres_embedded():
        pytest.skip("a server was given")
    url = endpoints.postgres_url(endpoints.embedded_layout(), endpoints.APPLICATION_ROLE)

    psycopg2.connect(url).close()
