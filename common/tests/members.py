"""A table with every kind of sealed column, for tests of the fields only."""

from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.test.utils import isolate_apps

from common.crypto import keys
from common.crypto.fields import (
    SealedCharField,
    SealedDateField,
    SealedDecimalField,
    SealedIntegerField,
    SealedJSONField,
    SealedTextField,
    sealed_check,
)

PHONE = "13900001234"
OWN_KEY: dict[str, Any] = {"key_field": "statutory_key_id", "null": True, "blank": True}

with isolate_apps("common"):

    class Member(models.Model):
        objects: Any
        statutory_key_id = models.BigIntegerField(null=True)
        nickname = models.CharField(max_length=20, default="")
        phone = SealedCharField(context="member.phone", max_length=20, **OWN_KEY)
        phone_index = models.CharField(max_length=30, default="", unique=True)
        note = SealedTextField(context="member.note", **OWN_KEY)
        born_on = SealedDateField(context="member.born_on", **OWN_KEY)
        visits = SealedIntegerField(context="member.visits", **OWN_KEY)
        salary = SealedDecimalField(
            context="member.salary", max_digits=8, decimal_places=2, **OWN_KEY
        )
        extras = SealedJSONField(context="member.extras", **OWN_KEY)

        class Meta:
            app_label = "common"
            constraints = [
                sealed_check(column, "statutory_key_id")
                for column in ("phone", "note", "born_on", "visits", "salary", "extras")
            ]

        def __str__(self):
            return f"member {self.pk}"

    class Notice(models.Model):
        objects: Any
        text = SealedTextField(context="notice.text", key_field=None)

        class Meta:
            app_label = "common"
            constraints = [sealed_check("text", None)]

        def __str__(self):
            return f"notice {self.pk}"


def create_tables():
    """Temporary, since the application's role may not make others."""
    with connection.schema_editor() as editor:
        editor.sql_create_table = "CREATE TEMPORARY TABLE %(table)s (%(definition)s)"
        editor.create_model(Member)
        editor.create_model(Notice)


NAMES = count()


@contextmanager
def refused(error, match=None):
    """In a savepoint, so that the test can look afterwards that nothing was written."""
    with pytest.raises(error, match=match) as caught, transaction.atomic():
        yield caught


def new_key(subject="member:lin"):
    return keys.create(subject=subject, scope="STATUTORY")


def member(**columns):
    key_id = columns.pop("statutory_key_id", None) or new_key()
    index = f"test:{next(NAMES)}"
    return Member.objects.create(statutory_key_id=key_id, phone_index=index, **columns)


def fetched(row):
    return Member.objects.get(pk=row.pk)


def field_named(name) -> Any:
    return Member._meta.get_field(name)


def raw(row, column="phone"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM common_member WHERE id = %s", [row.pk])
        return cursor.fetchone()[0]


def overwrite(row, column, value):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE common_member SET {column} = %s WHERE id = %s", [value, row.pk])


def overwrite_without_check(row, column, value):
    """What a damaged disk or a restored dump can do although the CHECK stands in the way."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE common_member DROP CONSTRAINT common_member_{column}_sealed")
    overwrite(row, column, value)
