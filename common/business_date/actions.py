"""Opening the books and moving the day forward. Only closing calls these."""

from datetime import date

from django.db import connection

from common.business_date.models import BusinessDate
from common.transactions import required


def open_books(*, on: date) -> None:
    """Set the first business date; an existing one stays as it is."""
    BusinessDate.objects.get_or_create(pk=1, defaults={"open_on": on})


@required
def advance(*, to: date) -> bool:
    """Move the business date to a later day; False where it already stands there or beyond."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE common_businessdate SET open_on = %s WHERE id = 1 AND open_on < %s",
            [to, to],
        )
        return bool(cursor.rowcount)
