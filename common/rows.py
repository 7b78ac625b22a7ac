"""Rows in plain SQL, where building the query would take longer than running it."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, connection, models

from common.transactions import required

# Names of tables and columns stand in the code, never in a request.
_INSERT = "INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING id"
_INSERT_ONCE = """
INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({once}) DO NOTHING RETURNING {columns}
"""
_INSERT_MANY = "INSERT INTO {table} ({names}) VALUES {rows}"
_CHANGE = "UPDATE {table} SET {changes} WHERE id = %s"
_CHANGE_MANY = """
UPDATE {table} AS present SET {changes}
  FROM jsonb_populate_recordset(NULL::{table}, %s) AS given WHERE present.id = given.id
"""
_ONE = "SELECT {columns} FROM {table} WHERE id = %s"
_MATCHING = "SELECT {columns} FROM {table} WHERE {condition}"
_EVERY = "SELECT {columns} FROM {table} WHERE {column} = %s ORDER BY {order}"

Row = TypeVar("Row", bound=models.Model)
Names = Collection[str]


class Statement(NamedTuple):
    """SQL of our own with its values, for `send`; each value stands where a `%s` is."""

    text: str
    values: Sequence[Any]


def send(*statements: Statement) -> list[tuple[Any, ...]]:
    """Run statements in their order in one journey to the database; what the last one answers.

    For statements of which none needs to know what another one answered. Each sees what those
    before it wrote; all stand together or, where one fails, none.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            ";\n".join(each.text for each in statements),
            [value for each in statements for value in each.values],
        )
        return cursor.fetchall() if cursor.description else []


def get(model: type[Row], pk: int, *, lock: str = "") -> Row | None:
    """The row of a number; `lock` is the clause that locks it."""
    statement = _ONE.format(columns=columns(model), table=model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} {lock}", [pk])
        found = cursor.fetchone()
    return None if found is None else read(model, iter(found))


def every(model: type[Row], *, column: str, value: int, order: str = "id") -> list[Row]:
    """The rows whose column has a value, in an order."""
    statement = _EVERY.format(
        columns=columns(model), table=model._meta.db_table, column=column, order=order
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value])
        return [read(model, iter(found)) for found in cursor.fetchall()]


def first(model: type[Row], condition: str, values: Sequence[Any], *, lock: str = "") -> Row | None:
    """A row that meets a condition of our own; `lock` is the clause that locks it."""
    found = matching(model, f"{condition} LIMIT 1 {lock}", values)
    return found[0] if found else None


def matching(model: type[Row], condition: str, values: Sequence[Any]) -> list[Row]:
    """Every row that meets a condition of our own, in no order."""
    text = _MATCHING.format(columns=columns(model), table=model._meta.db_table, condition=condition)
    return [read(model, iter(found)) for found in send(Statement(text, values))]


def value(model: type[models.Model], pk: int, name: str) -> Any:
    """One column of the row of a number, opened as its field opens it.

    Raises the model's DoesNotExist.
    """
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    with connection.cursor() as cursor:
        cursor.execute(_ONE.format(columns=field.column, table=model._meta.db_table), [pk])
        found = cursor.fetchone()
    if found is None:
        raise model.DoesNotExist  # type: ignore[attr-defined]  # every model has one
    return _opened(field, found[0])


@cache
def columns(*tables: type[models.Model]) -> str:
    """Every column of the tables, in the order in which `read` takes them."""
    return ", ".join(
        f"{model._meta.db_table}.{field.column}"
        for model in tables
        for field in model._meta.concrete_fields
    )


def read(model: type[Row], values: Iterator[Any]) -> Row:
    """The next values as a row of the model."""
    fields = model._meta.concrete_fields
    taken = [_opened(field, value) for field, value in zip(fields, values, strict=False)]
    return model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in fields], taken)


def read_joined(model: type[Row], values: Iterator[Any]) -> Row | None:
    """The same where an outer join may have found none."""
    row = read(model, values)
    return None if row.pk is None else row


def _opened(field: Any, value: Any) -> Any:
    """As Django does where a field has its own way to read, such as JSON."""
    if not hasattr(field, "from_db_value"):
        return value
    return field.from_db_value(value, None, connection)


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
def insert_once(
    model: type[Row],
    values: Mapping[str, object],
    *,
    once: Collection[str],
    after: Collection[Statement] = (),
) -> Row | None:
    """Write a row unless one with the same values of the columns `once` is there; then nothing.

    `after` is written before it, in the same journey to the database.
    """
    text = _INSERT_ONCE.format(
        table=model._meta.db_table,
        names=", ".join(values),
        marks=", ".join(["%s"] * len(values)),
        once=", ".join(once),
        columns=columns(model),
    )
    wanted = Statement(text, [_plain(value) for value in values.values()])
    found = send(*after, wanted)
    return read(model, iter(found[0])) if found else None


@required
def insert_many(model: type[models.Model], given: Collection[Mapping[str, object]]) -> None:
    """The same for rows with the same columns, in one statement."""
    if not given:
        return
    names = list(next(iter(given)))
    marks = f"({', '.join(['%s'] * len(names))})"
    statement = _INSERT_MANY.format(
        table=model._meta.db_table, names=", ".join(names), rows=", ".join([marks] * len(given))
    )
    values = [_plain(each[name]) for each in given for name in names]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@required
def change(row: models.Model, **values: object) -> None:
    """Write new values to a locked row, and to the instance of it."""
    send(changed(row, **values))
    for name, value in values.items():
        setattr(row, name, value)


def changed(row: models.Model, **values: object) -> Statement:
    """The same as a statement to be sent; the instance is left as it is."""
    text = _CHANGE.format(
        table=row._meta.db_table,
        changes=", ".join(f"{name} = %s" for name in values),
    )
    return Statement(text, [*map(_plain, values.values()), row.pk])


@required
def change_many(model: type[models.Model], rows: Collection[models.Model], names: Names) -> None:
    """Write some columns of locked rows as they stand in their instances, in one statement.

    For tables without sealed columns, as `insert`.
    """
    if rows:
        send(changed_many(model, rows, names))


def changed_many(
    model: type[models.Model], rows: Collection[models.Model], names: Names
) -> Statement:
    """The same as a statement to be sent."""
    text = _CHANGE_MANY.format(
        table=model._meta.db_table,
        changes=", ".join(f"{name} = given.{name}" for name in names),
    )
    given = [{"id": row.pk, **{name: getattr(row, name) for name in names}} for row in rows]
    return Statement(text, [json.dumps(given, cls=DjangoJSONEncoder)])


def _plain(value: object) -> Any:
    """A list or mapping is JSON; psycopg2 knows the rest."""
    return json.dumps(value) if isinstance(value, list | dict) else value
