"""Rows written in plain SQL, where building the query would take longer than running it."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import connection, models

from common.transactions import required

# Names of tables and columns stand in the code, never in a request.
_INSERT = "INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING id"
_CHANGE = "UPDATE {table} SET {changes} WHERE id = %s"


@required
def insert(model: type[models.Model], values: Mapping[str, object]) -> int:
    """Write a row by its columns; its number.

    What is left out takes the table's default, never one of Python's. For tables without sealed
    columns: those are sealed by their fields, which are not asked here.
    """
    statement = _INSERT.format(
        table=model._meta.db_table,
        names=", ".join(values),
        marks=", ".join(["%s"] * len(values)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [_plain(value) for value in values.values()])
        return int(cursor.fetchone()[0])


@required
def change(row: models.Model, **values: object) -> None:
    """Write new values to a locked row, and to the instance of it."""
    statement = _CHANGE.format(
        table=row._meta.db_table,
        changes=", ".join(f"{name} = %s" for name in values),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*map(_plain, values.values()), row.pk])
    for name, value in values.items():
        setattr(row, name, value)


def _plain(value: object) -> Any:
    """A list or mapping is JSON; psycopg2 knows the rest."""
    return json.dumps(value) if isinstance(value, list | dict) else value
