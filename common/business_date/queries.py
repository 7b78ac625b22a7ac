"""What day the books are open for."""

from datetime import date

from common.business_date.models import BusinessDate
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
    return BusinessDate.objects.filter(pk=1).values_list("open_on", flat=True).first()
