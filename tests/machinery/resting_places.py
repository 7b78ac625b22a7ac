"""Every place of a running platform where what it was told comes to rest, as bytes."""

import io
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2 import sql

from tests.machinery.running import Platform

Place = tuple[str, bytes]

# Other sessions' temporary tables are theirs alone; their files lie among the server's.
_TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE (c.relkind IN ('r', 'm', 'p') OR c.relname = 'pg_stats')
   AND NOT pg_is_other_temp_schema(n.oid) AND n.nspname <> 'pg_toast'
   AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
 ORDER BY 1, 2
"""


def of_tables(platform: Platform) -> Iterator[Place]:
    """Every table that the owner may read, and the samples that the planner keeps of them."""
    with closing(psycopg2.connect(platform.owner_url)) as connection:
        with connection.cursor() as cursor:
            cursor.execute(_TABLES)
            tables = cursor.fetchall()
        for schema, table in tables:
            with connection.cursor() as cursor:
                copy = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT")
                content = io.BytesIO()
                cursor.copy_expert(copy.format(sql.Identifier(schema, table)), content)
                yield f"table {schema}.{table}", content.getvalue()


def of_redis(platform: Platform) -> Iterator[Place]:
    """Every key with its value."""
    yield "redis", b"\n".join(platform.redis_dump())


def of_logs(platform: Platform) -> Iterator[Place]:
    """All that the processes printed."""
    yield "output", platform.output().encode()


def of_files(*folders: Path, since: float) -> Iterator[Place]:
    """Every file written since then; of SQLite files also the rows, which pages may split.

    What was written before the words were spoken cannot hold them: most of a new server's files.
    """
    for path in sorted(each for folder in folders for each in folder.rglob("*")):
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_mtime < since:
            continue
        content = path.read_bytes()
        yield f"file {path}", content
        if content.startswith(b"SQLite format 3"):
            yield from _rows_of(path)


def _rows_of(path: Path) -> Iterator[Place]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
            yield (
                f"{path.name} table {table}",
                b"\n".join(_plain(cell) for row in rows for cell in row),
            )


def _plain(cell: object) -> bytes:
    return cell if isinstance(cell, bytes) else str(cell).encode()
