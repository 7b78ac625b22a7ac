"""Give the application's role its rights: to work with rows, and never to change the schema."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from common.append_only import TABLES
from config.services import endpoints

READ_ONLY_TABLES = ("django_migrations",)
PARTITIONS = """
    SELECT found.relid::regclass::text
    FROM unnest(%s::text[]) AS listed, pg_partition_tree(listed::regclass) AS found
    UNION SELECT unnest(%s::text[])
"""


class Command(BaseCommand):
    """Everything is taken first and then given, in one transaction: nobody sees the gap."""

    help = "Grant the application's database role what it needs, and no more (run as the owner)."

    def handle(self, *_arguments: Any, **options: Any) -> None:
        role = unquote(urlsplit(endpoints.current().database_url).username or "")
        with transaction.atomic(), connection.cursor() as cursor:
            if _current_role(cursor) == role:
                self.stdout.write(
                    "No rights were changed: the application works as the database's owner. Set\n"
                    "DATABASE_OWNER_URL to the owner and DATABASE_URL to a role that owns nothing."
                )
                return
            refuse_unknown(cursor)
            _grant(cursor, role)
        if options["verbosity"] > 1:
            self.stdout.write(f"{role} has its rights.")


def _current_role(cursor: CursorWrapper) -> str:
    cursor.execute("SELECT current_user")
    return str(cursor.fetchone()[0])


def refuse_unknown(cursor: CursorWrapper) -> None:
    """A wrong name in the list would leave a table open without a word."""
    unknown = set(TABLES) - set(connection.introspection.table_names(cursor))
    if unknown:
        raise CommandError(f"append-only tables that do not exist: {', '.join(sorted(unknown))}")


def _grant(cursor: CursorWrapper, role: str) -> None:
    name = connection.ops.quote_name(role)
    for statement in (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {name}",
        f"REVOKE ALL ON SCHEMA public FROM {name}",
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
    ):
        cursor.execute(statement)
    cursor.execute(PARTITIONS, [list(TABLES), list(TABLES)])
    for (table,) in cursor.fetchall():
        cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {name}")
    for table in READ_ONLY_TABLES:
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {name}")
