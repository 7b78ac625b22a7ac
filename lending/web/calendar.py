"""The due dates of a loan as a calendar file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from common.api.renderers import calendar
from common.business_date import queries as business_dates
from lending.papers.calendar import due_dates as events
from lending.web import own


@login_required
@require_safe
def due_dates(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is still to be paid, for the person's own calendar."""
    found = own.loan(request, public_id)
    return calendar(events(found, on=business_dates.today()), name=f"loan-{public_id}.ics")
