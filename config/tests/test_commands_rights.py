"""What the application's role may do, tried as that role in a migrated database."""

from contextlib import closing

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from common import append_only
from config.management.commands import grant_application_role

SOME_GROWING_TABLE = append_only.TABLES[0]


def rights(table):
    """Which of all rights on a table this connection's role has."""
    kinds = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind FROM unnest(%s::text[]) AS kind"
            " WHERE has_table_privilege(current_user, %s, kind)",
            [list(kinds), table],
        )
        return {kind for (kind,) in cursor.fetchall()}


@pytest.mark.django_db
class TestTheApplicationsRole:
    def test_is_the_one_that_tests_work_as(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, pg_get_userbyid(datdba) FROM pg_database"
                           " WHERE datname = current_database()")  # fmt: skip
            assert cursor.fetchone() == ("mingzhang_app", "mingzhang_owner")

    @pytest.mark.parametrize("table", append_only.TABLES)
    def test_may_only_add_to_tables_that_grow(self, table):
        assert rights(table) == {"SELECT", "INSERT"}

    def test_may_work_with_other_tables(self):
        assert rights("django_session") == {"SELECT", "INSERT", "UPDATE", "DELETE"}

    def test_may_only_read_which_migrations_ran(self):
        assert rights("django_migrations") == {"SELECT"}

    def test_has_no_right_on_any_table_that_a_new_one_would_not_have(self):
        tables = set(connection.introspection.table_names())
        closed = set(append_only.TABLES) | {"django_migrations"}

        assert all(
            rights(table) == {"SELECT", "INSERT", "UPDATE", "DELETE"} for table in tables - closed
        )

    @pytest.mark.parametrize(
        "statement",
        [
            "TRUNCATE django_session",
            f"UPDATE {SOME_GROWING_TABLE} SET id = id",
            f"DELETE FROM {SOME_GROWING_TABLE}",
            "CREATE TABLE mine ()",
            "ALTER TABLE django_session ADD COLUMN mine text",
            f"ALTER TABLE {SOME_GROWING_TABLE} DISABLE TRIGGER ALL",
            "DROP TABLE django_session",
            "SET session_replication_role = replica",
            "SET ROLE mingzhang_owner",
        ],
    )
    def test_is_refused(self, statement):
        with (
            pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    def test_may_take_the_next_number_but_not_turn_the_counter_back(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('django_content_type', 'id'))")
            assert cursor.fetchone()[0] > 0
            with pytest.raises(ProgrammingError, match="permission denied"):
                cursor.execute("SELECT setval('django_content_type_id_seq', 1)")


@pytest.mark.commits
class TestGrantApplicationRole:
    def test_says_so_when_there_is_only_one_role(self, capsys):
        call_command("grant_application_role")

        assert "DATABASE_OWNER_URL" in capsys.readouterr().out

    def test_refuses_a_list_with_a_table_that_does_not_exist(self, committed, monkeypatch):
        monkeypatch.setattr(grant_application_role, "TABLES", ("no_such_table",))

        with pytest.raises(CommandError, match="no_such_table"), connection.cursor() as cursor:
            grant_application_role.refuse_unknown(cursor)

    def test_closes_every_part_of_a_table_that_is_split(self, committed):
        with closing(psycopg2.connect(committed.owner_url)) as owner, owner.cursor() as cursor:
            cursor.execute("CREATE TABLE parent (id int) PARTITION BY RANGE (id)")
            cursor.execute("CREATE TABLE part PARTITION OF parent FOR VALUES FROM (0) TO (9)")
            cursor.execute("GRANT ALL ON parent, part TO mingzhang_app")
            cursor.execute(grant_application_role.PARTITIONS, [["parent"], ["parent"]])

            assert {table for (table,) in cursor.fetchall()} == {"parent", "part"}


@pytest.mark.commits
class TestACommittingTest:
    def test_commits_for_real(self, committed):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO django_session VALUES ('one', '', now())")

        with closing(psycopg2.connect(committed.database_url)) as other, other.cursor() as cursor:
            cursor.execute("SELECT session_key FROM django_session")
            assert cursor.fetchall() == [("one",)]

    def test_leaves_nothing_to_the_next_one(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_session")
            assert cursor.fetchone() == (0,)
