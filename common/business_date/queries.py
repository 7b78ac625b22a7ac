"""What day the books are open for."""

from datetime import date

from django.db import connection

from common.errors import Refused
from common.texts import gettext_noop


class BooksNotOpened(Refused):
    """No business date yet: `manage.py close_day` opens the books, as every start does."""

    code = "BOOKS_NOT_OPENED"
    message = gettext_noop("The books have not been opened yet.")
    advice = gettext_noop("Please come back in a few minutes.")
    status = 503


def today() -> date:
    """The business date. Raises BooksNotOpened before the books were first opened."""
    found = current()
    if found is None:
        raise BooksNotOpened
    return found


def current() -> date | None:
    """The business date, or nothing before the books were first opened."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT open_on FROM common_businessdate WHERE id = 1")
        row = cursor.fetchone()
    return row[0] if row else None
