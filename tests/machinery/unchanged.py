"""Whether anything at all was written: every table of ours, row by row, before and after."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.db import connection, router

OURS = ("common", "borrowers", "scoring", "lending", "monitoring")
_ROWS = "coalesce(string_agg(r::text, E'\\n' ORDER BY r::text), '')"
_SUM = f"SELECT '{{table}}', count(*) || ' ' || md5({_ROWS}) FROM {{table}} AS r"


@cache
def tables() -> tuple[str, ...]:
    """Every table of our apps in the database of the business."""
    return tuple(
        sorted(
            model._meta.db_table
            for model in apps.get_models(include_auto_created=True)
            if model._meta.app_label in OURS
            and model._meta.managed
            and not model._meta.proxy
            and router.allow_migrate_model("default", model)
        )
    )


def picture(*, but: Collection[str] = ()) -> dict[str, str]:
    """Rows and a sum of each table."""
    parts = [_SUM.format(table=table) for table in tables() if table not in but]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


@contextmanager
def nothing_written(*, but: Collection[str] = ()) -> Iterator[None]:
    """Fails if a row of any table of ours came, went or changed."""
    before = picture(but=but)
    yield
    after = picture(but=but)
    assert [name for name, sum_ in after.items() if before[name] != sum_] == []
